//! Checks the names of projects. A name has to be valid for packages of every language.

use crate::error::ProjectError;

/// The length of the longest name. Some registries refuse longer ones.
const LONGEST: usize = 64;

/// Names that cargo or npm does not allow for packages, or that some systems do not allow for
/// files.
const RESERVED: &[&str] = &[
    "abstract",
    "alloc",
    "as",
    "async",
    "aux",
    "await",
    "become",
    "box",
    "break",
    "build",
    "com1",
    "com2",
    "com3",
    "com4",
    "con",
    "const",
    "continue",
    "core",
    "crate",
    "deps",
    "do",
    "dyn",
    "else",
    "enum",
    "examples",
    "extern",
    "false",
    "final",
    "fn",
    "for",
    "gen",
    "if",
    "impl",
    "in",
    "incremental",
    "let",
    "loop",
    "lpt1",
    "lpt2",
    "lpt3",
    "macro",
    "match",
    "mod",
    "move",
    "mut",
    "node_modules",
    "nul",
    "override",
    "priv",
    "prn",
    "proc-macro",
    "proc_macro",
    "pub",
    "ref",
    "return",
    "self",
    "static",
    "std",
    "struct",
    "super",
    "test",
    "trait",
    "true",
    "try",
    "type",
    "typeof",
    "unsafe",
    "unsized",
    "use",
    "virtual",
    "where",
    "while",
    "wit-bindgen",
    "wit_bindgen",
    "yield",
];

/// Checks whether a project can have this name.
pub(crate) fn check(name: &str) -> Result<(), ProjectError> {
    let reason = if RESERVED.contains(&name) {
        "it means something else to a compiler; give another one"
    } else if name.len() > LONGEST {
        "it is longer than 64 characters; give a shorter one"
    } else if !is_word(name) {
        "a name is of lower-case letters and digits, with single `-` or `_` between them, and \
         begins with a letter; give for example `my-guest`"
    } else {
        return Ok(());
    };
    Err(ProjectError::Name { name: name.into(), reason })
}

fn is_word(name: &str) -> bool {
    let is_part = |part: &str| {
        let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
        !part.is_empty() && part.bytes().all(plain)
    };
    name.starts_with(|first: char| first.is_ascii_lowercase())
        && name.split(['-', '_']).all(is_part)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names() {
        for name in ["a", "my-guest", "my_guest", "guest2", "a-1", "go", "fmt"] {
            assert!(check(name).is_ok(), "{name}");
        }
        let long = "a".repeat(LONGEST + 1);
        for name in
            ["", "A", "1a", "-a", "a-", "a--b", "a b", "a/b", "..", "é", "fn", "test", "con", &long]
        {
            assert!(check(name).is_err(), "{name}");
        }
    }
}
