//! Collects the fields of a span or an event, cut to the length that is shown. An argument of a
//! host function may have megabytes, and the guest chooses it.

use std::fmt;

use serde_json::{Map, Value};
use tracing::field::{Field, Visit};
use wit_host::debug_text;

use crate::remedies::in_options;

/// The number of bytes of a value that are shown.
const LONGEST: usize = 200;

/// The fields in order, safe to print.
#[derive(Default)]
pub(crate) struct Fields(pub(crate) Map<String, Value>);

impl Fields {
    /// Returns the fields that `record` passes.
    pub(crate) fn of(record: impl FnOnce(&mut dyn Visit)) -> Self {
        let mut fields = Self::default();
        record(&mut fields);
        fields
    }

    /// Removes the field with this name, and returns it as text.
    pub(crate) fn take(&mut self, name: &str) -> Option<String> {
        self.0.shift_remove(name).map(text)
    }

    /// Returns the fields as the arguments of a call.
    pub(crate) fn arguments(self) -> String {
        let argument = |(name, value): (String, Value)| match &*name {
            // Functions of `env` are written in Rust, and the names of their parameters are not
            // known. Their arguments are one field.
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
        // The backtrace of an error describes the host. RUST_BACKTRACE asks for it, and it is not
        // part of the field.
        let text = text.split("\\n\\nStack backtrace").next().unwrap_or_default();
        self.0.insert(field.name().into(), text.into());
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        match field.name() {
            // The error of a failed call, in the words of the library.
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
