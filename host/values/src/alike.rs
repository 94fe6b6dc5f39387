//! Compares types that were read in different places, part for part. The engine keeps no names of
//! types, so only those of fields, cases and flags count. What a resource is, is not known here.

use std::iter::zip;

use wasmtime::component::types::{Case, ComponentFunc, Field};
use wasmtime::component::{ResourceType, Type};

/// Returns whether a function of the one type can be called as one of the other. Names of
/// parameters do not count. A handle is taken for any other, because the engine knows the resource
/// only once there is an instance.
pub fn alike(one: &ComponentFunc, other: &ComponentFunc) -> bool {
    alike_where(one, other, &mut |_, _| true)
}

/// Returns whether a function of the one type can be called as one of the other. `same` decides
/// whether the resource of a handle in the one is that of the handle in the other.
pub fn alike_where(one: &ComponentFunc, other: &ComponentFunc, same: Same<'_>) -> bool {
    one.async_() == other.async_()
        && one.params().len() == other.params().len()
        && one.results().len() == other.results().len()
        && zip(one.params(), other.params())
            .all(|((_, one), (_, other))| are_alike(&one, &other, same))
        && zip(one.results(), other.results()).all(|(one, other)| are_alike(&one, &other, same))
}

/// Decides whether two resources are the same one.
type Same<'s> = &'s mut dyn FnMut(&ResourceType, &ResourceType) -> bool;

fn are_alike(one: &Type, other: &Type, same: Same<'_>) -> bool {
    let mut optional = |one: Option<Type>, other: Option<Type>| match (one, other) {
        (Some(one), Some(other)) => are_alike(&one, &other, same),
        (None, None) => true,
        _ => false,
    };
    match (one, other) {
        (Type::List(one), Type::List(other)) => are_alike(&one.ty(), &other.ty(), same),
        (Type::FixedLengthList(one), Type::FixedLengthList(other)) => {
            one.len() == other.len() && are_alike(&one.ty(), &other.ty(), same)
        }
        (Type::Map(one), Type::Map(other)) => {
            are_alike(&one.key(), &other.key(), same)
                && are_alike(&one.value(), &other.value(), same)
        }
        (Type::Record(one), Type::Record(other)) => {
            let is_same = |(one, other): (Field<'_>, Field<'_>)| {
                one.name == other.name && are_alike(&one.ty, &other.ty, same)
            };
            one.fields().len() == other.fields().len()
                && zip(one.fields(), other.fields()).all(is_same)
        }
        (Type::Tuple(one), Type::Tuple(other)) => {
            one.types().len() == other.types().len()
                && zip(one.types(), other.types()).all(|(one, other)| are_alike(&one, &other, same))
        }
        (Type::Variant(one), Type::Variant(other)) => {
            let is_same = |(one, other): (Case<'_>, Case<'_>)| {
                one.name == other.name && optional(one.ty, other.ty)
            };
            one.cases().len() == other.cases().len() && zip(one.cases(), other.cases()).all(is_same)
        }
        (Type::Enum(one), Type::Enum(other)) => one.names().eq(other.names()),
        (Type::Flags(one), Type::Flags(other)) => one.names().eq(other.names()),
        (Type::Option(one), Type::Option(other)) => are_alike(&one.ty(), &other.ty(), same),
        (Type::Result(one), Type::Result(other)) => {
            optional(one.ok(), other.ok()) && optional(one.err(), other.err())
        }
        (Type::Own(one), Type::Own(other)) | (Type::Borrow(one), Type::Borrow(other)) => {
            same(one, other)
        }
        (Type::Future(one), Type::Future(other)) => optional(one.ty(), other.ty()),
        (Type::Stream(one), Type::Stream(other)) => optional(one.ty(), other.ty()),
        _ => std::mem::discriminant(one) == std::mem::discriminant(other),
    }
}

/// Returns the part of a type that belongs to one store and cannot leave it as a value: a handle, a
/// stream, a future or an `error-context`. `None` for a type of nothing but values.
pub fn tied(ty: &Type) -> Option<&'static str> {
    innermost(ty, &mut |ty| match ty {
        Type::Own(_) | Type::Borrow(_) => Some("resource"),
        other => of_async(other),
    })
}

/// Returns the part of a type that is of component async: a stream, a future or an `error-context`.
pub fn asynchronous(ty: &Type) -> Option<&'static str> {
    innermost(ty, &mut of_async)
}

/// Returns the resources of the handles that a type has in it, in their order.
pub fn resources(ty: &Type) -> Vec<ResourceType> {
    let mut all = Vec::new();
    innermost(ty, &mut |ty| {
        if let Type::Own(resource) | Type::Borrow(resource) = ty {
            all.push(*resource);
        }
        // Without an answer, the search goes on to the end.
        None::<()>
    });
    all
}

fn of_async(ty: &Type) -> Option<&'static str> {
    match ty {
        Type::Future(_) => Some("future"),
        Type::Stream(_) => Some("stream"),
        Type::ErrorContext => Some("error-context"),
        _ => None,
    }
}

/// Returns the first answer of `find` for the types of which a type is made, each of which is made
/// of no others.
fn innermost<R>(ty: &Type, find: &mut dyn FnMut(&Type) -> Option<R>) -> Option<R> {
    let mut any = |types: Vec<Type>| types.iter().find_map(|ty| innermost(ty, find));
    match ty {
        Type::List(list) => any(vec![list.ty()]),
        Type::FixedLengthList(list) => any(vec![list.ty()]),
        Type::Map(map) => any(vec![map.key(), map.value()]),
        Type::Record(record) => any(record.fields().map(|field| field.ty).collect()),
        Type::Tuple(tuple) => any(tuple.types().collect()),
        Type::Variant(variant) => any(variant.cases().filter_map(|case| case.ty).collect()),
        Type::Option(option) => any(vec![option.ty()]),
        Type::Result(result) => any(result.ok().into_iter().chain(result.err()).collect()),
        other => find(other),
    }
}
