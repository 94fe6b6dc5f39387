//! The results of a row: figures, ratios, and whether the goals are met.

use crate::measure::Samples;
use crate::row::{Column, Goal, Row, Unit};
use crate::statistics::{median, minimum, ratio};

/// The measurements of a row.
pub(crate) struct Outcome {
    pub(crate) group: &'static str,
    pub(crate) name: String,
    pub(crate) unit: Unit,
    /// Whether the row stands for the others where there is little room.
    pub(crate) headline: bool,
    pub(crate) figures: Vec<Figure>,
    pub(crate) verdicts: Vec<Verdict>,
}

/// The cost of the work in one column.
pub(crate) struct Figure {
    pub(crate) column: Column,
    pub(crate) median: f64,
    pub(crate) minimum: f64,
    /// The cost in wit-host divided by this cost.
    pub(crate) ratio: f64,
}

/// A goal, and what was reached.
pub(crate) struct Verdict {
    pub(crate) goal: Goal,
    /// The number to compare with the goal. `None` if it was not measured.
    pub(crate) reached: Option<f64>,
}

impl Verdict {
    /// Returns the largest number that meets the goal.
    pub(crate) fn most(&self) -> f64 {
        let (Goal::Ratio(_, most) | Goal::Cost(most)) = self.goal;
        most
    }

    pub(crate) fn is_met(&self) -> Option<bool> {
        self.reached.map(|reached| reached <= self.most())
    }
}

impl Outcome {
    pub(crate) fn new(row: &Row, samples: &[Samples]) -> Self {
        let of = |wanted: Column| samples.iter().find(|(column, _)| *column == wanted);
        let ours = of(Column::WitHost).map_or(&[][..], |(_, samples)| samples);
        let figures = samples.iter().map(|(column, samples)| Figure {
            column: *column,
            median: median(samples),
            minimum: minimum(samples),
            ratio: ratio(ours, samples),
        });
        let mut figures: Vec<_> = figures.collect();
        figures.sort_by_key(|figure| figure.column);
        let find = |wanted: Column| figures.iter().find(|figure| figure.column == wanted);
        let reached = |goal: &Goal| match goal {
            Goal::Ratio(column, _) => find(*column).map(|figure| figure.ratio),
            Goal::Cost(_) => find(Column::WitHost).map(|figure| figure.median),
        };
        let verdicts = row.goals.iter().map(|goal| Verdict { goal: *goal, reached: reached(goal) });
        let verdicts = verdicts.collect();
        let (name, headline) = (row.name.clone(), row.headline);
        Self { group: row.group, name, unit: row.unit, headline, figures, verdicts }
    }

    pub(crate) fn figure(&self, column: Column) -> Option<&Figure> {
        self.figures.iter().find(|figure| figure.column == column)
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// Returns a row that misses its goal: 12 against 10.
    pub(crate) fn outcome() -> Outcome {
        let row = Row::new("calls", "add").headline().at_most_plain(1.05);
        let samples =
            [(Column::WitHost, vec![12.0, 11.0, 13.0]), (Column::Plain, vec![10.0, 11.0, 9.0])];
        Outcome::new(&row, &samples)
    }

    #[test]
    fn goals_are_judged_by_what_was_measured() {
        let row = Row::new("calls", "add").at_most_plain(1.2).at_most_plain(1.1).goals([
            Goal::Ratio(Column::AsItComes, 2.0),
            Goal::Cost(12.0),
            Goal::Cost(11.0),
        ]);
        let samples = [(Column::WitHost, vec![12.0]), (Column::Plain, vec![10.0])];
        let outcome = Outcome::new(&row, &samples);
        let met: Vec<_> = outcome.verdicts.iter().map(Verdict::is_met).collect();
        assert_eq!(met, [Some(true), Some(false), None, Some(true), Some(false)]);
        let figure = outcome.figure(Column::Plain).expect("it was measured");
        assert_eq!((figure.median, figure.minimum, figure.ratio), (10.0, 10.0, 1.2));
    }
}
