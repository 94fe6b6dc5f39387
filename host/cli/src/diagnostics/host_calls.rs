//! Observes host calls as they happen. The last one is remembered for the error of a call that
//! fails in it, and with `-v` each is reported in one line. The spans come from the library, from
//! `bindgen!` and from WASI.

use std::time::Instant;

use tracing::span::{Attributes, Id};
use tracing::{Event, Level, Metadata, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::layer::Context;
use tracing_subscriber::registry::LookupSpan;

use super::fields::Fields;
use super::last_call::{LastCall, Step};
use crate::status::notice;

/// The names of the spans of host calls: imports from `env`, imports of a component, and WASI's
/// first preview.
const SPANS: [&str; 3] = ["host_call", "wit-bindgen import", "wiggle abi"];

/// A tracing layer that observes host calls.
pub(crate) struct HostCalls {
    last: LastCall,
    /// The guest's name, if every call is reported.
    guest: Option<String>,
}

impl HostCalls {
    pub(crate) fn new(last: LastCall, guest: Option<String>) -> Self {
        Self { last, guest }
    }

    /// Returns whether spans and events of a kind are needed. Without `guest`, only those are that
    /// identify the last call.
    pub(crate) fn listens(&self) -> impl Fn(&Metadata<'_>) -> bool + use<> {
        let told = self.guest.is_some();
        move |metadata| match metadata.is_span() {
            true => SPANS.contains(&metadata.name()),
            false => {
                let returns = metadata.fields().field("result").is_some();
                *metadata.level() == Level::TRACE && (told || returns)
            }
        }
    }
}

/// The data of a call, which its span holds until the call is reported.
struct Call {
    name: String,
    arguments: String,
    result: Option<String>,
    began: Instant,
}

impl<S: Subscriber + for<'span> LookupSpan<'span>> Layer<S> for HostCalls {
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        self.last.begin(attributes);
        if let Some(span) = context.span(id).filter(|_| self.guest.is_some()) {
            let (arguments, result) = (String::new(), None);
            let call = Call { name: self.last.name(), arguments, result, began: Instant::now() };
            span.extensions_mut().insert(call);
        }
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        let Some(span) = context.event_span(event) else { return };
        let step = self.last.go_on(event);
        let mut extensions = span.extensions_mut();
        let Some(call) = extensions.get_mut::<Call>() else { return };
        let mut fields = Fields::of(|visit| event.record(visit));
        fields.take("message");
        match step {
            Step::Called => call.arguments = fields.arguments(),
            Step::Returned => call.result = fields.take("result"),
            Step::Other => {}
        }
    }

    fn on_close(&self, id: Id, context: Context<'_, S>) {
        let Some(guest) = &self.guest else { return };
        let span = context.span(&id);
        let Some(call) = span.and_then(|span| span.extensions_mut().remove::<Call>()) else {
            return;
        };
        let Call { name, arguments, result, began } = call;
        let came = match result.as_deref() {
            Some("()") => " returned".into(),
            Some(result) => format!(" = {result}"),
            None => " did not return".into(),
        };
        let time = began.elapsed();
        notice(&format!("{guest}: host call {name}({arguments}){came} in {time:.1?}"));
    }
}
