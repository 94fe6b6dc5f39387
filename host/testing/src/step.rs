//! One step of a test: a call whose arguments and results are read by the function's types before
//! anything runs, and then made in a session. It does not know how the session was made.

use std::collections::BTreeMap;
use std::ops::Range;
use std::time::{Duration, Instant};

use wit_host::blocking::Session;
use wit_host::values::{
    BadArgument, Form, Results, Signature, from_text, is_given_away, result_number, split_call,
    to_wave,
};
use wit_host::wasmtime::component::Type;
use wit_host::{Abi, Error, Guest, Limits, Val};
use wit_host_config::{Located, Place, Problem, unknown};

use crate::bless::{Site, literal};
use crate::case::{Case, filled, is_name};
use crate::document;
use crate::outcome::{Failure, Mending};
use crate::stage::Play;

/// A step whose values are read.
pub(crate) struct Step {
    place: Place,
    call: String,
    function: String,
    /// The function's name as it was written.
    name: String,
    arguments: Vec<Argument>,
    abi: Option<Abi>,
    returns: Option<(Val, Site)>,
    fails: Option<(String, Site)>,
    status: Option<(i32, Site)>,
    stdout: Option<(String, Site)>,
    stderr: Option<(String, Site)>,
    within: Option<Duration>,
    /// Where `returns` would be added to a step that expects nothing.
    end: Option<Range<usize>>,
}

enum Argument {
    Value(Val),
    /// The result of an earlier step, as `$1`.
    Result(String, Type),
}

/// What reads the steps of one test, in their order.
pub(crate) struct Reader<'a> {
    pub(crate) guest: &'a Guest<Play>,
    pub(crate) abi: Option<Abi>,
    pub(crate) text: &'a str,
    pub(crate) case: &'a Case,
    /// The places of the case's values.
    pub(crate) ranges: &'a BTreeMap<String, Range<usize>>,
    /// The results that have a name, by their numbers.
    pub(crate) named: BTreeMap<String, usize>,
    /// The number of steps so far.
    pub(crate) steps: usize,
}

