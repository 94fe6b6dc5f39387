//! `make bench`: what wit-host costs, beside the plain engine doing the same with the
//! same safety settings, and the machine doing it with no guest at all.

#![allow(clippy::cast_precision_loss, reason = "figures are printed with three digits")]

mod bindings;
mod call;
mod clock;
mod executor;
mod functions;
mod guests;
mod measure;
mod native;
mod plain;
mod results;
mod row;
mod rows;
mod setting;
mod statistics;
mod text;
mod threads;
mod wit_host;

use anyhow::Result;

use measure::{Plan, measure};
use results::Outcome;
use text::{amount, times, verdict};

fn main() -> Result<()> {
    let filter = std::env::args().nth(1).unwrap_or_default();
    for row in rows::all() {
        let title = format!("{}: {}", row.group, row.name);
        if !title.contains(&filter) {
            continue;
        }
        let outcome = Outcome::new(&row, &measure(&row, &Plan::FULL)?);
        let figures: Vec<_> = outcome.figures.iter().map(|figure| {
            format!("{} {} (min {}, {})", figure.column.title(), amount(figure.median, row.unit),
                amount(figure.minimum, row.unit), times(figure.ratio))
        }).collect();
        let verdicts: Vec<_> = outcome.verdicts.iter().map(|one| verdict(one, row.unit)).collect();
        println!("{title}\n    {}\n    {}", figures.join("; "), verdicts.join("; "));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_can_be_measured() {
        for row in rows::all() {
            let samples = measure(&row, &Plan::ONCE);
            assert!(samples.is_ok(), "{}, {}: {samples:?}", row.group, row.name);
        }
    }
}
