//! CPU time.

use std::time::Duration;

use anyhow::{Context as _, Result};
use nix::time::{ClockId, clock_gettime};

/// User and system time together, of all threads: Extism tells a thread of its own when
/// a call begins and ends.
pub(crate) fn now() -> Result<Duration> {
    let time = clock_gettime(ClockId::CLOCK_PROCESS_CPUTIME_ID);
    Ok(time.context("failed to read the clock of CPU time")?.into())
}
