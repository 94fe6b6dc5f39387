//! Answers that say what went wrong, as problem documents (RFC 9457) or as errors of JSON-RPC. Which
//! error is which answer stands here, and nowhere else.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value, json};
use wit_host::{Error, LimitReached};
use wit_host_providers::RequestError;

use crate::answer::{details, of_type};

/// How long a caller is asked to wait before it tries again, in seconds.
const RETRY_AFTER: &str = "1";

/// The codes of errors in JSON-RPC: a function that is not served, wrong arguments, and a call that
/// failed.
const NO_METHOD: i64 = -32601;
const WRONG_PARAMS: i64 = -32602;
const FAILED: i64 = 1;

/// A problem document, which is an answer.
#[derive(Clone, Debug)]
pub(crate) struct Problem {
    pub(crate) status: StatusCode,
    detail: String,
    more: Map<String, Value>,
}

impl Problem {
    pub(crate) fn new(status: StatusCode, detail: impl Into<String>) -> Self {
        Self { status, detail: detail.into(), more: Map::new() }
    }

    /// Adds a member of its own to the document.
    pub(crate) fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.more.insert(name.to_owned(), value.into());
        self
    }

    /// Returns the problem document.
    fn document(self) -> Value {
        let Self { status, detail, more } = self;
        let title = status.canonical_reason().unwrap_or("Problem");
        let mut document = json!({ "title": title, "status": status.as_u16(), "detail": detail });
        if let Value::Object(members) = &mut document {
            members.extend(more);
        }
        document
    }

    /// Returns the answer of a call that was made, with what its guest wrote.
    pub(crate) fn with_stderr(self, stderr: &[String]) -> Response {
        let status = self.status;
        details(status, "problem", &self.document(), stderr)
    }

    /// Returns the answer when every slot is taken, and as many callers wait as may.
    pub(crate) fn busy() -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "every session is in use, and the queue is full")
    }

    /// Returns the answer for what a call ended with.
    pub(crate) fn of(error: &Error) -> Self {
        let status = match error {
            Error::NoSuchFunction { .. } => StatusCode::NOT_FOUND,
            Error::AmbiguousFunction { .. } | Error::Argument(_) | Error::InvalidCall { .. } => {
                StatusCode::BAD_REQUEST
            }
            Error::Limit { limit: LimitReached::WallClock(_), .. } => StatusCode::GATEWAY_TIMEOUT,
            Error::Pool(_) => StatusCode::SERVICE_UNAVAILABLE,
            _ => StatusCode::INTERNAL_SERVER_ERROR,
        };
        let problem = Self::new(status, error.to_string());
        match error {
            Error::Trapped(failure)
            | Error::HostFunction(failure)
            | Error::Limit { failure, .. } => problem.with("report", failure.report().to_string()),
            _ => problem,
        }
    }
}

impl From<Problem> for RequestError {
    fn from(problem: Problem) -> Self {
        let Problem { status, detail: message, mut more } = problem;
        let code = match status {
            StatusCode::NOT_FOUND => NO_METHOD,
            StatusCode::BAD_REQUEST | StatusCode::PAYLOAD_TOO_LARGE => WRONG_PARAMS,
            _ => FAILED,
        };
        more.insert("status".into(), status.as_u16().into());
        Self { code, message, data: Value::Object(more) }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = self.status;
        let document = self.document().to_string();
        let mut response = of_type(status, "application/problem+json", document);
        if status == StatusCode::SERVICE_UNAVAILABLE {
            let seconds = HeaderValue::from_static(RETRY_AFTER);
            response.headers_mut().insert(header::RETRY_AFTER, seconds);
        }
        response
    }
}
