//! Host calls as they happen: the last one is remembered, for the error of a call
//! that failed in it, and with `-v` each is told in one line. The spans are those
//! of the library, of `bindgen!` and of WASI.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use tracing::span::{Attributes, Id};
use tracing::{Event, Level, Metadata, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::layer::Context;
use tracing_subscriber::registry::LookupSpan;

use super::fields::{Fields, LONGEST, MESSAGE};
use super::status::notice;

/// The spans of host calls: of imports of `env`, of a component's imports, and of
/// WASI's first preview.
const SPANS: [&str; 3] = ["host_call", "wit-bindgen import", WASI];
const WASI: &str = "wiggle abi";

/// How an error that a host function gave back begins. Nothing behind it has to be
/// looked at, in particular not whatever comes behind `Ok`.
const ERR: &str = "Er";

/// The last host call. Clones share it.
#[derive(Clone, Default)]
pub(crate) struct LastCall(Arc<Mutex<Last>>);

#[derive(Default)]
struct Last {
    name: String,
    stage: Stage,
}

#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Stage {
    UnderWay,
    /// It gave back an error, which may or may not have ended the guest.
    Failed,
    #[default]
    Returned,
}

impl LastCall {
    /// The host call that the guest did not come back from; `failed` is whether
    /// one that gave back an error is such a call.
    pub(crate) fn unfinished(&self, failed: bool) -> Option<String> {
        let last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let unfinished = match last.stage {
            Stage::UnderWay => true,
            Stage::Failed => failed,
            Stage::Returned => false,
        };
        unfinished.then(|| last.name.clone())
    }

    fn begin(&self, name: &str) {
        let mut last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        last.name.clear();
        last.name.push_str(name);
        last.stage = Stage::UnderWay;
    }

    fn end(&self, result: &str) {
        let stage = if result.starts_with(ERR) { Stage::Failed } else { Stage::Returned };
        self.0.lock().unwrap_or_else(PoisonError::into_inner).stage = stage;
    }
}

/// Listens to host calls.
pub(crate) struct HostCalls {
    last: LastCall,
    /// The guest's name, where every call is to be told.
    guest: Option<String>,
}

impl HostCalls {
    pub(crate) fn new(last: LastCall, guest: Option<String>) -> Self {
        Self { last, guest }
    }

    /// Whether to listen to a span or an event of this kind: without `guest`, to
    /// no more than it takes to know the last call.
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

/// What a span keeps of its call until it is told.
struct Call {
    name: String,
    arguments: String,
    result: Option<String>,
    began: Instant,
}

impl<S: Subscriber + for<'span> LookupSpan<'span>> Layer<S> for HostCalls {
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        let mut fields = Fields::of(|visit| attributes.record(visit));
        let mut part = |name| fields.take(name).unwrap_or_default();
        let name = format!("{}.{}", part("module"), part("function"));
        self.last.begin(&name);
        if let Some(span) = context.span(id).filter(|_| self.guest.is_some()) {
            let (arguments, result) = (String::new(), None);
            let call = Call { name, arguments, result, began: Instant::now() };
            span.extensions_mut().insert(call);
        }
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        let Some(span) = context.event_span(event) else { return };
        let longest = if self.guest.is_some() { LONGEST } else { ERR.len() };
        let mut fields = Fields::begin_of(longest, |visit| event.record(visit));
        let (is_return, is_call) = match fields.take(MESSAGE).as_deref() {
            Some("return") => (true, false),
            Some("call") => (false, true),
            None if span.name() == WASI => {
                let is_return = fields.values.contains_key("result");
                (is_return, !is_return)
            }
            _ => return,
        };
        if is_return {
            let result = fields.take("result").unwrap_or_default();
            self.last.end(&result);
            if let Some(call) = span.extensions_mut().get_mut::<Call>() {
                call.result = Some(result);
            }
        } else if is_call && let Some(call) = span.extensions_mut().get_mut::<Call>() {
            call.arguments = fields.arguments();
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
