//! Reads TOML into tables, and tells what is wrong with it in the words of this project. It does not
//! know which file is read.

use serde::de::DeserializeOwned;
use wit_host_text::shown;

use crate::located::Problem;
use crate::names::unknown;

/// Reads tables from TOML. Values that a later check may refuse are read as
/// [`Located`](crate::Located), so that the check can say where they are.
///
/// # Errors
/// [`Problem`], for an unknown key with the nearest one that there is.
pub fn from_toml<D: DeserializeOwned>(text: &str) -> Result<D, Problem> {
    toml::from_str(text).map_err(|error| problem(&error, text))
}

/// Rewrites an error of the TOML parser in the words of this project.
fn problem(error: &toml::de::Error, text: &str) -> Problem {
    let start = error.span().map_or(0, |span| span.start);
    let message = error.message();
    let reason = match unknown_key(message) {
        Some((key, known)) => unknown("key", key, &known),
        None => shown(&message.replace('\n', "; ")),
    };
    Problem { start: start.min(text.len()), reason }
}

/// Returns the unknown key and the keys that the table has. They are cut out of serde's message,
/// because serde reports them in no other way.
fn unknown_key(message: &str) -> Option<(&str, Vec<&str>)> {
    let rest = message.strip_prefix("unknown field `");
    let rest = rest.or_else(|| message.strip_prefix("unknown variant `"))?;
    let (key, known) = rest.split_once("`, expected ")?;
    Some((key, known.split('`').skip(1).step_by(2).collect()))
}
