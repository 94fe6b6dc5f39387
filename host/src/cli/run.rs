//! `wit-host run`: a guest's main, its result on standard output.

use std::io::Write as _;
use std::path::PathBuf;

use anyhow::{Result, bail};
use clap::Args;
use wit_host::{Error, Functions, Outcome, Val};

use super::options::Options;
use super::status::{INTERRUPTED, Status};

/// Run a guest's main function and print what it returns
///
/// The main function is the first of these that the guest exports: `run` of the
/// contract's world, `wasi:cli/run`, a core module's `run`, `_start`.
#[derive(Args)]
#[command(after_help = "Example: wit-host run --allow-host example.com guest.wasm")]
pub(crate) struct Run {
    /// A component or a core module, in binary or in text form
    guest: PathBuf,

    /// What the guest finds as its arguments
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    args: Vec<String>,

    /// Tell on standard error what is loaded and called, and what it cost
    #[arg(short, long)]
    verbose: bool,

    #[command(flatten)]
    options: Options,
}

impl Run {
    pub(crate) fn execute(&self) -> Result<Status> {
        ctrlc::set_handler(|| std::process::exit(INTERRUPTED))?;
        let name = self.guest.display();
        let program = self.guest.file_name().unwrap_or_default().to_string_lossy();
        let arguments = std::iter::once(program.into_owned()).chain(self.args.iter().cloned());
        let grants = self.options.grants()?.arguments(arguments);
        let runtime = self.options.runtime()?;
        let guest = runtime.load_file(&self.guest).map_err(|error| self.named(error))?;
        self.tell(|| format!("{name}: a {}, exports {}", guest.kind(), guest.exports().join(", ")));
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
            Outcome::Returned(results) => {
                print(&results)?;
                Ok(Status::Guest(0))
            }
            Outcome::Exited(status) => Ok(Status::Guest(status)),
        }
    }

    /// Puts the guest's name before an error that does not have it.
    fn named(&self, error: Error) -> anyhow::Error {
        match error {
            Error::Read { .. } => error.into(),
            other => anyhow::Error::new(other).context(self.guest.display().to_string()),
        }
    }

    fn tell(&self, text: impl FnOnce() -> String) {
        if self.verbose {
            eprintln!("wit-host: {}", text());
        }
    }
}

/// Prints numbers in decimal, each on a line of its own.
fn print(results: &[Val]) -> Result<()> {
    let mut stdout = std::io::stdout().lock();
    for result in results {
        match decimal(result) {
            Some(number) => writeln!(stdout, "{number}")?,
            None => bail!("`run` returned a value that is not a number"),
        }
    }
    stdout.flush()?;
    Ok(())
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
