//! The messages as JSON: requests of the host, and answers of a process. How they are sent is not
//! known here.

use serde_json::{Map, Value, json};

/// The version of the protocol.
const PROTOCOL: u32 = 1;
/// The code of the error for a method that does not exist.
pub(crate) const NO_METHOD: i64 = -32601;

/// An answer to a request.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Answer {
    Result(Value),
    Error { code: i64, message: String },
}

/// Returns a line with a request.
pub(crate) fn request(id: u64, method: &str, params: Value) -> String {
    json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params }).to_string()
}

/// Returns a line with a notification that cancels a request. It has no answer.
pub(crate) fn cancel(id: u64) -> String {
    json!({ "jsonrpc": "2.0", "method": "cancel", "params": { "id": id } }).to_string()
}

/// Returns the parameters of the first request.
pub(crate) fn hello<'f>(functions: impl Iterator<Item = (&'f str, &'f str)>) -> Value {
    let functions: Map<_, _> =
        functions.map(|(name, ty)| (name.to_owned(), Value::from(ty))).collect();
    json!({ "protocol": PROTOCOL, "functions": functions })
}

/// Returns the answer in a line, and the id of its request. `None` if the line is a message without
/// an answer, such as a notification.
///
/// # Errors
/// The description of what is wrong with the line.
pub(crate) fn answer(line: &[u8]) -> Result<Option<(u64, Answer)>, String> {
    let message: Value = serde_json::from_slice(line)
        .map_err(|error| format!("it wrote what is no JSON: {error}"))?;
    let Value::Object(mut message) = message else {
        return Err("it wrote JSON that is no message".into());
    };
    let Some(id) = message.get("id").and_then(Value::as_u64) else { return Ok(None) };
    if let Some(error) = message.get("error").filter(|error| !error.is_null()) {
        let code = error.get("code").and_then(Value::as_i64).unwrap_or_default();
        let text = error.get("message").and_then(Value::as_str).unwrap_or("no reason");
        return Ok(Some((id, Answer::Error { code, message: text.to_owned() })));
    }
    Ok(message.remove("result").map(|result| (id, Answer::Result(result))))
}

/// Returns why the answer to the first request is not enough for the functions that guests want, if
/// it is not.
pub(crate) fn lacking<'f>(
    answer: &Answer,
    mut wanted: impl Iterator<Item = (&'f str, &'f str)>,
) -> Option<String> {
    let result = match answer {
        // A process without `hello` is trusted to have all functions.
        Answer::Error { code: NO_METHOD, .. } => return None,
        Answer::Error { message, .. } => return Some(format!("it refused `hello`: {message}")),
        Answer::Result(result) => result,
    };
    let plain = |ty: &str| ty.split_whitespace().collect::<String>();
    match result.get("functions") {
        Some(Value::Array(names)) => wanted.find_map(|(name, _)| {
            let has = names.iter().any(|other| other.as_str() == Some(name));
            (!has).then(|| format!("it does not serve `{name}`"))
        }),
        Some(Value::Object(types)) => {
            wanted.find_map(|(name, ty)| match types.get(name).and_then(Value::as_str) {
                None => Some(format!("it does not serve `{name}`")),
                Some(other) if plain(other) == plain(ty) => None,
                Some(other) => Some(format!(
                    "it has `{name}` with another type: the guest has `{ty}`, and it has `{other}`"
                )),
            })
        }
        _ => Some("its answer to `hello` does not tell its `functions`".into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_read() {
        let result = |value| Ok(Some((7, Answer::Result(value))));
        let failed = Answer::Error { code: 1, message: "no".into() };
        for (line, expected) in [
            (r#"{"jsonrpc":"2.0","id":7,"result":250}"#, result(json!(250))),
            (r#"{"id":7,"result":null}"#, result(Value::Null)),
            (r#"{"id":7,"error":{"code":1,"message":"no"}}"#, Ok(Some((7, failed)))),
            (r#"{"method":"log"}"#, Ok(None)),
            (r#"{"id":"7","result":1}"#, Ok(None)),
            ("[]", Err("it wrote JSON that is no message".into())),
        ] {
            assert_eq!(answer(line.as_bytes()), expected, "{line}");
        }
        assert!(answer(b"hello").expect_err("no JSON").starts_with("it wrote what is no JSON"));
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
}
