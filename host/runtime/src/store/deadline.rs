//! Ends a call on time, and measures what a call took. Guest code is stopped at the next epoch,
//! host code at the next point where it waits. It does not know what is called.
//!
//! The limit of time is kept by epochs and not by fuel. Fuel counts the instructions of guest
//! code, and nothing of the time that host functions take; it also has to be compiled into the
//! guest. For epochs, compiled code only compares a counter, which a thread moves on every
//! [`EPOCH`], and the clock is read when the counter has changed. An epoch comes at another
//! instruction in each run, so a deterministic runtime counts fuel instead, which runs out at
//! the same instruction each time.

use std::future::poll_fn;
use std::pin::Pin;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::Poll;
use std::time::{Duration, Instant};

use tokio::time::Sleep;
use wasmtime::{Store, UpdateDeadline};

use super::state::State;
use wit_host_binary::limits::LimitReached;

/// The interval at which guest code checks the clock. A deadline is overrun by about this much.
/// A shorter interval costs guests more.
pub(crate) const EPOCH: Duration = Duration::from_millis(5);

/// The moment that times are counted from.
static BASE: LazyLock<Instant> = LazyLock::new(Instant::now);

/// When a call began.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Began {
    /// At this moment, in nanoseconds after the base.
    Moment(u64),
    /// In the epoch of this number. Reading the clock twice takes as long as a short call.
    Epoch(u64),
}

impl Began {
    /// Returns the present moment by the clock.
    pub(crate) fn at_moment() -> Self {
        Self::Moment(now())
    }

    /// Returns the present epoch.
    #[inline(always)]
    pub(crate) fn in_epoch(epochs: &AtomicU64) -> Self {
        Self::Epoch(epochs.load(Ordering::Relaxed))
    }
}

/// The time by which the current call has to be over. The epochs in its methods are the number
/// of those that have begun: an engine counts them for all of its sessions.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Deadline {
    limit: Option<Duration>,
    began: Began,
    /// The deadline in nanoseconds after the base, once it was needed.
    at: Option<u64>,
}

/// Makes guest code in `store` check the clock at every epoch. In async calls it also lets
/// other tasks of the thread run.
pub(crate) fn watch<T>(store: &mut Store<State<T>>) {
    store.set_epoch_deadline(1);
    store.epoch_deadline_callback(|mut store| {
        store.data_mut().at_epoch();
        store.data_mut().in_time()?;
        Ok(match store.data().is_sync {
            true => UpdateDeadline::Continue(1),
            // Without a yield, a guest that never waits would be one step to the executor: other
            // tasks would stand still, and its caller could not give up.
            false => UpdateDeadline::YieldCustom(1, Box::pin(tokio::task::yield_now())),
        })
    });
}

impl Deadline {
    #[inline(always)]
    pub(crate) fn new(limit: Option<Duration>, began: Began) -> Self {
        Self { limit, began, at: None }
    }

    /// Starts the time of the next call.
    #[inline(always)]
    pub(crate) fn begin(&mut self, began: Began) {
        (self.began, self.at) = (began, None);
    }

    /// Returns the deadline in nanoseconds after the base. `None` if there is no limit.
    fn at(&mut self, epochs: &AtomicU64) -> Option<u64> {
        let limit = self.limit?;
        let at = self.at.unwrap_or_else(|| match self.began {
            Began::Moment(moment) => after(moment, limit),
            // The epoch in which the call began was partly over by then, so it does not count
            // as time that has passed. From here on the clock is used: on a busy machine epochs
            // come late, and counting them would be no deadline.
            Began::Epoch(epoch) => {
                let lasted = lasted(begun(epochs, epoch).saturating_sub(1));
                after(now(), limit.saturating_sub(lasted))
            }
        });
        self.at = Some(at);
        Some(at)
    }

    pub(crate) fn passed(&mut self, epochs: &AtomicU64) -> bool {
        // The deadline is computed before the clock is read. If no time is left, the deadline
        // is now, and must not lie after the moment that it is compared with.
        self.at(epochs).is_some_and(|at| now() >= at)
    }

    pub(crate) fn reached(&self) -> wasmtime::Error {
        LimitReached::WallClock(self.limit).into()
    }

