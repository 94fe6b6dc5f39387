//! The placeholder that a generated function returns until its author fills it in: 0, an empty
//! text, or the first case. It does not know how a language writes a value.

use wit_parser::{Handle, Type, TypeDefKind, TypeId};

use crate::stubs::exports::World;
use crate::stubs::size;

/// A plain value. A named type is given by the name that its value is written with, which may be an
/// alias.
pub(crate) enum Plain<'w> {
    False,
    /// 0 of this type.
    Zero(Type),
    /// A space.
    Char,
    EmptyText,
    /// An empty list of elements of this type.
    EmptyList(Type),
    /// An option without a value. Some languages write it in another way if it is inside of another
    /// option.
    Nothing {
        of_option: bool,
    },
    /// The `ok` or the `err` of a result.
    Result(Result<Payload<'w>, Payload<'w>>),
    Tuple(Vec<Plain<'w>>),
    Record(TypeId, Vec<(&'w str, Plain<'w>)>),
    /// The first case of a variant or of an enum.
    Case {
        id: TypeId,
        name: &'w str,
        value: Payload<'w>,
        of_enum: bool,
    },
    NoFlags(TypeId),
    /// A new instance of a resource that the guest defines.
    New {
        id: TypeId,
        name: &'w str,
    },
}

/// The payload of a case.
pub(crate) type Payload<'w> = Option<Box<Plain<'w>>>;

/// Returns the simplest value of a type: zero, an empty text, the first case. Returns
/// `None` for a resource that only the host makes, and for a value whose source code would
/// be too long to read.
pub(crate) fn plain<'w>(world: &'w World, ty: &Type) -> Option<Plain<'w>> {
    // The size is known without making the value, which could be too large for any memory.
    size::of(world, ty).filter(|size| *size <= size::MOST)?;
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
        TypeDefKind::List(element) => Plain::EmptyList(*element),
        TypeDefKind::Option(ty) => Plain::Nothing { of_option: is_option(world, ty) },
        TypeDefKind::Flags(_) => Plain::NoFlags(id),
        TypeDefKind::Enum(cases) => {
            Plain::Case { id, name: &cases.cases.first()?.name, value: None, of_enum: true }
        }
        TypeDefKind::Result(result) => Plain::Result(match payload(result.ok) {
            Some(ok) => Ok(ok),
            None => Err(payload(result.err)?),
        }),
        TypeDefKind::Variant(variant) => variant.cases.iter().find_map(|case| {
            let value = payload(case.ty)?;
            Some(Plain::Case { id, name: &case.name, value, of_enum: false })
        })?,
        TypeDefKind::Tuple(tuple) => {
            Plain::Tuple(tuple.types.iter().map(|ty| plain(world, ty)).collect::<Option<_>>()?)
        }
        TypeDefKind::Record(record) => {
            let fields = record.fields.iter();
            let fields = fields.map(|field| Some((&*field.name, plain(world, &field.ty)?)));
            Plain::Record(id, fields.collect::<Option<_>>()?)
        }
        TypeDefKind::Handle(Handle::Own(resource)) => {
            let definition = world.dealiased(*resource);
            world.exported(definition)?;
            Plain::New { id: *resource, name: world.resolve.types[definition].name.as_deref()? }
        }
        _ => return None,
    })
}

fn is_option(world: &World, ty: &Type) -> bool {
    let Type::Id(id) = ty else { return false };
    matches!(world.resolve.types[world.dealiased(*id)].kind, TypeDefKind::Option(_))
}
