//! Ends a call on time: guest code at the next epoch, host code at the next
//! point where it waits.

use std::future::poll_fn;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::Poll;
use std::time::{Duration, Instant};

use wasmtime::{Store, UpdateDeadline};

use crate::limits::LimitReached;

/// How often guest code looks at the clock. A deadline is overrun by about this
/// much; a shorter period costs guests more.
pub(crate) const EPOCH: Duration = Duration::from_millis(5);

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
            true => Err(LimitReached::WallClock(deadline.limit).into()),
            false => Ok(UpdateDeadline::YieldCustom(1, Box::pin(tokio::task::yield_now()))),
        });
    }

    /// Counting ticks would be no deadline on a busy machine, so the clock is
    /// asked.
    fn passed(&self) -> bool {
        self.base.elapsed().as_nanos() >= u128::from(self.at.load(Ordering::Relaxed))
    }

    /// Runs `call` from now on until the limit.
    pub(crate) async fn within<R>(
        &self,
        call: impl Future<Output = wasmtime::Result<R>>,
    ) -> wasmtime::Result<R> {
        let Some(limit) = self.limit else { return call.await };
        let at = self.base.elapsed().saturating_add(limit).as_nanos();
        self.at.store(u64::try_from(at).unwrap_or(u64::MAX), Ordering::Relaxed);
        let mut call = pin!(call);
        // One of many sessions that are late together must not run once more to
        // find out.
        let ended = poll_fn(|context| match self.passed() {
            true => Poll::Ready(Err(LimitReached::WallClock(self.limit).into())),
            false => call.as_mut().poll(context),
        });
        match tokio::time::timeout(limit, ended).await {
            // A call that came back too late has failed all the same.
            Ok(outcome) if !self.passed() => outcome,
            _ => Err(LimitReached::WallClock(self.limit).into()),
        }
    }
}
