//! `wit-host call`: functions of a guest, one after another on one session.

use std::ffi::{OsStr, OsString};
use std::path::Path;

use anyhow::Result;
use clap::{Args, value_parser};
use wit_host::values::split_call;
use wit_host::{Error, Grants, Guest};
use wit_host_contract::Functions;

use crate::calls::notation;
use crate::calls::overdue::Overdue;
use crate::calls::word::Word;
use crate::calls::{Calls, Notation};
use crate::diagnostics::{Diagnostics, Observer};
use crate::options::convention::Convention;
use crate::options::imports::{finish, tell_defaults};
use crate::options::{Options, Usage, guest_file, text};
use crate::status::{Status, interruptible, notice};
use crate::watch::Watch;

/// Call functions of a guest and print what they return
///
/// FUNCTION is any export by its name, which may be short where only one is
/// meant: `total` for `shop:prices/cart@1.0.0.total`. `add(1, 2)` as one word is a
/// function with its arguments. ARGS are values in the
/// component model's own notation (WAVE): 7, true, [1, 2], {x: 1.5, y: 2},
/// some("tea"), and 0x2a for a `v128`. A text needs no quotes. `-` is what comes on
/// standard input,
/// `@FILE` what is in a file, and `$1` what the first call returned, as a handle
/// has no text; in double quotes these are text. A function that returns an `err`
/// is the last to be called: it is printed on standard error, and the status is 1.
///
/// With `--abi`, a core module's function takes text and arrays. Its types are not
/// known, so 7, 1.5, true and the array [1, 2] are what they look like, and everything
/// else is a text. A type before it says otherwise: string:7, u8:7, i64:-1, char:x,
/// [u8]:[1, 2]. Of an array, `[0; 5]` is five zeros. By `cstring` an array may be filled
/// by the function, and is printed after the results.
#[derive(Args)]
#[command(
    override_usage = "wit-host call [OPTIONS] GUEST FUNCTION [ARGS]... \
                      [--then FUNCTION [ARGS]...]...",
    after_help = "Examples:\n  wit-host call guest.wasm greet Ann\n  \
                  wit-host call cart.wasm basket --then basket.add '$1' tea --then total '$1'\n  \
                  wit-host call --abi cstring module.wasm greet WasmEdge --then fib_array 5 '[0; 5]'"
)]
pub(crate) struct Call {
    /// A component or a core module, `-` for one on standard input; the function, which is
    /// any of its exports;
    /// and the function's arguments. Options of this command stand before them
    #[arg(
        required = true,
        num_args = 2..,
        trailing_var_arg = true,
        value_names = ["GUEST", "FUNCTION", "ARGS"]
    )]
    words: Vec<OsString>,

    /// Make the calls again whenever the guest's file has changed, until the command is
    /// interrupted. Of a build that does not load, it says why, and waits for the next one
    #[arg(long)]
    watch: bool,

    /// Make the calls this many times, on the same session; `$1` is then what the
    /// first of them returned this time
    #[arg(long, value_name = "TIMES", default_value_t = 1, value_parser = value_parser!(u32).range(1..))]
    repeat: u32,

    #[command(flatten)]
    notation: Notation,

    #[command(flatten)]
    convention: Convention,

    #[command(flatten)]
    options: Options,

    #[command(flatten)]
    diagnostics: Diagnostics,
}

/// What stands between one call and the next on the same session.
const THEN: &str = "--then";

impl Call {
    /// Calls of the words of a command line, with everything else as it usually is.
    pub(crate) fn new(
        words: Vec<OsString>,
        watch: bool,
        options: Options,
        diagnostics: Diagnostics,
    ) -> Self {
        let (notation, convention) = (Notation::default(), Convention::default());
        Self { watch, words, repeat: 1, notation, convention, options, diagnostics }
    }

    pub(crate) fn execute(mut self) -> Result<Status> {
        interruptible()?;
        if let Some(guest) = self.words.first_mut() {
            self.options.resolve(guest)?;
        }
        notation::refuse_function_first(&self.words)?;
        let path = self.words.first().map_or(OsStr::new(""), OsString::as_os_str);
        let path = guest_file(Path::new(path));
        let words = self.words.get(1..).unwrap_or_default();
        let calls = words.split(|word| word == THEN).map(Line::of).collect::<Result<Vec<_>>>()?;
        let grants = self.options.grants()?.wait_for_files(true);
        let overdue = Overdue::new(path, &self.options)?;
        let watch = self.watch.then(|| Watch::new(path)).transpose()?;
        let observer = self.diagnostics.begin(path, &self.options)?;
        let grants = observer.recorded(grants);
        let runtime = self.options.builder(&observer)?.build()?;
        let load = || self.options.load(&runtime, &observer);
        let call = |guest: &Guest<Functions>| {
            self.once(guest, calls.clone(), (&grants, &overdue), &observer)
        };
        match watch {
            Some(watch) => watch.again_and_again(path, load, call),
            None => call(&load()?),
        }
    }

