//! Measures CPU time, which other work on the machine does not change, and pins work to one
//! core, so that caches stay warm.

use anyhow::{Context as _, Result};
use nix::sched::{CpuSet, sched_getaffinity, sched_setaffinity};
use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::TimeVal;
use nix::time::{ClockId, clock_gettime};
use nix::unistd::Pid;

use crate::row::Probe;

/// The threads or processes whose CPU time is measured, user and system time together.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Clock {
    /// The calling thread.
    Thread,
    /// All threads of this process, for work that the engine does on several.
    Process,
    /// The processes that this one has started and waited for.
    Children,
}

impl Clock {
    /// Returns the CPU time so far in nanoseconds.
    pub(crate) fn now(self) -> Result<f64> {
        Ok(match self {
            Self::Thread => of_clock(ClockId::CLOCK_THREAD_CPUTIME_ID)?,
            Self::Process => of_clock(ClockId::CLOCK_PROCESS_CPUTIME_ID)?,
            Self::Children => {
                let usage = getrusage(UsageWho::RUSAGE_CHILDREN)?;
                of_time(usage.user_time()) + of_time(usage.system_time())
            }
        })
    }
}

/// Returns a probe of the CPU time that `work` takes for a number of repetitions.
pub(crate) fn timed(clock: Clock, mut work: impl FnMut(u32) -> Result<()> + 'static) -> Probe {
    Box::new(move |times| {
        let began = clock.now()?;
        work(times)?;
        Ok(clock.now()? - began)
    })
}

/// Runs `work` on one core, the last one that this process may use.
pub(crate) fn pinned<R>(work: impl FnOnce() -> Result<R>) -> Result<R> {
    let this = Pid::from_raw(0);
    let before = sched_getaffinity(this).context("failed to ask for the cores")?;
    let allowed = (0..CpuSet::count()).rev().find(|core| before.is_set(*core) == Ok(true));
    let mut one = CpuSet::new();
    one.set(allowed.context("this process may have no core")?)?;
    sched_setaffinity(this, &one).context("failed to keep to one core")?;
    let done = work();
    sched_setaffinity(this, &before).context("failed to take every core again")?;
    done
}

fn of_clock(clock: ClockId) -> Result<f64> {
    let time = clock_gettime(clock).context("failed to read a clock of CPU time")?;
    Ok(std::time::Duration::from(time).as_secs_f64() * 1e9)
}

fn of_time(time: TimeVal) -> f64 {
    let [seconds, microseconds] = [time.tv_sec(), time.tv_usec()];
    (seconds * 1_000_000 + microseconds) as f64 * 1e3
}
