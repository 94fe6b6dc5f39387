//! The types and values of a contract in the Rust of `wit-bindgen`. They are written by name in the
//! module of their interface, and by path elsewhere.

use heck::ToUpperCamelCase as _;
use wit_parser::{Handle, Resolve, Type, TypeDefKind, TypeId, WorldKey};

use super::names::{camel, identifier, module_of, path_of, state};
use crate::stubs::exports::{Interface, World};
use crate::stubs::plain::{Payload, Plain, plain};

/// Writes types as they are named in the module of an interface, or of the world itself.
pub(super) struct Types<'w> {
    world: &'w World,
    at: Option<&'w WorldKey>,
}

impl<'w> Types<'w> {
    pub(super) fn new(world: &'w World, interface: &Interface<'w>) -> Self {
        Self { world, at: interface.key.map(|(_, key)| key) }
    }

    pub(super) fn resolve(&self) -> &'w Resolve {
        &self.world.resolve
    }

    /// Returns a type as a parameter or a result.
    pub(super) fn name(&self, ty: &Type) -> String {
        match ty {
            Type::Id(id) => self.of_definition(*id),
            Type::String => "String".into(),
            Type::S8 => "i8".into(),
            Type::S16 => "i16".into(),
            Type::S32 => "i32".into(),
            Type::S64 => "i64".into(),
            Type::Bool => "bool".into(),
            Type::Char => "char".into(),
            Type::U8 => "u8".into(),
            Type::U16 => "u16".into(),
            Type::U32 => "u32".into(),
            Type::U64 => "u64".into(),
            Type::F32 => "f32".into(),
            Type::F64 => "f64".into(),
            Type::ErrorContext => "()".into(),
        }
    }

    fn of_definition(&self, id: TypeId) -> String {
        let definition = &self.resolve().types[id];
        if let Some(name) = &definition.name {
            return self.qualified(id, &camel(name));
        }
        let optional = |ty: Option<Type>| ty.map_or("()".into(), |ty| self.name(&ty));
        match &definition.kind {
            TypeDefKind::Option(ty) => format!("Option<{}>", self.name(ty)),
            TypeDefKind::List(ty) => format!("Vec<{}>", self.name(ty)),
            TypeDefKind::Result(result) => {
                format!("Result<{}, {}>", optional(result.ok), optional(result.err))
            }
            TypeDefKind::Tuple(tuple) => {
                let types: Vec<_> = tuple.types.iter().map(|ty| self.name(ty)).collect();
                parenthesised(&types)
            }
            TypeDefKind::Type(ty) => self.name(ty),
            TypeDefKind::Handle(Handle::Own(id)) => self.of_definition(*id),
            TypeDefKind::Handle(Handle::Borrow(id)) => self.borrowed(*id),
            // Every other type has a name, or was refused before.
            _ => "()".into(),
        }
    }

    fn borrowed(&self, id: TypeId) -> String {
        let name = camel(self.resolve().types[id].name.as_deref().unwrap_or_default());
        match self.world.exported(self.world.dealiased(id)) {
            Some(_) => format!("{}<'_>", self.qualified(id, &format!("{name}Borrow"))),
            None => format!("&{}", self.qualified(id, &name)),
        }
    }

    /// Returns a type's name, with the path of its module if that is another one.
    fn qualified(&self, id: TypeId, name: &str) -> String {
        let (exported, imported) = (self.world.exported(id), self.world.imported(id));
        let within = match (exported, imported) {
            (Some(key), _) if self.at == Some(key) => return format!("wit::{name}"),
            (Some(key), _) => path_of(self.world, key, true) + "::",
            (None, Some(key)) => path_of(self.world, key, false) + "::",
            (None, None) => String::new(),
        };
        let root = if self.at.is_none() { "" } else { "crate::" };
        format!("{root}bindings::{within}{name}")
    }

    /// Returns the value that the function returns until it is filled in.
    pub(super) fn returned(&self, ty: &Type) -> String {
        match plain(self.world, ty) {
            Some(value) => self.value(&value),
            // Only the host can make such a resource.
            None => "unimplemented!(\"nothing is here yet\")".into(),
        }
    }

    fn value(&self, value: &Plain<'_>) -> String {
        let payload = |payload: &Payload<'_>| payload.as_ref().map(|value| self.value(value));
        let named = |id: TypeId| {
            let name = self.resolve().types[id].name.as_deref().unwrap_or_default();
            self.qualified(id, &camel(name))
        };
        match value {
            Plain::False => "false".into(),
            Plain::Zero(Type::F32 | Type::F64) => "0.0".into(),
            Plain::Zero(_) => "0".into(),
            Plain::Char => "' '".into(),
            Plain::EmptyText => "String::new()".into(),
            Plain::EmptyList(_) => "Vec::new()".into(),
            Plain::Nothing { .. } => "None".into(),
            Plain::Result(Ok(value)) => format!("Ok({})", payload(value).unwrap_or("()".into())),
            Plain::Result(Err(value)) => format!("Err({})", payload(value).unwrap_or("()".into())),
            Plain::Tuple(values) => {
                parenthesised(&values.iter().map(|value| self.value(value)).collect::<Vec<_>>())
            }
            Plain::Record(id, fields) => {
                let fields = fields.iter();
                let fields = fields
                    .map(|(name, value)| format!("{}: {}", identifier(name), self.value(value)));
                format!("{} {{ {} }}", named(*id), fields.collect::<Vec<_>>().join(", "))
            }
            Plain::Case { id, name, value, .. } => {
                let value = payload(value).map_or(String::new(), |value| format!("({value})"));
                format!("{}::{}{value}", named(*id), name.to_upper_camel_case())
            }
            Plain::NoFlags(id) => format!("{}::empty()", named(*id)),
            Plain::New { id, .. } => format!("{}::new({})", named(*id), self.state_of(*id)),
        }
    }

    /// Returns the type that holds the state of a resource, with its module if that is another one.
    fn state_of(&self, id: TypeId) -> String {
        let id = self.world.dealiased(id);
        let state = state(self.resolve().types[id].name.as_deref().unwrap_or_default());
        match self.world.exported(id) {
            Some(key) if self.at != Some(key) => {
                format!("crate::{}::{state}", module_of(self.world, key))
            }
            _ => state,
        }
    }
}

/// Returns a tuple. A tuple of one part needs a comma.
fn parenthesised(parts: &[String]) -> String {
    match parts {
        [one] => format!("({one},)"),
        parts => format!("({})", parts.join(", ")),
    }
}
