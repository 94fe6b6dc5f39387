//! Commands as they are typed, with the status and everything that they print: each
//! `.trycmd` file is a case that strangers met, run in the folder `.in` of its name, or in a
//! copy of it where there is an `.out` as well, which is what has to be there afterwards.
//! `TRYCMD=overwrite cargo test --test all cases` writes down what is printed today: read the
//! difference before it is committed.

use trycmd::TestCases;

#[test]
fn cases() {
    let cache = tempfile::tempdir().unwrap();
    let cases = TestCases::new();
    cases
        .register_bin("wit-host", std::path::Path::new(env!("CARGO_BIN_EXE_wit-host")))
        .env("XDG_CACHE_HOME", cache.path().to_str().unwrap())
        .env("XDG_STATE_HOME", cache.path().join("state").to_str().unwrap())
        .case("../../tests/all/cases/*.trycmd");
    cases.run();
}
