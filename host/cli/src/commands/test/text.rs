//! What came of tests, for people.

use std::io::{self, IsTerminal as _};
use std::time::Duration;

use anyhow::Result;
use wit_host::terminal::within_line;
use wit_host_testing::{Change, Coverage, Failure, Item, Outcome};

use super::Tested;
use super::values::{Colours, compared};
use crate::output::print;
use crate::remedies::in_options;

/// Prints a line for each test, below the name of its file.
pub(super) struct Text {
    file: String,
    colours: Colours,
}

impl Text {
    pub(super) fn new() -> Self {
        Self { file: String::new(), colours: colours() }
    }

    /// Prints what came of one test.
    pub(super) fn ended(&mut self, file: &str, outcome: &Outcome) -> Result<()> {
        if self.file != file {
            print(&format!("{file}\n"))?;
            file.clone_into(&mut self.file);
        }
        let Colours { good, bad, faint, end } = self.colours;
        let (colour, what) = if outcome.has_passed() { (good, "ok") } else { (bad, "FAIL") };
        let name = within_line(&outcome.name);
        let time = match outcome.time.is_zero() {
            true => String::new(),
            false => format!(" {faint}({}){end}", time(outcome.time)),
        };
        print(&format!("  {colour}{what:<4}{end} {name}{time}\n"))
    }

    /// Prints what has failed, what was not reached, and the sums.
    pub(super) fn end(all: &[Tested], coverage: &Coverage) -> Result<()> {
        let colours = colours();
        for Tested { file, outcomes } in all {
            for outcome in outcomes.iter().filter(|outcome| !outcome.has_passed()) {
                print(&failures(file, outcome, colours))?;
            }
        }
        print(&missing(coverage))?;
        let outcomes: Vec<_> = all.iter().flat_map(|one| &one.outcomes).collect();
        let passed = outcomes.iter().filter(|outcome| outcome.has_passed()).count();
        let failed = outcomes.len() - passed;
        let time = time(outcomes.iter().map(|outcome| outcome.time).sum());
        let reached = match coverage.items().next() {
            Some(_) => format!("; {} % reached", coverage.percent()),
            None => String::new(),
        };
        let Colours { good, bad, end, .. } = colours;
        let sums = match failed {
            0 => format!("{good}{passed} passed{end}"),
            _ => format!("{bad}{failed} failed{end}, {passed} passed"),
        };
        print(&format!("\n{sums} in {time}{reached}\n"))
    }
}

/// Prints what blessing has changed in a file.
pub(super) fn changes(file: &str, changes: &[Change]) -> Result<()> {
    let Colours { good, bad, end, .. } = colours();
    for Change { place, before, after, .. } in changes {
        let (before, after) = (within_line(before), within_line(after));
        print(&match before.is_empty() {
            true => format!("{file}:{}: {good}{after}{end} is new\n", place.line),
            false => {
                format!("{file}:{}: {bad}{before}{end} became {good}{after}{end}\n", place.line)
            }
        })?;
    }
    Ok(())
}

fn failures(file: &str, outcome: &Outcome, colours: Colours) -> String {
    let Colours { bad, end, .. } = colours;
    let mut text = format!("\n{bad}{}{end}\n", within_line(&outcome.name));
    for Failure { place, call, reason, values, .. } in &outcome.failures {
        let call = call.as_ref().map(|call| format!("{}: ", within_line(call)));
        text += &format!("  {file}:{}: {}", place.line, call.unwrap_or_default());
        let reason = in_options(reason);
        let mut lines = reason.lines().map(within_line);
        text += &format!("{}\n", lines.next().unwrap_or_default());
        lines.for_each(|line| text += &format!("  {line}\n"));
        if let Some((expected, found)) = values {
            text += &compared(&within_line(expected), &within_line(found), colours);
        }
    }
    text
}

/// Returns what no test has reached.
fn missing(coverage: &Coverage) -> String {
    let (mut exports, mut imports, mut cases) = (Vec::new(), Vec::new(), Vec::new());
    for item in coverage.missing() {
        match item {
            Item::Export(name) => exports.push(name.clone()),
            Item::Import(name) => imports.push(name.clone()),
            Item::Case { import, case } => cases.push(format!("{import}: {case}")),
            _ => {}
        }
    }
    let mut text = String::new();
    for (what, names) in [
        ("no test called", exports),
        ("no test answered", imports),
        ("no test gave the case", cases),
    ] {
        for name in names {
            let before = if text.is_empty() { "\n" } else { "" };
            text += &format!("{before}{what} {}\n", within_line(&name));
        }
    }
    text
}

/// Returns a time as people read it.
pub(super) fn time(time: Duration) -> String {
    match time.as_secs_f64() {
        seconds if seconds < 1.0 => format!("{:.1}ms", seconds * 1000.0),
        seconds => format!("{seconds:.1}s"),
    }
}

fn colours() -> Colours {
    let set = |name| std::env::var_os(name).unwrap_or_default();
    let is_coloured =
        io::stdout().is_terminal() && set("NO_COLOR").is_empty() && set("TERM") != "dumb";
    if is_coloured { Colours::SOME } else { Colours::NONE }
}
