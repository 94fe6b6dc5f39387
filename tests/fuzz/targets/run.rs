//! Runs valid modules and components under small limits. Every call ends, with a result or an
//! error.
#![no_main]

use std::sync::LazyLock;
use std::time::Duration;

use arbitrary::{Arbitrary, Unstructured};
use libfuzzer_sys::fuzz_target;
use wasm_smith::{Component, Config, Module};
use wit_host_contract::{Functions, builder};
use wit_host::{Limits, Runtime};

static RUNTIME: LazyLock<Runtime<Functions>> = LazyLock::new(|| {
    let limits = Limits::default().memory(4 << 20).wall_clock(Duration::from_secs(5)).fuel(50_000);
    builder().allow_text_format(true).limits(limits).build().expect("a runtime")
});

fn config() -> Config {
    Config {
        gc_enabled: false,
        exceptions_enabled: false,
        memory64_enabled: false,
        relaxed_simd_enabled: false,
        threads_enabled: false,
        max_imports: 0,
        max_memories: 1,
        ..Config::default()
    }
}

fuzz_target!(|data: &[u8]| {
    let mut input = Unstructured::new(data);
    let module = bool::arbitrary(&mut input).unwrap_or(true);
    let bytes = if module {
        let Ok(module) = Module::new(config(), &mut input) else { return };
        module.to_bytes()
    } else {
        let Ok(component) = Component::new(config(), &mut input) else { return };
        component.to_bytes()
    };
    let Ok(guest) = RUNTIME.load(bytes) else { return };
    for export in guest.exports().iter().take(8) {
        let Ok(mut session) = guest.session(Functions::default()).start_blocking() else { return };
        let _ = session.call(export, &[]);
    }
});
