//! Lists what a guest of a world has to export and what it can call, in the order of the WIT. It
//! does not know languages.

use std::collections::HashSet;

use wit_parser::{
    Function, FunctionKind, IndexMap, InterfaceId, PackageName, Resolve, Type, TypeDefKind, TypeId,
    TypeOwner, WorldId, WorldItem, WorldKey,
};

use crate::stubs::size::{self, Sizes};
use wit_host_wit::Contract;

/// The kind of a list whose length is a part of its type.
const FIXED: &str = "fixed-length list";

/// A world in which an interface that is both imported and exported becomes two, as in the bindings
/// of every language.
pub(crate) struct World {
    pub resolve: Resolve,
    pub(crate) sizes: Sizes,
    id: WorldId,
}

/// The owner of functions: an interface, or the world itself.
#[derive(Clone, Copy)]
pub(crate) struct Interface<'w> {
    /// The interface and its name in the world. `None` for the world itself.
    pub(crate) key: Option<(InterfaceId, &'w WorldKey)>,
    items: &'w IndexMap<WorldKey, WorldItem>,
    world: &'w World,
}

/// A resource of an exported interface.
pub(crate) struct Resource<'w> {
    pub(crate) id: TypeId,
    pub name: &'w str,
    pub functions: Vec<&'w Function>,
}

impl World {
    pub(crate) fn new(contract: &Contract) -> Self {
        let mut resolve = Resolve::clone(&contract.resolve);
        resolve.generate_nominal_type_ids(contract.world);
        Self { resolve, sizes: Sizes::default(), id: contract.world }
    }

    pub(crate) fn name(&self) -> &str {
        &self.resolve.worlds[self.id].name
    }

    /// Returns the world's id in its package.
    pub(crate) fn id(&self) -> WorldId {
        self.id
    }

    /// Returns the world's definition in WIT.
    pub(crate) fn definition(&self) -> &wit_parser::World {
        &self.resolve.worlds[self.id]
    }

