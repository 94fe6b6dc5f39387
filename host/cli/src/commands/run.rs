//! The command `wit-host run`: calls a guest's main function and prints its result. It does not
//! know how a runtime is set up from options.

use std::ffi::{OsStr, OsString};
use std::path::Path;

use anyhow::Result;
use clap::Args;
use wit_host::values::split_call;
use wit_host::{Error, Grants, Guest, Kind, Main, Mismatches, Outcome, Runtime, Val};
use wit_host_contract::Functions;

use super::call::Call;
use crate::calls::command_for;
use crate::calls::notation;
use crate::calls::overdue::Overdue;
use crate::diagnostics::{Diagnostics, Observer};
use crate::options::imports::{finish, tell_defaults};
use crate::options::{Options, guest_file, text};
use crate::output;
use crate::status::{Status, interruptible, named, notice, report};
use crate::watch::Watch;

/// Run a guest's main function and print what it returns
///
/// The main function is the first of these that the guest exports: `run` of the
/// contract's world, `wasi:cli/run`, a core module's `run`, `_start`. A guest that has
/// none of them is for `wit-host call`.
#[derive(Args)]
#[command(after_help = "\
Examples:
  wit-host run --allow-host example.com guest.wasm
  wit-host run --import shop:prices/prices=prices.wasm guest.wasm
  wit-host run --watch target/wasm32-wasip2/release/guest.wasm")]
pub(crate) struct Run {
    /// Run the guest again whenever its file has changed, until the command is
    /// interrupted. Of a build that does not load, it says why, and waits for the next one
    #[arg(long)]
    watch: bool,

    /// Call this function instead, as `add(1, 2)`, or by its name with ARGS behind the guest:
    /// what `wit-host call` does, in the words of other hosts
    #[arg(long, value_name = "CALL")]
    invoke: Option<OsString>,

    /// A component or a core module, in binary or in text form, and behind it what
    /// it finds as its arguments: options of this command stand before it
    #[arg(required = true, trailing_var_arg = true, value_names = ["GUEST", "ARGS"])]
    guest: Vec<OsString>,

    #[command(flatten)]
    options: Options,

    #[command(flatten)]
    diagnostics: Diagnostics,
}

impl Run {
    pub(crate) fn execute(mut self) -> Result<Status> {
        if let Some(invoked) = self.invoke.take() {
            return self.into_call(invoked).execute();
        }
        interruptible()?;
        if let Some(guest) = self.guest.first_mut() {
            self.options.resolve(guest)?;
        }
        if self.guest.first().and_then(|word| split_call(word.to_str()?)).is_some() {
            notation::refuse_function_first(&self.guest)?;
        }
        let program = self.path().file_name().unwrap_or_default().to_string_lossy();
        let arguments = self.guest.iter().skip(1).map(|argument| text(argument));
        let arguments = arguments.collect::<Result<Vec<_>, _>>()?;
        let arguments = std::iter::once(&*program).chain(arguments);
        let grants = self.options.grants()?.arguments(arguments).wait_for_files(true);
        let overdue = Overdue::new(self.path(), &self.options)?;
        let watch = self.watch.then(|| Watch::new(self.path())).transpose()?;
        let observer = self.diagnostics.begin(self.path(), &self.options)?;
        let grants = observer.recorded(grants);
        let runtime = self.options.builder(&observer)?.build()?;
        let load = || self.load(&observer, &runtime);
        let run = |guest: &Guest<Functions>| self.once(guest, (&grants, &overdue), &observer);
        match watch {
            Some(watch) => watch.again_and_again(self.path(), load, run),
            None => run(&load()?),
        }
    }

    /// Returns the call of a function with this guest and these options. The arguments follow the
    /// function or the guest.
    fn into_call(self, function: OsString) -> Call {
        let mut words = self.guest;
        words.insert(1, function);
        Call::new(words, self.watch, self.options, self.diagnostics)
    }

    fn load(
        &self,
        observer: &Observer<'_>,
        runtime: &Runtime<Functions>,
    ) -> Result<Guest<Functions>> {
        let guest = self.options.load(runtime, observer)?;
        if calls_contract(&guest) && !self.options.trusts_code() {
            self.hold_run(runtime).map_err(|error| named(self.path(), error))?;
        }
        Ok(guest)
    }

    /// Refuses a component whose `run` has another type than the contract's, because it is about to
    /// be called as the contract's. For a component that imports the contract, this was checked
    /// when it was loaded.
    fn hold_run(&self, runtime: &Runtime<Functions>) -> Result<(), Error> {
        let mut differing = runtime.fit_file(self.path())?.differing;
        differing.retain(|mismatch| mismatch.name == RUN);
        if differing.is_empty() { Ok(()) } else { Err(Error::Mismatches(Mismatches(differing))) }
    }

