//! What is traced of a call of a host function, in the same words on both paths. Who
//! serves the call, and how its arguments come out of the guest, it does not know.

use std::fmt;

use tracing::{Level, Span};

use wit_host_text::debug_text;

/// How many bytes of a call's arguments, or of its result, are in its trace.
const LONGEST: usize = 300;

/// Whether somebody may listen to host calls.
#[inline]
pub(crate) fn is_traced() -> bool {
    tracing::level_enabled!(Level::TRACE)
}

/// The span of one call.
#[cold]
pub(crate) fn span(module: &str, function: &str) -> Span {
    tracing::trace_span!("host_call", module, function)
}

/// Tells a tuple of arguments.
#[cold]
pub(crate) fn trace_arguments(arguments: &impl fmt::Debug) {
    let shown = fmt::from_fn(|f| f.write_str(&listed(arguments)));
    tracing::trace!(arguments = tracing::field::display(shown), "call");
}

/// Tells a result.
#[cold]
pub(crate) fn trace_result(result: &impl fmt::Debug) {
    let shown = fmt::from_fn(|f| f.write_str(&debug_text(result, LONGEST)));
    tracing::trace!(result = tracing::field::display(shown), "return");
}

/// A tuple without its brackets, cut.
fn listed(arguments: &impl fmt::Debug) -> String {
    let tuple = debug_text(arguments, LONGEST);
    let tuple = tuple.strip_prefix('(').unwrap_or(&tuple);
    let tuple = tuple.strip_suffix(')').unwrap_or(tuple);
    tuple.strip_suffix(',').unwrap_or(tuple).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::env::{NulTerminated, Utf16};

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
