//! Explains why a value could not cross between a component and the host, or between two
//! components: what the guest did, and what to do about it. The engine has no types for these
//! errors, so they are recognised by their texts. Errors with a type are explained in `trap`
//! and `classify`. Component async is switched off in the engine, so its errors are left out.

/// The engine's text if a limit without a type of its own is reached.
pub(super) const HOST_CALL_BYTES: &str = "fuel allocated for hostcalls has been exhausted";
pub(super) const HANDLES: &str = "store handle limit exceeded";
pub(super) const INSTANCES: &str = "resource limit exceeded: instance count too high at ";
pub(super) const MEMORIES: &str = "resource limit exceeded: memory count too high at ";
pub(super) const TABLES: &str = "resource limit exceeded: table count too high at ";

/// The engine's texts, in which `{}` stands for anything, each with its explanation.
pub(super) const CAUSES: [(&str, &str); 36] = [
    (
        "borrow handles still remain at the end of the call",
        "the guest kept a handle that it was only lent; it has to drop it before its function \
         returns, or take the resource as its own (`own`)",
    ),
    (
        "unknown handle index {}",
        "the guest used a handle that it does not have, as one that it has dropped or given away \
         before; use no handle after that",
    ),
    (
        "handle index {} used with the wrong type, expected {} but found {}",
        "the guest used a handle of one resource as one of another; look where it mixes them up",
    ),
    ("index is not a resource", NO_RESOURCE),
    ("index {} is not a resource", NO_RESOURCE),
    (
        "index {} is not an own resource",
        "the guest used a handle that it was only lent as its own; it can pass that on as a \
         `borrow`",
    ),
    (
        "cannot lift own resource from a borrow",
        "the guest gave away a handle that it was only lent; it can pass that on as a `borrow`",
    ),
    (
        "cannot remove owned resource while borrowed",
        "the guest dropped a handle, or gave it away, that it has lent to a call which is not \
         over; do so after the call",
    ),
    (
        "cannot lend resource: too many active lends",
        "the guest has lent one handle to too many calls that are not over",
    ),
    (
        "cannot allocate another handle: index overflow",
        "the guest holds more handles than there are numbers for; it has to drop what it does \
         not need",
    ),
    ("host-owned resource was already de-allocated", USED_UP),
    ("host resource already consumed", USED_UP),
    (
        "cannot lower a `borrow` resource into an `own`",
        "the host was to give away a handle that it has only lent",
    ),
    ("mismatched resource types", OTHER_RESOURCE),
    ("resource type mismatch", OTHER_RESOURCE),
    ("realloc return: result not aligned", REALLOC),
    ("realloc return: beyond end of memory", REALLOC),
    ("return pointer not aligned", RESULTS),
    ("pointer out of bounds of memory", RESULTS),
    ("pointer not aligned", ARGUMENTS),
    ("pointer out of bounds", ARGUMENTS),
    ("pointer size overflow", ARGUMENTS),
    ("list pointer/length out of bounds of memory", LIST),
    ("list pointer is not aligned", LIST_ALIGNED),
    ("map pointer/length out of bounds of memory", LIST),
    ("map pointer is not aligned", LIST_ALIGNED),
    ("fixed length list out of bounds of memory", LIST),
    (
        "string pointer/length out of bounds of memory",
        "the guest handed over a string that does not lie in its memory: the pointer or the \
         length is wrong, as after the text was freed",
    ),
    (
        "string pointer not aligned to {}",
        "the guest handed over a string at an address that is not aligned for its encoding",
    ),
    ("discriminant {} out of range [0..{})", CASE),
    ("invalid option discriminant", CASE),
    ("invalid expected discriminant", CASE),
    ("invalid utf8 encoding", NOT_UTF8),
    ("invalid utf16 encoding", NOT_UTF16),
    ("string length of {} too large to copy into wasm", TOO_LONG),
    ("byte length {}", TOO_LONG),
];

const NO_RESOURCE: &str = "the guest used a handle as that of a resource, and it is something else";
const USED_UP: &str = "a handle was used after it was given away or dropped; it is good for one \
                       owner";
const OTHER_RESOURCE: &str = "a handle of one resource was handed over where one of another is \
                              expected";
const REALLOC: &str = "its `realloc` returned an address that is none for what it was asked for; \
                       it has to be aligned, and to have that much room behind it";
const RESULTS: &str = "its function returned an address of its results that is not aligned or \
                       not in its memory";
const ARGUMENTS: &str = "it called an import with an address of arguments or results that is not \
                         aligned or not in its memory";
