//! Visits the handles within values, as the value or as its type has them. What they are handles of
//! is not known here.

use wasmtime::component::{ResourceAny, ResourceType, Type, Val};

/// Returns whether a value is a label, such as `$1`, which stands in the place of a handle: an enum's
/// case whose name begins with `$`. No enum has such a case, because names in WIT begin with a letter.
pub fn is_label(value: &Val) -> bool {
    matches!(value, Val::Enum(name) if name.starts_with('$'))
}

/// Calls `visit` with each handle in a value, in the value's order, until it fails. The handles can
/// be replaced.
///
/// # Errors
/// The error of `visit`.
pub fn visit_handles<E>(
    value: &mut Val,
    visit: &mut dyn FnMut(&mut ResourceAny) -> Result<(), E>,
) -> Result<(), E> {
    match value {
        Val::Resource(handle) => visit(handle),
        Val::List(items) | Val::FixedLengthList(items) | Val::Tuple(items) => {
            items.iter_mut().try_for_each(|item| visit_handles(item, visit))
        }
        Val::Record(fields) => {
            fields.iter_mut().try_for_each(|(_, value)| visit_handles(value, visit))
        }
        Val::Map(pairs) => pairs.iter_mut().try_for_each(|(key, value)| {
            visit_handles(key, visit)?;
            visit_handles(value, visit)
        }),
        Val::Variant(_, value) | Val::Option(value) => optional(value, visit),
        Val::Result(Ok(value) | Err(value)) => optional(value, visit),
        _ => Ok(()),
    }
}

fn optional<E>(
    value: &mut Option<Box<Val>>,
    visit: &mut dyn FnMut(&mut ResourceAny) -> Result<(), E>,
) -> Result<(), E> {
    value.as_deref_mut().map_or(Ok(()), |value| visit_handles(value, visit))
}

/// Calls `visit` with each part of a value that is a handle by the value's type, and with the
/// resource of the handle, in the value's order, until it fails. The parts can be replaced. Parts
/// of a value that is not of the type are left out.
///
/// # Errors
/// The error of `visit`.
pub fn visit_handles_of<E>(
    ty: &Type,
    value: &mut Val,
    visit: &mut dyn FnMut(&ResourceType, &mut Val) -> Result<(), E>,
) -> Result<(), E> {
    match (ty, value) {
        (Type::Own(resource) | Type::Borrow(resource), value) => visit(resource, value),
        (Type::List(list), Val::List(items)) => all(&list.ty(), items, visit),
        (Type::FixedLengthList(list), Val::FixedLengthList(items)) => all(&list.ty(), items, visit),
        (Type::Map(map), Val::Map(pairs)) => pairs.iter_mut().try_for_each(|(key, value)| {
            visit_handles_of(&map.key(), key, visit)?;
            visit_handles_of(&map.value(), value, visit)
        }),
        (Type::Tuple(tuple), Val::Tuple(items)) => {
            let mut typed = tuple.types().zip(items);
            typed.try_for_each(|(ty, item)| visit_handles_of(&ty, item, visit))
        }
        (Type::Record(record), Val::Record(fields)) => {
            let mut typed = record.fields().zip(fields);
            typed.try_for_each(|(field, (_, value))| visit_handles_of(&field.ty, value, visit))
        }
        (Type::Variant(variant), Val::Variant(name, value)) => {
            let case = variant.cases().find(|case| case.name == name);
            payload(case.and_then(|case| case.ty), value, visit)
        }
        (Type::Option(option), Val::Option(value)) => payload(Some(option.ty()), value, visit),
        (Type::Result(result), Val::Result(Ok(value))) => payload(result.ok(), value, visit),
        (Type::Result(result), Val::Result(Err(value))) => payload(result.err(), value, visit),
        _ => Ok(()),
    }
}

fn all<E>(
    ty: &Type,
    items: &mut [Val],
    visit: &mut dyn FnMut(&ResourceType, &mut Val) -> Result<(), E>,
) -> Result<(), E> {
    items.iter_mut().try_for_each(|item| visit_handles_of(ty, item, visit))
}

fn payload<E>(
    ty: Option<Type>,
    value: &mut Option<Box<Val>>,
    visit: &mut dyn FnMut(&ResourceType, &mut Val) -> Result<(), E>,
) -> Result<(), E> {
    match (ty, value.as_deref_mut()) {
        (Some(ty), Some(value)) => visit_handles_of(&ty, value, visit),
        _ => Ok(()),
    }
}
