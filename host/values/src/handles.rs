//! Visits the handles within values. What they are handles of is not known here.

use wasmtime::component::{ResourceAny, Val};

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
