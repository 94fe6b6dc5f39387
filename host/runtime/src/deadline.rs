//! Ends a call on time: guest code at the next epoch, host code at the next
//! point where it waits. And tells what a call has taken.

use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::Poll;
use std::time::{Duration, Instant};

use tokio::time::Sleep;
use wasmtime::{Store, UpdateDeadline};

use crate::state::State;
use wit_host_binary::limits::LimitReached;

/// How often guest code looks at the clock. A deadline is overrun by about this
/// much; a shorter period costs guests more.
pub(crate) const EPOCH: Duration = Duration::from_millis(5);

/// What moments are counted from.
static BASE: LazyLock<Instant> = LazyLock::new(Instant::now);

/// When a call began.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Began {
    /// So many nanoseconds after the base.
    Moment(u64),
    /// In this epoch. Two looks at the clock take as long as a short call.
    Epoch(u64),
}

impl Began {
    /// Now, told by the clock.
    pub(crate) fn at_moment() -> Self {
        Self::Moment(now())
    }

    /// Now, told by how many epochs have begun.
    #[inline(always)]
    pub(crate) fn in_epoch(epochs: &AtomicU64) -> Self {
        Self::Epoch(epochs.load(Ordering::Relaxed))
    }
}

/// When the call under way has to be over. Epochs are those that have begun so far: an
/// engine counts them for all its sessions.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Deadline {
    limit: Option<Duration>,
    began: Began,
    /// Nanoseconds after the base, once somebody has asked.
    at: Option<u64>,
}

/// Has guest code in `store` check the clock at every epoch, and let other tasks of its
/// thread run where calls are async.
pub(crate) fn watch<T>(store: &mut Store<State<T>>) {
    store.set_epoch_deadline(1);
    store.epoch_deadline_callback(|mut store| {
        store.data_mut().in_time()?;
        Ok(match store.data().is_sync {
            true => UpdateDeadline::Continue(1),
            false => UpdateDeadline::YieldCustom(1, Box::pin(tokio::task::yield_now())),
        })
    });
}

impl Deadline {
    #[inline(always)]
    pub(crate) fn new(limit: Option<Duration>, began: Began) -> Self {
        Self { limit, began, at: None }
    }

    /// Begins the time of the next call.
    #[inline(always)]
    pub(crate) fn begin(&mut self, began: Began) {
        (self.began, self.at) = (began, None);
    }

    /// When the call has to be over, in nanoseconds after the base. `None` is never.
    fn at(&mut self, epochs: &AtomicU64) -> Option<u64> {
        let limit = self.limit?;
        let at = self.at.unwrap_or_else(|| match self.began {
            Began::Moment(moment) => after(moment, limit),
            // Counting epochs on would be no deadline on a busy machine, where they are
            // late. From here on it is the clock. The first epoch had begun before the
            // call.
            Began::Epoch(epoch) => {
                let lasted = lasted(begun(epochs, epoch).saturating_sub(1));
                after(now(), limit.saturating_sub(lasted))
            }
        });
        self.at = Some(at);
        Some(at)
    }

    pub(crate) fn passed(&mut self, epochs: &AtomicU64) -> bool {
        // In this order, since what is left may be nothing.
        self.at(epochs).is_some_and(|at| now() >= at)
    }

    pub(crate) fn reached(&self) -> wasmtime::Error {
        LimitReached::WallClock(self.limit).into()
    }

    /// Runs `call` until the limit, which counts from when the time was begun.
    pub(crate) async fn within<R>(
        &mut self,
        epochs: &AtomicU64,
        mut call: Pin<&mut impl Future<Output = wasmtime::Result<R>>>,
    ) -> wasmtime::Result<R> {
        // Most calls end without waiting for anything, and need no timer.
        let mut timer = pin!(None::<Sleep>);
        poll_fn(|context| {
            // One of many sessions that are late together must not run once more to
            // find out.
            if timer.is_some() && self.passed(epochs) {
                return Poll::Ready(Err(self.reached()));
            }
            if let Poll::Ready(outcome) = call.as_mut().poll(context) {
                return Poll::Ready(outcome);
            }
            if timer.is_none() {
                let Some(end) = self.instant(epochs) else { return Poll::Pending };
                timer.set(Some(tokio::time::sleep_until(end.into())));
            }
            match timer.as_mut().as_pin_mut() {
                Some(timer) => timer.poll(context).map(|()| Err(self.reached())),
                None => Poll::Pending,
            }
        })
        .await
    }

    /// What a call has taken that is over, which is known to about an epoch where it was
    /// told by them; and whether that was too long. A call that came back too late has
    /// failed all the same.
    pub(crate) fn end(&mut self, epochs: &AtomicU64) -> (Duration, bool) {
        match self.began {
            Began::Moment(began) => {
                let now = now();
                let late = self.at(epochs).is_some_and(|at| now >= at);
                (Duration::from_nanos(now.saturating_sub(began)), late)
            }
            Began::Epoch(began) => match begun(epochs, began) {
                0 => (Duration::ZERO, false),
                begun => (lasted(begun), self.passed(epochs)),
            },
        }
    }

    /// Whether the time is told by epochs, and none has begun since the call did.
    #[inline(always)]
    pub(crate) fn is_in_its_epoch(&self, epochs: &AtomicU64) -> bool {
        matches!(self.began, Began::Epoch(began) if begun(epochs, began) == 0)
    }

    /// When the call under way has to be over. `None` is never.
    pub(crate) fn instant(&mut self, epochs: &AtomicU64) -> Option<Instant> {
        BASE.checked_add(Duration::from_nanos(self.at(epochs)?))
    }
}

/// How many epochs have begun since that one.
#[inline(always)]
fn begun(epochs: &AtomicU64, since: u64) -> u64 {
    epochs.load(Ordering::Relaxed).saturating_sub(since)
}

/// Nanoseconds after the base.
fn now() -> u64 {
    nanoseconds(BASE.elapsed())
}

fn after(moment: u64, limit: Duration) -> u64 {
    moment.saturating_add(nanoseconds(limit))
}

/// How long so many epochs last, at least.
fn lasted(epochs: u64) -> Duration {
    EPOCH.saturating_mul(u32::try_from(epochs).unwrap_or(u32::MAX))
}

/// Of what is longer than some hundred years, all that there are.
fn nanoseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Begins a call, has so many epochs begin, and tells how it ends.
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
        // Of three epochs, two have passed for certain.
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
