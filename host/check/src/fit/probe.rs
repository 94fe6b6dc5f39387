//! Finds the imports of a component that the engine would refuse to link. It asks the engine
//! itself, with a component of a few hundred bytes that has the same imports and nothing else, so
//! that nothing of the guest is compiled. If that fails, each import is tried alone. It does not
//! explain a refusal.

use std::cell::Cell;
use std::collections::{BTreeSet, HashSet};

use wasmtime::Engine;
use wasmtime::component::{Component, Linker};
use wit_component::{ComponentEncoder, StringEncoding, embed_component_metadata};
use wit_parser::{
    Function, InterfaceId, LiftLowerAbi, LiveTypes, ManglingAndAbi, Resolve, TypeDefKind, TypeId,
    WorldItem, WorldKey,
};

use super::importer::importer;
use crate::engine_error::root_cause;
use crate::serving::{NotLinked as NotServing, NotServed, Serving};
use crate::threads;
use wit_host_text::shown;
use wit_host_wit::{Decoded, contained};

/// The number of times that the engine is asked at most. More unserved imports are not found, and an
/// error shows some twenty of them.
const MOST_ASKED: usize = 400;

/// An import that the engine does not link.
pub(super) struct Unserved {
    pub(super) key: WorldKey,
    /// The function or resource of the interface, or `None` for the whole interface.
    pub(super) item: Option<String>,
    /// The engine's reason.
    pub reason: String,
    /// The provider that has the import and cannot serve it, if there is one.
    pub(super) unserved: Option<Box<NotServed>>,
}

/// Why the engine or a provider refuses an import.
struct Refusal {
    reason: String,
    unserved: Option<Box<NotServed>>,
}

/// The reason why an import was not linked.
enum NotLinked {
    /// The engine or a provider refuses it, with this reason.
    Refused(String, Option<Box<NotServed>>),
    /// No component can be made that has the import alone, so it was not tried.
    Untried(String),
}

/// The linker that is asked, and the guest whose imports are tried.
pub(super) struct Probe<'p, T: 'static> {
    pub engine: &'p Engine,
    pub(super) linker: &'p Linker<T>,
    pub(super) serving: &'p dyn Serving<T>,
    pub(super) guest: &'p Decoded,
    /// The number of times that the engine was asked.
    pub(super) asked: Cell<usize>,
}

/// Some of an interface's functions and resources.
pub(super) struct Only<'i> {
    interface: InterfaceId,
    items: HashSet<&'i str>,
}

