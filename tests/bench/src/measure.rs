//! Measures the columns of a row in turns, on one core, with everything warm.

use anyhow::{Context as _, Result, ensure};

use crate::clock::pinned;
use crate::row::{Batch, Column, Probe, Row};
use crate::statistics::minimum;

/// The precision of a measurement.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Plan {
    /// The number of set-ups. Where code and memory lie is a matter of luck, so everything is
    /// made anew several times.
    pub(crate) setups: usize,
    /// The number of rounds for each set-up, as far as the time allows.
    pub(crate) rounds: usize,
    /// The time in nanoseconds that one sample takes at least.
    pub(crate) sample: f64,
    /// The time in nanoseconds for a row, after which no round is begun.
    pub(crate) budget: f64,
}

impl Plan {
    /// Does all of the work once, which only shows that it can be done.
    pub(crate) const ONCE: Self = Self { setups: 1, rounds: 1, sample: 0.0, budget: 0.0 };
    /// Measures figures that are published.
    pub(crate) const FULL: Self = Self { setups: 5, rounds: 31, sample: 1e6, budget: 1.8e9 };
}

/// The number of rounds of a set-up at least, however long they take.
const FEWEST: usize = 3;

/// The number of repetitions in a sample at most.
const MOST: u32 = 1 << 22;

/// The samples of one column: the cost of the work once, for each round.
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
        // Another column comes first in each round.
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

/// Finds how many repetitions take this number of nanoseconds. Finding out also warms the work
/// up.
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
        // Two calls of each find out how many repetitions are needed.
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
