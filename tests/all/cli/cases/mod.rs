//! Tests of commands as they are typed, with their status and everything that they print. Each
//! `.trycmd` file is a case that users have met. It runs in the folder `.in` of its name. If there
//! is also a folder `.out`, it runs in a copy of `.in`, which has to be equal to `.out` afterwards.
//! `TRYCMD=overwrite cargo test --test all cases` writes what is printed today into the files: read
//! the difference before you commit it.

use trycmd::TestCases;

#[test]
fn cases() {
    let cache = tempfile::tempdir().unwrap();
    let cases = TestCases::new();
    cases
        .register_bin("wit-host", std::path::Path::new(env!("CARGO_BIN_EXE_wit-host")))
        .env("XDG_CACHE_HOME", cache.path().to_str().unwrap())
        .env("XDG_STATE_HOME", cache.path().join("state").to_str().unwrap())
        .case("../../tests/all/cli/cases/*.trycmd");
    cases.run();
}
