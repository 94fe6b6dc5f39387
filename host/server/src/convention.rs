//! Calls of core modules with text and arrays, by the convention that a module keeps. Its functions
//! declare numbers only, so that a value in JSON says its own type. How a convention hands values
//! over is the library's.

use serde_json::{Value, json};
use wit_host::values::{Form, JsonStyle};
use wit_host::{Abi, AllocatorNames, Val};

/// How the functions of core modules take and return text.
#[derive(Clone, Debug)]
pub struct Convention {
    /// The convention that they keep.
    pub abi: Abi,
    /// The module's allocator, if it is not one of those that are known, or if it has several.
    pub allocator: Option<AllocatorNames>,
}

/// Returns the schema of the arguments of a function.
pub(crate) fn params() -> Value {
    let typed = json!({
        "type": "object",
        "description": "a value with its type, as {\"u8\": 7} or {\"[u8]\": [1, 2]}",
        "minProperties": 1,
        "maxProperties": 1,
    });
    let items = json!({ "type": "array", "items": { "type": ["number", "boolean"] } });
    let item = json!({
        "anyOf": [{ "type": ["string", "number", "boolean"] }, items, typed],
    });
    json!({ "type": "array", "items": item })
}

/// Returns the schema of what a function returns.
pub(crate) fn result() -> Value {
    json!({ "description": "a text, a number, an array, or a list of several" })
}

/// Reads the arguments of a function, which are a list.
///
/// # Errors
/// The place of what is wrong, and the reason.
pub(crate) fn arguments(abi: Abi, params: &Value) -> Result<Vec<Val>, (String, String)> {
    let items = match params {
        Value::Array(items) => &items[..],
        Value::Null => &[],
        Value::Object(members) if members.is_empty() => &[],
        _ => {
            let reason = "the parameters have no names that are known; give a list of arguments";
            return Err(("$".into(), reason.into()));
        }
    };
    let read = items.iter().enumerate().map(|(place, item)| {
        let name = place.to_string();
        let value = abi.argument(&name, &written(item), Form::Json);
        value.map_err(|error| (format!("$[{place}]"), error.to_string()))
    });
    read.collect()
}

/// Returns a value as the library reads it: as JSON, with its type before it if it has one.
fn written(item: &Value) -> String {
    if let Value::Object(members) = item
        && let (Some((ty, value)), 1) = (members.iter().next(), members.len())
    {
        return format!("{ty}:{value}");
    }
    item.to_string()
}

/// Returns what a function returned as JSON: null for nothing, the value for one, and a list for
/// several.
///
/// # Errors
/// The text of an `Err` that a function of Rust returned.
pub(crate) fn returned(results: &[Val], style: JsonStyle) -> Result<Value, Value> {
    match results {
        [] => Ok(Value::Null),
        [Val::Result(Err(error))] => {
            Err(error.as_deref().map_or(Value::Null, |error| style.untyped(error)))
        }
        [one] => Ok(style.untyped(one)),
        several => Ok(several.iter().map(|value| style.untyped(value)).collect()),
    }
}

#[cfg(test)]
mod tests {
    use wit_host::Returns;

    use super::*;

    #[test]
    fn values_say_their_types_or_look_like_them() {
        let abi = Abi::CString(Returns::Inferred);
        let text = |text: &str| Val::String(text.into());
        for (params, expected) in [
            (
                json!(["Ann", "7", "u8:7", "true", "[1]"]),
                vec![text("Ann"), text("7"), text("u8:7"), text("true"), text("[1]")],
            ),
            (
                json!([7, -7, 1.5, true]),
                vec![Val::S32(7), Val::S32(-7), Val::Float64(1.5), Val::Bool(true)],
            ),
            (json!([[1, 2]]), vec![Val::List(vec![Val::S32(1), Val::S32(2)])]),
            (
                json!([{ "u8": 7 }, { "[u8]": [7] }, { "char": "x" }, { "string": "7" }]),
                vec![Val::U8(7), Val::List(vec![Val::U8(7)]), Val::Char('x'), text("7")],
            ),
            (json!({}), vec![]),
            (Value::Null, vec![]),
        ] {
            let read = arguments(abi, &params);
            assert_eq!(read.unwrap_or_else(|error| panic!("{params}: {error:?}")), expected);
        }
        let style = JsonStyle::default();
        let failed = Val::Result(Err(Some(Box::new(text("no luck")))));
        assert_eq!(returned(&[failed], style), Err(json!("no luck")));
        assert_eq!(returned(&[], style), Ok(Value::Null));
        assert_eq!(returned(&[Val::S32(1), text("a")], style), Ok(json!([1, "a"])));
        for params in [
            json!([null]),
            json!([{}]),
            json!([{ "u8": 256 }]),
            json!([{ "u8": 1, "s8": 1 }]),
            json!([{ "true": 1 }]),
            json!([{ "\"a\"": 1 }]),
            json!([{ "[0; 9]": [1] }]),
            json!([[[1]]]),
            json!(["x", ["x"]]),
            json!({ "name": "Ann" }),
            json!("Ann"),
        ] {
            assert!(arguments(abi, &params).is_err(), "{params}");
        }
    }
}
