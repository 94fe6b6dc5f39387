//! What came of a row: figures, ratios, and whether the goals are met.

use crate::measure::Samples;
use crate::row::{Column, Goal, Row, Unit};
use crate::statistics::{median, minimum, ratio};

/// A row as it was measured.
pub(crate) struct Outcome {
    pub(crate) group: &'static str,
    pub(crate) name: String,
    pub(crate) unit: Unit,
    pub(crate) figures: Vec<Figure>,
    pub(crate) verdicts: Vec<Verdict>,
}

/// What the work costs in one column.
pub(crate) struct Figure {
    pub(crate) column: Column,
    pub(crate) median: f64,
    pub(crate) minimum: f64,
    /// How many times as much wit-host takes.
    pub(crate) ratio: f64,
}

/// A goal, and what was reached.
pub(crate) struct Verdict {
    pub(crate) goal: Goal,
    /// What is compared with the goal's number; `None` where it was not measured.
    pub(crate) reached: Option<f64>,
}

impl Verdict {
    /// The most that is allowed.
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
        let figures: Vec<_> = figures.collect();
        let find = |wanted: Column| figures.iter().find(|figure| figure.column == wanted);
        let reached = |goal: &Goal| match goal {
            Goal::Ratio(column, _) => find(*column).map(|figure| figure.ratio),
            Goal::Cost(_) => find(Column::WitHost).map(|figure| figure.median),
        };
        let verdicts = row.goals.iter().map(|goal| Verdict { goal: *goal, reached: reached(goal) });
        let verdicts = verdicts.collect();
        Self { group: row.group, name: row.name.clone(), unit: row.unit, figures, verdicts }
    }

    pub(crate) fn figure(&self, column: Column) -> Option<&Figure> {
        self.figures.iter().find(|figure| figure.column == column)
    }
}