impl Reader<'_> {
    /// Reads the next step.
    ///
    /// # Errors
    /// The first text that does not fit the guest.
    pub(crate) fn read(&mut self, step: &document::Step) -> Result<Step, Problem> {
        let call = filled(&step.call.value, self.case);
        let wrong = |reason: String| step.call.problem(reason);
        let (name, words) = split_call(&call).ok_or_else(|| {
            wrong(format!("`{call}` is no call; write for example `total([\"tea\"])`"))
        })?;
        let function = self.guest.resolve(name).map_err(|error| wrong(error.to_string()))?;
        let signature = self.guest.signature(&function);
        let arguments = match self.abi {
            Some(abi) => self.arguments_by(abi, &words).map_err(wrong)?,
            None => {
                let signature = signature.as_ref().ok_or_else(|| {
                    wrong(format!("`{name}` takes or returns values other than numbers"))
                })?;
                self.arguments(name, signature, &words).map_err(wrong)?
            }
        };
        let expects_nothing = step.returns.is_none()
            && step.fails.is_none()
            && step.status.is_none()
            && step.stdout.is_none()
            && step.stderr.is_none();
        let read = Step {
            place: step.call.place(self.text),
            name: name.to_owned(),
            function,
            arguments,
            abi: self.abi,
            returns: self.returns(step, name, signature.as_ref())?,
            fails: self.text(step.fails.as_ref()),
            status: step.status.as_ref().map(|status| (status.value, Site::of(status.range()))),
            stdout: self.text(step.stdout.as_ref()),
            stderr: self.text(step.stderr.as_ref()),
            within: step.within.as_ref().map(time).transpose()?,
            end: (expects_nothing && self.case.is_empty()).then(|| step.call.range()),
            call,
        };
        self.steps += 1;
        one_end(step)?;
        self.name(step)?;
        Ok(read)
    }

    fn name(&mut self, step: &document::Step) -> Result<(), Problem> {
        let Some(name) = &step.name else { return Ok(()) };
        if !is_name(&name.value) {
            let reason = format!("`{}` is no name, which has letters and digits", name.value);
            return Err(name.problem(reason));
        }
        if self.case.contains_key(&name.value) || self.named.contains_key(&name.value) {
            let reason = format!("`${}` is something else already; give another name", name.value);
            return Err(name.problem(reason));
        }
        self.named.insert(name.value.clone(), self.steps);
        Ok(())
    }

    fn arguments(
        &self,
        name: &str,
        signature: &Signature,
        words: &[&str],
    ) -> Result<Vec<Argument>, String> {
        if signature.params.len() != words.len() {
            let given = match words.len() {
                1 => "1 argument".to_owned(),
                count => format!("{count} arguments"),
            };
            return Err(format!("`{name}` is `{signature}`, and is given {given}"));
        }
        let pairs = signature.params.iter().zip(words);
        pairs
            .map(|((param, ty), word)| match self.result(word)? {
                Some(result) => Ok(Argument::Result(result, ty.clone())),
                None => from_text(param, ty, word, Form::Wave)
                    .map(Argument::Value)
                    .map_err(|bad| bad.to_string()),
            })
            .collect()
    }

    fn arguments_by(&self, abi: Abi, words: &[&str]) -> Result<Vec<Argument>, String> {
        let numbered = words.iter().enumerate();
        numbered
            .map(|(number, word)| match self.result(word)? {
                Some(result) => Ok(Argument::Result(result, Type::String)),
                None => abi
                    .argument(&number.to_string(), word, Form::Wave)
                    .map(Argument::Value)
                    .map_err(|bad| bad.to_string()),
            })
            .collect()
    }

    /// Returns the result that an argument names, as `$1`. `None` for an argument that is a value.
    fn result(&self, word: &str) -> Result<Option<String>, String> {
        let Some(name) = word.strip_prefix('$') else { return Ok(None) };
        if let Some(number) = self.named.get(name) {
            return Ok(Some(format!("${number}")));
        }
        match result_number(word) {
            Some(number) if (1..=self.steps).contains(&number) => Ok(Some(word.to_owned())),
            Some(_) => Err(format!("`{word}` is the result of no step before this one")),
            None => {
                let names: Vec<_> =
                    self.named.keys().chain(self.case.keys()).map(String::as_str).collect();
                Err(unknown("result or value", name, &names))
            }
        }
    }

    fn returns(
        &self,
        step: &document::Step,
        name: &str,
        signature: Option<&Signature>,
    ) -> Result<Option<(Val, Site)>, Problem> {
        let Some(written) = &step.returns else { return Ok(None) };
        let text = filled(&written.value, self.case);
        let value = match (self.abi, signature) {
            (Some(abi), _) => abi.argument("returns", &text, Form::Wave),
            (None, Some(signature)) => match &signature.results[..] {
                [ty] => from_text("returns", ty, &text, Form::Wave),
                [] => {
                    let reason = format!("`{name}` returns nothing; leave `returns` out");
                    return Err(written.problem(reason));
                }
                _ => {
                    let reason = format!("`{name}` returns several values, which have no text");
                    return Err(written.problem(reason));
                }
            },
            (None, None) => return Ok(None),
        };
        let value = value.map_err(|bad| written.problem(is_no_result(&bad, name)))?;
        Ok(Some((value, self.site(written))))
    }

    fn text(&self, written: Option<&Located<String>>) -> Option<(String, Site)> {
        let written = written?;
        Some((filled(&written.value, self.case), self.site(written)))
    }

    fn site(&self, written: &Located<String>) -> Site {
        Site::in_case(written, self.case, self.ranges)
    }
}

fn is_no_result(bad: &BadArgument, name: &str) -> String {
    let BadArgument { ty, given, reason, .. } = bad;
    format!("`{name}` returns `{ty}`, and `{given}` is no such value: {reason}")
}

/// Refuses a step that is to end in two ways.
fn one_end(step: &document::Step) -> Result<(), Problem> {
    let ends = [
        step.returns.as_ref().map(|one| one.problem("")),
        step.fails.as_ref().map(|one| one.problem("")),
        step.status.as_ref().map(|one| one.problem("")),
    ];
    match ends.into_iter().flatten().nth(1) {
        None => Ok(()),
        Some(second) => {
            let reason = "a call ends in one way; give one of `returns`, `fails` and `status`";
            Err(Problem { reason: reason.into(), ..second })
        }
    }
}

/// Reads a time, as the limit on the time of a call is written.
fn time(written: &Located<String>) -> Result<Duration, Problem> {
    let mut limits = Limits::default();
    let read = limits.set("wall-clock", &written.value).map_err(|reason| written.problem(reason));
    read?;
    limits.wall_clock.ok_or_else(|| written.problem("give a time, as `20ms`, or leave it out"))
}

impl Step {
    /// Returns the full name of the function that is called.
    pub(crate) fn function(&self) -> &str {
        &self.function
    }
}

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
                if !is_equal(expected, value, step.abi) {
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
            && !wit_host::values::has_handle(value)
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

/// Returns whether a value is the expected one. By a convention, the types of numbers are not known.
fn is_equal(expected: &Val, value: &Val, abi: Option<Abi>) -> bool {
    let as_text = || to_wave(expected) == to_wave(value);
    expected == value || (abi.is_some() && as_text()) || (has_nan(value) && as_text())
}

fn has_nan(value: &Val) -> bool {
    value != value
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