impl<T> Probe<'_, T> {
    /// Returns every import that `wanted` selects and that the linker does not serve. An import
    /// that cannot be tried alone is left out.
    ///
    /// # Errors
    /// Why the imports could not be tried, if none of those that could be tried is unserved.
    pub(super) fn unserved(
        &self,
        wanted: impl Fn(&WorldKey) -> bool,
    ) -> Result<Vec<Unserved>, String> {
        let imports = &self.guest.resolve.worlds[self.guest.world].imports;
        let wanted: Vec<_> = imports.iter().filter(|(key, _)| wanted(key)).collect();
        let keys: Vec<_> = wanted.iter().map(|(key, _)| *key).collect();
        if keys.is_empty() {
            return Ok(Vec::new());
        }
        // All of them at once first: most guests fit, and then no import has to be tried alone.
        let Err(reason) = self.link(&keys, None) else { return Ok(Vec::new()) };
        let link = |some: &[(&WorldKey, &WorldItem)]| {
            let keys: Vec<_> = some.iter().map(|(key, _)| *key).collect();
            self.link(&keys, None)
        };
        let refused = self.refused(&wanted, &link).into_iter();
        let unserved = refused.flat_map(|((key, item), why)| self.of_import(key, item, why));
        let unserved: Vec<_> = unserved.collect();
        match reason {
            NotLinked::Untried(reason) if unserved.is_empty() => Err(reason),
            _ => Ok(unserved),
        }
    }

    /// Returns those that the engine refuses alone. Where it takes several at once, none of them has
    /// to be tried alone.
    fn refused<X: Copy>(
        &self,
        all: &[X],
        link: &dyn Fn(&[X]) -> Result<(), NotLinked>,
    ) -> Vec<(X, Refusal)> {
        if self.asked.get() >= MOST_ASKED {
            return Vec::new();
        }
        match (all, link(all)) {
            ([], _) | (_, Ok(())) | ([_], Err(NotLinked::Untried(_))) => Vec::new(),
            ([one], Err(NotLinked::Refused(reason, unserved))) => {
                vec![(*one, Refusal { reason, unserved })]
            }
            (several, Err(_)) => {
                let (first, rest) = several.split_at(several.len() / 2);
                let mut refused = self.refused(first, link);
                refused.extend(self.refused(rest, link));
                refused
            }
        }
    }

    fn of_import(&self, key: &WorldKey, item: &WorldItem, why: Refusal) -> Vec<Unserved> {
        let Refusal { reason, unserved } = why;
        let all = |reason| vec![Unserved { key: key.clone(), item: None, reason, unserved }];
        let WorldItem::Interface { id, .. } = item else { return all(reason) };
        let interface = &self.guest.resolve.interfaces[*id];
        let link = |names: &[&String]| {
            let items = names.iter().map(|name| name.as_str()).collect();
            self.link(&[key], Some(&Only { interface: *id, items }))
        };
        let refused = |names: Vec<&String>| {
            let of_item = |(name, Refusal { reason, unserved }): (&String, Refusal)| Unserved {
                key: key.clone(),
                item: Some(name.clone()),
                reason,
                unserved,
            };
            self.refused(&names, &link).into_iter().map(of_item).collect::<Vec<_>>()
        };
        let resources = interface.types.iter().filter(|(_, id)| self.is_resource(**id));
        let mut unserved = refused(resources.map(|(name, _)| name).collect());
        let missing: Vec<_> = unserved.iter().filter_map(|one| one.item.clone()).collect();
        let of_missing = |function: &Function| {
            let resource = function.kind.resource().map(|id| &self.guest.resolve.types[id]);
            resource.and_then(|ty| ty.name.as_ref()).is_some_and(|name| missing.contains(name))
        };
        // A function of a missing resource is not listed: the resource stands for it.
        let others = || interface.functions.iter().filter(|(_, function)| !of_missing(function));
        let functions = refused(others().map(|(name, _)| name).collect());
        // If the linker has none of the functions, it has nothing of the interface, which is then
        // named as a whole. Some of its resources may still be there.
        let is_missing = |one: &Unserved| one.reason.contains("is missing");
        let are_all = functions.len() == others().count() || self.asked.get() >= MOST_ASKED;
        if are_all && functions.iter().all(is_missing) {
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

    /// Returns whether these are all of the interface's resources.
    fn is_all(&self, unserved: &[Unserved], id: InterfaceId) -> bool {
        let types = self.guest.resolve.interfaces[id].types.values();
        types.filter(|id| self.is_resource(**id)).count() == unserved.len()
    }

    /// Links some of the imports. `only` restricts one interface to one of its items.
    fn link(&self, keys: &[&WorldKey], only: Option<&Only<'_>>) -> Result<(), NotLinked> {
        self.asked.set(self.asked.get().saturating_add(1));
        let binary = contained(|| self.importing(keys, only))
            .map_err(NotLinked::Untried)?
            .map_err(|error| NotLinked::Untried(shown(&format!("{error:#}"))))?;
        let compile = || Component::from_binary(self.engine, &binary);
        let no_threads = |error| format!("failed to start the threads that compile: {error}");
        let component = threads::within(compile)
            .map_err(|error| NotLinked::Untried(shown(&no_threads(error))))?
            .map_err(|error| NotLinked::Untried(root_cause(&error)))?;
        let beside = self.serving.linker(&component, self.linker);
        let linked = beside.and_then(|linker| {
            Ok(linker.as_ref().unwrap_or(self.linker).instantiate_pre(&component)?)
        });
        linked.map(|_| ()).map_err(|error| match error {
            NotServing::Engine(error) => NotLinked::Refused(root_cause(&error), None),
            NotServing::Unserved(unserved) => {
                NotLinked::Refused(unserved.reason.clone(), Some(unserved))
            }
        })
    }

    /// Returns a component with these imports, and the types that they need.
    pub(super) fn importing(
        &self,
        keys: &[&WorldKey],
        only: Option<&Only<'_>>,
    ) -> anyhow::Result<Vec<u8>> {
        let Decoded { mut resolve, world } = self.guest.clone();
        let needed = self.needed(keys);
        // Only the world's own functions need the types of the world itself.
        let of_world = keys.iter().any(|key| self.interface(key).is_none());
        let imports = &mut resolve.worlds[world].imports;
        imports.retain(|key, item| match item {
            WorldItem::Interface { id, .. } => needed.contains(id),
            WorldItem::Type { .. } => of_world,
            WorldItem::Function(_) => keys.contains(&key),
        });
        // Exports would need code, and linking does not depend on them.
        resolve.worlds[world].exports.clear();
        for id in needed {
            let is_dependency = !keys.iter().any(|key| self.interface(key) == Some(id));
            match only {
                // An interface that is only there for its types must not be refused because of its
                // functions.
                _ if is_dependency => resolve.interfaces[id].functions.clear(),
                Some(only) if only.interface == id => retain(&mut resolve, only),
                _ => {}
            }
        }
        let abi = ManglingAndAbi::Legacy(LiftLowerAbi::Sync);
        let mut module = importer(&resolve, world, abi);
        embed_component_metadata(&mut module, &resolve, world, StringEncoding::UTF8)?;
        let mut encoder = ComponentEncoder::default().module(&module)?;
        // Merged imports have the latest version of all, and the linker is to be asked for the
        // guest's own.
        encoder = encoder.merge_imports_based_on_semver(false);
        encoder.encode()
    }

    /// Returns the interfaces of these imports, and those whose types they use.
    fn needed(&self, keys: &[&WorldKey]) -> BTreeSet<InterfaceId> {
        let mut needed = BTreeSet::new();
        let mut more: Vec<_> = keys.iter().filter_map(|key| self.interface(key)).collect();
        if more.len() < keys.len() {
            more.extend(self.types_of_world());
        }
        while let Some(id) = more.pop() {
            if needed.insert(id) {
                more.extend(self.guest.resolve.interface_direct_deps(id));
            }
        }
        needed
    }

    /// Returns the interfaces whose types the world itself uses.
    fn types_of_world(&self) -> impl Iterator<Item = InterfaceId> {
        let resolve = &self.guest.resolve;
        let imports = resolve.worlds[self.guest.world].imports.values();
        imports.filter_map(|item| match item {
            WorldItem::Type { id, .. } => resolve.type_interface_dep(*id),
            _ => None,
        })
    }

    fn interface(&self, key: &WorldKey) -> Option<InterfaceId> {
        match self.guest.resolve.worlds[self.guest.world].imports.get(key)? {
            WorldItem::Interface { id, .. } => Some(*id),
            _ => None,
        }
    }
}

/// Removes all of an interface except some items and the types that they need.
fn retain(resolve: &mut Resolve, Only { interface: id, items }: &Only<'_>) {
    let mut needed = LiveTypes::default();
    for (name, function) in &resolve.interfaces[*id].functions {
        if items.contains(name.as_str()) {
            needed.add_func(resolve, function);
        }
    }
    let interface = &mut resolve.interfaces[*id];
    interface.functions.retain(|name, _| items.contains(name.as_str()));
    interface.types.retain(|name, id| items.contains(name.as_str()) || needed.contains(*id));
}
