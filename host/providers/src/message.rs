//! The messages as JSON, in both directions: requests, answers and notifications of either side. How
//! they are sent is not known here.

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

/// The name of the first request.
pub(crate) const HELLO: &str = "hello";
/// The version of the protocol.
const PROTOCOL: u32 = 1;
/// The code of the error for a method that does not exist.
pub(crate) const NO_METHOD: i64 = -32601;
/// The code of the error for a line that is no JSON.
const NO_JSON: i64 = -32700;
/// The code of the error for a message that is no request.
pub(crate) const NO_REQUEST: i64 = -32600;
/// The limit in bytes of the id of a request.
const LONGEST_ID: usize = 256;

/// A message of the other side.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Message {
    /// The answer to the request with this id.
    Answer(u64, Answer),
    /// A request. The id is JSON, and is returned with the answer.
    Request { id: Value, method: String },
    /// A notification that the answer to a request is wanted no more.
    Cancel(Value),
    /// A message that needs no answer, and that nothing is known of.
    Other,
    /// A request that cannot be answered, and the reason.
    Wrong { id: Value, reason: String },
}

/// An answer to a request.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Answer {
    Result(Value),
    Error { code: i64, message: String },
}

/// The part of a message that says what it is.
#[derive(Deserialize)]
struct Head {
    id: Option<Value>,
    method: Option<Value>,
}

/// Returns a line with a request, which may belong to a trace.
pub(crate) fn request(id: u64, method: &str, params: Value, trace_parent: Option<&str>) -> String {
    let mut request = json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params });
    if let Some(parent) = trace_parent {
        request["traceparent"] = parent.into();
    }
    request.to_string()
}

/// Returns a line with a notification that cancels a request. It has no answer.
pub(crate) fn cancel(id: u64) -> String {
    json!({ "jsonrpc": "2.0", "method": "cancel", "params": { "id": id } }).to_string()
}

/// Returns a line with an answer: the result of a request, or its error with a code, a text and
/// data.
pub(crate) fn answered(id: &Value, answer: Result<Value, (i64, String, Value)>) -> String {
    match answer {
        Ok(result) => json!({ "jsonrpc": "2.0", "id": id, "result": result }),
        Err((code, message, data)) => {
            let mut error = json!({ "code": code, "message": message });
            if !data.is_null() {
                error["data"] = data;
            }
            json!({ "jsonrpc": "2.0", "id": id, "error": error })
        }
    }
    .to_string()
}

/// Returns a line that says why nothing of the other side is read any more.
pub(crate) fn rubbish(reason: &str) -> String {
    answered(&Value::Null, Err((NO_JSON, reason.to_owned(), Value::Null)))
}

/// Returns the parameters of the first request.
pub(crate) fn hello<'f>(functions: impl Iterator<Item = (&'f str, &'f str)>) -> Value {
    json!({ "protocol": PROTOCOL, "functions": typed(functions) })
}

/// Returns functions as an object, with their types.
pub(crate) fn typed<'f>(functions: impl Iterator<Item = (&'f str, &'f str)>) -> Value {
    let functions: Map<_, _> =
        functions.map(|(name, ty)| (name.to_owned(), Value::from(ty))).collect();
    Value::Object(functions)
}

/// Returns the message in a line.
///
/// # Errors
/// The description of what is wrong with the line, if it is no message at all.
pub(crate) fn read(line: &[u8]) -> Result<Message, String> {
    // A list would be taken for the fields of a message.
    if line.trim_ascii_start().first() != Some(&b'{') {
        return answer(line);
    }
    let head: Head = serde_json::from_slice(line).map_err(|error| wrong(&error))?;
    let method = match head.method {
        Some(Value::String(method)) => method,
        Some(_) => {
            let reason = "the method has to be a text".to_owned();
            return Ok(Message::Wrong { id: head.id.unwrap_or_default(), reason });
        }
        None => return answer(line),
    };
    match head.id {
        Some(id) if key(&id).is_none() => {
            let reason = "the id has to be a number or a short text".to_owned();
            Ok(Message::Wrong { id: Value::Null, reason })
        }
        Some(id) => Ok(Message::Request { id, method }),
        None if method == "cancel" => {
            let params: Option<Value> = params(line).ok().flatten();
            let id = params.and_then(|mut params| params.get_mut("id").map(Value::take));
            Ok(id.map_or(Message::Other, Message::Cancel))
        }
        None => Ok(Message::Other),
    }
}

