//! What is switched on in a measurement, in every column alike.

use std::time::Duration;

/// The guards beyond those that are always on, and how instances are made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Setting {
    /// Whether instructions are counted.
    pub(crate) fuel: bool,
    /// Whether calls out of the guest are counted.
    pub(crate) host_calls: bool,
    /// Whether a call has to end in time.
    pub(crate) wall_clock: bool,
    /// Whether instances come from a pool.
    pub(crate) pooled: bool,
    /// Whether the smallest guest writes to its memory.
    pub(crate) writes: bool,
    /// Whether `measure-text` borrows its text from the guest's memory.
    pub(crate) lent: bool,
}

impl Setting {
    /// As they are by default.
    pub(crate) const DEFAULT: Self = Self {
        fuel: false,
        host_calls: false,
        wall_clock: true,
        pooled: false,
        writes: false,
        lent: false,
    };
}

/// How a call waits for the guest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    /// The calling thread does nothing else meanwhile.
    Blocking,
    /// In an async runtime, which may do something else.
    Async,
}

impl Mode {
    pub(crate) const BOTH: [Self; 2] = [Self::Blocking, Self::Async];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Blocking => "blocking",
            Self::Async => "async",
        }
    }
}

/// Time for a call.
pub(crate) const WALL_CLOCK: Duration = Duration::from_secs(30);

/// Fuel for a call, more than any takes.
pub(crate) const FUEL: u64 = 1 << 60;
