//! Writes values as JSON, in the forms that the reader accepts. It does not know what the JSON is
//! for.

use std::collections::HashSet;

use serde_json::{Number, Value};
use wasmtime::component::{Type, Val};

use super::data_url;
use super::style::JsonStyle;
use crate::fault::Fault;
use crate::fits::fits;
use crate::signature::Signature;
use crate::{short, to_wave};

/// The largest integer up to which every program can represent all integers: 2^53 - 1. Programs
/// that use doubles cannot represent all larger ones.
const LARGEST_EXACT: u64 = (1 << 53) - 1;

/// Returns the value as JSON in the default [`JsonStyle`]. Handles, which have no form in JSON,
/// become texts such as `<resource>`.
pub fn to_json(value: &Val) -> Value {
    untyped(JsonStyle::default(), value)
}

/// Returns the value as JSON text on one line. Characters that are invisible or control a terminal
/// are escaped.
pub fn to_json_text(value: &Val) -> String {
    // JSON has already escaped quotes and backslashes where it has to.
    let is_seen = |character: char| {
        matches!(character, '"' | '\'' | '\\') || character.escape_debug().len() == 1
    };
    escape_json(&to_json(value).to_string(), is_seen)
}

/// Returns JSON with the same meaning, in which all characters that are not plain are escaped.
/// `is_plain` has to be true of all characters of JSON's own syntax: only characters in strings can
/// be escaped.
pub fn escape_json(json: &str, is_plain: impl Fn(char) -> bool) -> String {
    let mut escaped = String::with_capacity(json.len());
    for character in json.chars() {
        if is_plain(character) {
            escaped.push(character);
            continue;
        }
        for unit in character.encode_utf16(&mut [0; 2]) {
            escaped.push_str(&format!("\\u{unit:04x}"));
        }
    }
    escaped
}

pub(super) fn untyped(style: JsonStyle, value: &Val) -> Value {
    let untyped = |value: &Val| untyped(style, value);
    let payload = |value: &Option<Box<Val>>| value.as_deref().map_or(Value::Null, untyped);
    match value {
        Val::List(items) | Val::FixedLengthList(items) => match bytes(style, items, false) {
            Some(url) => url,
            None => items.iter().map(untyped).collect(),
        },
        Val::Tuple(items) => items.iter().map(untyped).collect(),
        Val::Map(pairs) => {
            let first = pairs.first().map(|(key, _)| key);
            let written = pairs.iter().map(|(key, value)| (untyped(key), untyped(value)));
            map(matches!(first, Some(Val::String(_))), written.collect())
        }
        Val::Record(fields) => object(fields.iter().map(|(name, value)| (&**name, untyped(value)))),
        Val::Variant(name, Some(payload)) => case(name, untyped(payload)),
        Val::Option(None) => Value::Null,
        Val::Option(Some(value)) => some(value, untyped(value)),
        Val::Result(Ok(value)) => case("ok", payload(value)),
        Val::Result(Err(value)) => case("err", payload(value)),
        plain => scalar(style, plain),
    }
}

