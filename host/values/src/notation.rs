//! Writes types in the notation of WIT. The engine does not keep the names of types, so a record is
//! written with its fields.

use std::fmt::{Result, Write};

use wasmtime::component::Type;

use wit_host_text::limited::limited;

/// The number of characters of a type that are written: more than a person reads at a glance, and
/// short enough for an error.
const LONGEST: usize = 300;
/// The nesting depth from which types are left out.
const DEEPEST: usize = 5;

/// Returns the type in WIT, such as `list<record { x: f32 }>`. A very long type is cut.
pub fn wit(ty: &Type) -> String {
    limited(LONGEST, |out| write_type(out, ty, 0))
}

fn write_type(out: &mut impl Write, ty: &Type, depth: usize) -> Result {
    let inner = depth + 1;
    if let Some(name) = plain(ty) {
        return out.write_str(name);
    }
    if depth >= DEEPEST {
        return out.write_char('…');
    }
    match ty {
        Type::List(list) => write_arguments(out, "list", [Some(list.ty())], inner),
        Type::FixedLengthList(list) => {
            out.write_str("list<")?;
            write_type(out, &list.ty(), inner)?;
            write!(out, ", {}>", list.len())
        }
        Type::Map(map) => write_arguments(out, "map", [Some(map.key()), Some(map.value())], inner),
        Type::Tuple(tuple) => write_arguments(out, "tuple", tuple.types().map(Some), inner),
        Type::Option(option) => write_arguments(out, "option", [Some(option.ty())], inner),
        Type::Result(result) => match (result.ok(), result.err()) {
            (None, None) => out.write_str("result"),
            (ok, None) => write_arguments(out, "result", [ok], inner),
            (ok, err) => write_arguments(out, "result", [ok, err], inner),
        },
        Type::Future(future) => write_arguments(out, "future", future.ty().map(Some), inner),
        Type::Stream(stream) => write_arguments(out, "stream", stream.ty().map(Some), inner),
        Type::Record(record) => write_members(out, "record", record.fields(), |out, field| {
            write!(out, "{}: ", field.name)?;
            write_type(out, &field.ty, inner)
        }),
        Type::Variant(variant) => write_members(out, "variant", variant.cases(), |out, case| {
            out.write_str(case.name)?;
            let Some(payload) = case.ty else { return Ok(()) };
            out.write_char('(')?;
            write_type(out, &payload, inner)?;
            out.write_char(')')
        }),
        Type::Enum(cases) => {
            write_members(out, "enum", cases.names(), |out, name| out.write_str(name))
        }
        Type::Flags(flags) => {
            write_members(out, "flags", flags.names(), |out, name| out.write_str(name))
        }
        _ => Ok(()),
    }
}

/// Returns the name of a type without parts.
fn plain(ty: &Type) -> Option<&'static str> {
    Some(match ty {
        Type::Bool => "bool",
        Type::S8 => "s8",
        Type::U8 => "u8",
        Type::S16 => "s16",
        Type::U16 => "u16",
        Type::S32 => "s32",
        Type::U32 => "u32",
        Type::S64 => "s64",
        Type::U64 => "u64",
        Type::Float32 => "f32",
        Type::Float64 => "f64",
        Type::Char => "char",
        Type::String => "string",
        Type::Own(_) => "own<resource>",
        Type::Borrow(_) => "borrow<resource>",
        Type::ErrorContext => "error-context",
        _ => return None,
    })
}

/// Writes a type with arguments, such as `list<u8>`. A missing argument is written as `_`.
fn write_arguments(
    out: &mut impl Write,
    name: &str,
    parts: impl IntoIterator<Item = Option<Type>>,
    depth: usize,
) -> Result {
    out.write_str(name)?;
    let mut opening = "<";
    for part in parts {
        out.write_str(opening)?;
        opening = ", ";
        match part {
            Some(ty) => write_type(out, &ty, depth)?,
            None => out.write_char('_')?,
        }
    }
    if opening == "<" { Ok(()) } else { out.write_char('>') }
}

/// Writes a type with members, such as `record { x: f32, y: f32 }`.
fn write_members<W: Write, M>(
    out: &mut W,
    name: &str,
    members: impl Iterator<Item = M>,
    write: impl Fn(&mut W, M) -> Result,
) -> Result {
    out.write_str(name)?;
    let mut opening = " { ";
    for member in members {
        out.write_str(opening)?;
        opening = ", ";
        write(out, member)?;
    }
    out.write_str(" }")
}
