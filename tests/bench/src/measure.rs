//! Measures a row: its columns in turns, on one core, with everything warm.

use anyhow::{Context as _, Result, ensure};

use crate::clock::pinned;
use crate::row::{Batch, Column, Probe, Row};
use crate::statistics::minimum;

/// How thoroughly to measure.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Plan {
    /// How often everything is made anew: where code and memory come to lie is a
    /// matter of luck, which is then not that of one column.
    pub(crate) setups: usize,
    /// Rounds for each set-up, as far as the time allows.
    pub(crate) rounds: usize,
    /// Nanoseconds that one sample is to take at least.
    pub(crate) sample: f64,
    /// Nanoseconds for a row, after which no further round is begun.
    pub(crate) budget: f64,
}

impl Plan {
    /// Every piece of work once, which shows that it can be done and no more.
    pub(crate) const ONCE: Self = Self { setups: 1, rounds: 1, sample: 0.0, budget: 0.0 };
    /// What figures are made with.
    pub(crate) const FULL: Self = Self { setups: 5, rounds: 31, sample: 1e6, budget: 1.8e9 };
}

/// The fewest rounds that a set-up is measured in, however long they take.
const FEWEST: usize = 3;

/// The most that a sample is made of.
const MOST: u32 = 1 << 22;

/// The samples of one column: what the work cost once, one for each round.
pub(crate) type Samples = (Column, Vec<f64>);

/// Measures every column of a row.
pub(crate) fn measure(row: &Row, plan: &Plan) -> Result<Vec<Samples>> {
    let mut samples: Vec<Samples> =
        row.columns.iter().map(|(column, _)| (*column, Vec::new())).collect();
    for _ in 0..plan.setups {
        let mut probes = Vec::new();
        for (column, setup) in &row.columns {
            let failed = || format!("failed to set `{}` up in {}", row.name, column.title());
            probes.push(setup().with_context(failed)?);
        }
        let mut turns = || in_turns(row.batch, &mut probes, plan);
        let measured = if row.pinned { pinned(turns) } else { turns() };
        let measured = measured.with_context(|| format!("failed to do `{}`", row.name))?;
        for ((_, all), more) in samples.iter_mut().zip(measured) {
            all.extend(more);
        }
    }
    Ok(samples)
}

fn in_turns(batch: Batch, probes: &mut [Probe], plan: &Plan) -> Result<Vec<Vec<f64>>> {
    let mut batches = Vec::new();
    for probe in probes.iter_mut() {
        batches.push(match batch {
            Batch::Many => enough(probe, plan.sample)?,
            Batch::One => 1,
        });
    }
    let mut samples = vec![Vec::new(); probes.len()];
    let (mut spent, fewest) = (0.0, FEWEST.min(plan.rounds));
    for round in 0..plan.rounds {
        if round >= fewest && spent > plan.budget / plan.setups as f64 {
            break;
        }
        // Who comes first is another one each time.
        for turn in 0..probes.len() {
            let index = (round + turn) % probes.len();
            let cost = probes[index](batches[index])?;
            ensure!(cost >= 0.0, "a clock went backwards");
            spent += cost;
            samples[index].push(cost / f64::from(batches[index]));
        }
    }
    Ok(samples)
}

/// How often the work has to be done to take so many nanoseconds. Finding out warms
/// it up.
fn enough(probe: &mut Probe, nanoseconds: f64) -> Result<u32> {
    let mut times = 1;
    loop {
        let cost = minimum(&[probe(times)?, probe(times)?]);
        if cost >= nanoseconds || times >= MOST {
            return Ok(times);
        }
        times = if cost * 8.0 < nanoseconds { times * 4 } else { times * 2 };
    }
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;
    use std::rc::Rc;

    use super::*;

    #[test]
    fn columns_take_turns_and_costs_are_of_one_time() {
        let order = Rc::new(RefCell::new(String::new()));
        let column = |name: char, cost: f64| {
            let order = Rc::clone(&order);
            move || -> Result<Probe> {
                let order = Rc::clone(&order);
                Ok(Box::new(move |times| {
                    order.borrow_mut().push(name);
                    Ok(cost * f64::from(times))
                }))
            }
        };
        let row = Row::new("", "")
            .column(Column::WitHost, column('a', 10.0))
            .column(Column::Plain, column('b', 5.0));
        let plan = Plan { setups: 2, rounds: 3, sample: 0.0, budget: 1e9 };
        let samples = measure(&row, &plan).expect("samples");
        assert_eq!(samples, [(Column::WitHost, vec![10.0; 6]), (Column::Plain, vec![5.0; 6])]);
        // Two to find out how often, of each.
        assert_eq!(*order.borrow(), "aabbabbaab".repeat(2));
    }

    #[test]
    fn samples_take_long_enough() {
        for (cost, sample, expected) in [(1.0, 0.0, 1), (1.0, 100.0, 128), (300.0, 100.0, 1)] {
            let mut probe: Probe = Box::new(move |times| Ok(cost * f64::from(times)));
            assert_eq!(enough(&mut probe, sample).expect("a number"), expected);
        }
        let mut free: Probe = Box::new(|_| Ok(0.0));
        assert_eq!(enough(&mut free, 100.0).expect("a number"), MOST);
    }
}
