//! Measures CPU time.

use std::time::Duration;

use anyhow::{Context as _, Result};
use nix::time::{ClockId, clock_gettime};

/// Returns the user and system time of all threads. All threads count, because Extism has one of
/// its own, which it informs when a call begins and ends.
pub(crate) fn now() -> Result<Duration> {
    let time = clock_gettime(ClockId::CLOCK_PROCESS_CPUTIME_ID);
    Ok(time.context("failed to read the clock of CPU time")?.into())
}
