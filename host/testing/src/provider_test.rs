//! Asks a provider what the calls of a fixture ask, so that the file by which guests are tested is
//! held against what serves them. It does not know what the provider is.

use std::path::Path;
use std::time::Duration;

use wit_host::{ImportedFunction, Provider};
use wit_host_config::Place;
use wit_host_providers::{Asked, Fixture, FixtureError, Given};

use crate::outcome::{Failure, Outcome};

/// Asks a provider for each call of the fixture in a file, and returns an outcome for each. Calls
/// that cannot be asked for, as those with `_` for an argument, are left out, and returned second
/// with the reasons.
///
/// # Errors
/// [`FixtureError`], if the file cannot be read or has a value of another type than the functions.
pub fn ask(
    fixture: &Path,
    provider: &dyn Provider,
    functions: &[ImportedFunction],
) -> Result<(Vec<Outcome>, Vec<String>), FixtureError> {
    let asked = Fixture::read(fixture)?.ask_blocking(provider, functions)?;
    let (mut outcomes, mut left_out) = (Vec::new(), Vec::new());
    for Asked { call, line, given, .. } in asked {
        let place = Place { line, column: 1 };
        let failures = match given {
            Given::Same => Vec::new(),
            Given::Differs { path, expected, found } => {
                let reason = match path.is_empty() {
                    true => "the provider answers something else".to_owned(),
                    false => format!("the provider answers something else in `{path}`"),
                };
                let values = Some((expected, found));
                vec![Failure { place, call: None, reason, values }]
            }
            Given::NotAsked(reason) => {
                left_out.push(format!("line {line}: `{call}` was not asked for: {reason}"));
                continue;
            }
            _ => continue,
        };
        let (time, mendings) = (Duration::ZERO, Vec::new());
        outcomes.push(Outcome { name: call, place, time, failures, mendings });
    }
    Ok((outcomes, left_out))
}