/// Returns the value as JSON, if it is of the type.
pub(super) fn typed(style: JsonStyle, ty: &Type, value: &Val) -> Result<Value, Fault> {
    let typed_payload = |name: &str, ty: Option<Type>, value: &Option<Box<Val>>| match (ty, value) {
        (Some(ty), Some(value)) => within(&format!(".{name}"), typed(style, &ty, value)),
        (None, None) => Ok(Value::Null),
        (Some(_), None) => Err(Fault::new(format!("the payload of `{name}` is missing"))),
        (None, Some(_)) => Err(Fault::new(format!("`{name}` has no payload"))),
    };
    Ok(match (ty, value) {
        (Type::List(list), Val::List(items)) => sequence(style, &list.ty(), items)?,
        (Type::FixedLengthList(list), Val::FixedLengthList(items))
            if usize::try_from(list.len()) == Ok(items.len()) =>
        {
            sequence(style, &list.ty(), items)?
        }
        (Type::Map(ty), Val::Map(pairs)) => {
            let (key_ty, value_ty) = (ty.key(), ty.value());
            let mut written = Vec::with_capacity(pairs.len());
            for (index, (key, value)) in pairs.iter().enumerate() {
                let step = |at| format!("[{index}][{at}]");
                let key = within(&step(0), typed(style, &key_ty, key))?;
                written.push((key, within(&step(1), typed(style, &value_ty, value))?));
            }
            map(key_ty == Type::String, written)
        }
        (Type::Tuple(tuple), Val::Tuple(items)) if tuple.types().len() == items.len() => {
            list(style, tuple.types().zip(items))?
        }
        (Type::Record(record), Val::Record(fields))
            if record.fields().map(|field| field.name).eq(fields.iter().map(|(name, _)| name)) =>
        {
            let mut written = Vec::with_capacity(fields.len());
            for (field, (name, value)) in record.fields().zip(fields) {
                let value = within(&format!(".{name}"), typed(style, &field.ty, value))?;
                written.push((field.name, value));
            }
            object(written.into_iter())
        }
        (Type::Variant(variant), Val::Variant(name, value)) => {
            let case_ty = variant.cases().find(|case| case.name == name);
            let case_ty = case_ty.ok_or_else(|| Fault::expected(ty, name))?.ty;
            match typed_payload(name, case_ty, value)? {
                Value::Null if value.is_none() => name.clone().into(),
                payload => case(name, payload),
            }
        }
        (Type::Option(_), Val::Option(None)) => Value::Null,
        (Type::Option(ty), Val::Option(Some(value))) => some(value, typed(style, &ty.ty(), value)?),
        (Type::Result(ty), Val::Result(Ok(value))) => {
            case("ok", typed_payload("ok", ty.ok(), value)?)
        }
        (Type::Result(ty), Val::Result(Err(value))) => {
            case("err", typed_payload("err", ty.err(), value)?)
        }
        (Type::Own(_) | Type::Borrow(_) | Type::Future(_) | Type::Stream(_), _)
        | (Type::ErrorContext, _) => return Err(Fault::no_text(ty)),
        (ty, plain) if fits(ty, plain) => scalar(style, plain),
        (ty, other) => return Err(Fault::expected(ty, &short(other))),
    })
}

pub(super) fn params(
    style: JsonStyle,
    signature: &Signature,
    arguments: &[Val],
) -> Result<Value, Fault> {
    has_length("arguments", signature.params.len(), arguments.len())?;
    let mut written = Vec::with_capacity(arguments.len());
    for ((name, ty), value) in signature.params.iter().zip(arguments) {
        written.push((&**name, within(&format!(".{name}"), typed(style, ty, value))?));
    }
    Ok(object(written.into_iter()))
}

pub(super) fn results(style: JsonStyle, types: &[Type], results: &[Val]) -> Result<Value, Fault> {
    has_length("results", types.len(), results.len())?;
    match (types, results) {
        ([], _) => Ok(Value::Null),
        ([ty], [value]) => typed(style, ty, value),
        _ => list(style, types.iter().cloned().zip(results)),
    }
}

fn has_length(what: &str, wanted: usize, given: usize) -> Result<(), Fault> {
    if wanted == given {
        return Ok(());
    }
    Err(Fault::new(format!("the function has {wanted} {what}, and here are {given}")))
}

/// Writes a list of items of one type, which may be bytes.
fn sequence(style: JsonStyle, ty: &Type, items: &[Val]) -> Result<Value, Fault> {
    if *ty == Type::U8
        && let Some(url) = bytes(style, items, true)
    {
        return Ok(url);
    }
    list(style, items.iter().map(|item| (ty.clone(), item)))
}

