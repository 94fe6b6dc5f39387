//! Writes the host file of a project for a caller's contract. With it the guest runs before
//! anything serves its imports. It knows which imports there are, and not how they are served.

use wit_parser::{TypeDefKind, TypeId, WorldItem};

use crate::File;
use crate::stubs::exports::World;
use wit_host_wit::Contract;

/// Returns the file: the contract, and default values for every import that the command does not
/// serve itself. `None` if an import has no default values, as one with resources or an
/// asynchronous function.
pub(super) fn of(contract: &Contract) -> Option<File> {
    let imports = imports(contract)?;
    // `%` marks a keyword in WIT's text, and is no part of the name.
    let world = contract.selector().replace('%', "");
    let mut text = format!(
        "# What the command `wit-host` uses in this folder.\n\n[contract]\nwit = \"wit\"\nworld = \
         {world:?}\n"
    );
    if !imports.is_empty() {
        text += "\n# Every call returns zero, an empty text and the like. A guest that exports \
                 the interface serves\n# it by its file, and a process by \"exec:python3 \
                 prices.py\", in the place of \"default\".\n[imports]\n";
        text.extend(imports.iter().map(|name| format!("{name:?} = \"default\"\n")));
    }
    Some(File::new("wit-host.toml", text))
}

/// Returns the names of the imports that the command does not serve itself. `None` if one of them
/// has no default values.
fn imports(contract: &Contract) -> Option<Vec<String>> {
    let world = World::new(contract);
    let mut names = Vec::new();
    for (key, item) in &world.definition().imports {
        let name = world.resolve.name_world_key(key);
        if name.starts_with("wasi:") || name.starts_with("wit-host:contract/") {
            continue;
        }
        let functions = match item {
            WorldItem::Function(function) => vec![function],
            WorldItem::Type { id, .. } if is_resource(&world, *id) => return None,
            WorldItem::Type { .. } => continue,
            WorldItem::Interface { id, .. } => {
                let interface = &world.resolve.interfaces[*id];
                if interface.types.values().any(|id| is_resource(&world, *id)) {
                    return None;
                }
                interface.functions.values().collect()
            }
        };
        if functions.iter().any(|function| function.kind.is_async()) {
            return None;
        }
        if !functions.is_empty() {
            names.push(name);
        }
    }
    Some(names)
}

fn is_resource(world: &World, id: TypeId) -> bool {
    matches!(world.resolve.types[id].kind, TypeDefKind::Resource)
}
