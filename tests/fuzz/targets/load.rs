//! Loads arbitrary bytes. Whatever they are, the result is a guest or an error.
#![no_main]

#[path = "contained.rs"]
mod contained;

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use wit_host_contract::{Functions, builder};
use wit_host::{Limits, Runtime};

static RUNTIME: LazyLock<Runtime<Functions>> = LazyLock::new(|| {
    builder().allow_text_format(true).limits(Limits::default().file_size(64 << 10)).build().expect("a runtime")
});

fuzz_target!(init: contained::allow(), |bytes: &[u8]| {
    if let Err(error) = RUNTIME.load(bytes) {
        let text = error.to_string();
        assert!(text.len() < 20_000 && !text.contains('\u{1b}'), "not fit for a terminal: {text}");
    }
});
