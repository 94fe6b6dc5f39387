//! What a session may spend, and the guards that stop it there. The engine asks
//! the `Meter` before memory or tables grow; the `Deadline` ends guest code at
//! the next epoch and host code at the next point where it waits.

use std::fmt;
use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use bytesize::ByteSize;
use wasmtime::{ResourceLimiter, Store, UpdateDeadline};

/// How often guest code looks at the clock. A deadline is overrun by about this
/// much; a shorter period costs guests more.
pub(crate) const EPOCH: Duration = Duration::from_millis(5);

/// What a session may spend. Everything has a default; a limit of `None` is off.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Limits {
    /// Time for one call by the clock on the wall: guest code, host functions,
    /// and for the first call the set-up as well. 30 seconds by default.
    pub wall_clock: Option<Duration>,
    /// Bytes of memory and tables, summed over everything in the session. 64 MiB
    /// by default.
    pub memory: usize,
    /// Fuel for one call: about one unit for an instruction, the same for the
    /// same input on every machine. Off by default, since counting makes a
    /// call-heavy guest slower. Read when the runtime is built.
    pub fuel: Option<u64>,
}

impl Default for Limits {
    fn default() -> Self {
        Self { wall_clock: Some(Duration::from_secs(30)), memory: 64 << 20, fuel: None }
    }
}

impl Limits {
    /// Sets [`Limits::wall_clock`].
    #[must_use]
    pub fn wall_clock(mut self, limit: impl Into<Option<Duration>>) -> Self {
        self.wall_clock = limit.into();
        self
    }

    /// Sets [`Limits::memory`], in bytes.
    #[must_use]
    pub fn memory(mut self, limit: usize) -> Self {
        self.memory = limit;
        self
    }

    /// Sets [`Limits::fuel`].
    #[must_use]
    pub fn fuel(mut self, limit: impl Into<Option<u64>>) -> Self {
        self.fuel = limit.into();
        self
    }
}

/// The limit that ended a call.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LimitReached {
    /// [`Limits::wall_clock`].
    #[error("it reached the time limit of {0:?}; `--timeout` or `Limits::wall_clock` raises it")]
    WallClock(Duration),
    /// [`Limits::memory`], in bytes.
    #[error("it reached the memory limit of {}; `--memory` or `Limits::memory` raises it", bytes(*.0))]
    Memory(usize),
    /// [`Limits::fuel`].
    #[error("it reached the fuel limit of {0}; `--fuel` or `Limits::fuel` raises it")]
    Fuel(u64),
}

/// What the calls of a session have cost so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Spent {
    /// Time by the clock on the wall, in calls and in set-up.
    pub wall_clock: Duration,
    /// The most bytes of memory and tables that there were at one time.
    pub peak_memory: usize,
    /// Fuel, where [`Limits::fuel`] is set.
    pub fuel: Option<u64>,
}

impl fmt::Display for Spent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.1?}, {} of memory", self.wall_clock, bytes(self.peak_memory))?;
        match self.fuel {
            Some(fuel) => write!(f, ", {fuel} fuel"),
            None => Ok(()),
        }
    }
}

fn bytes(bytes: usize) -> ByteSize {
    ByteSize(bytes as u64)
}

/// Counts the memory of one store. The engine's own limiter counts every memory
/// by itself, so that forty of them get forty times the limit.
#[derive(Debug)]
pub(crate) struct Meter {
    limit: usize,
    used: usize,
    pub(crate) peak: usize,
    /// Whether growth was refused. The guest then usually traps with a cause of
    /// its own, which is not the one to report.
    refused: bool,
}

impl Meter {
    pub(crate) fn new(limit: usize) -> Self {
        Self { limit, used: 0, peak: 0, refused: false }
    }

    pub(crate) fn reached(&self) -> Option<LimitReached> {
        self.refused.then_some(LimitReached::Memory(self.limit))
    }

    fn grow(&mut self, current: usize, desired: usize) -> bool {
        let used = self.used.saturating_add(desired.saturating_sub(current));
        if used > self.limit {
            self.refused = true;
            return false;
        }
        self.used = used;
        self.peak = self.peak.max(used);
        true
    }
}

impl ResourceLimiter for Meter {
    fn memory_growing(
        &mut self,
        current: usize,
        desired: usize,
        _maximum: Option<usize>,
    ) -> wasmtime::Result<bool> {
        Ok(self.grow(current, desired))
    }

    fn table_growing(
        &mut self,
        current: usize,
        desired: usize,
        _maximum: Option<usize>,
    ) -> wasmtime::Result<bool> {
        let element = size_of::<usize>();
        Ok(self.grow(current.saturating_mul(element), desired.saturating_mul(element)))
    }
}

/// When the call under way has to be over, shared by the store's epoch callback
/// and the session.
#[derive(Clone, Debug)]
pub(crate) struct Deadline {
    base: Instant,
    /// Nanoseconds after `base`; `u64::MAX` is never.
    at: Arc<AtomicU64>,
    limit: Option<Duration>,
}

impl Deadline {
    pub(crate) fn new(limit: Option<Duration>) -> Self {
        Self { base: Instant::now(), at: Arc::new(AtomicU64::new(u64::MAX)), limit }
    }

    /// Has guest code in `store` check the clock at every epoch, and let other
    /// tasks of its thread run.
    pub(crate) fn watch<T>(&self, store: &mut Store<T>) {
        let deadline = self.clone();
        store.set_epoch_deadline(1);
        store.epoch_deadline_callback(move |_| match deadline.passed() {
            Some(limit) => Err(LimitReached::WallClock(limit).into()),
            None => Ok(UpdateDeadline::YieldCustom(1, Box::pin(tokio::task::yield_now()))),
        });
    }

    fn passed(&self) -> Option<Duration> {
        let passed = self.base.elapsed().as_nanos() >= u128::from(self.at.load(Ordering::Relaxed));
        self.limit.filter(|_| passed)
    }

    /// Runs `call` from now on until the limit.
    pub(crate) async fn within<R>(
        &self,
        call: impl Future<Output = wasmtime::Result<R>>,
    ) -> wasmtime::Result<R> {
        let Some(limit) = self.limit else { return call.await };
        let at = self.base.elapsed().saturating_add(limit).as_nanos();
        self.at.store(u64::try_from(at).unwrap_or(u64::MAX), Ordering::Relaxed);
        match tokio::time::timeout(limit, call).await {
            Ok(outcome) => outcome,
            Err(_) => Err(LimitReached::WallClock(limit).into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_meter_sums_memories_and_tables() {
        let mut meter = Meter::new(100);
        assert!(meter.memory_growing(0, 60, None).expect("never fails"));
        assert!(meter.table_growing(0, 5, None).expect("never fails"));
        assert!(!meter.memory_growing(0, 1, None).expect("never fails"));
        assert!(meter.refused);
        assert_eq!(meter.peak, 60 + 5 * size_of::<usize>());
    }

    #[test]
    fn a_limit_names_its_value_and_the_way_out() {
        let text = LimitReached::Memory(64 << 20).to_string();
        assert_eq!(
            text,
            "it reached the memory limit of 64.0 MiB; `--memory` or `Limits::memory` raises it"
        );
    }
}
