//! Whole commands, as a shell sees them.

use crate::child::{itself, peak};
use crate::commands::{Command, file, probe, wasmtime, wit_host};
use crate::guests::{LARGE_COMMAND, SMALL_COMMAND};
use crate::row::{Column, Goal, Row};

const GROUP: &str = "the whole command, run on a component";

/// The name and the file of a guest, and how many times as much the wasmtime command has to
/// take.
const GUESTS: [(&str, &str, &[u8], f64); 2] = [
    ("54 KB", "small.wasm", SMALL_COMMAND, 3.0),
    ("2.4 MB with debug information", "large.wasm", LARGE_COMMAND, 6.0),
];

pub(super) fn rows() -> Vec<Row> {
    let Some(host) = wit_host() else { return Vec::new() };
    let mut rows = Vec::new();
    for (name, file, guest, faster) in GUESTS {
        let goal = Goal::Ratio(Column::AsItComes, 1.0 / faster);
        rows.push(time(&host, name, file, guest, true).goal(goal).headline());
        rows.push(time(&host, name, file, guest, false));
    }
    if itself().is_some() {
        rows.extend(GUESTS.map(|(name, file, guest, _)| memory(&host, name, file, guest)));
    }
    rows
}

fn time(host: &Command, name: &str, to: &'static str, guest: &'static [u8], warm: bool) -> Row {
    let state = if warm { "warm" } else { "cold" };
    let column = |command: Command| move || Ok(probe(command.run(&file(to, guest)?, warm)?));
    let row = Row::new(GROUP, format!("{name}, {state}"))
        .once()
        .column(Column::WitHost, column(host.clone()))
        .column(Column::Native, || Ok(probe(std::process::Command::new("/bin/true"))));
    match wasmtime() {
        Some(wasmtime) => row.column(Column::AsItComes, column(wasmtime)),
        None => row,
    }
}

fn memory(host: &Command, name: &str, to: &'static str, guest: &'static [u8]) -> Row {
    let column = |command: Command| move || peak(&command.run(&file(to, guest)?, true)?);
    let row =
        Row::new("most memory of the whole command, run on a component", format!("{name}, warm"))
            .bytes()
            .column(Column::WitHost, column(host.clone()))
            .column(Column::Native, || peak(&std::process::Command::new("/bin/true")));
    match wasmtime() {
        Some(wasmtime) => row.column(Column::AsItComes, column(wasmtime)),
        None => row,
    }
}
