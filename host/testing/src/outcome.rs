//! What came of a test: whether it passed, its time, and where it did not do what was expected. It
//! does not know how that is printed.

use std::ops::Range;
use std::time::Duration;

use wit_host_config::Place;

/// What came of one test.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Outcome {
    /// The name of the test, with that of its case.
    pub name: String,
    /// Where the file has the test.
    pub place: Place,
    /// The time from the start of its session to its end.
    pub time: Duration,
    /// Where it did not do what was expected. A test without failures has passed.
    pub failures: Vec<Failure>,
    /// What the file would say if it expected what came.
    pub(crate) mendings: Vec<Mending>,
}

/// One expectation that was not met.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Failure {
    /// Where the file has the step.
    pub place: Place,
    /// The call of the step. `None` for what concerns the whole test.
    pub call: Option<String>,
    /// What happened, in a few words or, for a call that failed, in all that is known of it.
    pub reason: String,
    /// The expected value and the one that came, where two values differ.
    pub values: Option<(String, String)>,
}

/// A change of the file by which it expects what came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Mending {
    /// The bytes that are replaced. They are empty where something is added.
    pub(crate) range: Range<usize>,
    pub(crate) text: String,
}

impl Outcome {
    /// Returns whether everything was as expected.
    pub fn has_passed(&self) -> bool {
        self.failures.is_empty()
    }
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { place, call, reason, values } = self;
        write!(f, "line {}: ", place.line)?;
        if let Some(call) = call {
            write!(f, "`{call}`: ")?;
        }
        f.write_str(reason)?;
        match values {
            Some((expected, found)) => write!(f, "; expected {expected}, found {found}"),
            None => Ok(()),
        }
    }
}
