//! The cost of calls.

use std::fmt;
use std::time::Duration;

use wit_host_binary::limits::show_size;

/// What the calls of a session have cost so far.
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Usage {
    /// The time by the clock, in calls and in set-up. It is exact for the first hundred calls
    /// of a session. Set-up and later calls are counted in epochs of 5 milliseconds: a shorter
    /// one adds an epoch or nothing, which is right on average.
    pub wall_clock: Duration,
    /// The largest number of bytes of memory and tables at one time.
    pub peak_memory: usize,
    /// Fuel, if [`Limits::fuel`](wit_host_binary::limits::Limits::fuel) is set.
    pub fuel: Option<u64>,
    /// Calls of host functions in the last call, if
    /// [`Limits::host_calls`](wit_host_binary::limits::Limits::host_calls) is set.
    pub host_calls: Option<u64>,
}

impl fmt::Display for Usage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.1?}, {} of memory", self.wall_clock, show_size(self.peak_memory as u64))?;
        if let Some(fuel) = self.fuel {
            write!(f, ", {fuel} fuel")?;
        }
        match self.host_calls {
            Some(calls) => write!(f, ", {calls} host calls"),
            None => Ok(()),
        }
    }
}
