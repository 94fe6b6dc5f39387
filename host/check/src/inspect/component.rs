//! Describes what a component imports and exports, in WIT. It does not know whether the component
//! fits.

use std::collections::HashSet;

use wit_parser::{Function, Resolve, TypeDefKind, WorldItem, WorldKey};

use super::contents::Contents;
use super::names::compatible;
use super::served::{Offered, Server};
use super::{Import, Inspection, Item, ServedBy};
use wit_host_wit::{Contract, Decoded, Undecoded, decode, function, has_only_types};

/// Fills in the imports, the exports and the WIT of a component. If its types cannot be read, only
/// names are filled in.
pub(super) fn fill(
    inspection: &mut Inspection,
    binary: &[u8],
    contents: &Contents,
    (contract, server): (Option<&Contract>, Server<'_>),
) {
    let offered = Offered::new(contract, server);
    // Printing can fail where reading does not, and types that cannot be shown are of no use here.
    let decoded = decode(binary).and_then(|decoded| Ok((decoded.wit()?, decoded)));
    match decoded {
        Ok((wit, decoded)) => {
            inspection.wit = Some(wit);
            of_types(inspection, &decoded, contents, &offered);
        }
        Err(package @ Undecoded::Package { .. }) => {
            inspection.notes.push(format!("it is {package}"));
            let Undecoded::Package { wit, .. } = package else { return };
            inspection.wit = wit;
            return;
        }
        Err(Undecoded::Reason(reason)) => inspection.unreadable = Some(reason),
    }
    // Imports that WIT cannot express are in the component all the same.
    for (name, sort) in without(&contents.imports, inspection.imports.iter().map(|one| &one.item)) {
        let served_by = offered.to_component(name, Vec::new());
        inspection.imports.push(import(named(name, sort), served_by, contents));
    }
    for (name, sort) in without(&contents.exports, inspection.exports.iter()) {
        inspection.exports.push(named(name, sort));
    }
}

/// Fills in what the types show.
fn of_types(
    inspection: &mut Inspection,
    decoded: &Decoded,
    contents: &Contents,
    offered: &Offered<'_>,
) {
    let Decoded { resolve, world } = decoded;
    let world = &resolve.worlds[*world];
    let imports = world.imports.iter().map(|(key, item)| {
        let used = functions_of(resolve, item).map(|function| function.name.as_str());
        let name = resolve.name_world_key(key);
        let served_by = match offered.to_component(&name, used.collect()) {
            ServedBy::Nothing(_) | ServedBy::Unknown if needs_no_one(resolve, item) => {
                ServedBy::NoOne
            }
            served_by => served_by,
        };
        import(of_world(resolve, key, item), served_by, contents)
    });
    inspection.imports = imports.collect();
    inspection.exports =
        world.exports.iter().map(|(key, item)| of_world(resolve, key, item)).collect();
}

/// Returns the names that no item has.
fn without<'n, 'i>(
    names: &'n [(String, &'static str)],
    items: impl Iterator<Item = &'i Item>,
) -> Vec<(&'n str, &'static str)> {
    let known: HashSet<_> = items.map(|item| compatible(&item.name)).collect();
    let names = names.iter().filter(|(name, _)| !known.contains(&compatible(name)));
    names.map(|(name, sort)| (name.as_str(), *sort)).collect()
}

fn import(item: Item, served_by: ServedBy, contents: &Contents) -> Import {
    Import { asked_by: contents.askers(&item.name), item, served_by }
}

fn named(name: &str, sort: &'static str) -> Item {
    Item { name: name.to_owned(), sort, ty: None, functions: Vec::new() }
}

fn of_world(resolve: &Resolve, key: &WorldKey, item: &WorldItem) -> Item {
    let (sort, ty, functions) = match item {
        WorldItem::Interface { .. } => {
            let functions = functions_of(resolve, item).map(|one| in_interface(resolve, one));
            ("interface", None, functions.collect())
        }
        WorldItem::Function(one) => ("function", Some(ty(resolve, one)), Vec::new()),
        WorldItem::Type { .. } => ("type", None, Vec::new()),
    };
    Item { name: resolve.name_world_key(key), sort, ty, functions }
}

fn needs_no_one(resolve: &Resolve, item: &WorldItem) -> bool {
    match item {
        WorldItem::Interface { id, .. } => has_only_types(resolve, *id),
        WorldItem::Type { id, .. } => !matches!(resolve.types[*id].kind, TypeDefKind::Resource),
        WorldItem::Function(_) => false,
    }
}

fn functions_of<'r>(
    resolve: &'r Resolve,
    item: &'r WorldItem,
) -> impl Iterator<Item = &'r Function> {
    let interface = match item {
        WorldItem::Interface { id, .. } => Some(&resolve.interfaces[*id]),
        _ => None,
    };
    interface.into_iter().flat_map(|interface| interface.functions.values())
}

fn in_interface(resolve: &Resolve, one: &Function) -> String {
    let declared = function(resolve, one);
    let resource = one.kind.resource().and_then(|id| resolve.types[id].name.as_deref());
    resource.map_or(declared.clone(), |resource| format!("{resource}.{declared}"))
}

/// Returns a function's type without its name.
fn ty(resolve: &Resolve, one: &Function) -> String {
    let declared = function(resolve, one);
    match declared.split_once(": ") {
        Some((_, ty)) => ty.to_owned(),
        None => declared,
    }
}
