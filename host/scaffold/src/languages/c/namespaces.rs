//! The namespaces of types without a name: `wit-bindgen c` names them after the first part of the
//! world that has them, in the order in which it writes the world. It does not know how a type's
//! own name is written.

use std::collections::{HashMap, HashSet};

use wit_parser::{LiveTypes, TypeId, TypeOwner, WorldItem};

use super::names::namespace;
use crate::stubs::exports::World;

/// The namespace of each type, as functions of the world itself and exported interfaces see it.
pub(super) struct Namespaces {
    pub(super) own_functions: HashMap<TypeId, String>,
    pub(super) interfaces: HashMap<TypeId, String>,
}

pub(super) fn namespaces(world: &World) -> Namespaces {
    let (imports, exports) = (&world.definition().imports, &world.definition().exports);
    let mut found = HashMap::new();
    let add = |found: &mut HashMap<_, _>, types: LiveTypes, namespace: &str| {
        for id in types.iter() {
            found.entry(id).or_insert_with(|| namespace.to_owned());
        }
    };
    let own = namespace(world, None, false);
    for (key, item) in imports {
        if let WorldItem::Interface { .. } = item {
            add(&mut found, live(world, [item]), &namespace(world, Some(key), false));
        }
    }
    let is_own = |item: &&WorldItem| !matches!(item, WorldItem::Interface { .. });
    add(&mut found, live(world, imports.values().filter(is_own)), &own);
    add(&mut found, live(world, exports.values().filter(is_own)), &own);
    // The header has the world's own functions before the exported interfaces, so they see no more
    // than this.
    let own_functions = found.clone();
    let kept = imported_for_exports(world);
    found.retain(|id, _| kept.contains(id));
    for (key, item) in exports {
        if let WorldItem::Interface { .. } = item {
            add(&mut found, live(world, [item]), &namespace(world, Some(key), true));
        }
    }
    Namespaces { own_functions, interfaces: found }
}

/// Returns the types of imported interfaces that exported interfaces use. All other imported types
/// are written a second time for the exports.
fn imported_for_exports(world: &World) -> HashSet<TypeId> {
    let exported: HashSet<_> = world.definition().exports.values().filter_map(interface).collect();
    let mut types = LiveTypes::default();
    for id in &exported {
        types.add_interface(&world.resolve, *id);
    }
    let mut imported = LiveTypes::default();
    for id in types.iter() {
        if let TypeOwner::Interface(owner) = world.resolve.types[id].owner
            && !exported.contains(&owner)
        {
            imported.add_interface(&world.resolve, owner);
        }
    }
    imported.iter().collect()
}

fn interface(item: &WorldItem) -> Option<wit_parser::InterfaceId> {
    match item {
        WorldItem::Interface { id, .. } => Some(*id),
        _ => None,
    }
}

fn live<'w>(world: &World, items: impl IntoIterator<Item = &'w WorldItem>) -> LiveTypes {
    let mut types = LiveTypes::default();
    for item in items {
        types.add_world_item(&world.resolve, item);
    }
    types
}
