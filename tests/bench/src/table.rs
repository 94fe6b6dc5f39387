//! Writes the table: a heading and a grid for every group of rows, in Markdown that is also
//! aligned for a terminal.

use std::fmt::Write as _;

use crate::results::Outcome;
use crate::row::Column;
use crate::text::{amount, times, verdict};

/// Writes all rows.
pub(crate) fn table(outcomes: &[Outcome]) -> String {
    let mut text = String::new();
    for group in outcomes.chunk_by(|one, other| one.group == other.group) {
        let Some(first) = group.first() else { continue };
        let mut heading = first.group.to_owned();
        if let Some(letter) = heading.get_mut(..1) {
            letter.make_ascii_uppercase();
        }
        let _ = write!(text, "### {heading}\n\n{}\n", grid(group));
    }
    text
}

/// Writes how many goals are met, missed and not measured.
pub(crate) fn summary(outcomes: &[Outcome]) -> String {
    let verdicts: Vec<_> = outcomes.iter().flat_map(|outcome| &outcome.verdicts).collect();
    let count = |wanted| verdicts.iter().filter(|verdict| verdict.is_met() == wanted).count();
    let [met, missed, open] = [Some(true), Some(false), None].map(count);
    format!("{} goals: {met} met, {missed} missed, {open} not measured", verdicts.len())
}

fn grid(outcomes: &[Outcome]) -> String {
    let has = |column: &Column| outcomes.iter().any(|one| one.figure(*column).is_some());
    let columns: Vec<_> = Column::ALL.into_iter().filter(has).collect();
    let mut lines = vec![vec![String::new()]];
    lines[0].extend(columns.iter().map(|column| column.title().to_owned()));
    lines[0].push("goal".to_owned());
    for outcome in outcomes {
        let mut line = vec![outcome.name.clone()];
        line.extend(columns.iter().map(|column| cell(outcome, *column)));
        let verdicts: Vec<_> =
            outcome.verdicts.iter().map(|one| verdict(one, outcome.unit)).collect();
        line.push(verdicts.join("; "));
        lines.push(line);
    }
    aligned(&lines)
}

/// Writes the cost, and the cost of wit-host divided by it.
fn cell(outcome: &Outcome, column: Column) -> String {
    match outcome.figure(column) {
        None => String::new(),
        Some(figure) if column == Column::WitHost => amount(figure.median, outcome.unit),
        Some(figure) => {
            format!("{} ({})", amount(figure.median, outcome.unit), times(figure.ratio))
        }
    }
}

/// Aligns lines of cells, the first of which is the heading.
fn aligned(lines: &[Vec<String>]) -> String {
    let width = |index: usize| {
        let cells = lines.iter().filter_map(|line| line.get(index));
        cells.map(|cell| cell.chars().count()).max().unwrap_or_default()
    };
    let mut text = String::new();
    for (number, line) in lines.iter().enumerate() {
        let padded =
            line.iter().enumerate().map(|(index, cell)| format!(" {cell:0$} ", width(index)));
        let _ = writeln!(text, "|{}|", padded.collect::<Vec<_>>().join("|"));
        if number == 0 {
            let dashes =
                (0..line.len()).map(|index| format!(" {} ", "-".repeat(width(index).max(3))));
            let _ = writeln!(text, "|{}|", dashes.collect::<Vec<_>>().join("|"));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::results::tests::outcome;

    #[test]
    fn a_group_has_the_columns_that_its_rows_have() {
        let expected = "\
### Calls

|     | wit-host | plain wasmtime   | goal                                      |
| --- | -------- | ---------------- | ----------------------------------------- |
| add | 12.0 ns  | 10.0 ns (1.20 ×) | ≤ 1.05 × plain wasmtime: missed by 14.3 % |

";
        assert_eq!(table(&[outcome()]), expected);
        assert_eq!(summary(&[outcome()]), "1 goals: 0 met, 1 missed, 0 not measured");
    }
}