const LIST: &str = "the guest handed over a list that does not lie in its memory: the pointer or \
                    the length is wrong, as after the list was freed";
const LIST_ALIGNED: &str = "the guest handed over a list at an address that is not aligned for \
                            its elements, as bindings do that give an empty list any address";
const CASE: &str = "the guest handed over a variant, enum, option or result with a case that its \
                    type does not have, as one that was not filled in";
const TOO_LONG: &str = "a text is longer than a guest's memory can hold; hand it over in parts";

/// The explanation of a string that is not valid UTF-8.
pub(super) const NOT_UTF8: &str = "the guest handed over bytes as a string that are not UTF-8; \
                                   hand bytes over as a `list<u8>`";
/// The explanation of a string that is not valid UTF-16.
pub(super) const NOT_UTF16: &str = "the guest handed over a string in UTF-16 with half a \
                                    character; cut no text in the middle of one";
/// The explanation of a number that is not a valid `char`.
pub(super) const NO_CHAR: &str = "the guest handed over a number as a `char` that is none";

/// Returns the explanation of the engine's text, if it is known.
pub(super) fn cause(text: &str) -> Option<&'static str> {
    CAUSES.iter().find(|(pattern, _)| matches(pattern, text)).map(|(_, cause)| *cause)
}

fn matches(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split("{}");
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = text.strip_prefix(first) else { return false };
    for part in parts {
        // The last occurrence is taken, so that the text ends as the pattern does.
        let Some(at) = rest.rfind(part) else { return false };
        rest = &rest[at + part.len()..];
    }
    rest.is_empty()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::fs;
    use std::path::{Path, PathBuf};
    use std::process::Command;

    use super::*;

    #[test]
    fn texts_are_recognised_whole() {
        for (text, expected) in [
            ("unknown handle index 7", true),
            ("handle index 3 used with the wrong type, expected a b but found c", true),
            ("discriminant 9 out of range [0..2)", true),
            ("index 3 is not a resource", true),
            ("index 3 is not a stream", false),
            ("pointer out of bounds", true),
            ("the disk is full: pointer out of bounds", false),
            ("pointer out of bounds of the disk", false),
        ] {
            assert_eq!(cause(text).is_some(), expected, "{text}");
        }
    }

    /// Checks the texts against the source of the engine that this library is built with.
    #[test]
    fn the_engine_still_has_these_texts() {
        let source = engine_source();
        let plain = |text: &str| text.split("{}").map(squeezed).collect::<Vec<_>>();
        let missing: BTreeSet<_> = CAUSES
            .iter()
            .filter(|(pattern, _)| !plain(pattern).iter().all(|part| source.contains(part)))
            .map(|(pattern, _)| pattern)
            .collect();
        assert!(missing.is_empty(), "the engine does not say any more: {missing:?}");
        let of_limits =
            [HOST_CALL_BYTES, HANDLES, "resource limit exceeded: {desc} count too high"];
        for text in of_limits.map(squeezed) {
            assert!(source.contains(&text), "the engine does not say any more: {text}");
        }
    }

    /// Returns the engine's code for components, with wrapped strings joined.
    fn engine_source() -> String {
        let cargo = option_env!("CARGO").unwrap_or("cargo");
        let mut metadata = Command::new(cargo);
        metadata.args(["metadata", "--offline", "--format-version", "1", "--manifest-path"]);
        let manifest = concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml");
        let output = metadata.arg(manifest).output().expect("cargo runs");
        let metadata: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
        let packages = metadata["packages"].as_array().expect("packages");
        let engine = packages.iter().find(|package| package["name"] == "wasmtime");
        let manifest = engine.and_then(|engine| engine["manifest_path"].as_str());
        let source = Path::new(manifest.expect("the engine")).with_file_name("src");
        let mut text = String::new();
        for folder in ["runtime/component", "runtime/vm/component"] {
            read(&source.join(folder), &mut text);
        }
        text += &fs::read_to_string(source.join("runtime/store.rs")).expect("a file");
        squeezed(&text)
    }

    fn read(folder: &Path, text: &mut String) {
        for entry in fs::read_dir(folder).expect("a folder") {
            let path: PathBuf = entry.expect("an entry").path();
            if path.is_dir() {
                read(&path, text);
            } else {
                *text += &fs::read_to_string(&path).expect("a file");
            }
        }
    }

    /// Joins strings that continue on the next line after a `\`.
    fn squeezed(text: &str) -> String {
        text.replace(['\\', ' ', '\n'], "")
    }
}
