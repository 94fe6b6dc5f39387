//! Whether two types that were read in different places are the same one, part for part. The
//! engine keeps no names of types, so that names are no part of it, but for those of fields,
//! cases and flags.

use std::iter::zip;

use wasmtime::component::Type;
use wasmtime::component::types::ComponentFunc;

/// Whether a function of the one type can be called as one of the other. The names of parameters
/// are no part of it. A handle is taken for any other: which resource it is of, the engine knows
/// once there is an instance.
pub fn alike(one: &ComponentFunc, other: &ComponentFunc) -> bool {
    one.async_() == other.async_()
        && one.params().len() == other.params().len()
        && one.results().len() == other.results().len()
        && zip(one.params(), other.params()).all(|((_, one), (_, other))| are_alike(&one, &other))
        && zip(one.results(), other.results()).all(|(one, other)| are_alike(&one, &other))
}

fn are_alike(one: &Type, other: &Type) -> bool {
    let optional = |one: Option<Type>, other: Option<Type>| match (one, other) {
        (Some(one), Some(other)) => are_alike(&one, &other),
        (None, None) => true,
        _ => false,
    };
    match (one, other) {
        (Type::List(one), Type::List(other)) => are_alike(&one.ty(), &other.ty()),
        (Type::FixedLengthList(one), Type::FixedLengthList(other)) => {
            one.len() == other.len() && are_alike(&one.ty(), &other.ty())
        }
        (Type::Map(one), Type::Map(other)) => {
            are_alike(&one.key(), &other.key()) && are_alike(&one.value(), &other.value())
        }
        (Type::Record(one), Type::Record(other)) => {
            let mut same = zip(one.fields(), other.fields());
            one.fields().len() == other.fields().len()
                && same.all(|(one, other)| one.name == other.name && are_alike(&one.ty, &other.ty))
        }
        (Type::Tuple(one), Type::Tuple(other)) => {
            one.types().len() == other.types().len()
                && zip(one.types(), other.types()).all(|(one, other)| are_alike(&one, &other))
        }
        (Type::Variant(one), Type::Variant(other)) => {
            let mut same = zip(one.cases(), other.cases());
            one.cases().len() == other.cases().len()
                && same.all(|(one, other)| one.name == other.name && optional(one.ty, other.ty))
        }
        (Type::Enum(one), Type::Enum(other)) => one.names().eq(other.names()),
        (Type::Flags(one), Type::Flags(other)) => one.names().eq(other.names()),
        (Type::Option(one), Type::Option(other)) => are_alike(&one.ty(), &other.ty()),
        (Type::Result(one), Type::Result(other)) => {
            optional(one.ok(), other.ok()) && optional(one.err(), other.err())
        }
        (Type::Own(_), Type::Own(_)) | (Type::Borrow(_), Type::Borrow(_)) => true,
        (Type::Future(one), Type::Future(other)) => optional(one.ty(), other.ty()),
        (Type::Stream(one), Type::Stream(other)) => optional(one.ty(), other.ty()),
        _ => std::mem::discriminant(one) == std::mem::discriminant(other),
    }
}

/// What a type has in it that is of one store, and does not leave that as a value does: a
/// handle, a stream, a future or an `error-context`. `None` where it is nothing but values.
pub fn tied(ty: &Type) -> Option<&'static str> {
    let any = |types: Vec<Type>| types.iter().find_map(tied);
    match ty {
        Type::Own(_) | Type::Borrow(_) => Some("resource"),
        Type::Future(_) => Some("future"),
        Type::Stream(_) => Some("stream"),
        Type::ErrorContext => Some("error-context"),
        Type::List(list) => tied(&list.ty()),
        Type::FixedLengthList(list) => tied(&list.ty()),
        Type::Map(map) => any(vec![map.key(), map.value()]),
        Type::Record(record) => any(record.fields().map(|field| field.ty).collect()),
        Type::Tuple(tuple) => any(tuple.types().collect()),
        Type::Variant(variant) => any(variant.cases().filter_map(|case| case.ty).collect()),
        Type::Option(option) => tied(&option.ty()),
        Type::Result(result) => any(result.ok().into_iter().chain(result.err()).collect()),
        _ => None,
    }
}
