//! Finds the function of a contract that an import's name means. It knows no types.

use std::fmt;

use wit_parser::{Function, Resolve, WorldId, WorldItem};

use super::convention::is_plain;

/// A function that a contract's world imports.
#[derive(Clone, Copy)]
pub(super) struct Imported<'r> {
    resolve: &'r Resolve,
    /// The interface as the world names it. `None` for a function of the world itself.
    interface: Option<&'r wit_parser::WorldKey>,
    /// The interface's name without its package.
    short: Option<&'r str>,
    /// The number of functions in the interface.
    siblings: usize,
    pub function: &'r Function,
}

impl Imported<'_> {
    /// Returns the module that a core module imports the function from by the canonical ABI.
    pub(super) fn module(&self) -> String {
        match self.interface {
            Some(key) => self.resolve.name_world_key(key),
            None => "$root".into(),
        }
    }
}

impl fmt::Display for Imported<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.interface {
            Some(key) => write!(f, "{}.{}", self.resolve.name_world_key(key), self.function.name),
            None => write!(f, "{}", self.function.name),
        }
    }
}

/// Returns every plain function that the world imports.
pub(super) fn imported(resolve: &Resolve, world: WorldId) -> Vec<Imported<'_>> {
    let mut all = Vec::new();
    for (key, item) in &resolve.worlds[world].imports {
        match item {
            WorldItem::Interface { id, .. } => {
                let interface = &resolve.interfaces[*id];
                let short = match key {
                    wit_parser::WorldKey::Name(name) => Some(name.as_str()),
                    wit_parser::WorldKey::Interface(_) => interface.name.as_deref(),
                };
                let siblings = interface.functions.len();
                all.extend(interface.functions.values().map(|function| Imported {
                    resolve,
                    interface: Some(key),
                    short,
                    siblings,
                    function,
                }));
            }
            WorldItem::Function(function) => {
                all.push(Imported { resolve, interface: None, short: None, siblings: 1, function });
            }
            WorldItem::Type { .. } => {}
        }
    }
    all.retain(|imported| is_plain(imported.function));
    all
}

/// Returns the functions that an import may mean, by the first of these rules that finds any:
/// the function's name; the interface's and the function's name; the interface's name, if the
/// function is its only one. A `-` in WIT is a `_` here.
pub(super) fn candidates<'r>(all: &[Imported<'r>], import: &str) -> Vec<Imported<'r>> {
    let wanted = import.replace('_', "-");
    let rules: [&dyn Fn(&Imported<'_>) -> bool; 3] = [
        &|imported| imported.function.name == wanted,
        &|imported| {
            let both = |short| format!("{short}-{}", imported.function.name);
            imported.short.map(both).is_some_and(|both| both == wanted)
        },
        &|imported| imported.short == Some(&wanted) && imported.siblings == 1,
    ];
    let found = |rule: &dyn Fn(&Imported<'_>) -> bool| -> Vec<Imported<'r>> {
        all.iter().filter(|imported| rule(imported)).copied().collect()
    };
    rules.into_iter().map(found).find(|found| !found.is_empty()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found_by_three_rules() {
        let text = "package a:b@1.0.0;
            interface lines { put: func(); take-all: func(); }
            interface words { put: func(); }
            interface clock { now: func(); }
            world guest { import lines; import words; import clock; import log: func(); }";
        let mut resolve = Resolve::default();
        let package = resolve.push_str("a.wit", text).expect("valid WIT");
        let world = resolve.select_world(&[package], None).expect("one world");
        let all = imported(&resolve, world);
        let cases: [(&str, &[&str]); 8] = [
            ("take_all", &["a:b/lines@1.0.0.take-all"]),
            ("put", &["a:b/lines@1.0.0.put", "a:b/words@1.0.0.put"]),
            ("words_put", &["a:b/words@1.0.0.put"]),
            ("clock", &["a:b/clock@1.0.0.now"]),
            ("lines", &[]),
            ("log", &["log"]),
            ("_log", &[]),
            ("", &[]),
        ];
        for (import, expected) in cases {
            let found: Vec<_> = candidates(&all, import).iter().map(ToString::to_string).collect();
            assert_eq!(found, expected, "{import}");
        }
    }
}
