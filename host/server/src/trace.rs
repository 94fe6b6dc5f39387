//! The distributed trace that a call belongs to (W3C Trace Context): it is read from a request, and
//! told to providers, to the log and, with telemetry, to a collector.

use std::sync::Arc;
use std::time::Duration;

use axum::http::HeaderMap;

use crate::call::Called;
#[cfg(feature = "otel")]
use crate::otel::{CallSpan, Telemetry};

/// The span of a trace, as `traceparent` has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct TraceParent {
    /// The trace in 32 hexadecimal digits.
    pub(crate) trace: String,
    /// The span in 16 of them.
    pub(crate) span: String,
    pub(crate) flags: u8,
}

/// The length of a header of the version 00.
const LENGTH: usize = 55;

impl TraceParent {
    /// Reads a header. `None` for one that is not valid, which then counts as not there.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let known = text.get(..LENGTH)?;
        let mut parts = known.split('-');
        let mut hex = |length: usize| {
            let is_hex = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
            parts.next().filter(|part| part.len() == length && part.bytes().all(is_hex))
        };
        let (version, trace, span, flags) = (hex(2)?, hex(32)?, hex(16)?, hex(2)?);
        // A later version may have more behind it.
        let rest = text.get(LENGTH..)?;
        let is_of_version = match version {
            "ff" => false,
            "00" => rest.is_empty(),
            _ => rest.is_empty() || rest.starts_with('-'),
        };
        let is_zero = |digits: &str| digits.bytes().all(|digit| digit == b'0');
        let is_valid = is_of_version && !is_zero(trace) && !is_zero(span);
        let flags = u8::from_str_radix(flags, 16).ok()?;
        is_valid.then(|| Self { trace: trace.to_owned(), span: span.to_owned(), flags })
    }

    /// Returns the header.
    pub(crate) fn header(&self) -> String {
        format!("00-{}-{}-{:02x}", self.trace, self.span, self.flags)
    }
}

/// The trace of one call.
pub(crate) struct Trace {
    parent: Option<TraceParent>,
    #[cfg(feature = "otel")]
    span: Option<CallSpan>,
}

impl Trace {
    /// Begins the span of a call, if spans are collected.
    pub(crate) fn begin(
        headers: &HeaderMap,
        #[cfg(feature = "otel")] telemetry: Option<&Telemetry>,
    ) -> Self {
        let text = |name: &str| {
            // Several are as wrong as none that is valid.
            let mut all = headers.get_all(name).iter();
            all.next().filter(|_| all.next().is_none())?.to_str().ok()
        };
        let parent = text("traceparent").and_then(TraceParent::parse);
        Self {
            #[cfg(feature = "otel")]
            span: telemetry.and_then(|one| one.begin(parent.as_ref(), text("tracestate"))),
            parent,
        }
    }

    /// Returns the span that what is called in the call belongs to.
    pub(crate) fn current(&self) -> Option<TraceParent> {
        #[cfg(feature = "otel")]
        if let Some(span) = &self.span {
            return Some(span.parent_of_others());
        }
        self.parent.clone()
    }

    /// Returns the header for what is called in the call.
    pub(crate) fn header(&self) -> Option<Arc<str>> {
        self.current().map(|current| current.header().into())
    }

    /// Ends the call's span.
    pub(crate) fn end(self, guest: Option<&str>, called: &Called, status: u16, took: Duration) {
        #[cfg(feature = "otel")]
        if let Some(span) = self.span {
            span.end(guest, called, status, took);
        }
        #[cfg(not(feature = "otel"))]
        let _ = (self, guest, called, status, took);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_is_valid_or_not_there() {
        let (trace, span) = ("4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7");
        let valid = format!("00-{trace}-{span}-01");
        let read = TraceParent::parse(&valid).expect("a valid header");
        assert_eq!((&*read.trace, &*read.span, read.flags), (trace, span, 1));
        assert_eq!(read.header(), valid);
        for later in [format!("01-{trace}-{span}-00"), format!("01-{trace}-{span}-00-more")] {
            assert!(TraceParent::parse(&later).is_some(), "{later}");
        }
        let zeros = "0".repeat(32);
        for wrong in [
            String::new(),
            "00".into(),
            format!("ff-{trace}-{span}-01"),
            format!("00-{trace}-{span}-01-more"),
            format!("01-{trace}-{span}-00more"),
            format!("00-{}-{span}-01", trace.to_uppercase()),
            format!("00-{zeros}-{span}-01"),
            format!("00-{trace}-{}-01", &zeros[..16]),
            format!("00-{trace}-{span}-0g"),
            format!("00-{trace}-{span}-é"),
            format!("00_{trace}_{span}_01"),
            format!("0-{trace}0-{span}-01"),
        ] {
            assert_eq!(TraceParent::parse(&wrong), None, "{wrong}");
        }
    }
}
