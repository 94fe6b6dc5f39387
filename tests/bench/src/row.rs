//! What a row of the benchmark is: the same work in several columns, and the goals
//! for their ratios. How it is measured is not known here.

use anyhow::Result;

/// Does the work so many times, and gives what that cost together, in the row's unit.
pub(crate) type Probe = Box<dyn FnMut(u32) -> Result<f64>>;

/// Makes everything that the work needs, and a probe of it.
pub(crate) type Setup = Box<dyn Fn() -> Result<Probe>>;

/// Who does the work.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Column {
    /// This project, through its public interface.
    WitHost,
    /// The engine with the same safety settings, used with care.
    Plain,
    /// The engine in its default configuration, with what `bindgen!` makes by
    /// default; of whole processes, the `wasmtime` command.
    AsItComes,
    /// wasmi, an interpreter.
    Wasmi,
    /// wasmer, whose code comes from the same compiler as the engine's.
    Wasmer,
    /// Extism, plug-ins on the engine.
    Extism,
    /// A component that jco has made JavaScript of.
    Node,
    /// No guest at all: the least that the work can cost.
    Native,
}

impl Column {
    pub(crate) const ALL: [Self; 8] = [
        Self::WitHost,
        Self::Plain,
        Self::AsItComes,
        Self::Wasmi,
        Self::Wasmer,
        Self::Extism,
        Self::Node,
        Self::Native,
    ];

    /// The column's heading.
    pub(crate) fn title(self) -> &'static str {
        match self {
            Self::WitHost => "wit-host",
            Self::Plain => "plain wasmtime",
            Self::AsItComes => "wasmtime as it comes",
            Self::Wasmi => "wasmi",
            Self::Wasmer => "wasmer",
            Self::Extism => "Extism",
            Self::Node => "Node (jco)",
            Self::Native => "native",
        }
    }
}

/// How much of the other column's cost is allowed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Goal {
    /// At most so many times what it costs there.
    Ratio(Column, f64),
    /// At most so much, in the row's unit.
    Cost(f64),
}

/// What a cost is counted in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unit {
    /// Nanoseconds of CPU time.
    Nanoseconds,
    /// Bytes of memory, or of a file.
    Bytes,
}

/// How often the work is done for one sample.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Batch {
    /// So often that the clock's own cost is lost in it.
    Many,
    /// Once: the work takes long enough, or is not a matter of time.
    One,
}

/// One row.
pub(crate) struct Row {
    /// The heading that it stands under.
    pub(crate) group: &'static str,
    pub(crate) name: String,
    pub(crate) unit: Unit,
    pub(crate) batch: Batch,
    /// Whether it is to stay on one core.
    pub(crate) pinned: bool,
    /// Whether it stands for the others where there is little room.
    pub(crate) headline: bool,
    pub(crate) columns: Vec<(Column, Setup)>,
    pub(crate) goals: Vec<Goal>,
}

impl Row {
    /// A row of CPU time.
    pub(crate) fn new(group: &'static str, name: impl Into<String>) -> Self {
        Self {
            group,
            name: name.into(),
            unit: Unit::Nanoseconds,
            batch: Batch::Many,
            pinned: true,
            headline: false,
            columns: Vec::new(),
            goals: Vec::new(),
        }
    }

    /// Work that is done once for a sample.
    pub(crate) fn once(mut self) -> Self {
        self.batch = Batch::One;
        self
    }

    /// A row for the short table and the chart.
    pub(crate) fn headline(self) -> Self {
        self.headline_if(true)
    }

    pub(crate) fn headline_if(mut self, headline: bool) -> Self {
        self.headline = headline;
        self
    }

    /// Work that takes every core.
    pub(crate) fn unpinned(mut self) -> Self {
        self.pinned = false;
        self
    }

    /// A row of bytes.
    pub(crate) fn bytes(mut self) -> Self {
        self.unit = Unit::Bytes;
        self.once()
    }

    pub(crate) fn column(
        mut self,
        column: Column,
        setup: impl Fn() -> Result<Probe> + 'static,
    ) -> Self {
        self.columns.push((column, Box::new(setup)));
        self
    }

    pub(crate) fn goal(self, goal: Goal) -> Self {
        self.goals([goal])
    }

    pub(crate) fn goals(mut self, goals: impl IntoIterator<Item = Goal>) -> Self {
        self.goals.extend(goals);
        self
    }

    /// At most so many times the cost in plain wasmtime.
    pub(crate) fn at_most_plain(self, ratio: f64) -> Self {
        self.goal(Goal::Ratio(Column::Plain, ratio))
    }
}
