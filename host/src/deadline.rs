//! Ends a call on time: guest code at the next epoch, host code at the next
//! point where it waits.

use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::Poll;
use std::time::{Duration, Instant};

use tokio::time::Sleep;
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
        self.now() >= self.at.load(Ordering::Relaxed)
    }

    fn reached(&self) -> wasmtime::Error {
        LimitReached::WallClock(self.limit).into()
    }

    /// Nanoseconds since the session began.
    pub(crate) fn now(&self) -> u64 {
        nanoseconds(self.base.elapsed())
    }

    /// Begins the time of a call at `now`.
    pub(crate) fn begin(&self, now: u64) {
        if let Some(limit) = self.limit {
            self.at.store(now.saturating_add(nanoseconds(limit)), Ordering::Relaxed);
        }
    }

    /// Runs `call` until the limit, which counts from [`Deadline::begin`].
    pub(crate) async fn within<R>(
        &self,
        mut call: Pin<&mut impl Future<Output = wasmtime::Result<R>>>,
    ) -> wasmtime::Result<R> {
        // Most calls end without waiting for anything, and need no timer.
        let mut timer = pin!(None::<Sleep>);
        poll_fn(|context| {
            // One of many sessions that are late together must not run once more to
            // find out.
            if timer.is_some() && self.passed() {
                return Poll::Ready(Err(self.reached()));
            }
            if let Poll::Ready(outcome) = call.as_mut().poll(context) {
                return Poll::Ready(outcome);
            }
            if timer.is_none() {
                let Some(end) = self.end() else { return Poll::Pending };
                timer.set(Some(tokio::time::sleep_until(end.into())));
            }
            match timer.as_mut().as_pin_mut() {
                Some(timer) => timer.poll(context).map(|()| Err(self.reached())),
                None => Poll::Pending,
            }
        })
        .await
    }

    /// What came of a call that was over at `ended`: a call that came back too late
    /// has failed all the same.
    pub(crate) fn judged<R>(
        &self,
        outcome: wasmtime::Result<R>,
        ended: u64,
    ) -> wasmtime::Result<R> {
        if ended >= self.at.load(Ordering::Relaxed) { Err(self.reached()) } else { outcome }
    }

    /// When the call under way has to be over. `None` is never.
    fn end(&self) -> Option<Instant> {
        self.limit?;
        self.base.checked_add(Duration::from_nanos(self.at.load(Ordering::Relaxed)))
    }
}

/// Of what is longer than some hundred years, all that there are.
fn nanoseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}
