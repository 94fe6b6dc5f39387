//! Writes values as WAVE. Every value has a text, even one that cannot be read back: handles are
//! written as their kind in angle brackets.

use std::fmt::{Display, Result, Write};

use wasmtime::component::Val;

/// Returns the value as WAVE: `{x: 1.5, names: ["a", "b"]}`. Characters that are invisible or
/// control a terminal are escaped.
pub fn to_wave(value: &Val) -> String {
    let mut text = String::new();
    // Writing to a `String` cannot fail.
    let _ = write(&mut text, value);
    text
}

/// Writes the value until `out` accepts no more.
pub(crate) fn write(out: &mut impl Write, value: &Val) -> Result {
    match value {
        Val::Bool(value) => write!(out, "{value}"),
        Val::S8(number) => write!(out, "{number}"),
        Val::U8(number) => write!(out, "{number}"),
        Val::S16(number) => write!(out, "{number}"),
        Val::U16(number) => write!(out, "{number}"),
        Val::S32(number) => write!(out, "{number}"),
        Val::U32(number) => write!(out, "{number}"),
        Val::S64(number) => write!(out, "{number}"),
        Val::U64(number) => write!(out, "{number}"),
        Val::Float32(number) => write_float(out, f64::from(*number), number),
        Val::Float64(number) => write_float(out, *number, number),
        Val::Char(character) => write_quoted(out, '\'', [*character]),
        Val::String(text) => write_quoted(out, '"', text.chars()),
        Val::List(items) | Val::FixedLengthList(items) => {
            write_items(out, ["[", "]"], items, write)
        }
        Val::Tuple(items) => write_items(out, ["(", ")"], items, write),
        Val::Map(pairs) => write_items(out, ["[", "]"], pairs, |out, (key, value)| {
            write_items(out, ["(", ")"], [key, value], write)
        }),
        Val::Record(fields) => write_record(out, fields),
        Val::Flags(names) => write_items(out, ["{", "}"], names, |out, name| out.write_str(name)),
        Val::Variant(name, payload) => write_case(out, &label(name), payload.as_deref()),
        Val::Enum(name) => write_case(out, &label(name), None),
        Val::Option(None) => out.write_str("none"),
        Val::Option(Some(value)) => write_case(out, "some", Some(value)),
        Val::Result(Ok(value)) => write_case(out, "ok", value.as_deref()),
        Val::Result(Err(value)) => write_case(out, "err", value.as_deref()),
        Val::Resource(_) => out.write_str("<resource>"),
        Val::Future(_) => out.write_str("<future>"),
        Val::Stream(_) => out.write_str("<stream>"),
        Val::ErrorContext(_) => out.write_str("<error-context>"),
    }
}

/// Writes a number, with an exponent if it would have many zeros. `wide` is its value.
fn write_float(
    out: &mut impl Write,
    wide: f64,
    number: &(impl Display + std::fmt::LowerExp),
) -> Result {
    let size = wide.abs();
    if wide.is_nan() {
        out.write_str("nan")
    } else if wide.is_finite() && size != 0.0 && !(1e-5..1e16).contains(&size) {
        write!(out, "{number:e}")
    } else {
        write!(out, "{number}")
    }
}

fn write_quoted(
    out: &mut impl Write,
    quote: char,
    characters: impl IntoIterator<Item = char>,
) -> Result {
    out.write_char(quote)?;
    for character in characters {
        match character {
            '\0' => out.write_str("\\u{0}")?,
            '"' | '\'' if character != quote => out.write_char(character)?,
            other => write!(out, "{}", other.escape_debug())?,
        }
    }
    out.write_char(quote)
}

fn write_items<W: Write, I>(
    out: &mut W,
    [opening, closing]: [&str; 2],
    items: impl IntoIterator<Item = I>,
    write: impl Fn(&mut W, I) -> Result,
) -> Result {
    out.write_str(opening)?;
    for (index, item) in items.into_iter().enumerate() {
        if index > 0 {
            out.write_str(", ")?;
        }
        write(out, item)?;
    }
    out.write_str(closing)
}

/// Writes a record. Fields that are `none` are left out, as WAVE allows.
fn write_record(out: &mut impl Write, fields: &[(String, Val)]) -> Result {
    let fields = fields.iter().filter(|(_, value)| !matches!(value, Val::Option(None)));
    let mut fields = fields.peekable();
    if fields.peek().is_none() {
        return out.write_str("{:}");
    }
    write_items(out, ["{", "}"], fields, |out, (name, value)| {
        write!(out, "{name}: ")?;
        write(out, value)
    })
}

fn write_case(out: &mut impl Write, name: &str, payload: Option<&Val>) -> Result {
    out.write_str(name)?;
    match payload {
        Some(payload) => write_items(out, ["(", ")"], [payload], write),
        None => Ok(()),
    }
}

/// Returns the name of a case. A name that is also a keyword gets a `%`.
fn label(name: &str) -> String {
    match name {
        "true" | "false" | "some" | "none" | "ok" | "err" | "inf" | "nan" => format!("%{name}"),
        _ => name.to_owned(),
    }
}
