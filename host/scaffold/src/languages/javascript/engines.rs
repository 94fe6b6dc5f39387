//! The limits of each JavaScript engine in its pinned version. What one engine does not support,
//! the other does.

use std::collections::{HashMap, HashSet};

use wit_parser::{Function, Type};

use crate::stubs::exports::{Resource, World};
use crate::stubs::names::own_function;
use wit_host_text::shown;

/// Returns why StarlingMonkey's bindings cannot have all of the resources. They know a resource by
/// its name alone, in one place for all interfaces and for the engine's own names.
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

/// Returns why QuickJS's bindings cannot have all of the exports. Up to componentize-qjs 0.4.5,
/// they convert 64-bit integers to floating-point numbers, which changes large ones silently, and
/// they put a function of their own beside those of the world.
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

/// Returns the note about imports whose numbers may be changed. It is empty if there are none.
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

/// Returns whether a function takes or returns 64-bit integers, at any depth.
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
