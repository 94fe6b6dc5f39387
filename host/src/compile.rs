//! From bytes to compiled code, with a check at every step that could cost too
//! much: the size of the file, what is in it, and what came of it.

use std::borrow::Cow;
use std::fs::{self, File, Metadata};
use std::io::Read as _;
use std::path::Path;

use wasmtime::component::Component;
use wasmtime::{Engine, Module};

use crate::contain::contain;
use crate::error::{Error, Result};
use crate::fit::uncounted;
use crate::isolate::Isolation;
use crate::kind::{Kind, is_text, recognise};
use crate::lacking::is_lacking;
use crate::limits::{LimitReached, Limits};
use crate::pool;
use crate::prepare::{self, Edited, TooManyChecks, with_checks};
use crate::proposals;
use crate::scan::{Refusal, scan};
use crate::text::root_cause;
use crate::threads;

/// Compiled code, not linked yet.
pub(crate) enum Compiled {
    Component(Component),
    Module(Module),
}

impl Compiled {
    /// Bytes of the code, with what belongs to it.
    pub(crate) fn size(&self) -> usize {
        let range = match self {
            Self::Component(component) => component.image_range(),
            Self::Module(module) => module.image_range(),
        };
        range.end.addr() - range.start.addr()
    }

    /// The code as bytes, which an engine with the same settings takes back.
    pub(crate) fn serialize(&self) -> wasmtime::Result<Vec<u8>> {
        match self {
            Self::Component(component) => component.serialize(),
            Self::Module(module) => module.serialize(),
        }
    }
}

/// Reads a guest's file, but no more of it than tells that it is longer than
/// `limit`.
pub(crate) fn read(path: &Path, limit: usize) -> Result<Vec<u8>> {
    let failed = |source| Error::Read { path: path.to_owned(), source };
    let limit = u64::try_from(limit).unwrap_or(u64::MAX);
    let file = File::open(path).map_err(failed)?;
    let size = file.metadata().map_or(0, |metadata| metadata.len());
    // What it says is room to begin with, and no more: it may be no file at all.
    let mut bytes = Vec::with_capacity(usize::try_from(size.min(limit)).unwrap_or_default());
    file.take(limit.saturating_add(1)).read_to_end(&mut bytes).map_err(failed)?;
    Ok(bytes)
}

/// The hash of a component in binary form, less its debug information, which is not read.
/// `None` where the file is anything else, or longer than `limit`.
pub(crate) fn component_hash(path: &Path, limit: usize) -> Option<blake3::Hash> {
    let limit = u64::try_from(limit).unwrap_or(u64::MAX);
    // A pipe that has a name is there for one who opens it, once.
    fs::metadata(path).ok().filter(Metadata::is_file)?;
    let mut file = File::open(path).ok()?;
    let metadata = file.metadata().ok().filter(Metadata::is_file)?;
    if metadata.len() > limit {
        return None;
    }
    tracing::Span::current().record("bytes", metadata.len());
    let mut beginning = [0; 8];
    file.read_exact(&mut beginning).ok()?;
    if recognise(&beginning, false).ok()?.0 != Kind::Component {
        return None;
    }
    prepare::hash_of_file(&file, metadata.len()).ok()
}

/// What a guest is, and its binary form, after every check that needs no
/// compiler.
pub(crate) fn examine<'b>(
    bytes: &'b [u8],
    text: bool,
    limits: &Limits,
) -> Result<(Kind, Cow<'b, [u8]>)> {
    if bytes.len() > limits.file_size {
        return Err(LimitReached::FileSize(limits.file_size).into());
    }
    if is_text(bytes) && bytes.len() > limits.text_size {
        return Err(LimitReached::TextSize(limits.text_size).into());
    }
    let (kind, binary) = recognise(bytes, text)?;
    scan(&binary, limits).map_err(|refusal| match refusal {
        Refusal::Limits { limit, mut others } => {
            if with_checks(&binary, limits.checks).is_err() {
                others.push(LimitReached::Checks(limits.checks));
            }
            Error::TooCostly { limit, others }
        }
        Refusal::Malformed(reason) => Error::Invalid { kind: kind.name(), reason },
        Refusal::Uncounted { side, name } => uncounted(side, &name).into(),
    })?;
    Ok((kind, binary))
}

/// Examines a guest that is not compiled, for which what compiling would refuse before it
/// begins is looked at as well.
pub(crate) fn examine_whole<'b>(
    bytes: &'b [u8],
    text: bool,
    limits: &Limits,
) -> Result<(Kind, Cow<'b, [u8]>)> {
    let (kind, binary) = examine(bytes, text, limits)?;
    checked(&binary, limits)?;
    Ok((kind, binary))
}

/// The binary with its looks at the time.
fn checked<'b>(binary: &'b [u8], limits: &Limits) -> Result<Edited<'b>> {
    let too_many = |TooManyChecks| Error::from(LimitReached::Checks(limits.checks));
    with_checks(binary, limits.checks).map_err(too_many)
}

/// Compiles an examined guest for `engine`, elsewhere where `isolation` is asked
/// for. `whole` is the guest as it was given, whose places are those to name.
pub(crate) fn compile(
    engine: &Engine,
    kind: Kind,
    (whole, stripped): (&[u8], &Edited<'_>),
    limits: &Limits,
    isolation: Option<&Isolation>,
) -> Result<Compiled> {
    let checked = checked(stripped.binary(), limits)?;
    let binary = checked.binary();
    if pool::is_pooled(engine) {
        pool::before_compiling(binary, limits)?;
    }
    let compiled = match isolation {
        Some(isolation) => isolation.compile(engine, kind, binary, limits),
        None => contained(engine, kind, binary),
    };
    let compiled = compiled.map_err(|error| with_places(error, kind, whole))?;
    within(compiled.size(), limits)?;
    Ok(compiled)
}

/// The error with the places that its reason names in the guest as it was given, and not
/// in what was compiled; where the guest is valid, with what of it the engine does not run.
fn with_places(error: Error, kind: Kind, whole: &[u8]) -> Error {
    let Error::Invalid { reason, .. } = error else { return error };
    proposals::refused(kind, whole, reason)
}

/// Refuses compiled code of more bytes than are allowed.
pub(crate) fn within(size: usize, limits: &Limits) -> Result<()> {
    if size > limits.compiled_size {
        return Err(LimitReached::CompiledSize(limits.compiled_size).into());
    }
    Ok(())
}

/// Compiles in this process, where a panic of the compiler's is an error.
fn contained(engine: &Engine, kind: Kind, binary: &[u8]) -> Result<Compiled> {
    let compiled = contain(|| threads::within(|| here(engine, kind, binary)))
        .map_err(|words| Error::CompilerFailed {
            kind: kind.name(),
            how: format!("it ended with the panic `{words}`"),
        })?
        .map_err(Error::host("start the threads that compile"))?;
    compiled.map_err(|error| {
        if is_lacking(&error) {
            return Error::host("compile the guest")(error);
        }
        let invalid = || Error::Invalid { kind: kind.name(), reason: root_cause(&error) };
        pool::unfit(engine, &error).unwrap_or_else(invalid)
    })
}

/// Compiles on this thread and those of its pool.
pub(crate) fn here(engine: &Engine, kind: Kind, binary: &[u8]) -> wasmtime::Result<Compiled> {
    match kind {
        Kind::Component => Component::from_binary(engine, binary).map(Compiled::Component),
        Kind::Module => Module::from_binary(engine, binary).map(Compiled::Module),
    }
}
