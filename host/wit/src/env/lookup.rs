//! Finds the functions of a contract that a name in `env` means, and the names of a function. It
//! does not know types.

use std::fmt;

use wit_parser::{Function, IndexMap, Resolve, WorldId, WorldItem, WorldKey};

use super::{ABORT, WRITER, is_plain};

/// A function that a contract's world imports or exports.
#[derive(Clone, Copy)]
pub struct WorldFunction<'r> {
    resolve: &'r Resolve,
    /// The interface's name in the world. `None` for the world itself.
    interface: Option<&'r WorldKey>,
    /// The interface's name without its package.
    short: Option<&'r str>,
    /// The number of functions in its interface.
    siblings: usize,
    /// The function.
    pub function: &'r Function,
}

impl WorldFunction<'_> {
    /// Returns the module from which a core module imports the function by the canonical ABI.
    pub fn module(&self) -> String {
        match self.interface {
            Some(key) => self.resolve.name_world_key(key),
            None => "$root".into(),
        }
    }

    /// Returns the function's name with that of its interface, without a version. Denials use this
    /// name.
    pub fn unversioned(&self) -> String {
        let full = self.to_string();
        match full.split_once('@') {
            Some((interface, _)) => format!("{interface}.{}", self.function.name),
            None => full,
        }
    }

    /// Returns true if the interface is one of WASI, which core modules import under another name.
    pub fn is_wasi(&self) -> bool {
        self.interface.is_some_and(|key| self.resolve.name_world_key(key).starts_with("wasi:"))
    }

    /// Returns the name by which a core module imports or exports the function. `all` are the
    /// functions of its side of the world. `None` if each of its names is also that of another
    /// function, or has a meaning of its own.
    pub fn core_name(&self, all: &[Self]) -> Option<String> {
        self.core_names(all).into_iter().next()
    }

    /// Returns every name by which a core module can mean this function and no other, the shortest
    /// first.
    pub fn core_names(&self, all: &[Self]) -> Vec<String> {
        let snake = |name: &str| name.replace('-', "_");
        let (alone, short) = (snake(&self.function.name), self.short.map(snake));
        let within = short.as_ref().map(|short| format!("{short}_{alone}"));
        // A name is kept only if looking it up leads back to this function and no other.
        let names = [Some(alone), within, short].into_iter().flatten();
        let means_it = |name: &String| {
            let found = candidates(all, name);
            matches!(&found[..], [one] if one.is(self)) && ![WRITER, ABORT].contains(&&**name)
        };
        names.filter(means_it).collect()
    }

    fn is(&self, other: &Self) -> bool {
        self.interface == other.interface && self.function.name == other.function.name
    }
}

impl fmt::Display for WorldFunction<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.interface {
            Some(key) => write!(f, "{}.{}", self.resolve.name_world_key(key), self.function.name),
            None => write!(f, "{}", self.function.name),
        }
    }
}

/// Returns the plain functions that the world imports.
pub fn imported(resolve: &Resolve, world: WorldId) -> Vec<WorldFunction<'_>> {
    let mut all = functions(resolve, &resolve.worlds[world].imports);
    all.retain(|imported| is_plain(imported.function));
    all
}

/// Returns all functions that the world exports.
pub fn exported(resolve: &Resolve, world: WorldId) -> Vec<WorldFunction<'_>> {
    functions(resolve, &resolve.worlds[world].exports)
}

fn functions<'r>(
    resolve: &'r Resolve,
    items: &'r IndexMap<WorldKey, WorldItem>,
) -> Vec<WorldFunction<'r>> {
    let mut all = Vec::new();
    for (key, item) in items {
        match item {
            WorldItem::Interface { id, .. } => {
                let interface = &resolve.interfaces[*id];
                let short = match key {
                    WorldKey::Name(name) => Some(name.as_str()),
                    WorldKey::Interface(_) => interface.name.as_deref(),
                };
                let siblings = interface.functions.len();
                all.extend(interface.functions.values().map(|function| WorldFunction {
                    resolve,
                    interface: Some(key),
                    short,
                    siblings,
                    function,
                }));
            }
            WorldItem::Function(function) => {
                all.push(WorldFunction {
                    resolve,
                    interface: None,
                    short: None,
                    siblings: 1,
                    function,
                });
            }
            WorldItem::Type { .. } => {}
        }
    }
    all
}

/// Returns the functions that an import may mean. The first of these rules that finds any decides:
/// the function's name; the interface's name and the function's; the interface's name, if the
/// function is its only one. The import has `_` where WIT has `-`.
pub fn candidates<'r>(all: &[WorldFunction<'r>], import: &str) -> Vec<WorldFunction<'r>> {
    let wanted = import.replace('_', "-");
    let rules: [&dyn Fn(&WorldFunction<'_>) -> bool; 3] = [
        &|imported| imported.function.name == wanted,
        &|imported| {
            let both = |short| format!("{short}-{}", imported.function.name);
            imported.short.map(both).is_some_and(|both| both == wanted)
        },
        &|imported| imported.short == Some(&wanted) && imported.siblings == 1,
    ];
    let found = |rule: &dyn Fn(&WorldFunction<'_>) -> bool| -> Vec<WorldFunction<'r>> {
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
        let names = |function: &WorldFunction<'_>| function.core_names(&all).join(" ");
        let names: Vec<_> = all.iter().map(names).collect();
        let expected = [
            "lines_put",
            "take_all lines_take_all",
            "words_put words",
            "now clock_now clock",
            "log",
        ];
        assert_eq!(names, expected);
    }
}
