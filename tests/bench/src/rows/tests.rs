//! Tests of a guest, as `wit-host test` runs them.

use std::fmt::Write as _;
use std::process;

use anyhow::Result;

use crate::commands::{Command, directory, file, probe, wit_host};
use crate::guests::SMALL_COMMAND;
use crate::row::{Column, Goal, Row};

/// The number of tests, each of which is a session of its own.
const TESTS: usize = 1_000;

/// A second of CPU time for all of them, the process included.
const SECOND: f64 = 1e9;

pub(super) fn rows() -> Vec<Row> {
    let Some(host) = wit_host() else { return Vec::new() };
    let row = Row::new("tests of a guest", format!("{TESTS} small tests, warm"))
        .once()
        .column(Column::WitHost, move || Ok(probe(tests(&host)?)))
        .goal(Goal::Cost(SECOND));
    vec![row]
}

/// Returns a process that runs the tests.
fn tests(host: &Command) -> Result<process::Command> {
    file("small.wasm", SMALL_COMMAND)?;
    let mut text = "guest = \"small.wasm\"\n".to_owned();
    for number in 0..TESTS {
        write!(text, "\n[[test]]\nname = \"{number}\"\nsteps = [{{ call = 'run()' }}]\n")?;
    }
    let mut command = process::Command::new(&host.program);
    command.arg("test").arg(file("thousand.test.toml", text.as_bytes())?);
    command.env("XDG_CACHE_HOME", directory()?.join("cache"));
    Ok(command)
}
