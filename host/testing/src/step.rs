//! One step of a test: a call whose arguments and results are read by the function's types before
//! anything runs. It makes no call.

use std::collections::BTreeMap;
use std::ops::Range;
use std::time::Duration;

use wit_host::values::{BadArgument, Form, Signature, from_text, result_number, split_call};
use wit_host::wasmtime::component::Type;
use wit_host::{Abi, Guest, Limits, Val};
use wit_host_config::{Located, Place, Problem, unknown};

use crate::bless::Site;
use crate::case::{Case, filled, is_name};
use crate::document;
use crate::stage::Play;

/// A step whose values are read.
pub(crate) struct Step {
    pub(crate) place: Place,
    pub(crate) call: String,
    pub(crate) function: String,
    /// The function's name as it was written.
    pub(crate) name: String,
    pub(crate) arguments: Vec<Argument>,
    pub(crate) abi: Option<Abi>,
    pub(crate) returns: Option<(Val, Site)>,
    pub(crate) fails: Option<(String, Site)>,
    pub(crate) status: Option<(i32, Site)>,
    pub(crate) stdout: Option<(String, Site)>,
    pub(crate) stderr: Option<(String, Site)>,
    pub(crate) within: Option<Duration>,
    /// Where `returns` would be added to a step that expects nothing.
    pub(crate) end: Option<Range<usize>>,
}

pub(crate) enum Argument {
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
