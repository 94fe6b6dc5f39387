//! Reads text as a fixture of a contract with types of many kinds, and as a file of tests of a small
//! guest. It is accepted, or refused with an error that has a place and can be printed. The fuzz target
//! `fixtures` and a test with a stable compiler both use it.

use std::path::Path;
use std::sync::LazyLock;

use wit_host::{Contract, ImportedFunction};
use wit_host_providers::{Fixture, FixtureError};
use wit_host_testing::{Settings, Suite, TestFileError};

static FUNCTIONS: LazyLock<Vec<ImportedFunction>> = LazyLock::new(|| {
    let of = |wit: &str, world: &str| {
        let contract = Contract::parse(wit, Some(world)).expect("a contract");
        ImportedFunction::of_contract(&contract).expect("its types")
    };
    let mut functions = of(include_str!("../../all/providers/shop.wit"), "plugin");
    functions.extend(of(include_str!("../../all/providers/counters.wit"), "caller"));
    functions
});

/// Reads the text as a fixture.
pub(crate) fn as_fixture(text: &str) {
    let read = Fixture::parse(text, "fixture.toml");
    let Err(error) = read.and_then(|fixture| fixture.typed(&FUNCTIONS).map(|_| ())) else { return };
    printable(&error.to_string());
    match error {
        FixtureError::Invalid { line, column, .. } => assert!(line > 0 && column > 0),
        other => panic!("{other}"),
    }
}

/// Reads the text as a file of tests of the guest in a file.
pub(crate) fn as_tests(text: &str, guest: &Path) {
    let mut settings = Settings::default();
    settings.cache = None;
    settings.guest = Some(guest.into());
    let Err(error) = Suite::parse(Path::new("a.test.toml"), text, &settings) else { return };
    printable(&error.to_string());
    match error {
        TestFileError::Invalid { line, column, .. } | TestFileError::Load { line, column, .. } => {
            assert!(line > 0 && column > 0);
        }
        _ => {}
    }
}

fn printable(told: &str) {
    let is_clean = !told.contains(|c: char| c.is_control() && c != '\n');
    assert!(
        !told.is_empty() && told.len() < 10_000 && is_clean,
        "not fit for a terminal: {told:?}"
    );
}
