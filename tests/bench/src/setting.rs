//! The guards that are on in a measurement, for every column alike.

use std::time::Duration;

/// The guards beyond those that are always on, and how instances are created.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Setting {
    /// Whether instructions are counted.
    pub(crate) fuel: bool,
    /// Whether calls of the host are counted.
    pub(crate) host_calls: bool,
    /// Whether a call has a time limit.
    pub(crate) wall_clock: bool,
    /// Whether instances come from a pool.
    pub(crate) pooled: bool,
    /// Whether the smallest guest writes to its memory.
    pub(crate) writes: bool,
    /// Whether `measure-text` borrows its text from the guest's memory.
    pub(crate) lent: bool,
}

impl Setting {
    /// The default setting.
    pub(crate) const DEFAULT: Self = Self {
        fuel: false,
        host_calls: false,
        wall_clock: true,
        pooled: false,
        writes: false,
        lent: false,
    };
}

/// How the caller waits for the guest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    /// The calling thread does nothing else in the meantime.
    Blocking,
    /// In an async runtime, which may run other tasks.
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

/// The time limit of a call.
pub(crate) const WALL_CLOCK: Duration = Duration::from_secs(30);

/// The fuel of a call, more than any call uses.
pub(crate) const FUEL: u64 = 1 << 60;
