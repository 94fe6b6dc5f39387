//! What one of the engines cannot have in its pinned version, and the other can.

use std::collections::HashMap;

use wit_parser::FunctionKind;

use crate::exports::{Resource, World};

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

/// Why QuickJS's bindings cannot have all of the methods: up to componentize-qjs 0.4.3, they
/// take the last argument for the resource.
pub(super) fn unfit_for_quickjs(world: &World) -> Option<String> {
    let exports = world.exports();
    let mut functions = exports.iter().flat_map(|interface| {
        interface.all_functions().into_iter().map(move |function| (interface, function))
    });
    let (interface, function) = functions.find(|(_, function)| {
        matches!(function.kind, FunctionKind::Method(_)) && function.params.len() > 1
    })?;
    let resource = function.kind.resource().map(|id| &world.resolve.types[id]);
    let resource = resource.and_then(|definition| definition.name.as_deref()).unwrap_or_default();
    Some(format!(
        "its export `{}` has a method with parameters, `{resource}.{}`, and QuickJS's bindings \
         mistake the last of them for the resource; make it a function that takes the resource \
         first, or take `js`",
        interface.full_name().unwrap_or_default(),
        function.item_name()
    ))
}
