//! `make bench`: measures what wit-host costs, beside the plain engine with the same safety
//! settings, and beside native code without a guest. README.md describes what is measured and
//! how.

#![allow(clippy::cast_precision_loss, reason = "figures are printed with three digits")]

mod bindings;
mod call;
mod chart;
mod child;
mod clock;
mod commands;
mod executor;
mod functions;
mod guests;
mod interpreter;
mod json;
mod machine;
mod measure;
mod native;
mod options;
mod page;
mod peers;
mod plain;
mod readers;
mod report;
mod requests;
mod results;
mod row;
mod rows;
mod setting;
mod statistics;
mod table;
mod text;
mod threads;
mod wit_host;

use std::env;

use anyhow::Result;

use measure::measure;
use options::Options;
use results::Outcome;

fn main() -> Result<()> {
    let arguments: Vec<_> = env::args().skip(1).collect();
    if let [first, rest @ ..] = &arguments[..]
        && first == child::CHILD
    {
        return child::run(rest);
    }
    let options = Options::parse(&arguments)?;
    let plan = options.plan();
    let mut outcomes = Vec::new();
    for row in rows::all().iter().filter(|row| options.wants(row)) {
        eprintln!("{}: {}", row.group, row.name);
        outcomes.push(Outcome::new(row, &measure(row, &plan)?));
    }
    report::report(&options, &outcomes)
}