    /// Returns what the guest has to export: the world's own functions first, and then those of
    /// each interface that has any.
    pub(crate) fn exports(&self) -> Vec<Interface<'_>> {
        self.interfaces(&self.resolve.worlds[self.id].exports)
    }

    /// Returns what the guest can call.
    pub(crate) fn imports(&self) -> Vec<Interface<'_>> {
        self.interfaces(&self.resolve.worlds[self.id].imports)
    }

    fn interfaces<'w>(&'w self, items: &'w IndexMap<WorldKey, WorldItem>) -> Vec<Interface<'w>> {
        let interface = |key| Interface { key, items, world: self };
        let others = items.iter().filter_map(|(key, item)| match item {
            WorldItem::Interface { id, .. } => Some(interface(Some((*id, key)))),
            _ => None,
        });
        let all = [interface(None)].into_iter().chain(others);
        all.filter(|one| !one.all_functions().is_empty() || !one.resources().is_empty()).collect()
    }

    /// Returns the exported interface that owns a type, by its name in the world.
    pub(crate) fn exported(&self, id: TypeId) -> Option<&WorldKey> {
        self.key_of(id, self.resolve.worlds[self.id].exports.iter())
    }

    /// Returns the imported interface that owns a type, by its name in the world.
    pub(crate) fn imported(&self, id: TypeId) -> Option<&WorldKey> {
        self.key_of(id, self.resolve.worlds[self.id].imports.iter())
    }

    fn key_of<'w>(
        &self,
        ty: TypeId,
        mut items: impl Iterator<Item = (&'w WorldKey, &'w WorldItem)>,
    ) -> Option<&'w WorldKey> {
        let TypeOwner::Interface(owner) = self.resolve.types[ty].owner else { return None };
        let found =
            items.find(|(_, item)| matches!(item, WorldItem::Interface { id, .. } if *id == owner));
        found.map(|(key, _)| key)
    }

    /// Returns the names in the world of the interfaces on one side, including those without
    /// functions.
    pub(crate) fn interface_keys(&self, exported: bool) -> impl Iterator<Item = &WorldKey> {
        let world = self.definition();
        let items = if exported { &world.exports } else { &world.imports };
        let interfaces =
            items.iter().filter(|(_, item)| matches!(item, WorldItem::Interface { .. }));
        interfaces.map(|(key, _)| key)
    }

    /// Returns an interface's name without its package, such as `stock`.
    pub(crate) fn short_name<'w>(&'w self, key: &'w WorldKey) -> Option<&'w str> {
        match key {
            WorldKey::Name(name) => Some(name),
            WorldKey::Interface(id) => self.resolve.interfaces[*id].name.as_deref(),
        }
    }

    /// Returns the package of an interface. An interface that is declared in the world has none.
    pub(crate) fn package(&self, key: &WorldKey) -> Option<&PackageName> {
        let WorldKey::Interface(id) = key else { return None };
        let package = self.resolve.interfaces[*id].package?;
        Some(&self.resolve.packages[package].name)
    }

    /// Resolves the aliases of a type.
    pub(crate) fn dealiased(&self, mut id: TypeId) -> TypeId {
        while let TypeDefKind::Type(Type::Id(next)) = self.resolve.types[id].kind {
            id = next;
        }
        id
    }

    /// Returns the types that a type contains directly.
    pub(crate) fn parts(&self, id: TypeId) -> Vec<Type> {
        match &self.resolve.types[id].kind {
            TypeDefKind::Record(record) => record.fields.iter().map(|field| field.ty).collect(),
            TypeDefKind::Tuple(tuple) => tuple.types.clone(),
            TypeDefKind::Variant(variant) => {
                variant.cases.iter().filter_map(|case| case.ty).collect()
            }
            TypeDefKind::Result(result) => result.ok.into_iter().chain(result.err).collect(),
            TypeDefKind::Option(ty) | TypeDefKind::List(ty) | TypeDefKind::Type(ty) => vec![*ty],
            _ => Vec::new(),
        }
    }

    /// Returns why no language here can have the world's exports. `None` if they can.
    pub(crate) fn mismatch(&self) -> Option<String> {
        let exports = self.exports();
        let mut functions =
            exports.iter().flat_map(|interface| interface.all_functions()).peekable();
        if functions.peek().is_none() {
            return Some("it exports no function, so that there is nothing to fill in".into());
        }
        let mut seen = HashSet::new();
        let unknown = functions.find_map(|function| {
            let what = self.unknown_in(function, &mut seen)?;
            Some(format!("its export `{}` {what}, which is not known here yet", function.name))
        });
        unknown.or_else(|| self.unbound_import()).or_else(|| size::mismatch(self))
    }

    /// Returns an import of which the tools make no bindings, with the reason. They fail for it
    /// whether the guest calls it or not.
    fn unbound_import(&self) -> Option<String> {
        let imports = self.imports();
        let mut seen = HashSet::new();
        imports.iter().flat_map(|interface| interface.all_functions()).find_map(|function| {
            let types = function.params.iter().map(|param| param.ty).chain(function.result);
            let kind = types.into_iter().find_map(|ty| self.unknown(&ty, &mut seen))?;
            let is_unbound = kind == FIXED || kind == "map" || kind.ends_with("flags");
            is_unbound.then(|| {
                format!(
                    "its import `{}` has a `{kind}`, of which no language's tools make bindings yet",
                    function.name
                )
            })
        })
    }

    fn unknown_in(&self, function: &Function, seen: &mut HashSet<TypeId>) -> Option<String> {
        if function.kind.is_async() {
            return Some("is `async`".into());
        }
        let types = function.params.iter().map(|param| param.ty).chain(function.result);
        types
            .into_iter()
            .find_map(|ty| self.unknown(&ty, seen))
            .map(|kind| format!("has a `{kind}`"))
    }

    /// Returns the kind of a type, or of a type within it, for which no stub can be written. Types
    /// that were seen before are skipped.
    fn unknown(&self, ty: &Type, seen: &mut HashSet<TypeId>) -> Option<&'static str> {
        let Type::Id(id) = ty else {
            return matches!(ty, Type::ErrorContext).then_some("error-context");
        };
        if !seen.insert(*id) {
            return None;
        }
        let definition = &self.resolve.types[*id];
        match &definition.kind {
            // No generator of bindings supports it.
            TypeDefKind::Handle(_) if definition.name.is_some() => Some("handle with a name"),
            TypeDefKind::FixedLengthList(..) => Some(FIXED),
            // A component cannot have it.
            TypeDefKind::Flags(flags) if flags.flags.len() > 32 => Some("type of over 32 flags"),
            TypeDefKind::Future(_)
            | TypeDefKind::Stream(_)
            | TypeDefKind::Map(..)
            | TypeDefKind::Unknown => Some(definition.kind.as_str()),
            TypeDefKind::Type(ty) | TypeDefKind::Option(ty) | TypeDefKind::List(ty) => {
                self.unknown(ty, seen)
            }
            TypeDefKind::Result(result) => {
                result.ok.iter().chain(&result.err).find_map(|ty| self.unknown(ty, seen))
            }
            TypeDefKind::Tuple(tuple) => tuple.types.iter().find_map(|ty| self.unknown(ty, seen)),
            TypeDefKind::Record(record) => {
                record.fields.iter().find_map(|field| self.unknown(&field.ty, seen))
            }
            TypeDefKind::Variant(variant) => variant
                .cases
                .iter()
                .filter_map(|case| case.ty)
                .find_map(|ty| self.unknown(&ty, seen)),
            TypeDefKind::Handle(_)
            | TypeDefKind::Resource
            | TypeDefKind::Flags(_)
            | TypeDefKind::Enum(_) => None,
        }
    }
}

