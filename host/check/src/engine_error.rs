//! The engine's errors as text for people.

use wit_host_text::shown;

/// The engine's error and all of its causes on one line, fit for a terminal.
pub fn reason(error: &wasmtime::Error) -> String {
    let causes: Vec<_> = error.chain().map(ToString::to_string).collect();
    shown(&causes.join(": "))
}

/// What the engine's error comes down to, without its account of where it was.
pub fn root_cause(error: &wasmtime::Error) -> String {
    shown(&error.root_cause().to_string())
}
