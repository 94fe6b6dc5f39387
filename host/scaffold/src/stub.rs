//! What the sources for a contract have in common in every language: comments from
//! the WIT, and what is written about imports.

use wit_parser::{Docs, Function};

use super::File;
use super::exports::{Interface, World};
use wit_host_text::shown;

/// The source for a contract.
pub(super) struct Stubs {
    pub(super) files: Vec<File>,
}

/// Documentation as comments, each line behind `prefix`. Nothing in it ends a line.
pub(super) fn comment(prefix: &str, docs: &Docs) -> String {
    let text = docs.contents.as_deref().unwrap_or_default().trim();
    text.lines()
        .map(|line| format!("{prefix} {}", shown(line)).trim_end().to_owned() + "\n")
        .collect()
}

/// What the guest can call: a line for each function, behind `prefix`, with the name
/// that it is called by and its declaration in WIT. Empty where there is nothing.
pub(super) fn imports(
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

/// The same, of functions by the names that they are called by and their declarations.
pub(super) fn called(prefix: &str, rows: Vec<(String, String)>) -> String {
    if rows.is_empty() {
        return String::new();
    }
    let width = rows.iter().map(|(name, _)| name.len()).max().unwrap_or_default();
    let lines = rows.iter().map(|(name, wit)| format!("{prefix}   {name:width$}  {wit}\n"));
    format!("{prefix} What can be called:\n{}\n", lines.collect::<String>())
}
