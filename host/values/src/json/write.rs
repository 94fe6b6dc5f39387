//! Values as JSON, in the form in which they are read.

use serde_json::{Map, Number, Value};
use wasmtime::component::Val;

use crate::to_wave;

/// The value as JSON. Handles, which JSON has nothing for, are texts such as
/// `<resource>`.
pub fn to_json(value: &Val) -> Value {
    match value {
        Val::Bool(value) => (*value).into(),
        Val::S8(number) => (*number).into(),
        Val::U8(number) => (*number).into(),
        Val::S16(number) => (*number).into(),
        Val::U16(number) => (*number).into(),
        Val::S32(number) => (*number).into(),
        Val::U32(number) => (*number).into(),
        Val::S64(number) => (*number).into(),
        Val::U64(number) => (*number).into(),
        // By its own shortest digits: `0.1` and not `0.10000000149011612`.
        Val::Float32(number) => float(number.to_string().parse().unwrap_or(f64::NAN)),
        Val::Float64(number) => float(*number),
        Val::Char(character) => character.to_string().into(),
        Val::String(text) => text.clone().into(),
        Val::List(items) | Val::Tuple(items) | Val::FixedLengthList(items) => {
            items.iter().map(to_json).collect()
        }
        Val::Map(pairs) => pairs.iter().map(|(key, value)| pair(key, value)).collect(),
        Val::Record(fields) => {
            let fields = fields.iter().map(|(name, value)| (name.clone(), to_json(value)));
            Value::Object(fields.collect())
        }
        Val::Variant(name, None) | Val::Enum(name) => name.clone().into(),
        Val::Variant(name, Some(payload)) => case(name, to_json(payload)),
        Val::Option(None) => Value::Null,
        Val::Option(Some(value)) => match **value {
            Val::Option(_) => case("some", to_json(value)),
            _ => to_json(value),
        },
        Val::Result(Ok(value)) => case("ok", value.as_deref().map_or(Value::Null, to_json)),
        Val::Result(Err(value)) => case("err", value.as_deref().map_or(Value::Null, to_json)),
        Val::Flags(names) => names.iter().cloned().collect(),
        Val::Resource(_) | Val::Future(_) | Val::Stream(_) | Val::ErrorContext(_) => {
            to_wave(value).into()
        }
    }
}

/// The value as the text of its JSON, on one line. Characters that steer a
/// terminal or are not seen are escaped.
pub fn to_json_text(value: &Val) -> String {
    // Quotes and backslashes are the JSON's own, or escaped by it already.
    let is_seen = |character: char| {
        matches!(character, '"' | '\'' | '\\') || character.escape_debug().len() == 1
    };
    escape_json(&to_json(value).to_string(), is_seen)
}

/// JSON that means the same, in which only plain characters stand as they are. All of its own
/// signs have to be plain: what is not can be in its strings only, where it is escaped.
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

fn float(number: f64) -> Value {
    match Number::from_f64(number) {
        Some(number) => Value::Number(number),
        None if number.is_nan() => "nan".into(),
        None if number > 0.0 => "inf".into(),
        None => "-inf".into(),
    }
}

fn case(name: &str, payload: Value) -> Value {
    Value::Object(Map::from_iter([(name.to_owned(), payload)]))
}

fn pair(key: &Val, value: &Val) -> Value {
    Value::Array(vec![to_json(key), to_json(value)])
}
