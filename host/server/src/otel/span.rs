//! The spans of a call: one for it, and one for each host function that it called. Their names are
//! those of functions. Arguments, results and the texts of failures stay here.

use std::str::FromStr as _;
use std::time::Duration;

use opentelemetry::trace::{
    Span as _, SpanBuilder, SpanContext, SpanId, SpanKind, Status, TraceContextExt as _,
    TraceFlags, TraceId, TraceState,
};
use opentelemetry::{Context, KeyValue};
use opentelemetry_sdk::trace::{SdkTracer, Span};

use super::Telemetry;
use crate::call::Called;
use crate::host_calls::Calls;
use crate::trace::TraceParent;

/// The name of a call's span before its function is known, and of one that has none.
const UNKNOWN: &str = "call";

/// The span of a call that has not ended.
pub(crate) struct CallSpan {
    tracer: SdkTracer,
    span: Span,
}

impl Telemetry {
    /// Begins the span of a call, as a part of the caller's trace if there is one.
    pub(crate) fn begin(
        &self,
        parent: Option<&TraceParent>,
        state: Option<&str>,
    ) -> Option<CallSpan> {
        let tracer = self.tracer()?.clone();
        let context = parent.and_then(|parent| remote(parent, state)).unwrap_or_default();
        let builder = SpanBuilder::from_name(UNKNOWN).with_kind(SpanKind::Server);
        let span = builder.start_with_context(&tracer, &context);
        Some(CallSpan { tracer, span })
    }
}

fn remote(parent: &TraceParent, state: Option<&str>) -> Option<Context> {
    let trace = TraceId::from_hex(&parent.trace).ok()?;
    let span = SpanId::from_hex(&parent.span).ok()?;
    let state = state.and_then(|state| TraceState::from_str(state).ok()).unwrap_or_default();
    let flags = TraceFlags::new(parent.flags);
    let context = SpanContext::new(trace, span, flags, true, state);
    Some(Context::new().with_remote_span_context(context))
}

impl CallSpan {
    /// Returns the span as those of other programs name it.
    pub(crate) fn parent_of_others(&self) -> TraceParent {
        let context = self.span.span_context();
        TraceParent {
            trace: context.trace_id().to_string(),
            span: context.span_id().to_string(),
            flags: context.trace_flags().to_u8(),
        }
    }

    /// Ends the span, with those of the host functions in it.
    pub(crate) fn end(mut self, guest: Option<&str>, called: &Called, status: u16, took: Duration) {
        if !self.span.is_recording() {
            return;
        }
        if let Some(function) = &called.function {
            self.span.update_name(function.clone());
        }
        if let Some(calls) = &called.host_calls {
            let count = i64::try_from(calls.count()).unwrap_or(i64::MAX);
            self.span.set_attribute(KeyValue::new("wit_host.host_calls", count));
            self.host_calls(calls);
        }
        if status >= 500 {
            let error = called.limit.map_or_else(|| status.to_string(), ToOwned::to_owned);
            self.span.set_attribute(KeyValue::new("error.type", error));
            self.span.set_status(Status::error(""));
        }
        let guest = guest.map(|guest| KeyValue::new("faas.name", guest.to_owned()));
        self.span.set_attributes(guest.into_iter().chain([
            KeyValue::new("faas.trigger", "http"),
            KeyValue::new("http.request.method", "POST"),
            KeyValue::new("http.response.status_code", i64::from(status)),
            KeyValue::new("wit_host.wait", called.waited.as_secs_f64()),
            KeyValue::new("wit_host.start", called.started.as_secs_f64()),
            KeyValue::new("wit_host.request", took.as_secs_f64()),
        ]));
        self.span.end();
    }

    fn host_calls(&self, calls: &Calls) {
        let own = self.span.span_context().clone();
        let mut spans: Vec<SpanContext> = Vec::with_capacity(calls.each.len());
        for call in &calls.each {
            let within = call.within.and_then(|place| spans.get(place)).unwrap_or(&own);
            let parent = Context::new().with_remote_span_context(within.clone());
            let name = calls.functions.get(call.function).map(|one| one.name.clone());
            let begins = calls.at + call.after;
            let builder = SpanBuilder::from_name(name.unwrap_or_default())
                .with_kind(SpanKind::Client)
                .with_start_time(begins);
            let mut span = builder.start_with_context(&self.tracer, &parent);
            if call.took.is_none() {
                // The call ended in it.
                span.set_status(Status::error(""));
            }
            spans.push(span.span_context().clone());
            span.end_with_timestamp(begins + call.took.unwrap_or_default());
        }
    }
}
