//! Writes the requests that the server has answered, each as a line or as a JSON object.

use serde_json::json;
use wit_host_server::Entry;

/// Returns a request as a line. Its path is shown as the request has it, with percent signs, so
/// that it stays on one line.
pub(super) fn line(entry: &Entry) -> String {
    let millis = entry.took.as_secs_f64() * 1e3;
    let path = entry.path.escape_debug();
    format!("{} {path} {} {millis:.2}ms", entry.method.escape_debug(), entry.status)
}

pub(super) fn object(entry: &Entry) -> serde_json::Value {
    json!({
        "method": entry.method,
        "path": entry.path,
        "status": entry.status,
        "seconds": entry.took.as_secs_f64(),
        "function": entry.function,
        "trace_id": entry.trace,
        "span_id": entry.span,
    })
}
