//! Answers with a body of JSON, text or the page.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

/// Returns an answer with a body of this type.
pub(crate) fn of_type(status: StatusCode, ty: &'static str, body: impl Into<String>) -> Response {
    let mut response = (status, body.into()).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(ty));
    // A browser must not take what a guest returned for anything else than it is.
    let plain = HeaderValue::from_static("nosniff");
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, plain);
    response
}

pub(crate) fn json(status: StatusCode, value: &Value) -> Response {
    of_type(status, "application/json", value.to_string())
}

/// The type of answers that have what the guest wrote beside what it returned.
pub(crate) const DETAILS: &str = "application/vnd.wit-host.call+json";

/// Returns what came of a call, by this name, with what its guest wrote. What came of it is the last
/// member.
pub(crate) fn details(
    status: StatusCode,
    name: &str,
    value: &Value,
    stderr: &[String],
) -> Response {
    let mut all = json!({ "stderr": stderr });
    all[name] = value.clone();
    of_type(status, DETAILS, all.to_string())
}

pub(crate) fn text(body: impl Into<String>) -> Response {
    of_type(StatusCode::OK, "text/plain; charset=utf-8", body)
}
