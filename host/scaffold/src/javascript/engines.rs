//! What one of the engines cannot have in its pinned version, and the other can.

use std::collections::{HashMap, HashSet};

use wit_parser::{Function, Type};

use crate::exports::{Resource, World};
use crate::names::own_function;
use wit_host_text::shown;

/// Why StarlingMonkey's bindings cannot have all of the resources: those of every interface
/// are in one place with its own names, by theirs alone.
pub(super) fn unfit_for_starlingmonkey(world: &World) -> Option<String> {
    let mut known = HashMap::from([("error", "StarlingMonkey itself".to_owned())]);
    for interface in world.exports() {
        let full = format!("`{}`", interface.full_name().unwrap_or_default());
        for Resource { name, .. } in interface.resources() {
            if let Some(other) = known.insert(name, full.clone()) {
                return Some(format!(
                    "its export {full} has a resource `{name}`, and so has {other}, which would \
                     be taken for the same; give one of them another name, or take `quickjs`"
                ));
            }
        }
    }
    None
}

/// Why QuickJS's bindings cannot have all of the exports: up to componentize-qjs 0.4.5, they make
/// floating-point numbers of 64-bit ones, which changes the larger ones without a word, and have
/// a function of their own beside those of the world.
pub(super) fn unfit_for_quickjs(world: &World) -> Option<String> {
    let exports = world.exports();
    let mut functions = exports.iter().flat_map(|interface| interface.all_functions());
    if let Some(function) = functions.find(|function| has_large_numbers(world, function)) {
        return Some(format!(
            "its export `{}` has 64-bit numbers, which QuickJS's bindings change beyond 2^53 \
             without a word; have it take smaller ones or text, or take `js`",
            shown(&function.name)
        ));
    }
    own_function(world, "JavaScript", |name| {
        (name == "init")
            .then_some("QuickJS's bindings have for themselves, and those of `js` have not")
    })
}

/// What is said of imports whose numbers may not be those that were given. Empty where there
/// are none.
pub(super) fn rounded_in_quickjs(world: &World) -> String {
    let imports = world.imports();
    let functions = imports.iter().flat_map(|interface| interface.all_functions());
    let names: Vec<_> = functions
        .filter(|function| has_large_numbers(world, function))
        .map(|function| shown(&function.name))
        .collect();
    match names.is_empty() {
        true => String::new(),
        false => format!(
            "// 64-bit numbers are exact up to 2 ** 53, and changed beyond without a word, in:\n\
             //   {}\n\n",
            names.join(", ")
        ),
    }
}

/// Whether a function takes or returns numbers of 64 bits, at any depth.
fn has_large_numbers(world: &World, function: &Function) -> bool {
    let mut open: Vec<Type> = function.params.iter().map(|param| param.ty).collect();
    open.extend(function.result);
    let mut seen = HashSet::new();
    while let Some(ty) = open.pop() {
        match ty {
            Type::U64 | Type::S64 => return true,
            Type::Id(id) if seen.insert(id) => open.extend(world.parts(id)),
            _ => {}
        }
    }
    false
}
