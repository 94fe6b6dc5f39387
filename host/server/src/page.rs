//! The page on which a person tries what a guest serves. It asks nothing of any other server but this
//! one's listener for operators, which its policy holds it to.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;

use crate::answer::of_type;

const PAGE: &str = include_str!("page/page.html");
const SCRIPT: &str = include_str!("page/page.js");
const STYLE: &str = include_str!("page/page.css");

/// Returns what the page may load: its own script and style, and answers of this server and of its
/// listener for operators.
fn policy(operators: Option<&str>) -> String {
    let operators = operators.map(|origin| format!(" {origin}")).unwrap_or_default();
    format!(
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'{operators}; \
         base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
}

/// Returns the page, which asks operators' figures of this origin, if there is one.
pub(crate) fn page(operators: Option<&str>) -> Response {
    let mut response = of_type(StatusCode::OK, "text/html; charset=utf-8", PAGE);
    let headers = response.headers_mut();
    if let Ok(policy) = HeaderValue::try_from(policy(operators)) {
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    response
}

/// Returns the script of the page.
pub(crate) fn script() -> Response {
    of_type(StatusCode::OK, "text/javascript; charset=utf-8", SCRIPT)
}

/// Returns the style of the page.
pub(crate) fn style() -> Response {
    of_type(StatusCode::OK, "text/css; charset=utf-8", STYLE)
}