fn list<'v>(
    style: JsonStyle,
    items: impl Iterator<Item = (Type, &'v Val)>,
) -> Result<Value, Fault> {
    let written = items
        .enumerate()
        .map(|(index, (ty, item))| within(&format!("[{index}]"), typed(style, &ty, item)));
    written.collect()
}

/// Returns the items as a data URL, if they are bytes and the style asks for data URLs.
fn bytes(style: JsonStyle, items: &[Val], may_be_empty: bool) -> Option<Value> {
    // Without its type, an empty list may be one of anything.
    if !style.data_urls || (items.is_empty() && !may_be_empty) {
        return None;
    }
    let byte = |item: &Val| match item {
        Val::U8(byte) => Some(*byte),
        _ => None,
    };
    let bytes: Vec<_> = items.iter().map(byte).collect::<Option<_>>()?;
    Some(data_url::encode(&bytes).into())
}

/// Writes a value that has no parts.
fn scalar(style: JsonStyle, value: &Val) -> Value {
    match value {
        Val::Bool(value) => (*value).into(),
        Val::S8(number) => (*number).into(),
        Val::U8(number) => (*number).into(),
        Val::S16(number) => (*number).into(),
        Val::U16(number) => (*number).into(),
        Val::S32(number) => (*number).into(),
        Val::U32(number) => (*number).into(),
        Val::S64(number) if style.wide_as_text && number.unsigned_abs() > LARGEST_EXACT => {
            number.to_string().into()
        }
        Val::S64(number) => (*number).into(),
        Val::U64(number) if style.wide_as_text && *number > LARGEST_EXACT => {
            number.to_string().into()
        }
        Val::U64(number) => (*number).into(),
        // The shortest digits of a 32-bit number are `0.1`. Widened to 64 bits they would be
        // `0.10000000149011612`.
        Val::Float32(number) => float(number.to_string().parse().unwrap_or(f64::NAN)),
        Val::Float64(number) => float(*number),
        Val::Char(character) => character.to_string().into(),
        Val::String(text) => text.clone().into(),
        Val::Variant(name, _) | Val::Enum(name) => name.clone().into(),
        Val::Flags(names) => names.iter().cloned().collect(),
        other => to_wave(other).into(),
    }
}

fn float(number: f64) -> Value {
    match Number::from_f64(number) {
        Some(number) => Value::Number(number),
        None if number.is_nan() => "nan".into(),
        None if number > 0.0 => "inf".into(),
        None => "-inf".into(),
    }
}

fn object<'n>(fields: impl Iterator<Item = (&'n str, Value)>) -> Value {
    Value::Object(fields.map(|(name, value)| (name.to_owned(), value)).collect())
}

fn case(name: &str, payload: Value) -> Value {
    object([(name, payload)].into_iter())
}

/// Writes the value of an option. An option inside of an option becomes `{"some": value}`, because
/// `null` could mean either of them.
fn some(value: &Val, written: Value) -> Value {
    if matches!(value, Val::Option(_)) { case("some", written) } else { written }
}

/// Writes a map: as an object if its keys are texts and all different, and otherwise as a list of
/// pairs.
fn map(has_text_keys: bool, pairs: Vec<(Value, Value)>) -> Value {
    let mut names = HashSet::with_capacity(pairs.len());
    // Of an object with one name twice, most readers keep one entry only.
    let is_object = has_text_keys
        && pairs.iter().all(|(key, _)| key.as_str().is_some_and(|key| names.insert(key)));
    if !is_object {
        return pairs.into_iter().map(|(key, value)| Value::Array(vec![key, value])).collect();
    }
    let named = pairs.into_iter().filter_map(|(key, value)| match key {
        Value::String(key) => Some((key, value)),
        _ => None,
    });
    Value::Object(named.collect())
}

fn within(step: &str, written: Result<Value, Fault>) -> Result<Value, Fault> {
    written.map_err(|fault| fault.within(step))
}
