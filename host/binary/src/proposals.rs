//! Names the features of WebAssembly that the engine does not run. One table of the proposals
//! that are off tells a valid guest that uses one from a file that is not valid. The module
//! reads binaries and compiles nothing. Which features are on is decided by [`features`].

use std::fmt;

use wasmparser::{Validator, WasmFeatures};

use crate::error::GuestError;
use crate::features::features;
use crate::kind::Kind;
use crate::toolchains::{Toolchain, toolchain_of};
use wit_host_text::shown;

/// A feature of WebAssembly that a guest uses and this host does not run.
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct UnsupportedFeature {
    /// The proposal, by the name that its authors gave it: `exception-handling`.
    pub proposal: &'static str,
    /// The feature in words.
    pub what: &'static str,
    /// The offset of the first byte that is known to need it, in the guest's binary form.
    pub offset: usize,
    /// How to build the guest without it.
    pub fix: &'static str,
}

/// All features of WebAssembly that a valid guest uses and this host does not run.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Unsupported {
    /// The kind of the guest.
    pub kind: Kind,
    /// The features in the order in which they are met. There is at least one.
    pub features: Vec<UnsupportedFeature>,
    /// The toolchain that the guest was built for, if its imports show it.
    pub toolchain: Option<Toolchain>,
}

impl Unsupported {
    fn new(kind: Kind, binary: &[u8], features: Vec<UnsupportedFeature>) -> Self {
        Self { kind, features, toolchain: toolchain_of(binary) }
    }
}

/// A proposal that the engine does not run.
struct Proposal {
    feature: WasmFeatures,
    /// Features that belong to the proposal and are not named on their own.
    with: WasmFeatures,
    name: &'static str,
    what: &'static str,
    fix: &'static str,
}

const fn proposal(
    feature: WasmFeatures,
    name: &'static str,
    what: &'static str,
    fix: &'static str,
) -> Proposal {
    Proposal { feature, with: WasmFeatures::empty(), name, what, fix }
}

impl Proposal {
    const fn with(self, with: WasmFeatures) -> Self {
        Self { with, ..self }
    }
}

/// Advice for languages whose objects lie on the engine's heap.
const OTHER_LANGUAGE: &str = "compilers of Kotlin, Dart, Java, OCaml and Scheme write nothing else; write the guest in \
     a language that keeps its objects in a memory, as Rust, C, Go, Python or JavaScript";
const WASI_0_2: &str = "build it for WASI 0.2 (wasip2), with a WIT that has no `async`, \
     `stream`, `future` or `error-context`";
const NO_WORD: &str = "leave it out: no compiler writes it unless it is asked to";
const WIT_WITHOUT: &str = "leave it out of the WIT, and build the guest again";

