//! The page on which a person tries what a guest serves. It asks nothing of any other server, which
//! its policy holds it to.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;

use crate::answer::of_type;

const PAGE: &str = include_str!("page/page.html");
const SCRIPT: &str = include_str!("page/page.js");
const STYLE: &str = include_str!("page/page.css");

/// What the page may load: its own script and style, and answers of this server.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; \
                      base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// Returns the page.
pub(crate) fn page() -> Response {
    let mut response = of_type(StatusCode::OK, "text/html; charset=utf-8", PAGE);
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
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
