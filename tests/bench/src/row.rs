//! A row of the benchmark: the same work in several columns, and the goals for their ratios. It
//! does not know how it is measured.

use anyhow::Result;

/// Does the work a number of times, and returns the cost of all of it, in the row's unit.
pub(crate) type Probe = Box<dyn FnMut(u32) -> Result<f64>>;

/// Creates everything that the work needs, and a probe of it.
pub(crate) type Setup = Box<dyn Fn() -> Result<Probe>>;

/// What does the work.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Column {
    /// This project, through its public interface.
    WitHost,
    /// The engine with the same safety settings, used with care.
    Plain,
    /// The engine in its default configuration, with what `bindgen!` makes by default. For
    /// whole processes, the `wasmtime` command.
    AsItComes,
    /// wasmi, an interpreter.
    Wasmi,
    /// wasmer, whose code comes from the engine's compiler.
    Wasmer,
    /// Extism, a plug-in system on the engine.
    Extism,
    /// A component that jco has translated into JavaScript.
    Node,
    /// No guest: the least that the work can cost.
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

    /// Returns the column's heading.
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

/// The part of another column's cost that is allowed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Goal {
    /// At most this number of times the cost in that column.
    Ratio(Column, f64),
    /// At most this cost, in the row's unit.
    Cost(f64),
}

/// The unit of a cost.
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
    /// So often that the clock's own cost does not matter.
    Many,
    /// Once, because the work takes long enough, or its time is not measured.
    One,
}

/// One row.
pub(crate) struct Row {
    /// The heading above the row.
    pub(crate) group: &'static str,
    pub(crate) name: String,
    pub(crate) unit: Unit,
    pub(crate) batch: Batch,
    /// Whether the row is measured on one core.
    pub(crate) pinned: bool,
    /// Whether the row stands for the others where there is little room.
    pub(crate) headline: bool,
    pub(crate) columns: Vec<(Column, Setup)>,
    pub(crate) goals: Vec<Goal>,
}

impl Row {
    /// Creates a row of CPU time.
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

    /// Sets that the work is done once for a sample.
    pub(crate) fn once(mut self) -> Self {
        self.batch = Batch::One;
        self
    }

    /// Adds the row to the chart.
    pub(crate) fn headline(self) -> Self {
        self.headline_if(true)
    }

    pub(crate) fn headline_if(mut self, headline: bool) -> Self {
        self.headline = headline;
        self
    }

    /// Sets that the work uses every core.
    pub(crate) fn unpinned(mut self) -> Self {
        self.pinned = false;
        self
    }

    /// Sets that the cost is counted in bytes.
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

    /// Sets the goal: at most this number of times the cost in plain wasmtime.
    pub(crate) fn at_most_plain(self, ratio: f64) -> Self {
        self.goal(Goal::Ratio(Column::Plain, ratio))
    }
}
