//! Writes the results for programs.

use serde_json::{Map, Value, json};

use crate::results::{Outcome, Verdict};
use crate::row::{Goal, Unit};

/// Returns the machine and every row with its figures, in nanoseconds of CPU time or in bytes.
pub(crate) fn document(machine: &[(&str, String)], outcomes: &[Outcome]) -> Value {
    let machine: Map<_, _> =
        machine.iter().map(|(name, value)| ((*name).to_owned(), json!(value))).collect();
    let rows: Vec<_> = outcomes.iter().map(row).collect();
    json!({ "machine": machine, "rows": rows })
}

fn row(outcome: &Outcome) -> Value {
    let figures: Map<_, _> = outcome
        .figures
        .iter()
        .map(|figure| {
            let (median, minimum) = (figure.median, figure.minimum);
            let value = json!({ "median": median, "minimum": minimum, "ratio": figure.ratio });
            (figure.column.title().to_owned(), value)
        })
        .collect();
    let unit = match outcome.unit {
        Unit::Nanoseconds => "ns",
        Unit::Bytes => "B",
    };
    let goals: Vec<_> = outcome.verdicts.iter().map(goal).collect();
    json!({
        "group": outcome.group,
        "name": outcome.name,
        "unit": unit,
        "columns": figures,
        "goals": goals,
    })
}

fn goal(verdict: &Verdict) -> Value {
    let against = match verdict.goal {
        Goal::Ratio(column, _) => Some(column.title()),
        Goal::Cost(_) => None,
    };
    json!({
        "against": against,
        "at-most": verdict.most(),
        "reached": verdict.reached,
        "met": verdict.is_met(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::results::tests::outcome;

    #[test]
    fn figures_and_verdicts_are_in_it() {
        let document = document(&[("kernel", "Linux".into())], &[outcome()]);
        let cases = [
            ("/machine/kernel", json!("Linux")),
            ("/rows/0/name", json!("add")),
            ("/rows/0/unit", json!("ns")),
            ("/rows/0/columns/plain wasmtime/median", json!(10.0)),
            ("/rows/0/columns/plain wasmtime/ratio", json!(1.2)),
            ("/rows/0/goals/0/against", json!("plain wasmtime")),
            ("/rows/0/goals/0/met", json!(false)),
        ];
        for (pointer, expected) in cases {
            assert_eq!(document.pointer(pointer), Some(&expected), "{pointer}");
        }
    }
}
