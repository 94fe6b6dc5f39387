//! The notation of a call's values: JSON by their types, or texts in WAVE, which are strings of JSON.
//! It does not know what a body may be otherwise.

use axum::http::StatusCode;
use serde_json::Value;
use wit_host::Val;
use wit_host::values::{Form, from_text, to_wave};

use crate::call::wrong;
use crate::functions::Function;
use crate::problem::Problem;

/// How the values of a call are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Notation {
    Json,
    Wave,
}

impl Notation {
    /// Returns the notation that a request's query names: `values=json`, which may be left out, or
    /// `values=wave`.
    pub(crate) fn of(query: Option<&str>) -> Result<Self, Problem> {
        match query.unwrap_or_default() {
            "" | "values=json" => Ok(Self::Json),
            "values=wave" => Ok(Self::Wave),
            _ => {
                let detail = "the query is none that is known; there are `values=json` and \
                              `values=wave`";
                Err(Problem::new(StatusCode::BAD_REQUEST, detail))
            }
        }
    }
}

/// Returns the arguments of which a body has the texts, by name or in order.
pub(crate) fn arguments(body: &Value, function: &Function) -> Result<Vec<Val>, Problem> {
    let params = &function.signature.params;
    let wrong = |path: String, detail: &str| wrong(function, detail.into()).with("path", path);
    let given = match body {
        Value::Object(members) => members.len(),
        Value::Array(items) => items.len(),
        _ => return Err(wrong("$".into(), "expected an object or a list of texts in WAVE")),
    };
    if given != params.len() {
        let detail = format!("the function has {} parameters, and here are {given}", params.len());
        return Err(wrong("$".into(), &detail));
    }
    let values = params.iter().enumerate().map(|(place, (name, ty))| {
        let (text, path) = match body {
            Value::Array(items) => (items.get(place), format!("$[{place}]")),
            body => (body.get(name), format!("$.{name}")),
        };
        let missing = "expected a text in WAVE, with this name or at this place";
        let text = text.and_then(Value::as_str).ok_or_else(|| wrong(path.clone(), missing))?;
        from_text(name, ty, text, Form::Wave).map_err(|error| wrong(path, &error.to_string()))
    });
    values.collect()
}

/// Returns a value as a text in WAVE, or null if there is none.
pub(crate) fn written(value: Option<&Val>) -> Value {
    value.map_or(Value::Null, |value| to_wave(value).into())
}
