//! The JSON of `--trace`: the lines of a trace.

use serde::Serialize;
use serde_json::{Map, Value};

/// A span that has ended, or an event.
#[derive(Serialize)]
pub(crate) struct Traced<'t> {
    pub(crate) timestamp: String,
    pub(crate) kind: &'static str,
    pub(crate) level: &'static str,
    pub(crate) target: &'t str,
    pub(crate) fields: Map<String, Value>,
    #[serde(flatten)]
    pub(crate) span: Option<Span>,
    /// The spans around it, outermost first.
    pub(crate) spans: Vec<&'static str>,
}

/// The parts of a line that only a span has.
#[derive(Serialize)]
pub(crate) struct Span {
    pub(crate) name: &'static str,
    pub(crate) microseconds: u64,
}

/// The line that says that the trace ends before the run does.
#[derive(Serialize)]
pub(crate) struct End {
    pub(crate) timestamp: String,
    pub(crate) kind: &'static str,
    pub(crate) size: u64,
    pub(crate) reason: &'static str,
}
