//! Writes figures, ratios and verdicts for people.

use crate::results::Verdict;
use crate::row::{Goal, Unit};

/// Writes three digits and the unit that fits.
pub(crate) fn amount(value: f64, unit: Unit) -> String {
    let units: &[(f64, &str)] = match unit {
        Unit::Nanoseconds => &[(1e9, "s"), (1e6, "ms"), (1e3, "µs"), (1.0, "ns")],
        Unit::Bytes => &[(1048576.0, "MiB"), (1024.0, "KiB"), (1.0, "B")],
    };
    let fitting = units.iter().find(|(size, _)| value >= *size).or(units.last());
    match fitting {
        Some((size, name)) => format!("{} {name}", digits(value / size)),
        None => digits(value),
    }
}

/// Writes `1.07 ×`, and for a small ratio two digits that are not zero.
pub(crate) fn times(ratio: f64) -> String {
    let ratio = match ratio {
        _ if ratio < 0.00995 => format!("{ratio:.4}"),
        _ if ratio < 0.0995 => format!("{ratio:.3}"),
        _ => digits(ratio),
    };
    format!("{ratio} ×")
}

/// Writes the goal, and whether it is met or by how much it is missed.
pub(crate) fn verdict(verdict: &Verdict, unit: Unit) -> String {
    let goal = match verdict.goal {
        Goal::Ratio(column, most) => format!("≤ {} {}", times(most), column.title()),
        Goal::Cost(most) => format!("≤ {}", amount(most, unit)),
    };
    let outcome = match (verdict.reached, verdict.is_met()) {
        (Some(_), Some(true)) => "met".to_owned(),
        (Some(reached), _) => {
            let over = (reached / verdict.most() - 1.0) * 100.0;
            format!("missed by {} %", digits(over))
        }
        (None, _) => "not measured".to_owned(),
    };
    format!("{goal}: {outcome}")
}

fn digits(value: f64) -> String {
    match value {
        _ if value >= 99.95 => format!("{value:.0}"),
        _ if value >= 9.995 => format!("{value:.1}"),
        _ => format!("{value:.2}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::row::Column;

    #[test]
    fn amounts_have_three_digits() {
        let cases = [
            (0.5, Unit::Nanoseconds, "0.50 ns"),
            (7.256, Unit::Nanoseconds, "7.26 ns"),
            (96.04, Unit::Nanoseconds, "96.0 ns"),
            (231.6, Unit::Nanoseconds, "232 ns"),
            (8_123.0, Unit::Nanoseconds, "8.12 µs"),
            (1.5e9, Unit::Nanoseconds, "1.50 s"),
            (2048.0, Unit::Bytes, "2.00 KiB"),
            (1.5 * 1048576.0, Unit::Bytes, "1.50 MiB"),
        ];
        for (value, unit, expected) in cases {
            assert_eq!(amount(value, unit), expected);
        }
    }

    #[test]
    fn ratios_are_told_apart_however_small() {
        let cases = [
            (0.0028, "0.0028 ×"),
            (0.04, "0.040 ×"),
            (0.314, "0.31 ×"),
            (1.066, "1.07 ×"),
            (49.7, "49.7 ×"),
        ];
        for (ratio, expected) in cases {
            assert_eq!(times(ratio), expected);
        }
    }

    #[test]
    fn a_missed_goal_says_by_how_much() {
        let ratio = Goal::Ratio(Column::Plain, 1.05);
        let cases = [
            (ratio, Some(1.05), "≤ 1.05 × plain wasmtime: met"),
            (ratio, Some(1.26), "≤ 1.05 × plain wasmtime: missed by 20.0 %"),
            (ratio, None, "≤ 1.05 × plain wasmtime: not measured"),
            (Goal::Cost(2e4), Some(1e4), "≤ 20.0 µs: met"),
            (Goal::Cost(2e4), Some(5e4), "≤ 20.0 µs: missed by 150 %"),
        ];
        for (goal, reached, expected) in cases {
            assert_eq!(verdict(&Verdict { goal, reached }, Unit::Nanoseconds), expected);
        }
    }
}