    fn once(
        &self,
        guest: &Guest<Functions>,
        bounds: (&Grants, &Overdue),
        observer: &Observer<'_>,
    ) -> Result<Status> {
        if let Some(main) = guest.main() {
            return run_main(guest, &main, bounds, observer);
        }
        let error = Error::NoEntryPoint { exports: guest.exports() };
        let command = self.call_meant(guest).or_else(|| command_for(guest, self.path(), None));
        Ok(told_how_to_call(error, command, observer))
    }

    /// Returns the command for the call that the words after the guest seem to mean.
    fn call_meant(&self, guest: &Guest<Functions>) -> Option<String> {
        let words: Vec<_> = self.guest.iter().map(OsString::as_os_str).collect();
        let [file, function, arguments @ ..] = &words[..] else { return None };
        let name = function.to_str()?;
        let name = split_call(name).map_or(name, |(name, _)| name);
        guest.resolve(name).ok()?;
        notation::command(file, function, arguments)
    }

    fn path(&self) -> &Path {
        guest_file(Path::new(self.guest.first().map_or(OsStr::new(""), OsString::as_os_str)))
    }
}

/// The contract's export that is a guest's main function, and its type.
const RUN: &str = "run";
const TYPE_OF_RUN: &str = "func() -> s32";

/// Returns true if the guest's main function is `run` with another type than the contract's.
fn calls_contract(guest: &Guest<Functions>) -> bool {
    guest.kind() == Kind::Component
        && guest.main().is_some_and(|main| main == Main::Run(RUN.into()))
        && guest.signature(RUN).is_some_and(|signature| signature.to_string() != TYPE_OF_RUN)
}

/// Runs a guest's main in a session of its own.
fn run_main(
    guest: &Guest<Functions>,
    main: &Main,
    (grants, overdue): (&Grants, &Overdue),
    observer: &Observer<'_>,
) -> Result<Status> {
    let start = || guest.session(Functions::new(grants)).grants(grants.clone()).start_blocking();
    let mut session = match overdue.during(start) {
        Ok(session) => session,
        Err(Error::Exited(status)) => return Ok(Status::Guest(status)),
        Err(error) => return Err(observer.explain(error)),
    };
    observer.tell(|| format!("calling `{}`", main.name()));
    let outcome = overdue.during(|| session.main());
    observer.tell(|| format!("spent {}", session.spent()));
    tell_defaults(session.defaults());
    let refused = session.refused();
    finish(&mut session, observer);
    let went_wrong = matches!(outcome, Ok(Outcome::Exited(status)) if status != 0);
    if outcome.is_ok() {
        observer.tell_refused(refused, went_wrong);
    }
    match outcome {
        Ok(Outcome::Returned(results)) => print(&results),
        Ok(Outcome::Exited(status)) => Ok(Status::Guest(status)),
        // The function takes arguments, so it cannot be called as main.
        Err(error @ Error::InvalidCall { .. }) => {
            let command = command_for(guest, observer.guest(), Some(main.name()));
            Ok(told_how_to_call(error, command, observer))
        }
        Err(error) => Err(observer.explain(error)),
    }
}

/// Reports that the guest cannot be run, with a command that calls a function of it.
fn told_how_to_call(error: Error, command: Option<String>, observer: &Observer<'_>) -> Status {
    let status = report(&observer.explain(error));
    if let Some(command) = command {
        notice(&format!("call a function of it by its name: {command}"));
    }
    status
}

/// Prints numbers in decimal, each on a line of its own.
fn print(results: &[Val]) -> Result<Status> {
    for result in results {
        match decimal(result) {
            Some(number) => output::print(&format!("{number}\n"))?,
            None => {
                notice("`run` returned a value that is no number, which this command cannot print");
                return Ok(Status::Refused);
            }
        }
    }
    Ok(Status::Guest(0))
}

fn decimal(value: &Val) -> Option<String> {
    Some(match value {
        Val::S8(number) => number.to_string(),
        Val::U8(number) => number.to_string(),
        Val::S16(number) => number.to_string(),
        Val::U16(number) => number.to_string(),
        Val::S32(number) => number.to_string(),
        Val::U32(number) => number.to_string(),
        Val::S64(number) => number.to_string(),
        Val::U64(number) => number.to_string(),
        Val::Float32(number) => number.to_string(),
        Val::Float64(number) => number.to_string(),
        _ => return None,
    })
}
