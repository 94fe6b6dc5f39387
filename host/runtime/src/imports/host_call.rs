//! Traces calls of host functions, in the same words on both paths. It does not know which
//! function serves a call, or how its arguments come out of the guest.

use std::fmt;

use tracing::{Level, Span};

use wit_host_text::debug_text;

/// The target of spans and events. People filter by it, so it does not follow the module.
const TARGET: &str = "wit_host::host_call";

/// The number of bytes of a call's arguments, or of its result, that a trace shows.
const LONGEST: usize = 300;

/// Returns whether host calls may be traced.
#[inline]
pub(crate) fn is_traced() -> bool {
    // This compares one number that all listeners share. Whether one of them wants this target is
    // found out in `span`.
    tracing::level_enabled!(Level::TRACE)
}

/// Returns the span of one call.
#[cold]
pub(crate) fn span(module: &str, function: &str) -> Span {
    tracing::trace_span!(target: TARGET, "host_call", module, function)
}

/// Traces a tuple of arguments.
#[cold]
pub(crate) fn trace_arguments(arguments: &impl fmt::Debug) {
    let shown = fmt::from_fn(|f| f.write_str(&listed(arguments)));
    tracing::trace!(target: TARGET, arguments = tracing::field::display(shown), "call");
}

/// Traces a result.
#[cold]
pub(crate) fn trace_result(result: &impl fmt::Debug) {
    let shown = fmt::from_fn(|f| f.write_str(&debug_text(result, LONGEST)));
    tracing::trace!(target: TARGET, result = tracing::field::display(shown), "return");
}

/// Writes a tuple without its brackets, and cuts the text.
fn listed(arguments: &impl fmt::Debug) -> String {
    let tuple = debug_text(arguments, LONGEST);
    let tuple = tuple.strip_prefix('(').unwrap_or(&tuple);
    let tuple = tuple.strip_suffix(')').unwrap_or(tuple);
    tuple.strip_suffix(',').unwrap_or(tuple).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::imports::env::{NulTerminated, Utf16};

    #[test]
    fn arguments_are_listed_and_cut() {
        assert_eq!(listed(&()), "");
        assert_eq!(listed(&(1,)), "1");
        assert_eq!(listed(&(1, "a)\n".to_owned())), "1, \"a)\\n\"");
        let texts = (NulTerminated("a".to_owned()), Some(Utf16("ü".into())));
        assert_eq!(listed(&texts), "\"a\", Some(\"ü\")");
        let megabytes = listed(&(vec![7_u8; 1 << 20], true));
        assert!(megabytes.starts_with("[7, 7, ") && megabytes.ends_with('…'), "{megabytes}");
        assert!(megabytes.len() <= LONGEST + 2);
    }
}
