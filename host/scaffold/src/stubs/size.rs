//! Computes the size of the plain values of a contract's types as text. A few types that contain
//! each other twice can have values that are too large for any disk.

use std::cell::RefCell;
use std::collections::HashMap;

use wit_parser::{Field, Handle, Type, TypeDefKind, TypeId};

use crate::stubs::exports::World;

/// The approximate size of all plain values of all functions together, in bytes.
pub(crate) const MOST: usize = 1 << 20;

/// The size of a value without parts.
const SHORT: usize = 8;

/// The sizes that are known. `None` means that the type has no plain value.
#[derive(Default)]
pub(crate) struct Sizes(RefCell<HashMap<TypeId, Option<usize>>>);

/// Returns the size of a type's plain value, if it has one.
pub(crate) fn of(world: &World, ty: &Type) -> Option<usize> {
    let id = match ty {
        Type::Id(id) => *id,
        Type::ErrorContext => return None,
        _ => return Some(SHORT),
    };
    // Each type is computed once. Otherwise types that use another one twice on each level would
    // take time that doubles with each of them.
    let known = world.sizes.0.borrow().get(&id).copied();
    known.unwrap_or_else(|| {
        let size = of_definition(world, id);
        world.sizes.0.borrow_mut().insert(id, size);
        size
    })
}

fn of_definition(world: &World, id: TypeId) -> Option<usize> {
    let definition = &world.resolve.types[id];
    let name = definition.name.as_ref().map_or(0, String::len).saturating_add(SHORT);
    let optional = |ty: Option<Type>| ty.map_or(Some(0), |ty| of(world, &ty));
    match &definition.kind {
        TypeDefKind::Type(ty) => of(world, ty),
        TypeDefKind::List(_) | TypeDefKind::Option(_) | TypeDefKind::Flags(_) => Some(name),
        TypeDefKind::Enum(cases) => Some(name.saturating_add(cases.cases.first()?.name.len())),
        TypeDefKind::Result(result) => optional(result.ok)
            .or_else(|| optional(result.err))
            .map(|size| size.saturating_add(name)),
        TypeDefKind::Variant(variant) => variant.cases.iter().find_map(|case| {
            Some(optional(case.ty)?.saturating_add(case.name.len()).saturating_add(name))
        }),
        TypeDefKind::Tuple(tuple) => sum(name, tuple.types.iter().map(|ty| of(world, ty))),
        TypeDefKind::Record(record) => {
            let field = |field: &Field| {
                of(world, &field.ty).map(|size| size.saturating_add(field.name.len()))
            };
            sum(name, record.fields.iter().map(field))
        }
        TypeDefKind::Handle(Handle::Own(resource)) => {
            world.exported(world.dealiased(*resource)).map(|_| name)
        }
        _ => None,
    }
}

fn sum(first: usize, mut parts: impl Iterator<Item = Option<usize>>) -> Option<usize> {
    parts.try_fold(first, |sum, part| Some(sum.saturating_add(part?)))
}

/// Returns why the plain values of all functions would be too large together.
pub(crate) fn mismatch(world: &World) -> Option<String> {
    let mut left = MOST;
    let exports = world.exports();
    let mut functions = exports.iter().flat_map(|interface| interface.all_functions());
    functions.find_map(|function| {
        let result = function.result?;
        match left.checked_sub(of(world, &result)?) {
            Some(rest) => {
                left = rest;
                None
            }
            None => Some(format!(
                "its export `{}` returns `{}`, and with that the values that are returned until \
                 they are filled in take more than 1 MiB of text",
                function.name,
                wit_host_wit::type_name(&world.resolve, &result)
            )),
        }
    })
}