/// Returns the id of a request as a key. `None` if it is neither a number nor a short text.
pub(crate) fn key(id: &Value) -> Option<String> {
    let key = match id {
        Value::Number(number) => number.to_string(),
        Value::String(text) if text.len() <= LONGEST_ID => format!("\"{text}"),
        _ => return None,
    };
    Some(key)
}

/// Returns the parameters of the request in a line. `None` if it has none.
///
/// # Errors
/// The description of what is wrong with them.
pub(crate) fn params<P: DeserializeOwned>(line: &[u8]) -> Result<Option<P>, String> {
    #[derive(Deserialize)]
    struct Params<P> {
        params: Option<P>,
    }
    let read: Result<Params<P>, _> = serde_json::from_slice(line);
    read.map(|read| read.params).map_err(|error| wrong(&error))
}

fn wrong(error: &serde_json::Error) -> String {
    match error.is_data() {
        true => format!("it wrote JSON that is no message: {error}"),
        false => format!("it wrote what is no JSON: {error}"),
    }
}

/// Returns the answer in a line, or [`Message::Other`] if it has none.
fn answer(line: &[u8]) -> Result<Message, String> {
    let message: Value = serde_json::from_slice(line).map_err(|error| wrong(&error))?;
    let Value::Object(mut message) = message else {
        return Err("it wrote JSON that is no message".into());
    };
    let Some(id) = message.get("id").and_then(Value::as_u64) else { return Ok(Message::Other) };
    if let Some(error) = message.get("error").filter(|error| !error.is_null()) {
        let code = error.get("code").and_then(Value::as_i64).unwrap_or_default();
        let text = error.get("message").and_then(Value::as_str).unwrap_or("no reason");
        return Ok(Message::Answer(id, Answer::Error { code, message: text.to_owned() }));
    }
    let result = message.remove("result").map(Answer::Result);
    Ok(result.map_or(Message::Other, |result| Message::Answer(id, result)))
}

/// Returns why the answer to the first request is not enough for the functions that are wanted, if
/// it is not.
pub(crate) fn lacking<'f>(
    answer: &Answer,
    wanted: impl Iterator<Item = (&'f str, &'f str)>,
) -> Option<String> {
    let result = match answer {
        // One without `hello` is trusted to have all functions.
        Answer::Error { code: NO_METHOD, .. } => return None,
        Answer::Error { message, .. } => return Some(format!("it refused `hello`: {message}")),
        Answer::Result(result) => result,
    };
    match result.get("functions") {
        Some(functions @ (Value::Array(_) | Value::Object(_))) => missing(functions, wanted),
        _ => Some("its answer to `hello` does not tell its `functions`".into()),
    }
}

/// Returns why functions, as a list of names or with their types, are not those that are wanted.
pub(crate) fn missing<'f>(
    functions: &Value,
    mut wanted: impl Iterator<Item = (&'f str, &'f str)>,
) -> Option<String> {
    let plain = |ty: &str| ty.split_whitespace().collect::<String>();
    wanted.find_map(|(name, ty)| {
        let other = match functions {
            Value::Object(types) => types.get(name).and_then(Value::as_str),
            Value::Array(names) => {
                names.iter().any(|other| other.as_str() == Some(name)).then_some(ty)
            }
            _ => None,
        };
        match other {
            None => Some(format!("it does not serve `{name}`")),
            Some(other) if plain(other) == plain(ty) => None,
            Some(other) => Some(format!(
                "it has `{name}` with another type: `{ty}` is wanted, and it has `{other}`"
            )),
        }
    })
}

