//! Makes the steps of a test in a session, and notes where what comes is not what they expect. It does
//! not know how the session was made.

use std::time::Instant;

use wit_host::blocking::Session;
use wit_host::values::{Results, has_handle, is_given_away, to_wave};
use wit_host::{Error, Val};

use crate::bless::{Site, literal};
use crate::outcome::{Failure, Mending};
use crate::stage::Play;
use crate::step::{Argument, Step};

/// A session while its steps are made, and what came of them.
pub(crate) struct Run {
    pub(crate) session: Session<Play>,
    pub(crate) results: Results,
    pub(crate) failures: Vec<Failure>,
    pub(crate) mendings: Vec<Mending>,
    /// The bytes of standard output and of standard error that earlier steps have written.
    written: (usize, usize),
    /// Whether any step says what is written.
    watches: bool,
}

impl Run {
    pub(crate) fn new(session: Session<Play>, steps: &[Step]) -> Self {
        let watches = steps.iter().any(|step| step.stdout.is_some() || step.stderr.is_some());
        let (failures, mendings) = (Vec::new(), Vec::new());
        let results = Results::default();
        Self { session, results, failures, mendings, written: (0, 0), watches }
    }

    /// Makes a step. Returns whether the session goes on.
    pub(crate) fn step(&mut self, step: &Step) -> bool {
        let arguments = match self.arguments(step) {
            Ok(arguments) => arguments,
            Err(reason) => {
                self.fail(step, reason, None);
                return false;
            }
        };
        let began = Instant::now();
        let called = match step.abi {
            Some(abi) => self.session.call_with_abi(abi, &step.function, &arguments),
            None => self.session.call(&step.function, &arguments),
        };
        let took = began.elapsed();
        let goes_on = called.is_ok();
        self.ended(step, &arguments, called);
        if let Some(within) = step.within.filter(|within| took > *within) {
            let values = (format!("{within:?} at most"), format!("{took:?}"));
            self.fail(step, "it took too long".into(), Some(values));
        }
        self.output(step);
        goes_on
    }

    fn arguments(&self, step: &Step) -> Result<Vec<Val>, String> {
        let arguments = step.arguments.iter();
        arguments
            .map(|argument| match argument {
                Argument::Value(value) => Ok(value.clone()),
                Argument::Result(text, ty) => self
                    .results
                    .get(text, ty)
                    .map_err(|reason| format!("`{text}`: {reason}"))?
                    .ok_or_else(|| format!("`{text}`: that call returned nothing")),
            })
            .collect()
    }

    fn ended(&mut self, step: &Step, arguments: &[Val], called: Result<Vec<Val>, Error>) {
        match called {
            Ok(results) => {
                for (argument, value) in step.arguments.iter().zip(arguments) {
                    if let Argument::Result(text, ty) = argument
                        && is_given_away(ty, value)
                    {
                        self.results.give_away(text, ty, value, &step.name);
                    }
                }
                self.returned(step, &results);
                self.results.push(results.into_iter().next());
            }
            Err(Error::Exited(status)) => self.exited(step, status),
            Err(error) => self.failed(step, &error),
        }
    }

    fn returned(&mut self, step: &Step, results: &[Val]) {
        let found = shown(results);
        if let Some((expected, _)) = &step.fails {
            let values = (format!("a failure with {expected:?}"), format!("the result {found}"));
            return self.fail(step, "the call did not fail".into(), Some(values));
        }
        if let Some((status, _)) = step.status.as_ref().filter(|(status, _)| *status != 0) {
            let values = (format!("exit status {status}"), format!("the result {found}"));
            return self.fail(step, "the guest did not exit".into(), Some(values));
        }
        match (&step.returns, results) {
            (Some((expected, site)), [value]) => {
                if !is_equal(expected, value) {
                    let values = (to_wave(expected), found.clone());
                    self.mend(site, &literal(&found));
                    self.fail(step, "it returned something else".into(), Some(values));
                }
            }
            (Some((expected, _)), _) => {
                let values = (to_wave(expected), found);
                self.fail(step, "it returned something else".into(), Some(values));
            }
            (None, [Val::Result(Err(_))]) => {
                let reason = format!("it returned `{found}`, which no `returns` expects");
                self.fail(step, reason, None);
                self.add_returns(step, results);
            }
            (None, _) => self.add_returns(step, results),
        }
    }

