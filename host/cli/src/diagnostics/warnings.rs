//! Reports problems that do not keep a guest from running, as the library describes them: each as a
//! line on standard error.

use std::fmt;

use tracing::field::{Field, Visit};
use tracing::{Event, Level, Metadata, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::layer::Context;
use wit_host::debug_text;

use crate::status::notice;

/// The number of characters that are shown. A sentence and a path fit into it.
const LONGEST: usize = 1_000;

/// Reports the library's warnings.
pub(crate) struct Warnings;

impl Warnings {
    /// Returns whether events of this kind are warnings of the library.
    pub(crate) fn listens(metadata: &Metadata<'_>) -> bool {
        *metadata.level() == Level::WARN && metadata.target().starts_with("wit_host::")
    }

    /// Writes a warning to standard error.
    pub(crate) fn tell(event: &Event<'_>) {
        let mut message = Message::default();
        event.record(&mut message);
        notice(&message.0);
    }
}

impl<S: Subscriber> Layer<S> for Warnings {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        Self::tell(event);
    }
}

#[derive(Default)]
struct Message(String);

impl Visit for Message {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        if field.name() == "message" {
            self.0 = debug_text(value, LONGEST);
        }
    }
}
