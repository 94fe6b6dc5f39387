//! The tracing subscriber of a run that only reports failures. It observes the last host call and
//! warnings. It stores no spans, because there is one for each host call, so it costs a guest next
//! to nothing.

use tracing::level_filters::LevelFilter;
use tracing::span::{Attributes, Id, Record};
use tracing::subscriber::Interest;
use tracing::{Event, Metadata, Subscriber};

use super::host_calls::HostCalls;
use super::last_call::LastCall;
use super::warnings::Warnings;

/// Observes what an error needs, and warnings.
pub(crate) struct Listener<F> {
    last: LastCall,
    listens: F,
}

/// The number of every span. Nothing distinguishes spans by it.
const SPAN: u64 = 1;

impl Listener<()> {
    /// Creates a subscriber that records the last host call.
    pub(crate) fn new(
        last: LastCall,
        calls: &HostCalls,
    ) -> Listener<impl Fn(&Metadata<'_>) -> bool + use<>> {
        Listener { last, listens: calls.listens() }
    }
}

impl<F: Fn(&Metadata<'_>) -> bool + 'static> Subscriber for Listener<F> {
    /// Decides once for each kind of event, because the answer never changes.
    fn register_callsite(&self, metadata: &'static Metadata<'static>) -> Interest {
        if self.enabled(metadata) { Interest::always() } else { Interest::never() }
    }

    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        (self.listens)(metadata) || Warnings::listens(metadata)
    }

    fn max_level_hint(&self) -> Option<LevelFilter> {
        Some(LevelFilter::TRACE)
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        if (self.listens)(span.metadata()) {
            self.last.begin(span);
        }
        Id::from_u64(SPAN)
    }

    fn event(&self, event: &Event<'_>) {
        if Warnings::listens(event.metadata()) {
            Warnings::tell(event);
        // There are no spans to say where an event belongs. While a call is under way, it is the
        // call's.
        } else if self.last.is_under_way() {
            self.last.go_on(event);
        }
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}
