//! Reads arbitrary text as a fixture and as a file of tests.
#![no_main]

mod test_texts;

use std::path::PathBuf;
use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;

/// A guest in the folder of temporary files.
static GUEST: LazyLock<PathBuf> = LazyLock::new(|| {
    let path = std::env::temp_dir().join(format!("wit-host-fuzz-{}.wat", std::process::id()));
    let guest = "(module (func (export \"add\") (param i32 i32) (result i32) (i32.const 0)))";
    std::fs::write(&path, guest).expect("the guest is written");
    path
});

fuzz_target!(|text: &str| {
    test_texts::as_fixture(text);
    test_texts::as_tests(text, &GUEST);
});
