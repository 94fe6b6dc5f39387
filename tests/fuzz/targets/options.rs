//! Reads arbitrary text as the value of every limit, and as a network host. It is accepted, or
//! refused with an error that can be printed.
#![no_main]

use libfuzzer_sys::fuzz_target;
use wit_host::{Grants, Limits};

fuzz_target!(|text: &str| {
    for name in Limits::NAMES {
        let _ = Limits::default().set(name, text);
    }
    let _ = Limits::default().set(text, "1");
    if let Err(error) = Grants::default().allow_host(text) {
        assert!(error.to_string().contains("give HOST or HOST:PORT"));
    }
});
