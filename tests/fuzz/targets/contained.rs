//! Panics that the library catches. The fuzzer's own hook would end the process at each panic,
//! before it is known whether the library catches it.

use std::panic::{set_hook, take_hook};

/// Lets panics in the tools for WIT reach the code that catches them. If nothing catches one, the
/// fuzz target still ends the process.
pub(crate) fn allow() {
    let end = take_hook();
    set_hook(Box::new(move |panic| {
        let of_tools = panic.location().is_some_and(|location| {
            ["wit-parser", "wit-component"].iter().any(|tool| location.file().contains(tool))
        });
        if !of_tools {
            end(panic);
        }
    }));
}
