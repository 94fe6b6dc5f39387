//! `wit-host call`: functions of a guest, one after another on one session.

use std::ffi::{OsStr, OsString};
use std::path::Path;

use anyhow::Result;
use clap::{Args, value_parser};
use wit_host::{Error, Functions};

use super::calls::{Calls, Notation};
use super::convention::Convention;
use super::diagnostics::{Diagnostics, Observer};
use super::options::{Options, Usage, text};
use super::overdue::Overdue;
use super::status::{Status, interruptible, notice};
use super::word::Word;

/// Call functions of a guest and print what they return
///
/// FUNCTION is any export by its name, which may be short where only one is
/// meant: `total` for `shop:prices/cart@1.0.0.total`. ARGS are values in the
/// component model's own notation (WAVE): 7, true, [1, 2], {x: 1.5, y: 2},
/// some("tea"). A text needs no quotes. `-` is what comes on standard input,
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
    /// A component or a core module; the function, which is any of its exports;
    /// and the function's arguments. Options of this command stand before them
    #[arg(
        required = true,
        num_args = 2..,
        trailing_var_arg = true,
        value_names = ["GUEST", "FUNCTION", "ARGS"]
    )]
    words: Vec<OsString>,

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
    pub(crate) fn execute(&self) -> Result<Status> {
        interruptible()?;
        let guest = self.words.first().map_or(OsStr::new(""), OsString::as_os_str);
        let words = self.words.get(1..).unwrap_or_default();
        let calls = words.split(|word| word == THEN).map(Line::of).collect::<Result<Vec<_>>>()?;
        let grants = self.options.grants()?.wait_for_files(true);
        let overdue = Overdue::new(Path::new(guest), &self.options)?;
        let observer = self.diagnostics.begin(Path::new(guest), self.options.modules())?;
        let coredump = self.diagnostics.wants_coredump();
        let runtime = self.options.builder()?.coredump(coredump).build()?;
        let guest = observer.load(&runtime, self.options.trusts_code())?;
        let abi = self.convention.of(&guest)?;
        let start = || guest.session_with_blocking(Functions::new(&grants), &grants);
        let mut session = match overdue.during(start) {
            Ok(session) => Calls::new(session, self.notation, abi, &self.options)?,
            Err(error) => return ended(error.into(), &observer),
        };
        let status = self.rounds(&mut session, &calls, &overdue, &observer);
        observer.tell(|| format!("spent {}", session.session.spent()));
        status.or_else(|error| ended(error, &observer))
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
            for Line { function, arguments } in calls {
                observer.tell(|| format!("calling `{function}`"));
                let results = overdue.during(|| session.call(function, arguments))?;
                if session.print(&results)? {
                    return Ok(Status::Guest(1));
                }
            }
        }
        Ok(Status::Guest(0))
    }
}

/// A function and its arguments.
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