impl<'w> Interface<'w> {
    /// Returns the functions that belong to no resource.
    pub(crate) fn functions(&self) -> Vec<&'w Function> {
        let all = self.all_functions().into_iter();
        all.filter(|function| function.kind.resource().is_none()).collect()
    }

    /// Returns the resources with their functions.
    pub(crate) fn resources(&self) -> Vec<Resource<'w>> {
        let Some((id, _)) = self.key else { return Vec::new() };
        let interface = &self.world.resolve.interfaces[id];
        let types = interface.types.iter();
        let resources = types
            .filter(|(_, id)| matches!(self.world.resolve.types[**id].kind, TypeDefKind::Resource));
        let of = |id: TypeId| {
            interface
                .functions
                .values()
                .filter(move |function| function.kind.resource() == Some(id))
        };
        resources
            .map(|(name, id)| Resource { id: *id, name, functions: of(*id).collect() })
            .collect()
    }

    /// Returns the name without the package, such as `stock`. `None` for the world itself.
    pub(crate) fn name(&self) -> Option<&'w str> {
        self.world.short_name(self.key?.1)
    }

    /// Returns the name with the package, such as `shop:contract/stock@1.0.0`.
    pub(crate) fn full_name(&self) -> Option<String> {
        self.key.map(|(_, key)| self.world.resolve.name_world_key(key))
    }

    /// Returns all functions, including those of resources.
    pub(crate) fn all_functions(&self) -> Vec<&'w Function> {
        match self.key {
            Some((id, _)) => self.world.resolve.interfaces[id].functions.values().collect(),
            None => self.items.values().filter_map(own_function).collect(),
        }
    }
}

fn own_function(item: &WorldItem) -> Option<&Function> {
    match item {
        WorldItem::Function(function) => Some(function),
        _ => None,
    }
}

/// Returns the type of a constructor's error, if the constructor can fail.
pub(crate) fn constructor_error(resolve: &Resolve, function: &Function) -> Option<Option<Type>> {
    let (FunctionKind::Constructor(_), Some(Type::Id(result))) = (&function.kind, function.result)
    else {
        return None;
    };
    match &resolve.types[result].kind {
        TypeDefKind::Result(result) => Some(result.err),
        _ => None,
    }
}
