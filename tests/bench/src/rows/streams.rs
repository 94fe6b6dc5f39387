//! Whole commands whose guests write much output, to every kind of standard output, or read
//! many files.

use std::fs;

use anyhow::{Context as _, Result};

use crate::commands::{Command, directory, file, probe, wasmtime, wit_host};
use crate::guests::{FILES, LINES};
use crate::readers::{Reader, probe_with};
use crate::row::{Column, Goal, Probe, Row};

/// The goal relative to the wasmtime command.
const OUTPUT: f64 = 1.5;
const INPUT: f64 = 2.0;

/// The number of files that are read.
const COUNT: usize = 5_000;

pub(super) fn rows() -> Vec<Row> {
    let Some(host) = wit_host() else { return Vec::new() };
    let written = Reader::ALL.map(|reader| {
        let row = Row::new("output of 100,000 lines, by the whole command", reader.name());
        columns(row, &host, OUTPUT, move |command| {
            probe_with(command.run(&file("lines.wasm", LINES)?, true)?, reader)
        })
    });
    let row = Row::new("input of the whole command", format!("{COUNT} files"));
    let read = columns(row, &host, INPUT, |command| {
        let granted = format!("{}::/files", files()?);
        let mut command = command.clone();
        command.options = vec!["--dir".into(), granted];
        Ok(probe(command.run(&file("files.wasm", FILES)?, true)?))
    });
    written.into_iter().chain([read]).collect()
}

fn columns(
    row: Row,
    host: &Command,
    most: f64,
    work: impl Fn(&Command) -> Result<Probe> + Copy + 'static,
) -> Row {
    let column = |command: Command| move || work(&command);
    let row = row.once().unpinned().goal(Goal::Ratio(Column::AsItComes, most));
    let row = row.column(Column::WitHost, column(host.clone()));
    match wasmtime() {
        Some(wasmtime) => row.column(Column::AsItComes, column(wasmtime)),
        None => row,
    }
}

/// Creates a folder with the files to read.
fn files() -> Result<String> {
    let folder = directory()?.join("files");
    fs::create_dir_all(&folder).context("failed to make the directory `target/bench/files`")?;
    for number in 0..COUNT {
        let path = folder.join(format!("{number}.txt"));
        if !path.exists() {
            fs::write(&path, format!("the file with the number {number}\n"))
                .with_context(|| format!("failed to write {}", path.display()))?;
        }
    }
    folder.into_os_string().into_string().ok().context("the path of this project is not UTF-8")
}
