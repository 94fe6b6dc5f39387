//! The lines of a trace, of `--trace`.

use serde::Serialize;
use serde_json::{Map, Value};

/// A span that is over, or an event.
#[derive(Serialize)]
pub(crate) struct Traced<'t> {
    pub(crate) timestamp: String,
    pub(crate) kind: &'static str,
    pub(crate) level: &'static str,
    pub(crate) target: &'t str,
    pub(crate) fields: Map<String, Value>,
    #[serde(flatten)]
    pub(crate) span: Option<Span>,
    /// Those around it, outermost first.
    pub(crate) spans: Vec<&'static str>,
}

/// What a span has, and no event.
#[derive(Serialize)]
pub(crate) struct Span {
    pub(crate) name: &'static str,
    pub(crate) microseconds: u64,
}

/// That the trace ends before the run does.
#[derive(Serialize)]
pub(crate) struct End {
    pub(crate) timestamp: String,
    pub(crate) kind: &'static str,
    pub(crate) size: u64,
    pub(crate) reason: &'static str,
}
