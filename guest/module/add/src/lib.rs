//! A plain core module, with no component and no WIT: it imports `env.add` and
//! exports `run`, which returns what the host made of 1 and 2.

#[link(wasm_import_module = "env")]
unsafe extern "C" {
    safe fn add(a: i32, b: i32) -> i32;
}

/// What the host calls.
#[unsafe(no_mangle)]
pub extern "C" fn run() -> i32 {
    add(1, 2)
}