    /// Makes the calls in a session of their own.
    fn once(
        &self,
        guest: &Guest<Functions>,
        mut calls: Vec<Line<'_>>,
        (grants, overdue): (&Grants, &Overdue),
        observer: &Observer<'_>,
    ) -> Result<Status> {
        calls.iter_mut().for_each(|line| line.take_apart(guest));
        let abi = self.convention.of(guest)?;
        let start =
            || guest.session(Functions::new(grants)).grants(grants.clone()).start_blocking();
        let mut session = match overdue.during(start) {
            Ok(session) => {
                let abi = abi.map(|abi| (abi, self.convention.allocator()));
                Calls::new(session, self.notation, abi, &self.options, observer.guest())?
            }
            Err(Error::Exited(status)) => {
                let first = calls.first().map_or("", |line| line.function);
                return Ok(not_called(&[first], "instantiate", status, observer));
            }
            Err(error) => return ended(error.into(), observer),
        };
        let status = self.rounds(&mut session, &calls, overdue, observer);
        observer.tell(|| format!("spent {}", session.session.spent()));
        tell_defaults(session.session.defaults());
        finish(&mut session.session, observer);
        status.or_else(|error| ended(error, observer))
    }

    /// Makes the calls as often as they are to be made, or up to the first that
    /// returns an `err`.
    fn rounds(
        &self,
        session: &mut Calls,
        calls: &[Line<'_>],
        overdue: &Overdue,
        observer: &Observer<'_>,
    ) -> Result<Status> {
        for round in 0..self.repeat {
            if round > 0 {
                overdue.during(|| session.forget())?;
            }
            for (done, Line { function, arguments }) in calls.iter().enumerate() {
                observer.tell(|| format!("calling `{function}`"));
                let results = match overdue.during(|| session.call(function, arguments)) {
                    Err(Error::Exited(status)) => {
                        observer.tell_refused(session.session.refused(), status != 0);
                        let left = if round + 1 < self.repeat { calls } else { &calls[done + 1..] };
                        return Ok(exited(session, status, function, left, observer));
                    }
                    called => called?,
                };
                let failed = session.print(&results)?;
                observer.tell_refused(session.session.refused(), failed);
                if failed {
                    return Ok(Status::Guest(1));
                }
            }
        }
        Ok(Status::Guest(0))
    }
}

/// A function and its arguments.
#[derive(Clone)]
struct Line<'a> {
    function: &'a str,
    arguments: Vec<Word>,
}

impl<'a> Line<'a> {
    fn of(words: &'a [OsString]) -> Result<Self> {
        let Some((function, arguments)) = words.split_first() else {
            return Err(Usage::new(format!("a function is missing beside `{THEN}`")).into());
        };
        let arguments = arguments.iter().map(|word| Word::of(word));
        let arguments = arguments.collect::<Result<_, _>>()?;
        Ok(Self { function: text(function)?, arguments })
    }

    /// Takes a call apart that is one word, `add(1, 2)`, unless that is a function's name.
    fn take_apart(&mut self, guest: &Guest<Functions>) {
        if self.arguments.is_empty()
            && let Some((function, arguments)) = split_call(self.function)
            && guest.resolve(self.function).is_err()
        {
            self.function = function;
            self.arguments = arguments.into_iter().map(Word::of_call).collect();
        }
    }
}

/// What it means that the guest ended itself in a call, and which calls are `left`. Where
/// one of them was to return something, the status is not one of success.
fn exited(
    session: &Calls,
    status: i32,
    called: &str,
    left: &[Line<'_>],
    observer: &Observer<'_>,
) -> Status {
    let guest = session.session.guest();
    let function = guest.resolve(called).unwrap_or_else(|_| called.into());
    let (place, _) = session.session.exited().unwrap_or((&function, status));
    let mut left: Vec<_> = left.iter().map(|line| line.function).collect();
    if place != function {
        left.insert(0, called);
    }
    if !left.is_empty() {
        return not_called(&left, place, status, observer);
    }
    let returns = guest.signature(&function).is_some_and(|ty| !ty.results.is_empty());
    if status == 0 && returns && !function.starts_with("wasi:cli/run@") {
        observer.notice(&format!(
            "`{called}` returned nothing: the guest ended itself with status 0 in it"
        ));
        return Status::Trapped;
    }
    Status::Guest(status)
}

/// Says which calls were not made, and why.
fn not_called(functions: &[&str], place: &str, status: i32, observer: &Observer<'_>) -> Status {
    let listed: Vec<_> = functions.iter().map(|name| format!("`{name}`")).collect();
    let were = if listed.len() == 1 { "was" } else { "were" };
    let ended = Error::SessionEnded { function: place.into(), exited: Some(status) };
    observer.notice(&format!("{} {were} not called: {ended}", listed.join(", ")));
    if status == 0 { Status::Trapped } else { Status::Guest(status) }
}

/// What an error means for the command.
fn ended(error: anyhow::Error, observer: &Observer<'_>) -> Result<Status> {
    let error = error.downcast::<Error>()?;
    match &error {
        // That is the function's own way to end.
        Error::Exited(status) => return Ok(Status::Guest(*status)),
        Error::NoSuchFunction { function, .. } if function.starts_with('-') => {
            let function = function.escape_debug();
            notice(&format!("`{function}` is no option here; options stand before the guest"));
        }
        _ => {}
    }
    Err(observer.explain(error))
}
