//! Lists the parts of a world by their names, so that two worlds can be compared. Versions are
//! not part of these names.

use std::collections::{BTreeMap, HashMap};

use semver::Version;
use wit_parser::{Function, InterfaceId, PackageName, Resolve, TypeId, WorldItem, WorldKey};

use super::Place;
use crate::Contract;

/// The parts on one side of a world, by their names.
pub(super) struct Surface<'r> {
    pub(super) names: Vec<String>,
    pub(super) parts: HashMap<String, Part<'r>>,
}

#[derive(Clone, Copy)]
pub(super) enum Part<'r> {
    Interface(InterfaceId),
    Function(&'r Function),
    Type(TypeId),
}

/// Returns the imports or the exports of two worlds.
pub(super) fn surfaces<'r>(
    old: &'r Contract,
    new: &'r Contract,
    place: Place,
) -> (Surface<'r>, Surface<'r>) {
    let (old, new) = (items(old, place), items(new, place));
    let mut counts = BTreeMap::new();
    for side in [&old, &new] {
        let mut here: BTreeMap<&str, usize> = BTreeMap::new();
        for (name, ..) in side {
            *here.entry(name).or_default() += 1;
        }
        for (name, count) in here {
            let most: &mut usize = counts.entry(name.to_owned()).or_default();
            *most = count.max(*most);
        }
    }
    // If a world has several versions of an interface, their names keep the version.
    let surface = |items: Vec<(String, Option<&Version>, Part<'r>)>| {
        let mut surface = Surface { names: Vec::new(), parts: HashMap::new() };
        for (name, version, part) in items {
            let name = match version {
                Some(version) if counts.get(&name).is_some_and(|count| *count > 1) => {
                    format!("{name}@{}", PackageName::version_compat_track_string(version))
                }
                _ => name,
            };
            surface.names.push(name.clone());
            surface.parts.insert(name, part);
        }
        surface
    };
    (surface(old), surface(new))
}

fn items(contract: &Contract, place: Place) -> Vec<(String, Option<&Version>, Part<'_>)> {
    let resolve = &contract.resolve;
    let world = &resolve.worlds[contract.world];
    let items = match place {
        Place::Exports => &world.exports,
        Place::Imports | Place::World => &world.imports,
    };
    items.iter().map(|(key, item)| named(resolve, key, item)).collect()
}

fn named<'r>(
    resolve: &'r Resolve,
    key: &WorldKey,
    item: &'r WorldItem,
) -> (String, Option<&'r Version>, Part<'r>) {
    let part = match item {
        WorldItem::Interface { id, .. } => Part::Interface(*id),
        WorldItem::Function(function) => Part::Function(function),
        WorldItem::Type { id, .. } => Part::Type(*id),
    };
    match key {
        WorldKey::Name(name) => (name.clone(), None, part),
        WorldKey::Interface(id) => {
            let name = resolve.name_world_key(key);
            let plain = name.split('@').next().unwrap_or_default().to_owned();
            (plain, package(resolve, *id).and_then(|package| package.version.as_ref()), part)
        }
    }
}

/// Returns the package that an interface belongs to.
pub(super) fn package(resolve: &Resolve, interface: InterfaceId) -> Option<&PackageName> {
    let package = resolve.interfaces[interface].package?;
    Some(&resolve.packages[package].name)
}

/// Returns a function's name within its interface, after the name of its resource.
pub(super) fn function_name(resolve: &Resolve, function: &Function) -> String {
    let resource = function.kind.resource().and_then(|id| resolve.types[id].name.as_deref());
    let own = match function.kind {
        wit_parser::FunctionKind::Constructor(_) => "constructor",
        _ => function.item_name(),
    };
    resource.map_or(own.to_owned(), |resource| format!("{resource}.{own}"))
}
