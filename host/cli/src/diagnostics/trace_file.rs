//! `--trace`: writes every span, when it has ended, and every event as one JSON object on a line of
//! its own.

use std::fs::File;
use std::io::{IsTerminal as _, Write as _};
use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::time::{Instant, SystemTime};

use anyhow::{Context as _, Result};
use bytesize::ByteSize;
use serde::Serialize;
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::layer::Context;
use tracing_subscriber::registry::{LookupSpan, Scope};

use super::fields::Fields;
use crate::destination::Destination;
use crate::json;
use crate::output::ascii;
use crate::status::{notice, shown_path};

/// Writes the lines. The file is closed after a line that could not be written, and after the last
/// line that fits.
pub(crate) struct TraceFile {
    file: Mutex<Option<Counted>>,
    size: u64,
}

struct Counted {
    file: File,
    /// Whether the file is a terminal, which names that a guest chose could control.
    is_terminal: bool,
    written: u64,
}

impl TraceFile {
    /// Creates a trace of at most `size` bytes, followed by one line that says that it is full.
    pub(crate) fn create(path: &Path, size: u64) -> Result<Self> {
        let file = Destination::at(path).and_then(Destination::begin);
        let failed = || format!("failed to write the trace to `{}`", shown_path(path));
        let file = file.with_context(failed)?;
        let file = Counted { is_terminal: file.is_terminal(), file, written: 0 };
        Ok(Self { file: Mutex::new(Some(file)), size })
    }

    fn write(&self, line: &json::Traced<'_>) {
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(open) = &mut *file else { return };
        let (line, size) = (text(line), ByteSize(self.size));
        open.written = open.written.saturating_add(line.len() as u64);
        // Once a line does not fit, the trace ends, even if a shorter one would: a trace with gaps
        // misleads.
        let is_last = open.written > self.size;
        let line = if is_last { last_line(self.size) } else { line };
        let line = if open.is_terminal { ascii(&line) } else { line };
        // The line is written at once, so that a program that reads along sees whole lines.
        let written = open.file.write_all(line.as_bytes());
        if let Err(error) = &written {
            notice(&format!("failed to write the trace, which ends here: {error}"));
        } else if is_last {
            notice(&format!("the trace ends here, after {size}; `--trace-size` allows more"));
        }
        if is_last || written.is_err() {
            *file = None;
        }
    }
}

/// Returns the line that says why the trace ends.
fn last_line(size: u64) -> String {
    let reason = "the trace has reached its size, which `--trace-size` sets";
    text(&json::End { timestamp: now(), kind: "end", size, reason })
}

/// Returns a line.
fn text(line: &impl Serialize) -> String {
    // The line only has names and texts, so it can always be written as JSON.
    serde_json::to_string(line).unwrap_or_default() + "\n"
}

fn now() -> String {
    humantime::format_rfc3339_micros(SystemTime::now()).to_string()
}

/// The data of a span until it ends.
struct Opened {
    fields: Fields,
    at: Instant,
}

impl<S: Subscriber + for<'span> LookupSpan<'span>> Layer<S> for TraceFile {
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        if let Some(span) = context.span(id) {
            let fields = Fields::of(|visit| attributes.record(visit));
            span.extensions_mut().insert(Opened { fields, at: Instant::now() });
        }
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, context: Context<'_, S>) {
        let Some(span) = context.span(id) else { return };
        if let Some(opened) = span.extensions_mut().get_mut::<Opened>() {
            values.record(&mut opened.fields);
        }
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        let fields = Fields::of(|visit| event.record(visit));
        let spans = names(context.event_scope(event));
        self.write(&line("event", event.metadata(), fields, None, spans));
    }

    fn on_close(&self, id: Id, context: Context<'_, S>) {
        let Some(span) = context.span(&id) else { return };
        let Some(Opened { fields, at }) = span.extensions_mut().remove() else { return };
        let microseconds = u64::try_from(at.elapsed().as_micros()).unwrap_or(u64::MAX);
        let own = json::Span { name: span.name(), microseconds };
        let spans = names(span.parent().map(|parent| parent.scope()));
        self.write(&line("span", span.metadata(), fields, Some(own), spans));
    }
}

fn line<'m>(
    kind: &'static str,
    metadata: &Metadata<'m>,
    fields: Fields,
    span: Option<json::Span>,
    spans: Vec<&'static str>,
) -> json::Traced<'m> {
    let (level, target) = (metadata.level().as_str(), metadata.target());
    json::Traced { timestamp: now(), kind, level, target, fields: fields.0, span, spans }
}

/// Returns the names of the spans around, outermost first.
fn names<'span, S: LookupSpan<'span>>(scope: Option<Scope<'span, S>>) -> Vec<&'static str> {
    let spans = scope.into_iter().flat_map(Scope::from_root);
    spans.map(|span| span.name()).collect()
}
