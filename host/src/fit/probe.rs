//! Which imports of a component the engine would refuse to link, asked of the
//! engine itself: a component of a few hundred bytes that has the same imports
//! and nothing else is linked in the guest's place, so that nothing of the guest
//! is compiled. If that fails, each import is tried alone.

use std::collections::BTreeSet;

use wasmtime::Engine;
use wasmtime::component::{Component, Linker};
use wit_component::{ComponentEncoder, StringEncoding, dummy_module, embed_component_metadata};
use wit_parser::{
    InterfaceId, LiftLowerAbi, ManglingAndAbi, TypeDefKind, TypeId, WorldItem, WorldKey,
};

use crate::error::root_cause;
use crate::text::shown;
use crate::wit::{Decoded, contained};

/// An import that the engine does not link.
pub(super) struct Unserved {
    pub(super) key: WorldKey,
    /// One function or resource of the interface; without it, all of it.
    pub(super) item: Option<String>,
    /// What the engine says of it.
    pub(super) reason: String,
}

/// Asks a linker.
pub(super) struct Probe<'p, T: 'static> {
    pub(super) engine: &'p Engine,
    pub(super) linker: &'p Linker<T>,
    pub(super) guest: &'p Decoded,
}

impl<T> Probe<'_, T> {
    /// Every import that `wanted` is true of and that is not served.
    pub(super) fn unserved(&self, wanted: impl Fn(&WorldKey) -> bool) -> Vec<Unserved> {
        let imports = &self.guest.resolve.worlds[self.guest.world].imports;
        let wanted: Vec<_> = imports.iter().filter(|(key, _)| wanted(key)).collect();
        let keys: Vec<_> = wanted.iter().map(|(key, _)| *key).collect();
        if keys.is_empty() || self.link(&keys, None).is_ok() {
            return Vec::new();
        }
        wanted.into_iter().flat_map(|(key, item)| self.of_import(key, item)).collect()
    }

    fn of_import(&self, key: &WorldKey, item: &WorldItem) -> Vec<Unserved> {
        let Err(reason) = self.link(&[key], None) else { return Vec::new() };
        let all = |reason| vec![Unserved { key: key.clone(), item: None, reason }];
        let WorldItem::Interface { id, .. } = item else { return all(reason) };
        let interface = &self.guest.resolve.interfaces[*id];
        let refused = |name: &String| {
            let reason = self.link(&[key], Some((*id, name))).err()?;
            Some(Unserved { key: key.clone(), item: Some(name.clone()), reason })
        };
        let resources = interface.types.iter().filter(|(_, id)| self.is_resource(**id));
        let mut unserved: Vec<_> = resources.filter_map(|(name, _)| refused(name)).collect();
        let functions: Vec<_> = interface.functions.keys().filter_map(refused).collect();
        let is_missing = |one: &Unserved| one.reason.contains("is missing");
        if functions.len() == interface.functions.len() && functions.iter().all(is_missing) {
            return if unserved.is_empty() || self.is_all(&unserved, *id) {
                all(reason)
            } else {
                unserved
            };
        }
        unserved.extend(functions);
        if unserved.is_empty() { all(reason) } else { unserved }
    }

    fn is_resource(&self, id: TypeId) -> bool {
        matches!(self.guest.resolve.types[id].kind, TypeDefKind::Resource)
    }

    /// Whether these are all of the interface's resources.
    fn is_all(&self, unserved: &[Unserved], id: InterfaceId) -> bool {
        let types = self.guest.resolve.interfaces[id].types.values();
        types.filter(|id| self.is_resource(**id)).count() == unserved.len()
    }

    /// Links some of the imports, of one interface perhaps one item only.
    fn link(&self, keys: &[&WorldKey], only: Option<(InterfaceId, &str)>) -> Result<(), String> {
        let told = |error: wasmtime::Error| root_cause(&error);
        let binary = contained(|| self.importing(keys, only))?
            .map_err(|error| shown(&format!("{error:#}")))?;
        let component = Component::from_binary(self.engine, &binary).map_err(told)?;
        self.linker.instantiate_pre(&component).map(|_| ()).map_err(told)
    }

    /// A component with these imports, and what their types need.
    fn importing(
        &self,
        keys: &[&WorldKey],
        only: Option<(InterfaceId, &str)>,
    ) -> anyhow::Result<Vec<u8>> {
        let Decoded { mut resolve, world } = self.guest.clone();
        let needed = self.needed(keys);
        let imports = &mut resolve.worlds[world].imports;
        imports.retain(|key, item| match item {
            WorldItem::Interface { id, .. } => needed.contains(id),
            WorldItem::Type { .. } => true,
            WorldItem::Function(_) => keys.contains(&key),
        });
        resolve.worlds[world].exports.clear();
        for id in needed {
            let is_dependency = !keys.iter().any(|key| self.interface(key) == Some(id));
            let functions = &mut resolve.interfaces[id].functions;
            match only {
                _ if is_dependency => functions.clear(),
                Some((interface, item)) if interface == id => {
                    functions.retain(|name, _| name == item);
                    if functions.is_empty() {
                        resolve.interfaces[id].types.retain(|name, _| name == item);
                    }
                }
                _ => {}
            }
        }
        let abi = ManglingAndAbi::Legacy(LiftLowerAbi::Sync);
        let mut module = dummy_module(&resolve, world, abi);
        embed_component_metadata(&mut module, &resolve, world, StringEncoding::UTF8)?;
        let mut encoder = ComponentEncoder::default().module(&module)?;
        encoder = encoder.merge_imports_based_on_semver(false);
        encoder.encode()
    }

    /// The interfaces of these imports, and those whose types they use.
    fn needed(&self, keys: &[&WorldKey]) -> BTreeSet<InterfaceId> {
        let mut needed = BTreeSet::new();
        let mut more: Vec<_> = keys.iter().filter_map(|key| self.interface(key)).collect();
        while let Some(id) = more.pop() {
            if needed.insert(id) {
                more.extend(self.guest.resolve.interface_direct_deps(id));
            }
        }
        needed
    }

    fn interface(&self, key: &WorldKey) -> Option<InterfaceId> {
        match self.guest.resolve.worlds[self.guest.world].imports.get(key)? {
            WorldItem::Interface { id, .. } => Some(*id),
            _ => None,
        }
    }
}
