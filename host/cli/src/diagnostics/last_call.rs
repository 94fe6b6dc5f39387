//! Remembers the last host call, for the error of a call that fails in it. Every host call of every
//! run passes through here, so nothing is formatted.

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
    /// The name, as `module.function`.
    name: String,
    stage: Stage,
}

#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Stage {
    UnderWay,
    /// It returned an error, which may or may not have ended the guest.
    Failed,
    #[default]
    Returned,
}

/// The meaning of an event within a host call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    Called,
    Returned,
    /// A message of the host function itself.
    Other,
}

impl LastCall {
    /// Returns the host call that has not returned to the guest. `failed` is whether a call that
    /// returned an error counts as one.
    pub(crate) fn unfinished(&self, failed: bool) -> Option<String> {
        let last = self.last();
        let unfinished = match last.stage {
            Stage::UnderWay => true,
            Stage::Failed => failed,
            Stage::Returned => false,
        };
        unfinished.then(|| last.name.clone())
    }

    /// Returns the last call, as `module.function`.
    pub(crate) fn name(&self) -> String {
        self.last().name.clone()
    }

    /// Returns whether the last call has not returned yet.
    pub(crate) fn is_under_way(&self) -> bool {
        self.last().stage == Stage::UnderWay
    }

    /// Records that a call begins, from its span.
    pub(crate) fn begin(&self, span: &Attributes<'_>) {
        let mut last = self.last();
        last.name.clear();
        last.stage = Stage::UnderWay;
        span.record(&mut *last);
    }

    /// Records an event in the span of the call.
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

/// The parts of an event's fields that say what happens to a call.
#[derive(Default)]
struct Reading {
    message: Option<Step>,
    result: bool,
    failed: bool,
}

impl Reading {
    /// Returns the meaning of the event. Events of WASI's first preview have no message.
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

/// Returns whether the `Debug` text of a value begins with `with`. Formatting stops as soon as this
/// is known, because the text after `Ok(` may have megabytes.
fn begins(value: &dyn fmt::Debug, with: &str) -> bool {
    let mut beginning = Beginning(with);
    let _ = write!(beginning, "{value:?}");
    beginning.0.is_empty()
}

/// A writer that accepts text while it is the expected one and not complete.
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

    /// A value that fails the test if it is formatted.
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