    /// Notes what a step returned that says nothing of it.
    fn add_returns(&mut self, step: &Step, results: &[Val]) {
        if let (Some(end), [value]) = (&step.end, results)
            && !has_handle(value)
        {
            self.mendings.push(Mending {
                range: end.end..end.end,
                text: format!("returns = {}", literal(&to_wave(value))),
            });
        }
    }

    fn exited(&mut self, step: &Step, status: i32) {
        let found = format!("exit status {status}");
        match (&step.status, &step.returns, &step.fails) {
            (Some((expected, site)), ..) if *expected != status => {
                self.mend(site, &status.to_string());
                let values = (format!("exit status {expected}"), found);
                self.fail(step, "the guest exited with another status".into(), Some(values));
            }
            (Some(_), ..) => {}
            (None, Some((expected, _)), _) => {
                let values = (to_wave(expected), found);
                self.fail(step, "the guest exited".into(), Some(values));
            }
            (None, None, Some((expected, _))) => {
                let values = (format!("a failure with {expected:?}"), found);
                self.fail(step, "the guest exited".into(), Some(values));
            }
            (None, None, None) if status == 0 => {}
            (None, None, None) => {
                let reason = format!("the guest exited with status {status}");
                self.fail(step, reason, None);
            }
        }
    }

    fn failed(&mut self, step: &Step, error: &Error) {
        let report = error.report();
        match &step.fails {
            Some((expected, _)) if report.contains(expected.as_str()) => {}
            Some((expected, site)) => {
                let first = error.to_string();
                let first = first.lines().next().unwrap_or_default();
                self.mend(site, &literal(first));
                let values = (format!("a failure with {expected:?}"), format!("{first:?}"));
                self.fail(step, "the call failed in another way".into(), Some(values));
            }
            None => self.fail(step, report, None),
        }
    }

    /// Compares what the step has written.
    fn output(&mut self, step: &Step) {
        if !self.watches {
            return;
        }
        let (stdout, stderr) = self.session.output();
        let new = |all: &[u8], from: usize| {
            String::from_utf8_lossy(all.get(from..).unwrap_or_default()).into_owned()
        };
        let outputs = [
            ("standard output", &step.stdout, new(&stdout, self.written.0)),
            ("standard error", &step.stderr, new(&stderr, self.written.1)),
        ];
        for (what, expected, found) in outputs {
            if let Some((expected, site)) = expected
                && *expected != found
            {
                self.mend(site, &literal(&found));
                let values = (format!("{expected:?}"), format!("{found:?}"));
                self.fail(step, format!("it wrote something else to {what}"), Some(values));
            }
        }
        self.written = (stdout.len(), stderr.len());
    }

    fn fail(&mut self, step: &Step, reason: String, values: Option<(String, String)>) {
        let call = Some(step.call.clone());
        self.failures.push(Failure { place: step.place, call, reason, values });
    }

    fn mend(&mut self, site: &Site, text: &str) {
        self.mendings.extend(site.mending(text));
    }
}

/// Returns whether a value is the expected one. By a convention, the types of numbers are not known,
/// and a NaN is no other value: both are equal where their texts are.
fn is_equal(expected: &Val, value: &Val) -> bool {
    expected == value || to_wave(expected) == to_wave(value)
}

fn shown(results: &[Val]) -> String {
    match results {
        [] => "nothing".into(),
        [value] => to_wave(value),
        several => {
            let values: Vec<_> = several.iter().map(to_wave).collect();
            format!("({})", values.join(", "))
        }
    }
}
