//! The JSON of `test`: what came of each test, and what no test has reached.

use serde::Serialize;

/// All files, and their sums.
#[derive(Serialize)]
pub(crate) struct Tests {
    pub(crate) files: Vec<TestedFile>,
    pub(crate) passed: usize,
    pub(crate) failed: usize,
    /// The share of what could be reached, in percent.
    pub(crate) coverage: usize,
    pub(crate) missing: Vec<Missing>,
}

/// One file of tests.
#[derive(Serialize)]
pub(crate) struct TestedFile {
    pub(crate) file: String,
    pub(crate) tests: Vec<Tested>,
}

/// One test.
#[derive(Serialize)]
pub(crate) struct Tested {
    pub(crate) name: String,
    pub(crate) line: usize,
    pub(crate) passed: bool,
    pub(crate) micros: u128,
    pub(crate) failures: Vec<Failed>,
}

/// One expectation that was not met.
#[derive(Serialize)]
pub(crate) struct Failed {
    pub(crate) line: usize,
    pub(crate) call: Option<String>,
    pub(crate) reason: String,
    pub(crate) expected: Option<String>,
    pub(crate) found: Option<String>,
}

/// Something that no test has reached.
#[derive(Serialize)]
pub(crate) struct Missing {
    /// `export`, `import` or `case`.
    pub(crate) sort: &'static str,
    pub(crate) function: String,
    pub(crate) case: Option<String>,
}
