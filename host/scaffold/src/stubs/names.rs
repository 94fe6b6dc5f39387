//! Lists the names in a contract, each with the kind of item that has it. It does not know any
//! language.

use wit_parser::{
    Function, FunctionKind, InterfaceId, Resolve, TypeDefKind, TypeId, WorldItem, WorldKey,
};

use crate::stubs::c_library;
use crate::stubs::exports::World;
use wit_host_text::shown;

/// A name in a contract.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(crate) struct Named<'w> {
    pub(crate) what: What,
    pub(crate) name: &'w str,
    /// What the name is in: an interface, a type, or a function. It is empty for the world itself.
    pub(crate) within: String,
    /// Whether the name is in the world itself, whose types and functions have no interface.
    pub(crate) of_world: bool,
    /// Whether the guest exports it. An item that is both imported and exported is listed twice.
    pub(crate) exported: bool,
}

/// The kinds of items that have a name.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) enum What {
    Namespace,
    Package,
    World,
    Interface,
    Function,
    /// A method of a resource, or a static function.
    Method,
    Constructor,
    Parameter,
    /// A type that is neither flags nor a resource.
    Type,
    /// A type of flags.
    Flags,
    Resource,
    Field,
    /// A case of a variant or an enum.
    Case,
    Flag,
}

impl What {
    fn words(self) -> &'static str {
        match self {
            Self::Namespace => "namespace",
            Self::Package => "package",
            Self::World => "world",
            Self::Interface => "interface",
            Self::Function => "function",
            Self::Method => "method",
            Self::Constructor => "constructor",
            Self::Parameter => "parameter",
            Self::Type | Self::Flags => "type",
            Self::Resource => "resource",
            Self::Field => "field",
            Self::Case => "case",
            Self::Flag => "flag",
        }
    }
}

impl Named<'_> {
    /// Returns why no project can be made: the name that the item would have in the language is
    /// taken.
    pub(crate) fn refused(&self, called: &str, language: &str, taken: &str) -> String {
        let (what, name) = (self.what.words(), shown(self.name));
        let within = match &*self.within {
            "" => String::new(),
            within => format!(" of `{}`", shown(within)),
        };
        format!(
            "its {what} `{name}`{within} would be `{}` in {language}, which {taken}; give it \
             another name",
            shown(called)
        )
    }
}

/// Returns every name in the world that bindings are made of, both of imports and of exports.
pub(crate) fn names(world: &World) -> Vec<Named<'_>> {
    let mut names = Names { resolve: &world.resolve, exported: false, found: Vec::new() };
    let definition = world.definition();
    names.add(What::World, &definition.name, "", true);
    let imports = definition.imports.iter().map(|(key, item)| (false, key, item));
    let exports = definition.exports.iter().map(|(key, item)| (true, key, item));
    for (exported, key, item) in imports.chain(exports) {
        names.exported = exported;
        match item {
            WorldItem::Interface { id, .. } => names.interface(key, *id),
            WorldItem::Function(function) => names.function(function, "", true),
            WorldItem::Type { id, .. } => names.ty(*id, "", true),
        }
    }
    names.found
}

/// The reason why the name `memory` is taken.
pub(crate) const MEMORY: &str = "is what a guest's memory is called";

/// Returns why no project can be made if an exported function of the world itself has a taken name.
/// Such functions are exported under their names alone.
pub(crate) fn own_function(
    world: &World,
    language: &str,
    taken: impl Fn(&str) -> Option<&'static str>,
) -> Option<String> {
    names(world).iter().find_map(|one| {
        let is_own = one.what == What::Function && one.of_world && one.exported;
        let taken = is_own.then(|| taken(one.name))??;
        Some(one.refused(one.name, language, taken))
    })
}

/// Returns why no project can be made if such a function has the name of the guest's memory, which
/// is the only taken name.
pub(crate) fn memory(world: &World, language: &str) -> Option<String> {
    own_function(world, language, |name| (name == c_library::MEMORY).then_some(MEMORY))
}

struct Names<'w> {
    resolve: &'w Resolve,
    /// Whether the names that are collected are those of exports.
    exported: bool,
    found: Vec<Named<'w>>,
}

impl<'w> Names<'w> {
    fn add(&mut self, what: What, name: &'w str, within: &str, of_world: bool) {
        let exported = self.exported;
        self.found.push(Named { what, name, within: within.into(), of_world, exported });
    }

    fn interface(&mut self, key: &'w WorldKey, id: InterfaceId) {
        let resolve = self.resolve;
        let interface = &resolve.interfaces[id];
        let full = resolve.name_world_key(key);
        match (key, interface.package, &interface.name) {
            (WorldKey::Interface(_), Some(package), Some(name)) => {
                let package = &resolve.packages[package].name;
                self.add(What::Namespace, &package.namespace, "", false);
                self.add(What::Package, &package.name, "", false);
                self.add(What::Interface, name, "", false);
            }
            (WorldKey::Name(name), ..) => self.add(What::Interface, name, "", true),
            _ => {}
        }
        for id in interface.types.values() {
            self.ty(*id, &full, false);
        }
        for function in interface.functions.values() {
            self.function(function, &full, false);
        }
    }

    fn function(&mut self, function: &'w Function, within: &str, of_world: bool) {
        let name = function.item_name();
        let resource = function.kind.resource().map(|id| &self.resolve.types[id]);
        let resource = resource.and_then(|definition| definition.name.as_deref());
        let what = match function.kind {
            FunctionKind::Constructor(_) => What::Constructor,
            _ if resource.is_some() => What::Method,
            _ => What::Function,
        };
        self.add(what, name, resource.unwrap_or(within), of_world);
        // The first parameter of a method is its resource, which has no name in the WIT.
        let is_method = matches!(function.kind, FunctionKind::Method(_));
        for param in function.params.iter().skip(usize::from(is_method)) {
            self.add(What::Parameter, &param.name, name, of_world);
        }
    }

    fn ty(&mut self, id: TypeId, within: &str, of_world: bool) {
        let definition = &self.resolve.types[id];
        let Some(name) = definition.name.as_deref() else { return };
        let what = match definition.kind {
            TypeDefKind::Resource => What::Resource,
            TypeDefKind::Flags(_) => What::Flags,
            _ => What::Type,
        };
        self.add(what, name, within, of_world);
        let (what, members): (_, Vec<_>) = match &definition.kind {
            TypeDefKind::Record(record) => {
                (What::Field, record.fields.iter().map(|field| &field.name).collect())
            }
            TypeDefKind::Variant(variant) => {
                (What::Case, variant.cases.iter().map(|case| &case.name).collect())
            }
            TypeDefKind::Enum(cases) => {
                (What::Case, cases.cases.iter().map(|case| &case.name).collect())
            }
            TypeDefKind::Flags(flags) => {
                (What::Flag, flags.flags.iter().map(|flag| &flag.name).collect())
            }
            _ => return,
        };
        for member in members {
            self.add(what, member, name, of_world);
        }
    }
}