/// Every proposal that the validator knows and the engine does not run.
const PROPOSALS: &[Proposal] = &[
    proposal(
        WasmFeatures::LEGACY_EXCEPTIONS,
        "legacy-exceptions",
        "exceptions in the form of before the standard (`try`, `catch`)",
        "build it without exceptions (C and C++: `-fno-exceptions`, without `setjmp`; Rust: \
         `-C panic=abort`); for hosts that run exceptions, compilers write the form of the \
         standard (`-mllvm -wasm-use-legacy-eh=false`, `wasm-opt --translate-to-exnref`)",
    )
    .with(WasmFeatures::EXCEPTIONS),
    proposal(
        WasmFeatures::EXCEPTIONS,
        "exception-handling",
        "exceptions (`try_table`, `throw`, tags), which would lie on the heap of the engine's \
         garbage collector, and that is out of a guest's reach here",
        "build it without exceptions (C and C++: `-fno-exceptions`, without `setjmp`; Rust: \
         `-C panic=abort`)",
    ),
    proposal(
        WasmFeatures::CUSTOM_DESCRIPTORS,
        "custom-descriptors",
        "descriptors of objects on the engine's heap",
        OTHER_LANGUAGE,
    )
    .with(WasmFeatures::GC.union(WasmFeatures::FUNCTION_REFERENCES)),
    proposal(
        WasmFeatures::GC,
        "gc",
        "objects on the engine's heap (`struct`, `array`, types that refer to each other)",
        OTHER_LANGUAGE,
    )
    .with(WasmFeatures::FUNCTION_REFERENCES),
    proposal(
        WasmFeatures::STACK_SWITCHING,
        "stack-switching",
        "continuations on stacks of their own (`cont`, `resume`)",
        NO_WORD,
    )
    .with(WasmFeatures::FUNCTION_REFERENCES.union(WasmFeatures::EXCEPTIONS)),
    proposal(
        WasmFeatures::FUNCTION_REFERENCES,
        "function-references",
        "references to functions of one type (`call_ref`, `(ref $type)`)",
        "call through a table (`call_indirect`), as compilers of C, C++ and Rust do",
    ),
    proposal(
        WasmFeatures::SHARED_EVERYTHING_THREADS,
        "shared-everything-threads",
        "functions, tables and objects that threads share",
        "build it for one thread",
    )
    .with(WasmFeatures::THREADS),
    proposal(
        WasmFeatures::THREADS,
        "threads",
        "threads (shared memory, atomic instructions)",
        "build it for one thread: for wasm32-wasip1 and not wasm32-wasip1-threads, without \
         `-pthread` and without `+atomics`",
    ),
    proposal(
        WasmFeatures::CM64,
        "cm64",
        "components with addresses of 64 bits",
        "build it for wasm32 and not for wasm64",
    )
    .with(WasmFeatures::MEMORY64),
    proposal(
        WasmFeatures::MEMORY64,
        "memory64",
        "memories and tables with addresses of 64 bits",
        "build it for wasm32 and not for wasm64 (Emscripten: without `-sMEMORY64`)",
    ),
    proposal(
        WasmFeatures::RELAXED_SIMD,
        "relaxed-simd",
        "vector instructions whose result depends on the processor",
        "build it without them (C and C++: without `-mrelaxed-simd`; Rust: without \
         `+relaxed-simd`); `-msimd128` and `+simd128` may stay",
    ),
    proposal(
        WasmFeatures::CUSTOM_PAGE_SIZES,
        "custom-page-sizes",
        "a memory whose pages are not of 64 KiB",
        "leave out the size of pages (`--page-size` of the linker)",
    ),
    proposal(
        WasmFeatures::WIDE_ARITHMETIC,
        "wide-arithmetic",
        "arithmetic on 128 bits",
        "build it without it (C and C++: without `-mwide-arithmetic`; Rust: without \
         `+wide-arithmetic`)",
    ),
    proposal(
        WasmFeatures::MEMORY_CONTROL,
        "memory-control",
        "giving back pages of a memory (`memory.discard`)",
        NO_WORD,
    ),
    proposal(
        WasmFeatures::COMPACT_IMPORTS,
        "compact-import-section",
        "imports in groups",
        "have the tool that wrote it give each import its module's name",
    ),
    proposal(
        WasmFeatures::GC_TYPES,
        "externref",
        "values of the host (`externref`)",
        "switch them on (`RuntimeBuilder::host_values`), or build the guest without them",
    ),
    proposal(
        WasmFeatures::CM_THREADING,
        "component-model-threading",
        "threads of a component (`thread.…`)",
        WASI_0_2,
    )
    .with(WasmFeatures::CM_ASYNC),
    proposal(
        WasmFeatures::CM_ERROR_CONTEXT,
        "component-model-error-context",
        "the type `error-context`",
        WASI_0_2,
    )
    .with(WasmFeatures::CM_ASYNC),
    proposal(
        WasmFeatures::CM_ASYNC_STACKFUL,
        "component-model-async-stackful",
        "async functions of components with stacks of their own",
        WASI_0_2,
    )
    .with(WasmFeatures::CM_ASYNC),
    proposal(
        WasmFeatures::CM_MORE_ASYNC_BUILTINS,
        "component-model-more-async-builtins",
        "async functions of components, with more than WASI 0.3 has",
        WASI_0_2,
    )
    .with(WasmFeatures::CM_ASYNC),
    proposal(
        WasmFeatures::CM_ASYNC,
        "component-model-async",
        "async functions, streams and futures of components, as WASI 0.3 has them",
        WASI_0_2,
    ),
    proposal(
        WasmFeatures::CM_IMPLEMENTS,
        "component-model-implements",
        "an import or export with a label of its own (`import primary: store`)",
        "import the interface once, under its own name (`import store`), or write an interface \
         for each",
    ),
    proposal(
        WasmFeatures::CM_MAP,
        "component-model-map",
        "the type `map<K, V>`",
        "write `list<tuple<K, V>>` in the WIT, and build the guest again",
    ),
    proposal(
        WasmFeatures::CM_FIXED_LENGTH_LISTS,
        "component-model-fixed-length-lists",
        "lists of a fixed length (`list<T, 4>`)",
        "write `list<T>` or a tuple in the WIT, and build the guest again",
    ),
    proposal(
        WasmFeatures::CM_VALUES,
        "component-model-values",
        "values that a component imports, exports or starts with",
        "use a function that returns the value",
    ),
    proposal(
        WasmFeatures::CM_NESTED_NAMES,
        "component-model-nested-names",
        "names of packages within packages (`a:b:c/d/e`)",
        WIT_WITHOUT,
    ),
    proposal(
        WasmFeatures::CM_GC,
        "component-model-gc",
        "components that pass objects of the engine's heap",
        OTHER_LANGUAGE,
    )
    .with(WasmFeatures::GC.union(WasmFeatures::FUNCTION_REFERENCES)),
    proposal(
        WasmFeatures::CM_CANON_NAMES,
        "component-model-canon-names",
        "names whose version is cut short (`versionsuffix`)",
        "have the tool that made the component write the whole version",
    ),
];

