//! Writes the engine's errors for people.

use wit_host_text::shown;

/// Returns the engine's error and all of its causes on one line, safe to print.
pub fn reason(error: &wasmtime::Error) -> String {
    let causes: Vec<_> = error.chain().map(ToString::to_string).collect();
    shown(&causes.join(": "))
}

/// Returns the root cause of the engine's error, without its account of where it was.
pub fn root_cause(error: &wasmtime::Error) -> String {
    shown(&error.root_cause().to_string())
}
