//! The names of a contract's types in `wit-bindgen c`.

use std::collections::HashMap;

use heck::ToSnakeCase as _;
use wit_parser::{Handle, Resolve, Type, TypeDefKind, TypeId, WorldKey};

use crate::stubs::exports::{Interface, World};
use crate::stubs::plain::Plain;

use super::names::namespace;
use super::namespaces::Namespaces;

/// Writes types as they are named in the functions of an exported interface, or of the world.
pub(super) struct Types<'w> {
    world: &'w World,
    at: Option<&'w WorldKey>,
    /// The namespaces of types without a name.
    namespaces: &'w HashMap<TypeId, String>,
}

impl<'w> Types<'w> {
    pub(super) fn new(
        world: &'w World,
        interface: &Interface<'w>,
        namespaces: &'w Namespaces,
    ) -> Self {
        let at = interface.key.map(|(_, key)| key);
        let namespaces =
            if at.is_none() { &namespaces.own_functions } else { &namespaces.interfaces };
        Self { world, at, namespaces }
    }

    pub(super) fn resolve(&self) -> &'w Resolve {
        &self.world.resolve
    }

    pub(super) fn is_world(&self) -> bool {
        self.at.is_none()
    }

    /// Returns the prefix of the functions' names.
    pub(super) fn namespace(&self) -> String {
        namespace(self.world, self.at, true)
    }

    /// Returns the definition of a type behind its aliases.
    pub(super) fn kind(&self, ty: &Type) -> Option<&'w TypeDefKind> {
        let Type::Id(id) = ty else { return None };
        Some(&self.resolve().types[self.world.dealiased(*id)].kind)
    }

    pub(super) fn name(&self, ty: &Type) -> String {
        match ty {
            Type::Bool => "bool".into(),
            Type::Char | Type::U32 => "uint32_t".into(),
            Type::U8 => "uint8_t".into(),
            Type::S8 => "int8_t".into(),
            Type::U16 => "uint16_t".into(),
            Type::S16 => "int16_t".into(),
            Type::S32 => "int32_t".into(),
            Type::U64 => "uint64_t".into(),
            Type::S64 => "int64_t".into(),
            Type::F32 => "float".into(),
            Type::F64 => "double".into(),
            Type::String => format!("{}_string_t", namespace(self.world, None, true)),
            Type::Id(id) => self.named(*id),
            Type::ErrorContext => "error_context".into(),
        }
    }

    pub(super) fn named(&self, id: TypeId) -> String {
        let owner = match &self.resolve().types[id].name {
            Some(_) => self.owner(id),
            None if self.is_shared(id) => namespace(self.world, None, true),
            None => self.namespaces.get(&id).cloned().unwrap_or_else(|| self.namespace()),
        };
        format!("{owner}_{}_t", self.short(&Type::Id(id)))
    }

    /// Returns the name of a resource that the guest defines, without its suffix.
    pub(super) fn defined(&self, id: TypeId) -> String {
        let id = self.world.dealiased(id);
        format!("{}_{}", self.owner(id), self.short(&Type::Id(id)))
    }

    fn owner(&self, id: TypeId) -> String {
        match (self.world.exported(id), self.world.imported(id)) {
            (Some(key), _) => namespace(self.world, Some(key), true),
            (None, Some(key)) => namespace(self.world, Some(key), false),
            (None, None) => namespace(self.world, None, true),
        }
    }

    /// Returns whether the type contains no named type. It then belongs to the whole world.
    fn is_shared(&self, id: TypeId) -> bool {
        let shared = |ty: &Type| match ty {
            Type::Id(id) => self.is_shared(*id),
            _ => true,
        };
        let definition = &self.resolve().types[id];
        definition.name.is_none()
            && match &definition.kind {
                TypeDefKind::List(ty) | TypeDefKind::Option(ty) | TypeDefKind::Type(ty) => {
                    shared(ty)
                }
                TypeDefKind::Tuple(tuple) => tuple.types.iter().all(shared),
                _ => false,
            }
    }

    fn short(&self, ty: &Type) -> String {
        let Type::Id(id) = ty else {
            return match ty {
                Type::Char => "char32".into(),
                ty => wit_host_wit::type_name(self.resolve(), ty),
            };
        };
        let definition = &self.resolve().types[*id];
        if let Some(name) = &definition.name {
            return name.to_snake_case();
        }
        let optional = |ty: &Option<Type>| ty.map_or("void".into(), |ty| self.short(&ty));
        match &definition.kind {
            TypeDefKind::Type(ty) => self.short(ty),
            TypeDefKind::Option(ty) => format!("option_{}", self.short(ty)),
            TypeDefKind::List(ty) => format!("list_{}", self.short(ty)),
            TypeDefKind::Result(result) => {
                format!("result_{}_{}", optional(&result.ok), optional(&result.err))
            }
            TypeDefKind::Tuple(tuple) => {
                let types: Vec<_> = tuple.types.iter().map(|ty| self.short(ty)).collect();
                format!("tuple{}_{}", types.len(), types.join("_"))
            }
            TypeDefKind::Handle(Handle::Own(id)) => format!("own_{}", self.short(&Type::Id(*id))),
            TypeDefKind::Handle(Handle::Borrow(id)) => {
                format!("borrow_{}", self.short(&Type::Id(*id)))
            }
            _ => String::new(),
        }
    }

    /// Returns whether all bytes of the value are zero.
    pub(super) fn is_zero(&self, value: &Plain<'_>) -> bool {
        match value {
            Plain::New { .. } | Plain::Result(Err(_)) => false,
            Plain::Case { id, name, value, of_enum: false } => {
                let kind = &self.resolve().types[self.world.dealiased(*id)].kind;
                let first = match kind {
                    TypeDefKind::Variant(variant) => variant.cases.first(),
                    _ => None,
                };
                first.is_some_and(|first| first.name == *name)
                    && value.as_ref().is_none_or(|value| self.is_zero(value))
            }
            Plain::Result(Ok(value)) => value.as_ref().is_none_or(|value| self.is_zero(value)),
            Plain::Tuple(values) => values.iter().all(|value| self.is_zero(value)),
            Plain::Record(_, fields) => fields.iter().all(|(_, value)| self.is_zero(value)),
            _ => true,
        }
    }
}

/// Returns whether a value of the type is passed by pointer.
pub(super) fn is_pointer(resolve: &Resolve, ty: &Type) -> bool {
    let Type::Id(id) = ty else { return matches!(ty, Type::String) };
    match &resolve.types[*id].kind {
        TypeDefKind::Type(ty) => is_pointer(resolve, ty),
        TypeDefKind::Enum(_) | TypeDefKind::Flags(_) | TypeDefKind::Handle(_) => false,
        _ => true,
    }
}
