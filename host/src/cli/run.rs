//! `wit-host run`: a guest's main, its result on standard output.

use std::io::Write as _;
use std::path::Path;

use anyhow::{Context as _, Result};
use clap::Args;
use wit_host::{Error, Functions, Outcome, Val};

use super::diagnostics::Diagnostics;
use super::options::Options;
use super::status::{Status, interruptible, notice};

/// Run a guest's main function and print what it returns
///
/// The main function is the first of these that the guest exports: `run` of the
/// contract's world, `wasi:cli/run`, a core module's `run`, `_start`.
#[derive(Args)]
#[command(after_help = "Example: wit-host run --allow-host example.com guest.wasm")]
pub(crate) struct Run {
    /// A component or a core module, in binary or in text form, and behind it what
    /// it finds as its arguments: options of this command stand before it
    #[arg(required = true, trailing_var_arg = true, value_names = ["GUEST", "ARGS"])]
    guest: Vec<String>,

    #[command(flatten)]
    options: Options,

    #[command(flatten)]
    diagnostics: Diagnostics,
}

impl Run {
    pub(crate) fn execute(&self) -> Result<Status> {
        interruptible()?;
        let program = self.path().file_name().unwrap_or_default().to_string_lossy();
        let arguments = std::iter::once(&*program).chain(self.guest.iter().skip(1).map(|s| &**s));
        let grants = self.options.grants()?.arguments(arguments);
        let observer = self.diagnostics.begin(self.path())?;
        let coredump = self.diagnostics.wants_coredump();
        let runtime = self.options.builder()?.coredump(coredump).build()?;
        let guest = observer.load(&runtime, self.options.trusts_code())?;
        let mut session = match guest.session_with_blocking(Functions::new(&grants), &grants) {
            Ok(session) => session,
            Err(Error::Exited(status)) => return Ok(Status::Guest(status)),
            Err(error) => return Err(observer.explain(error)),
        };
        if let Some(main) = guest.main() {
            observer.tell(|| format!("calling `{}`", main.name()));
        }
        let outcome = session.main();
        observer.tell(|| format!("spent {}", session.spent()));
        match outcome.map_err(|error| observer.explain(error))? {
            Outcome::Returned(results) => print(&results),
            Outcome::Exited(status) => Ok(Status::Guest(status)),
        }
    }

    fn path(&self) -> &Path {
        Path::new(self.guest.first().map_or("", String::as_str))
    }
}

/// Prints numbers in decimal, each on a line of its own.
fn print(results: &[Val]) -> Result<Status> {
    let mut stdout = std::io::stdout().lock();
    let mut write = |text: &str| writeln!(stdout, "{text}").and_then(|()| stdout.flush());
    for result in results {
        match decimal(result) {
            Some(number) => write(&number).context("failed to write to standard output")?,
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
