//! `--trace`: every span, when it is over, and every event, as one JSON object on
//! a line of its own.

use std::fs::File;
use std::io::{IsTerminal as _, Write as _};
use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::time::{Instant, SystemTime};

use anyhow::{Context as _, Result};
use bytesize::ByteSize;
use serde_json::{Value, json};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::layer::Context;
use tracing_subscriber::registry::{LookupSpan, Scope};

use super::destination::Destination;
use super::fields::Fields;
use super::output::ascii;
use super::status::{notice, shown_path};

/// Writes the lines. The file is gone once one could not be written, or was one too
/// many.
pub(crate) struct TraceFile {
    file: Mutex<Option<Counted>>,
    size: u64,
}

struct Counted {
    file: File,
    /// What a guest has named could steer it.
    is_terminal: bool,
    written: u64,
}

impl TraceFile {
    /// Begins a trace of at most so many bytes, and one line that says when it has them.
    pub(crate) fn create(path: &Path, size: u64) -> Result<Self> {
        let file = Destination::at(path).and_then(Destination::begin);
        let failed = || format!("failed to write the trace to `{}`", shown_path(path));
        let file = file.with_context(failed)?;
        let file = Counted { is_terminal: file.is_terminal(), file, written: 0 };
        Ok(Self { file: Mutex::new(Some(file)), size })
    }

    fn write(&self, line: &Value) {
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(open) = &mut *file else { return };
        let (line, size) = (format!("{line}\n"), ByteSize(self.size));
        open.written = open.written.saturating_add(line.len() as u64);
        let is_last = open.written > self.size;
        let line = if is_last { last_line(self.size) } else { line };
        let line = if open.is_terminal { ascii(&line) } else { line };
        // In one piece, so that who reads along sees whole lines.
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

/// What a reader of the trace learns of its end.
fn last_line(size: u64) -> String {
    let reason = "the trace has reached its size, which `--trace-size` sets";
    let line = json!({
        "timestamp": humantime::format_rfc3339_micros(SystemTime::now()).to_string(),
        "kind": "end",
        "size": size,
        "reason": reason,
    });
    format!("{line}\n")
}

/// What a span has until it is over.
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
        let mut line = line("event", event.metadata(), fields);
        line["spans"] = spans;
        self.write(&line);
    }

    fn on_close(&self, id: Id, context: Context<'_, S>) {
        let Some(span) = context.span(&id) else { return };
        let Some(Opened { fields, at }) = span.extensions_mut().remove() else { return };
        let mut line = line("span", span.metadata(), fields);
        line["name"] = span.name().into();
        line["microseconds"] = u64::try_from(at.elapsed().as_micros()).unwrap_or(u64::MAX).into();
        line["spans"] = names(span.parent().map(|parent| parent.scope()));
        self.write(&line);
    }
}

fn line(kind: &str, metadata: &Metadata<'_>, fields: Fields) -> Value {
    json!({
        "timestamp": humantime::format_rfc3339_micros(SystemTime::now()).to_string(),
        "kind": kind,
        "level": metadata.level().as_str(),
        "target": metadata.target(),
        "fields": fields.0,
    })
}

/// The spans around, outermost first.
fn names<'span, S: LookupSpan<'span>>(scope: Option<Scope<'span, S>>) -> Value {
    let spans = scope.into_iter().flat_map(Scope::from_root);
    spans.map(|span| Value::from(span.name())).collect()
}
