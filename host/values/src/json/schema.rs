//! The JSON Schema (2020-12) of values and functions, for OpenAPI documents, forms and tools. It
//! follows the table in the documentation of the crate.

use serde_json::{Map, Value, json};
use wasmtime::component::Type;

use crate::notation::wit;
use crate::signature::Signature;

impl Signature {
    /// Returns the JSON Schema of the arguments, as an object with their names.
    pub fn params_schema(&self) -> Value {
        object(self.params.iter().map(|(name, ty)| (name.as_str(), ty.clone())))
    }

    /// Returns the JSON Schema of the arguments as a list, in the order of the parameters.
    pub fn list_schema(&self) -> Value {
        match &self.params[..] {
            [] => json!({ "type": "array", "items": {}, "maxItems": 0 }),
            params => items(params.iter().map(|(_, ty)| ty.clone())),
        }
    }

    /// Returns the JSON Schema of what the function returns: null for nothing, an array for several
    /// values, and of a `result` its `ok`.
    pub fn result_schema(&self) -> Value {
        match &self.results[..] {
            [] => nothing(),
            [Type::Result(result)] => payload(result.ok()),
            [one] => schema(one),
            several => items(several.iter().cloned()),
        }
    }

    /// Returns the JSON Schema of the `err` of what the function returns, if that is a `result`.
    pub fn error_schema(&self) -> Option<Value> {
        match &self.results[..] {
            [Type::Result(result)] => Some(payload(result.err())),
            _ => None,
        }
    }
}

fn nothing() -> Value {
    json!({ "type": "null" })
}

fn payload(ty: Option<Type>) -> Value {
    ty.map_or_else(nothing, |ty| schema(&ty))
}

/// Returns the schema of a type's values as JSON, with the type in WIT as `x-wit`. A handle, a
/// stream or a future has no values, and its schema fits nothing.
pub fn schema(ty: &Type) -> Value {
    let mut schema = of(ty);
    if let Value::Object(members) = &mut schema {
        members.insert("x-wit".into(), wit(ty).into());
    }
    schema
}

fn of(ty: &Type) -> Value {
    match ty {
        Type::Bool => json!({ "type": "boolean" }),
        Type::S8 => integer(i8::MIN, i8::MAX),
        Type::U8 => integer(u8::MIN, u8::MAX),
        Type::S16 => integer(i16::MIN, i16::MAX),
        Type::U16 => integer(u16::MIN, u16::MAX),
        Type::S32 => integer(i32::MIN, i32::MAX),
        Type::U32 => integer(u32::MIN, u32::MAX),
        Type::S64 => wide(integer(i64::MIN, i64::MAX), "^-?[0-9]{1,19}$"),
        Type::U64 => wide(integer(u64::MIN, u64::MAX), "^[0-9]{1,20}$"),
        Type::Float32 | Type::Float64 => {
            json!({ "anyOf": [{ "type": "number" }, { "enum": ["nan", "inf", "-inf"] }] })
        }
        Type::Char => json!({ "type": "string", "minLength": 1, "maxLength": 1 }),
        Type::String => json!({ "type": "string" }),
        Type::List(list) if list.ty() == Type::U8 => bytes(),
        Type::List(list) => json!({ "type": "array", "items": schema(&list.ty()) }),
        Type::FixedLengthList(list) => {
            let (items, length) = (schema(&list.ty()), list.len());
            json!({ "type": "array", "items": items, "minItems": length, "maxItems": length })
        }
        Type::Map(map) => map_of(&map.key(), &map.value()),
        Type::Record(record) => object(record.fields().map(|field| (field.name, field.ty))),
        Type::Tuple(tuple) => items(tuple.types()),
        Type::Variant(variant) => {
            json!({ "oneOf": variant.cases().map(|case| case_of(case.name, case.ty.as_ref())).collect::<Vec<_>>() })
        }
        Type::Enum(cases) => json!({ "enum": cases.names().collect::<Vec<_>>() }),
        Type::Flags(flags) => {
            let names = flags.names().collect::<Vec<_>>();
            json!({ "type": "array", "items": { "enum": names }, "uniqueItems": true })
        }
        Type::Option(option) => match option.ty() {
            inner @ Type::Option(_) => {
                let some = single("some", schema(&inner));
                json!({ "anyOf": [{ "type": "null" }, some] })
            }
            inner => json!({ "anyOf": [{ "type": "null" }, schema(&inner)] }),
        },
        Type::Result(result) => {
            json!({ "oneOf": [single("ok", payload(result.ok())), single("err", payload(result.err()))] })
        }
        _ => json!({ "not": {} }),
    }
}

/// Returns the schema of an object with these fields, of which those that are options may be left
/// out.
fn object<'f>(fields: impl Iterator<Item = (&'f str, Type)>) -> Value {
    let (mut properties, mut required) = (Map::new(), Vec::new());
    for (name, ty) in fields {
        properties.insert(name.to_owned(), schema(&ty));
        if !matches!(ty, Type::Option(_)) {
            required.push(name.to_owned());
        }
    }
    json!({
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": false,
    })
}

fn integer<N: Into<i128>>(minimum: N, maximum: N) -> Value {
    let number = |bound: i128| match i64::try_from(bound) {
        Ok(bound) => Value::from(bound),
        Err(_) => Value::from(u64::try_from(bound).unwrap_or(u64::MAX)),
    };
    json!({ "type": "integer", "minimum": number(minimum.into()), "maximum": number(maximum.into()) })
}

/// An integer may be the text of its digits, which a browser does not round.
fn wide(integer: Value, pattern: &str) -> Value {
    json!({ "anyOf": [integer, { "type": "string", "pattern": pattern }] })
}

/// A data URL in base64. What is left of the last digit's bits is zero.
const DATA_URL: &str = "^data:[^,]*;base64,(?:[A-Za-z0-9+/]{4})*\
    (?:[A-Za-z0-9+/][AQgw]==|[A-Za-z0-9+/]{2}[AEIMQUYcgkosw048]=)?$";

fn bytes() -> Value {
    let numbers = json!({ "type": "array", "items": integer(u8::MIN, u8::MAX) });
    let url = json!({ "type": "string", "pattern": DATA_URL });
    json!({ "anyOf": [url, numbers] })
}

fn map_of(key: &Type, value: &Type) -> Value {
    let pairs =
        json!({ "type": "array", "items": items([key.clone(), value.clone()].into_iter()) });
    match key {
        Type::String => {
            let object = json!({ "type": "object", "additionalProperties": schema(value) });
            json!({ "anyOf": [object, pairs] })
        }
        _ => pairs,
    }
}

fn items(types: impl Iterator<Item = Type>) -> Value {
    let items = types.map(|ty| schema(&ty)).collect::<Vec<_>>();
    let length = items.len();
    json!({ "type": "array", "prefixItems": items, "minItems": length, "maxItems": length })
}

fn case_of(name: &str, payload: Option<&Type>) -> Value {
    match payload {
        None => json!({ "const": name }),
        Some(ty) => single(name, schema(ty)),
    }
}

/// Returns the schema of an object with one member.
fn single(name: &str, value: Value) -> Value {
    let mut properties = Map::new();
    properties.insert(name.to_owned(), value);
    json!({
        "type": "object",
        "properties": properties,
        "required": [name],
        "additionalProperties": false,
    })
}
