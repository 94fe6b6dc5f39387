//! Checks whether a value is of a type. It does not say what is wrong.

use wasmtime::component::types::Field;
use wasmtime::component::{ResourceType, Type, Val};

use crate::handles::is_label;

/// Returns whether a value is of the type.
pub fn fits(ty: &Type, value: &Val) -> bool {
    fits_with(ty, value, &|ty, value| matches!(value, Val::Resource(handle) if *ty == handle.ty()))
}

/// Returns whether a value is of the type in which labels, such as `$1`, stand in the places of
/// handles.
pub fn fits_with_labels(ty: &Type, value: &Val) -> bool {
    fits_with(ty, value, &|_, value| is_label(value))
}

fn fits_with(ty: &Type, value: &Val, is_handle: &dyn Fn(&ResourceType, &Val) -> bool) -> bool {
    let fits = |ty: &Type, value: &Val| fits_with(ty, value, is_handle);
    let payload = |ty: Option<Type>, value: &Option<Box<Val>>| match (ty, value) {
        (None, None) => true,
        (Some(ty), Some(value)) => fits(&ty, value),
        _ => false,
    };
    match (ty, value) {
        (Type::List(list), Val::List(items)) => items.iter().all(|item| fits(&list.ty(), item)),
        (Type::FixedLengthList(list), Val::FixedLengthList(items)) => {
            usize::try_from(list.len()) == Ok(items.len())
                && items.iter().all(|item| fits(&list.ty(), item))
        }
        (Type::Map(map), Val::Map(pairs)) => {
            let (key_ty, value_ty) = (map.key(), map.value());
            pairs.iter().all(|(key, value)| fits(&key_ty, key) && fits(&value_ty, value))
        }
        (Type::Tuple(tuple), Val::Tuple(items)) => {
            let types: Vec<_> = tuple.types().collect();
            types.len() == items.len() && types.iter().zip(items).all(|(ty, item)| fits(ty, item))
        }
        (Type::Record(record), Val::Record(values)) => {
            let same = |(field, (name, value)): (Field<'_>, &(String, Val))| {
                field.name == name && fits(&field.ty, value)
            };
            record.fields().len() == values.len() && record.fields().zip(values).all(same)
        }
        (Type::Variant(variant), Val::Variant(name, value)) => variant
            .cases()
            .find(|case| case.name == name)
            .is_some_and(|case| payload(case.ty, value)),
        (Type::Enum(cases), Val::Enum(name)) => cases.names().any(|case| case == name),
        (Type::Flags(flags), Val::Flags(set)) => {
            set.iter().all(|name| flags.names().any(|flag| flag == name))
        }
        (Type::Option(some), Val::Option(value)) => {
            value.as_ref().is_none_or(|value| fits(&some.ty(), value))
        }
        (Type::Result(result), Val::Result(value)) => match value {
            Ok(value) => payload(result.ok(), value),
            Err(value) => payload(result.err(), value),
        },
        (Type::Own(ty) | Type::Borrow(ty), value) => is_handle(ty, value),
        (Type::Bool, Val::Bool(_))
        | (Type::Char, Val::Char(_))
        | (Type::String, Val::String(_))
        | (Type::S8, Val::S8(_))
        | (Type::U8, Val::U8(_))
        | (Type::S16, Val::S16(_))
        | (Type::U16, Val::U16(_))
        | (Type::S32, Val::S32(_))
        | (Type::U32, Val::U32(_))
        | (Type::S64, Val::S64(_))
        | (Type::U64, Val::U64(_))
        | (Type::Float32, Val::Float32(_))
        | (Type::Float64, Val::Float64(_)) => true,
        _ => false,
    }
}
