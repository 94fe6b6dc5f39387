//! `wit-host run`: a guest's main, its result on standard output.

use std::ffi::{OsStr, OsString};
use std::path::Path;

use anyhow::Result;
use clap::Args;
use wit_host::{Error, Functions, Grants, Guest, Kind, Main, Misfits, Outcome, Runtime, Val};

use super::diagnostics::{Diagnostics, Observer};
use super::options::{Options, text};
use super::output;
use super::overdue::Overdue;
use super::status::{Status, interruptible, named, notice, report, shown_path};
use super::watch::{PATIENCE, Watch};

/// Run a guest's main function and print what it returns
///
/// The main function is the first of these that the guest exports: `run` of the
/// contract's world, `wasi:cli/run`, a core module's `run`, `_start`.
#[derive(Args)]
#[command(after_help = "\
Examples:
  wit-host run --allow-host example.com guest.wasm
  wit-host run --watch target/wasm32-wasip2/release/guest.wasm")]
pub(crate) struct Run {
    /// Run the guest again whenever its file has changed, until the command is
    /// interrupted; a build that does not load is told, and waited for to be mended
    #[arg(long)]
    watch: bool,

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
    pub(crate) fn execute(&self) -> Result<Status> {
        interruptible()?;
        let program = self.path().file_name().unwrap_or_default().to_string_lossy();
        let arguments = self.guest.iter().skip(1).map(|argument| text(argument));
        let arguments = arguments.collect::<Result<Vec<_>, _>>()?;
        let arguments = std::iter::once(&*program).chain(arguments);
        let grants = self.options.grants()?.arguments(arguments).wait_for_files(true);
        let overdue = Overdue::new(self.path(), &self.options)?;
        let watch = self.watch.then(|| Watch::new(self.path())).transpose()?;
        let observer = self.diagnostics.begin(self.path(), self.options.modules())?;
        let coredump = self.diagnostics.wants_coredump();
        let runtime = self.options.builder()?.coredump(coredump).build()?;
        match watch {
            Some(watch) => self.again_and_again(&watch, &runtime, (&grants, &overdue), &observer),
            None => once(&self.load(&observer, &runtime)?, (&grants, &overdue), &observer),
        }
    }

    /// Runs each build that loads. It ends with the command.
    fn again_and_again(
        &self,
        watch: &Watch,
        runtime: &Runtime<Functions>,
        bounds: (&Grants, &Overdue),
        observer: &Observer<'_>,
    ) -> Result<Status> {
        let guest = shown_path(self.path());
        let (mut before, mut told) = ("", String::new());
        loop {
            match self.load(observer, runtime) {
                Ok(loaded) => {
                    let ended = once(&loaded, bounds, observer);
                    if ended.unwrap_or_else(|error| report(&error)) == Status::OutputClosed {
                        return Ok(Status::OutputClosed);
                    }
                    (before, told) = ("; the build before it is kept", String::new());
                    notice(&format!("{guest}: watching for changes"));
                }
                // Half a file is no guest, and the rest may be under way.
                Err(_) if watch.changes_within(PATIENCE)? => {
                    watch.settled()?;
                    continue;
                }
                Err(error) if format!("{error:#}") != told => {
                    report(&error);
                    notice(&format!(
                        "{guest}: this build is not run{before}; watching for changes"
                    ));
                    told = format!("{error:#}");
                }
                Err(_) => {}
            }
            watch.changed()?;
        }
    }

    fn load(
        &self,
        observer: &Observer<'_>,
        runtime: &Runtime<Functions>,
    ) -> Result<Guest<Functions>> {
        let guest = observer.load(runtime, self.options.trusts_code())?;
        if calls_contract(&guest) && !self.options.trusts_code() {
            self.hold_run(runtime).map_err(|error| named(self.path(), error))?;
        }
        Ok(guest)
    }

    /// Refuses a component whose `run` is not the contract's, since it is about to be
    /// called as that. One that imports the contract was held against it already.
    fn hold_run(&self, runtime: &Runtime<Functions>) -> Result<(), Error> {
        let mut differing = runtime.fit_file(self.path())?.differing;
        differing.retain(|misfit| misfit.name == RUN);
        if differing.is_empty() { Ok(()) } else { Err(Error::Misfits(Misfits(differing))) }
    }

    fn path(&self) -> &Path {
        Path::new(self.guest.first().map_or(OsStr::new(""), OsString::as_os_str))
    }
}

/// The contract's export that is a guest's main, and its type there.
const RUN: &str = "run";
const TYPE_OF_RUN: &str = "func() -> s32";

/// Whether the guest's main is an export that the contract has with another type.
fn calls_contract(guest: &Guest<Functions>) -> bool {
    guest.kind() == Kind::Component
        && guest.main().is_some_and(|main| main == Main::Run(RUN.into()))
        && guest.signature(RUN).is_some_and(|signature| signature.to_string() != TYPE_OF_RUN)
}

/// Runs a guest's main in a session of its own.
fn once(
    guest: &Guest<Functions>,
    (grants, overdue): (&Grants, &Overdue),
    observer: &Observer<'_>,
) -> Result<Status> {
    let start = || guest.session_with_blocking(Functions::new(grants), grants);
    let mut session = match overdue.during(start) {
        Ok(session) => session,
        Err(Error::Exited(status)) => return Ok(Status::Guest(status)),
        Err(error) => return Err(observer.explain(error)),
    };
    if let Some(main) = guest.main() {
        observer.tell(|| format!("calling `{}`", main.name()));
    }
    let outcome = overdue.during(|| session.main());
    observer.tell(|| format!("spent {}", session.spent()));
    match outcome.map_err(|error| observer.explain(error))? {
        Outcome::Returned(results) => print(&results),
        Outcome::Exited(status) => Ok(Status::Guest(status)),
    }
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
