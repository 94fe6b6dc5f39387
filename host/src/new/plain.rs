//! The value that a function returns until it is filled in: 0, the empty text, the
//! first case. Each language writes it in its own way.

use wit_parser::{Handle, Type, TypeDefKind, TypeId};

use super::exports::World;

/// A plain value. Types with a name are given by the name that the value is
/// written with, which may be another one for the same type.
pub(super) enum Plain<'w> {
    False,
    /// 0, of this type.
    Zero(Type),
    /// A space.
    Char,
    EmptyText,
    EmptyList,
    /// Of an option.
    Nothing,
    /// Of a result, its `ok` or `err`.
    Result(Result<Payload<'w>, Payload<'w>>),
    Tuple(Vec<Plain<'w>>),
    Record(TypeId, Vec<(&'w str, Plain<'w>)>),
    /// The first case of a variant or of an enum.
    Case(TypeId, &'w str, Payload<'w>),
    NoFlags(TypeId),
    /// A new resource of the guest's own.
    New(TypeId),
}

/// What a case has with it.
pub(super) type Payload<'w> = Option<Box<Plain<'w>>>;

/// The plain value of a type. There is none of a resource that only the host makes.
pub(super) fn plain<'w>(world: &'w World, ty: &Type) -> Option<Plain<'w>> {
    Some(match ty {
        Type::Bool => Plain::False,
        Type::Char => Plain::Char,
        Type::String => Plain::EmptyText,
        Type::Id(id) => return of_definition(world, *id),
        Type::ErrorContext => return None,
        number => Plain::Zero(*number),
    })
}

fn of_definition(world: &World, id: TypeId) -> Option<Plain<'_>> {
    let payload = |ty: Option<Type>| match ty {
        Some(ty) => plain(world, &ty).map(|value| Some(Box::new(value))),
        None => Some(None),
    };
    Some(match &world.resolve.types[world.dealiased(id)].kind {
        TypeDefKind::Type(ty) => plain(world, ty)?,
        TypeDefKind::List(_) => Plain::EmptyList,
        TypeDefKind::Option(_) => Plain::Nothing,
        TypeDefKind::Flags(_) => Plain::NoFlags(id),
        TypeDefKind::Enum(cases) => Plain::Case(id, &cases.cases.first()?.name, None),
        TypeDefKind::Result(result) => Plain::Result(match payload(result.ok) {
            Some(ok) => Ok(ok),
            None => Err(payload(result.err)?),
        }),
        TypeDefKind::Variant(variant) => variant
            .cases
            .iter()
            .find_map(|case| Some(Plain::Case(id, &case.name, payload(case.ty)?)))?,
        TypeDefKind::Tuple(tuple) => {
            Plain::Tuple(tuple.types.iter().map(|ty| plain(world, ty)).collect::<Option<_>>()?)
        }
        TypeDefKind::Record(record) => {
            let fields = record.fields.iter();
            let fields = fields.map(|field| Some((&*field.name, plain(world, &field.ty)?)));
            Plain::Record(id, fields.collect::<Option<_>>()?)
        }
        TypeDefKind::Handle(Handle::Own(resource)) => {
            world.exported(world.dealiased(*resource)).map(|_| Plain::New(*resource))?
        }
        _ => return None,
    })
}