/// Answers the first request of the other side, which has these parameters, with the functions that
/// are served here.
///
/// # Errors
/// The reason why they are not what the other side wants.
pub(crate) fn greeted(params: &Value, functions: Value) -> Result<Value, String> {
    if let Some(other) = params.get("protocol").filter(|other| **other != json!(PROTOCOL)) {
        return Err(format!("the protocol is {PROTOCOL}, and not {other}"));
    }
    let found = match params.get("functions") {
        Some(Value::Object(wanted)) => {
            let wanted = wanted.iter().map(|(name, ty)| (&**name, ty.as_str().unwrap_or_default()));
            missing(&functions, wanted)
        }
        Some(Value::Array(wanted)) => {
            let wanted = wanted.iter().map(|name| name.as_str().unwrap_or_default());
            let typed = |name| (name, functions.get(name).and_then(Value::as_str).unwrap_or(""));
            missing(&functions, wanted.map(typed))
        }
        _ => None,
    };
    match found {
        Some(reason) => Err(reason),
        None => Ok(json!({ "protocol": PROTOCOL, "functions": functions })),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_are_read() {
        let result = |value| Ok(Message::Answer(7, Answer::Result(value)));
        let failed = Answer::Error { code: 1, message: "no".into() };
        let request = |id: Value, method: &str| Message::Request { id, method: method.into() };
        for (line, expected) in [
            (r#"{"jsonrpc":"2.0","id":7,"result":250}"#, result(json!(250))),
            (r#"{"id":7,"result":null}"#, result(Value::Null)),
            (r#"{"id":7,"error":{"code":1,"message":"no"}}"#, Ok(Message::Answer(7, failed))),
            (r#"{"method":"log"}"#, Ok(Message::Other)),
            (r#"{"id":"7","result":1}"#, Ok(Message::Other)),
            (r#"{"id":7,"method":"add","params":[1]}"#, Ok(request(json!(7), "add"))),
            (r#" {"id":"a","method":"add"}"#, Ok(request(json!("a"), "add"))),
            (r#"{"method":"cancel","params":{"id":"a"}}"#, Ok(Message::Cancel(json!("a")))),
            (r#"{"method":"cancel"}"#, Ok(Message::Other)),
            ("[]", Err("it wrote JSON that is no message".into())),
            (r#"[7,"add"]"#, Err("it wrote JSON that is no message".into())),
        ] {
            assert_eq!(read(line.as_bytes()), expected, "{line}");
        }
        for line in ["hello", "", "{", r#"{"id":7,"method":"add""#, "\u{0}"] {
            let error = read(line.as_bytes()).expect_err("no JSON");
            assert!(error.starts_with("it wrote what is no JSON"), "{line}: {error}");
        }
        let long = format!(r#"{{"id":"{}","method":"add"}}"#, "x".repeat(300));
        for line in [r#"{"id":[7],"method":"add"}"#, r#"{"id":7,"method":1}"#, &long] {
            let wrong = read(line.as_bytes()).expect("JSON");
            assert!(matches!(wrong, Message::Wrong { .. }), "{line}: {wrong:?}");
        }
    }

    #[test]
    fn what_is_wanted_has_to_be_there() {
        let lacks = |answer: Value| {
            lacking(&Answer::Result(answer), [("a", "func(n: u32)"), ("b", "func()")].into_iter())
        };
        assert_eq!(lacks(json!({ "functions": ["b", "a"] })), None);
        assert_eq!(lacks(json!({ "functions": { "a": "func(n:u32)", "b": "func()" } })), None);
        assert_eq!(lacks(json!({ "functions": ["a"] })), Some("it does not serve `b`".into()));
        let other = lacks(json!({ "functions": { "a": "func()", "b": "func()" } }));
        assert!(other.expect("another type").contains("`a` with another type"));
        assert!(lacks(json!({})).is_some());
        let unknown = Answer::Error { code: NO_METHOD, message: String::new() };
        assert_eq!(lacking(&unknown, [("a", "func()")].into_iter()), None);
    }

    #[test]
    fn the_other_side_is_told_what_there_is() {
        let functions = || json!({ "a": "func(n: u32)", "b": "func()" });
        let greeted = |params: Value| greeted(&params, functions());
        for wanted in [
            json!({}),
            json!({ "protocol": 1 }),
            json!({ "functions": ["a"] }),
            json!({ "functions": { "a": "func(n:u32)" } }),
        ] {
            let told = greeted(wanted.clone()).unwrap_or_else(|error| panic!("{wanted}: {error}"));
            assert_eq!(told["functions"], functions());
        }
        for (wanted, expected) in [
            (json!({ "protocol": 2 }), "the protocol is 1"),
            (json!({ "functions": ["c"] }), "it does not serve `c`"),
            (json!({ "functions": { "a": "func()" } }), "`a` with another type"),
        ] {
            let error = greeted(wanted.clone()).expect_err("not there");
            assert!(error.contains(expected), "{wanted}: {error}");
        }
    }
}
