//! Inspects arbitrary bytes as a guest, and compares them with contracts. Whatever they are, the
//! answer can be shown on a terminal.
#![no_main]

#[path = "contained.rs"]
mod contained;

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use wit_host::{Contract, Fit, Limits, Mismatches, Runtime};
use wit_host_contract::{Functions, builder};

static RUNTIME: LazyLock<Runtime<Functions>> = LazyLock::new(|| {
    builder().allow_text_format(true).limits(Limits::default().file_size(64 << 10)).build().expect("a runtime")
});

static OTHER: LazyLock<Contract> = LazyLock::new(|| {
    let wit = "
        package test:other@1.0.0;
        interface shapes {
            record point { x: f32, y: f32 }
            resource canvas { draw: func(at: list<point>) -> result<u32, string>; }
        }
        world plugin { import shapes; export run: func() -> s32; }
    ";
    Contract::parse(wit, None).expect("a contract")
});

fn check(told: &str) {
    assert!(!told.contains('\u{1b}'), "not fit for a terminal: {told}");
}

fn check_fit(fit: Result<Fit, wit_host::Error>) {
    check(&match fit {
        Ok(fit) => Mismatches(fit.whole().mismatches).to_string(),
        Err(error) => error.to_string(),
    });
}

fuzz_target!(init: contained::allow(), |bytes: &[u8]| {
    match RUNTIME.inspect(bytes) {
        Ok(inspection) => {
            check(&inspection.to_string());
            // WIT that is printed has to be valid.
            if let Some(wit) = &inspection.wit {
                check(wit);
                assert!(Contract::parse(wit, None).is_ok(), "{wit}");
            }
        }
        Err(error) => check(&error.to_string()),
    }
    check_fit(RUNTIME.fit(bytes));
    check_fit(RUNTIME.fit_contract(bytes, &OTHER));
});