/// Returns why the engine refuses a guest: features that it does not run, if the guest is valid
/// with them, or the reason why the guest is not valid. `reason` is the engine's own.
pub fn refused(kind: Kind, binary: &[u8], reason: String) -> GuestError {
    let invalid = |reason| GuestError::Invalid { kind: kind.name(), reason };
    match needed(binary, features()) {
        Ok(features) if !features.is_empty() => Unsupported::new(kind, binary, features).into(),
        Err(reason) => invalid(reason),
        // The guest is valid for an engine with host values, so they must be the reason.
        Ok(_) => match needed(binary, features().difference(WasmFeatures::GC_TYPES)) {
            Ok(features) if !features.is_empty() => Unsupported::new(kind, binary, features).into(),
            _ => invalid(reason),
        },
    }
}

/// Refuses a guest that is not valid for the engine, without compiling it.
pub fn validate(kind: Kind, binary: &[u8]) -> Result<(), GuestError> {
    match first_error(binary, features()) {
        None => Ok(()),
        Some(error) => Err(refused(kind, binary, shown(&error.to_string()))),
    }
}

/// Returns the features that a guest uses and the engine does not run. Empty for a guest that
/// is not valid with any features.
pub fn unsupported(binary: &[u8]) -> Vec<UnsupportedFeature> {
    needed(binary, features()).unwrap_or_default()
}

/// Returns the proposals beyond `has` that make a guest valid.
///
/// # Errors
/// The validator's reason, if the guest is not valid with all proposals.
fn needed(binary: &[u8], mut has: WasmFeatures) -> Result<Vec<UnsupportedFeature>, String> {
    let mut next = first_error(binary, has);
    // A guest that is not valid at all costs two passes here, not one for each proposal.
    if next.is_some()
        && let Some(always) = first_error(binary, WasmFeatures::all())
    {
        return Err(shown(&always.to_string()));
    }
    let mut found: Vec<(&Proposal, usize)> = Vec::new();
    while let Some(error) = next {
        let candidates = PROPOSALS.iter().filter(|proposal| !has.contains(proposal.feature));
        let named = error.missing_wasm_feature().unwrap_or(WasmFeatures::empty());
        let proposal = candidates
            .clone()
            .find(|proposal| named.intersects(proposal.feature))
            .or_else(|| candidates.clone().find(|one| helps(binary, has, one, error.offset())))
            .ok_or_else(|| shown(&error.to_string()))?;
        has |= proposal.feature;
        found.push((proposal, error.offset()));
        next = first_error(binary, has);
    }
    let comes_with_another =
        |one: &Proposal| found.iter().any(|(other, _)| other.with.contains(one.feature));
    let own = found.iter().filter(|(proposal, _)| !comes_with_another(proposal));
    Ok(own.map(|(proposal, offset)| proposal.used(*offset)).collect())
}

/// Returns whether one more proposal makes a guest valid beyond `offset`.
fn helps(binary: &[u8], has: WasmFeatures, proposal: &Proposal, offset: usize) -> bool {
    let error = first_error(binary, has | proposal.feature);
    error.is_none_or(|error| error.offset() > offset)
}

fn first_error(binary: &[u8], features: WasmFeatures) -> Option<wasmparser::BinaryReaderError> {
    Validator::new_with_features(features).validate_all(binary).err()
}

impl Proposal {
    fn used(&self, offset: usize) -> UnsupportedFeature {
        UnsupportedFeature { proposal: self.name, what: self.what, offset, fix: self.fix }
    }
}

impl fmt::Display for UnsupportedFeature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { proposal, what, offset, .. } = self;
        write!(f, "`{proposal}`, first at byte {offset:#x}: {what}")
    }
}

impl fmt::Display for Unsupported {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "this {} is valid, and uses what this host does not run:", self.kind)?;
        self.features
            .iter()
            .try_for_each(|feature| write!(f, "\n  {feature}\n    to mend it: {}", feature.fix))?;
        self.toolchain.iter().try_for_each(|toolchain| {
            write!(f, "\n  cause: {}\n    to mend it: {}", toolchain.cause, toolchain.fix)
        })
    }
}

impl std::error::Error for Unsupported {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_proposal_that_is_off_has_words() {
        let known = PROPOSALS.iter().fold(WasmFeatures::empty(), |all, one| all | one.feature);
        assert_eq!(known.union(features()), WasmFeatures::all());
        let once: u32 = PROPOSALS.iter().map(|proposal| proposal.feature.bits().count_ones()).sum();
        assert_eq!(known.bits().count_ones(), once);
    }
}
