//! Memory: of sessions that wait for their next call, of whole processes, and of the program's
//! file. Each is measured in a process of its own.

use std::fs;

use crate::child::{idle, itself};
use crate::commands::{Command, wasmtime, wit_host};
use crate::guests::Path;
use crate::row::{Column, Goal, Row};

pub(super) fn rows() -> Vec<Row> {
    let mut rows = Vec::new();
    if itself().is_some() {
        rows.extend(Path::BOTH.map(sessions));
    }
    if let Some(host) = wit_host() {
        rows.push(size(&host));
    }
    rows
}

fn sessions(path: Path) -> Row {
    Row::new("memory of an idle session", path.name())
        .bytes()
        .column(Column::WitHost, move || idle(Column::WitHost, path))
        .column(Column::Plain, move || idle(Column::Plain, path))
        .at_most_plain(1.1)
}

fn size(host: &Command) -> Row {
    let of = |command: &Command| {
        let file = command.program.clone();
        move || -> anyhow::Result<crate::row::Probe> {
            let length = fs::metadata(&file)?.len();
            Ok(Box::new(move |_| Ok(length as f64)))
        }
    };
    let row = Row::new("size of the program", "the command").bytes();
    let row = row.column(Column::WitHost, of(host));
    let row = match wasmtime() {
        Some(wasmtime) => row.column(Column::AsItComes, of(&wasmtime)),
        None => row,
    };
    row.goal(Goal::Ratio(Column::AsItComes, 1.0 / 3.0))
}
