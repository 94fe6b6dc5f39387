//! Writes the results: the table, the file for programs, the chart, and the pages.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result};

use crate::commands::directory;
use crate::options::Options;
use crate::page::with_figures;
use crate::results::Outcome;
use crate::table::{summary, table};
use crate::{chart, json, machine};

/// The benchmark's page, its chart, and the project's first page.
const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/README.md");
const CHART: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/chart.svg");
const FIRST_PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../README.md");

const CHART_IN_PAGE: &str = "![CPU time of wit-host and of plain wasmtime](tests/bench/chart.svg)";

pub(crate) fn report(options: &Options, outcomes: &[Outcome]) -> Result<()> {
    if options.once {
        println!("{} rows can be measured", outcomes.len());
        return Ok(());
    }
    let machine = machine::description();
    let (table, summary) = (table(outcomes), summary(outcomes));
    println!("{table}{}\n{summary}", described(&machine));

    let directory = directory()?;
    let document = serde_json::to_string_pretty(&json::document(&machine, outcomes))?;
    write(&directory.join("results.json"), &document)?;
    let chart = chart::chart(outcomes);
    write(&directory.join("chart.svg"), &chart)?;
    if options.readme {
        write(Path::new(CHART), &chart)?;
        let figures = format!("{}\n{table}{summary}.", described(&machine));
        fill(Path::new(PAGE), &figures)?;
        let figures = format!("{CHART_IN_PAGE}\n\n{}\n{summary}.", described(&machine));
        fill(Path::new(FIRST_PAGE), &figures)?;
    }
    Ok(())
}

fn described(machine: &[(&str, String)]) -> String {
    let mut text = String::from("Measured on this machine: ");
    for (index, (name, value)) in machine.iter().enumerate() {
        let separator = if index == 0 { "" } else { "; " };
        let _ = write!(text, "{separator}{name} {value}");
    }
    text + ".\n"
}

fn fill(page: &Path, figures: &str) -> Result<()> {
    let failed = || format!("failed to put the figures into {}", page.display());
    let text = fs::read_to_string(page).with_context(failed)?;
    write(page, &with_figures(&text, figures).with_context(failed)?)
}

fn write(file: &Path, content: &str) -> Result<()> {
    fs::write(file, content).with_context(|| format!("failed to write {}", file.display()))?;
    eprintln!("{} is written", file.display());
    Ok(())
}