    /// Runs `call` until the limit, which counts from the beginning of the call.
    pub(crate) async fn within<R>(
        &mut self,
        epochs: &AtomicU64,
        mut call: Pin<&mut impl Future<Output = wasmtime::Result<R>>>,
    ) -> wasmtime::Result<R> {
        // Most calls end without waiting for anything, and need no timer. It is in a box, because
        // it would make the future of every call larger.
        let mut timer = None::<Pin<Box<Sleep>>>;
        poll_fn(|context| {
            // When many sessions are late together, each is polled once more after its
            // deadline. It must not run the guest for another epoch to find out.
            if timer.is_some() && self.passed(epochs) {
                return Poll::Ready(Err(self.reached()));
            }
            if let Poll::Ready(outcome) = call.as_mut().poll(context) {
                return Poll::Ready(outcome);
            }
            if timer.is_none() {
                let Some(end) = self.instant(epochs) else { return Poll::Pending };
                timer = Some(Box::pin(tokio::time::sleep_until(end.into())));
            }
            match &mut timer {
                Some(timer) => timer.as_mut().poll(context).map(|()| Err(self.reached())),
                None => Poll::Pending,
            }
        })
        .await
    }

    /// Ends the time of a call. Returns what it took, to about an epoch if it was measured by
    /// epochs, and whether that was too long. A call that returned too late has failed, even if
    /// it has a result.
    pub(crate) fn end(&mut self, epochs: &AtomicU64) -> (Duration, bool) {
        match self.began {
            Began::Moment(began) => {
                let now = now();
                let late = self.at(epochs).is_some_and(|at| now >= at);
                (Duration::from_nanos(now.saturating_sub(began)), late)
            }
            Began::Epoch(began) => match begun(epochs, began) {
                // Less than an epoch has passed, so the clock need not be read.
                0 => (Duration::ZERO, false),
                begun => (lasted(begun), self.passed(epochs)),
            },
        }
    }

    /// Returns whether the call is measured by epochs and none has begun since it began.
    #[inline(always)]
    pub(crate) fn is_in_its_epoch(&self, epochs: &AtomicU64) -> bool {
        matches!(self.began, Began::Epoch(began) if begun(epochs, began) == 0)
    }

    /// Returns the deadline. `None` if there is no limit.
    pub(crate) fn instant(&mut self, epochs: &AtomicU64) -> Option<Instant> {
        BASE.checked_add(Duration::from_nanos(self.at(epochs)?))
    }
}

/// Returns the number of epochs that have begun since the epoch `since`.
#[inline(always)]
fn begun(epochs: &AtomicU64, since: u64) -> u64 {
    epochs.load(Ordering::Relaxed).saturating_sub(since)
}

/// Returns the present moment in nanoseconds after the base.
fn now() -> u64 {
    nanoseconds(BASE.elapsed())
}

fn after(moment: u64, limit: Duration) -> u64 {
    moment.saturating_add(nanoseconds(limit))
}

/// Returns the time that this number of epochs lasts at least.
fn lasted(epochs: u64) -> Duration {
    EPOCH.saturating_mul(u32::try_from(epochs).unwrap_or(u32::MAX))
}

/// Returns a duration in nanoseconds. One of more than some hundred years becomes the largest
/// number.
fn nanoseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Begins a call, lets this number of epochs begin, and returns how it ends.
    fn after(limit: Duration, epochs: u64) -> (Duration, bool) {
        let counter = AtomicU64::new(7);
        let mut deadline = Deadline::new(Some(limit), Began::in_epoch(&counter));
        counter.fetch_add(epochs, Ordering::Relaxed);
        deadline.end(&counter)
    }

    #[test]
    fn epochs_tell_the_time() {
        let hour = Duration::from_secs(3_600);
        assert_eq!(after(hour, 0), (Duration::ZERO, false));
        assert_eq!(after(hour, 3), (3 * EPOCH, false));
        // Of three epochs that have begun, only two have passed in full for certain.
        assert_eq!(after(2 * EPOCH, 3), (3 * EPOCH, true));
        assert_eq!(after(3 * EPOCH + hour, 3), (3 * EPOCH, false));
        assert!(!after(Duration::MAX, u64::from(u32::MAX)).1);
    }

    #[test]
    fn without_a_limit_nothing_is_late() {
        let counter = AtomicU64::new(7);
        let mut deadline = Deadline::new(None, Began::at_moment());
        assert!(!deadline.end(&counter).1 && deadline.instant(&counter).is_none());
        deadline.begin(Began::in_epoch(&counter));
        counter.fetch_add(3, Ordering::Relaxed);
        assert!(!deadline.end(&counter).1 && deadline.instant(&counter).is_none());
    }
}
