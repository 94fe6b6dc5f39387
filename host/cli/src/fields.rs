//! The fields of a span or an event, as far as they are going to be shown: what a
//! guest passes to a host function may be megabytes, and is chosen by it.

use std::fmt;

use serde_json::{Map, Value};
use tracing::field::{Field, Visit};
use wit_host::debug_text;

use super::remedies::in_options;

/// How many bytes of one value are shown.
const LONGEST: usize = 200;

/// The fields, in their order, safe to print.
#[derive(Default)]
pub(crate) struct Fields(pub(crate) Map<String, Value>);

impl Fields {
    /// The fields that `record` hands over.
    pub(crate) fn of(record: impl FnOnce(&mut dyn Visit)) -> Self {
        let mut fields = Self::default();
        record(&mut fields);
        fields
    }

    /// Takes the field of that name out, as text.
    pub(crate) fn take(&mut self, name: &str) -> Option<String> {
        self.0.shift_remove(name).map(text)
    }

    /// The fields as they would stand between the brackets of a call.
    pub(crate) fn arguments(self) -> String {
        let argument = |(name, value): (String, Value)| match &*name {
            // Of `env`: functions in Rust do not tell the names of their parameters.
            "arguments" => text(value),
            _ => format!("{name}={}", text(value)),
        };
        let arguments: Vec<_> = self.0.into_iter().map(argument).collect();
        arguments.join(", ")
    }
}

fn text(value: Value) -> String {
    match value {
        Value::String(text) => text,
        other => other.to_string(),
    }
}

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        let text = debug_text(value, LONGEST);
        // An error's own backtrace is of the host, and follows where one is asked
        // for by RUST_BACKTRACE.
        let text = text.split("\\n\\nStack backtrace").next().unwrap_or_default();
        self.0.insert(field.name().into(), text.into());
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        match field.name() {
            // How a call failed, in the library's words.
            "failure" => self.record_debug(field, &format_args!("{}", in_options(value))),
            _ => self.record_debug(field, &format_args!("{value}")),
        }
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.0.insert(field.name().into(), value.into());
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.0.insert(field.name().into(), value.into());
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.0.insert(field.name().into(), value.into());
    }
}
