//! The last host call, kept for the error of a call that failed in it. Every host
//! call of every run passes through here, so that nothing is formatted.

use std::fmt::{self, Write as _};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tracing::Event;
use tracing::field::{Field, Visit};
use tracing::span::Attributes;

/// The last host call. Clones share it.
#[derive(Clone, Default)]
pub(crate) struct LastCall(Arc<Mutex<Last>>);

#[derive(Default)]
struct Last {
    /// As `module.function`.
    name: String,
    stage: Stage,
}

#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Stage {
    UnderWay,
    /// It gave back an error, which may or may not have ended the guest.
    Failed,
    #[default]
    Returned,
}

/// What an event within a host call says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    Called,
    Returned,
    /// It is something that the host function says.
    Other,
}

impl LastCall {
    /// The host call that the guest did not come back from; `failed` is whether
    /// one that gave back an error is such a call.
    pub(crate) fn unfinished(&self, failed: bool) -> Option<String> {
        let last = self.last();
        let unfinished = match last.stage {
            Stage::UnderWay => true,
            Stage::Failed => failed,
            Stage::Returned => false,
        };
        unfinished.then(|| last.name.clone())
    }

    /// The last call, as `module.function`.
    pub(crate) fn name(&self) -> String {
        self.last().name.clone()
    }

    /// Whether the guest has not come back from it.
    pub(crate) fn is_under_way(&self) -> bool {
        self.last().stage == Stage::UnderWay
    }

    /// Takes note of a call by its span.
    pub(crate) fn begin(&self, span: &Attributes<'_>) {
        let mut last = self.last();
        last.name.clear();
        last.stage = Stage::UnderWay;
        span.record(&mut *last);
    }

    /// Takes note of an event in that span.
    pub(crate) fn go_on(&self, event: &Event<'_>) -> Step {
        let mut reading = Reading::default();
        event.record(&mut reading);
        let step = reading.step();
        if step == Step::Returned {
            self.last().stage = if reading.failed { Stage::Failed } else { Stage::Returned };
        }
        step
    }

    fn last(&self) -> MutexGuard<'_, Last> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Visit for Last {
    fn record_debug(&mut self, _: &Field, _: &dyn fmt::Debug) {}

    fn record_str(&mut self, field: &Field, value: &str) {
        match field.name() {
            "module" => self.name.push_str(value),
            "function" => {
                self.name.push('.');
                self.name.push_str(value);
            }
            _ => {}
        }
    }
}

/// What an event's fields say of a call.
#[derive(Default)]
struct Reading {
    message: Option<Step>,
    result: bool,
    failed: bool,
}

impl Reading {
    /// WASI's first preview has no message in its events.
    fn step(&self) -> Step {
        match self.message {
            Some(step) => step,
            None if self.result => Step::Returned,
            None => Step::Called,
        }
    }
}

impl Visit for Reading {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        match field.name() {
            "message" if begins(value, "call") => self.message = Some(Step::Called),
            "message" if begins(value, "return") => self.message = Some(Step::Returned),
            "message" => self.message = Some(Step::Other),
            "result" => {
                self.result = true;
                self.failed = begins(value, "Err(");
            }
            _ => {}
        }
    }
}

/// Whether the `Debug` text of a value begins so. No more of it is formatted than
/// it takes to know: what comes behind an `Ok(` may be megabytes.
fn begins(value: &dyn fmt::Debug, with: &str) -> bool {
    let mut beginning = Beginning(with);
    let _ = write!(beginning, "{value:?}");
    beginning.0.is_empty()
}

/// Takes text as long as it is the expected one, and some of that is missing.
struct Beginning<'a>(&'a str);

impl fmt::Write for Beginning<'_> {
    fn write_str(&mut self, part: &str) -> fmt::Result {
        match self.0.strip_prefix(part) {
            Some("") => self.0 = "",
            Some(rest) => {
                self.0 = rest;
                return Ok(());
            }
            None if part.starts_with(self.0) => self.0 = "",
            None => {}
        }
        Err(fmt::Error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Fails the test where it is formatted.
    struct Never;

    impl fmt::Debug for Never {
        fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
            panic!("more was formatted than it took")
        }
    }

    #[test]
    fn the_beginning_of_a_value() {
        type Outcome = Result<Never, Never>;
        assert!(begins(&Outcome::Err(Never), "Err("));
        assert!(!begins(&Outcome::Ok(Never), "Err("));
        assert!(!begins(&"Err(", "Err("));
        assert!(begins(&format_args!("return"), "return"));
        assert!(!begins(&format_args!("ret"), "return"));
    }
}
