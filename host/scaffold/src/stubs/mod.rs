//! Writes what the sources for a contract have in common in every language: comments from the WIT,
//! and a list of the imports. It does not know the languages.

pub(crate) mod c_library;
pub(crate) mod exports;
pub(crate) mod names;
pub(crate) mod plain;
pub(crate) mod scope;
pub(crate) mod size;
pub(crate) mod wave;

use wit_parser::{Docs, Function};

use crate::File;
use crate::stubs::exports::{Interface, World};
use wit_host_text::shown;

/// The source files for a contract.
pub(crate) struct Stubs {
    pub(crate) files: Vec<File>,
}

/// Returns documentation as comments, with `prefix` before each line. Line ends within a line are
/// escaped.
pub(crate) fn comment(prefix: &str, docs: &Docs) -> String {
    let text = docs.contents.as_deref().unwrap_or_default().trim();
    text.lines()
        .map(|line| format!("{prefix} {}", shown(line)).trim_end().to_owned() + "\n")
        .collect()
}

/// Returns the list of functions that the guest can call. Each line has `prefix`, the name by which
/// the guest calls the function, and its declaration in WIT. The list is empty if there are no
/// functions.
pub(crate) fn imports(
    world: &World,
    prefix: &str,
    called: impl Fn(&Interface<'_>, &Function) -> String,
) -> String {
    let interfaces = world.imports();
    let rows: Vec<_> = interfaces
        .iter()
        .flat_map(|interface| interface.all_functions().into_iter().map(move |f| (interface, f)))
        .map(|(interface, function)| {
            (called(interface, function), wit_host_wit::function(&world.resolve, function))
        })
        .collect();
    self::called(prefix, rows)
}

/// Returns the list of functions as [`imports`] does, from rows of a name and a declaration.
pub(crate) fn called(prefix: &str, rows: Vec<(String, String)>) -> String {
    if rows.is_empty() {
        return String::new();
    }
    let width = rows.iter().map(|(name, _)| name.len()).max().unwrap_or_default();
    let lines = rows.iter().map(|(name, wit)| format!("{prefix}   {name:width$}  {wit}\n"));
    format!("{prefix} What can be called:\n{}\n", lines.collect::<String>())
}
