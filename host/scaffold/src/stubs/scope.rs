//! Identifiers of a source file: each is there once, and none is a word of the language.

use std::collections::HashSet;

/// The names that are taken at a place.
#[derive(Clone)]
pub(crate) struct Scope {
    taken: HashSet<String>,
    is_word: fn(&str) -> bool,
}

impl Scope {
    /// Creates the scope of a file in a language, which has words of its own, with what else is in
    /// the file.
    pub(crate) fn new(is_word: fn(&str) -> bool, others: &[&str]) -> Self {
        let taken = others.iter().map(|name| (*name).to_owned()).collect();
        Self { taken, is_word }
    }

    /// Takes a name, with `_` behind it where it has to be another one.
    pub(crate) fn take(&mut self, name: impl Into<String>) -> String {
        let mut name = name.into();
        while (self.is_word)(&name) || self.taken.contains(&name) {
            name.push('_');
        }
        self.taken.insert(name.clone());
        name
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_taken_once() {
        let mut scope = Scope::new(|name| name == "if", &["host"]);
        let mut inner = scope.clone();
        for (name, expected) in [
            ("if", "if_"),
            ("host", "host_"),
            ("a", "a"),
            ("a", "a_"),
            ("a_", "a__"),
            ("if", "if__"),
        ] {
            assert_eq!(scope.take(name), expected);
        }
        assert_eq!(inner.take("a"), "a");
    }
}
