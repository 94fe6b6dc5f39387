//! `wit-host run`: a guest's main, its result on standard output.

use std::io::Write as _;
use std::path::Path;

use anyhow::{Context as _, Result};
use clap::Args;
use wit_host::{Error, Functions, Outcome, Val};

use super::options::Options;
use super::status::{INTERRUPTED, Status, notice};

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

    /// Tell on standard error what is loaded and called, and what it cost
    #[arg(short, long)]
    verbose: bool,

    #[command(flatten)]
    options: Options,
}

impl Run {
    pub(crate) fn execute(&self) -> Result<Status> {
        ctrlc::set_handler(|| std::process::exit(INTERRUPTED))?;
        let program = self.path().file_name().unwrap_or_default().to_string_lossy();
        let arguments = std::iter::once(&*program).chain(self.guest.iter().skip(1).map(|s| &**s));
        let grants = self.options.grants()?.arguments(arguments);
        let runtime = self.options.runtime()?;
        let guest = runtime.load_file(self.path()).map_err(|error| self.named(error))?;
        let exports = guest.exports().join(", ");
        self.tell(|| format!("a {} that exports {exports}", guest.kind()));
        let mut session = match guest.session_with_blocking(Functions::new(&grants), &grants) {
            Ok(session) => session,
            Err(Error::Exited(status)) => return Ok(Status::Guest(status)),
            Err(error) => return Err(self.named(error)),
        };
        if let Some(main) = guest.main() {
            self.tell(|| format!("calling `{}`", main.name()));
        }
        let outcome = session.main();
        self.tell(|| format!("spent {}", session.spent()));
        match outcome.map_err(|error| self.named(error))? {
            Outcome::Returned(results) => print(&results),
            Outcome::Exited(status) => Ok(Status::Guest(status)),
        }
    }

    fn path(&self) -> &Path {
        Path::new(self.guest.first().map_or("", String::as_str))
    }

    /// Puts the guest's name before an error that does not have it.
    fn named(&self, error: Error) -> anyhow::Error {
        match error {
            Error::Read { .. } => error.into(),
            other => anyhow::Error::new(other).context(self.path().display().to_string()),
        }
    }

    /// Says what is going on. A guest's names are a part of it, so it is cut, and
    /// nothing in it gets to the terminal as it is.
    fn tell(&self, text: impl FnOnce() -> String) {
        if self.verbose {
            let text: String = text().chars().take(LONGEST).collect();
            notice(&format!("{}: {}", self.path().display(), text.escape_debug()));
        }
    }
}

/// How much of a guest's names is told.
const LONGEST: usize = 500;

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
