//! Ends a call on time: guest code at the next epoch, host code at the next
//! point where it waits. And tells what a call has taken.

use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, LazyLock};
use std::task::Poll;
use std::time::{Duration, Instant};

use tokio::time::Sleep;
use wasmtime::{Store, UpdateDeadline};

use crate::limits::LimitReached;
use crate::state::State;

/// How often guest code looks at the clock. A deadline is overrun by about this
/// much; a shorter period costs guests more.
pub(crate) const EPOCH: Duration = Duration::from_millis(5);

/// What moments are counted from.
static BASE: LazyLock<Instant> = LazyLock::new(Instant::now);

/// Of [`Deadline::at`]: there is none.
const NEVER: u64 = u64::MAX;
/// Of [`Deadline::at`]: what follows is the epoch in which the call began.
const SINCE_EPOCH: u64 = 1 << 63;

/// When a call began.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Began {
    /// So many nanoseconds after the base.
    Moment(u64),
    /// In this epoch. Two looks at the clock take as long as a short call.
    Epoch(u64),
}

/// When the call under way has to be over, shared by the store's epoch callback
/// and the session.
#[derive(Debug)]
pub(crate) struct Deadline {
    /// Nanoseconds after the base.
    at: AtomicU64,
    limit: Option<Duration>,
    /// How many epochs have begun, where there are any.
    epochs: Option<Arc<AtomicU64>>,
}

impl Deadline {
    pub(crate) fn new(limit: Option<Duration>, epochs: Option<Arc<AtomicU64>>) -> Arc<Self> {
        Arc::new(Self { at: AtomicU64::new(NEVER), limit, epochs })
    }

    /// Has guest code in `store` check the clock at every epoch, and let other
    /// tasks of its thread run where calls are async.
    pub(crate) fn watch<T>(self: &Arc<Self>, store: &mut Store<State<T>>) {
        let deadline = Arc::clone(self);
        store.set_epoch_deadline(1);
        store.epoch_deadline_callback(move |store| match deadline.passed() {
            true => Err(deadline.reached()),
            false if store.data().is_sync => Ok(UpdateDeadline::Continue(1)),
            false => Ok(UpdateDeadline::YieldCustom(1, Box::pin(tokio::task::yield_now()))),
        });
    }

    /// Begins the time of a call, which is told by the clock, or by the epochs where
    /// there are any.
    pub(crate) fn begin(&self, by_clock: bool) -> Began {
        let began = match &self.epochs {
            Some(epochs) if !by_clock => Began::Epoch(epochs.load(Ordering::Relaxed)),
            _ => Began::Moment(now()),
        };
        let at = match (self.limit, began) {
            (None, _) => NEVER,
            (Some(limit), Began::Moment(moment)) => after(moment, limit),
            (Some(_), Began::Epoch(epoch)) => SINCE_EPOCH | epoch,
        };
        self.at.store(at, Ordering::Relaxed);
        began
    }

    /// When the call has to be over, in nanoseconds after the base.
    fn at(&self) -> u64 {
        let at = self.at.load(Ordering::Relaxed);
        if at == NEVER || at & SINCE_EPOCH == 0 {
            return at;
        }
        // Counting epochs on would be no deadline on a busy machine, where they are
        // late. From here on it is the clock.
        let lasted = self.lasted_since(at & !SINCE_EPOCH);
        let left = self.limit.map(|limit| limit.saturating_sub(lasted));
        let at = left.map_or(NEVER, |left| after(now(), left));
        self.at.store(at, Ordering::Relaxed);
        at
    }

    /// How long it has been since that epoch, at least. It had begun before the call.
    fn lasted_since(&self, epoch: u64) -> Duration {
        lasted(self.begun_since(epoch).saturating_sub(1))
    }

    /// How many epochs have begun since that one.
    fn begun_since(&self, epoch: u64) -> u64 {
        let now = self.epochs.as_ref().map_or(epoch, |epochs| epochs.load(Ordering::Relaxed));
        now.saturating_sub(epoch)
    }

    fn passed(&self) -> bool {
        // In this order, since what is left may be nothing.
        let at = self.at();
        now() >= at
    }

    pub(crate) fn reached(&self) -> wasmtime::Error {
        LimitReached::WallClock(self.limit).into()
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
                let Some(end) = self.instant() else { return Poll::Pending };
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
    pub(crate) fn end(&self, began: Began) -> (Duration, bool) {
        match began {
            Began::Moment(began) => {
                let now = now();
                (Duration::from_nanos(now.saturating_sub(began)), now >= self.at())
            }
            Began::Epoch(began) => match self.begun_since(began) {
                0 => (Duration::ZERO, false),
                begun => (lasted(begun), self.passed()),
            },
        }
    }

    /// When the call under way has to be over. `None` is never.
    fn instant(&self) -> Option<Instant> {
        self.limit?;
        BASE.checked_add(Duration::from_nanos(self.at()))
    }
}

/// Nanoseconds after the base.
fn now() -> u64 {
    nanoseconds(BASE.elapsed())
}

fn after(moment: u64, limit: Duration) -> u64 {
    let at = moment.saturating_add(nanoseconds(limit));
    if at < SINCE_EPOCH { at } else { NEVER }
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
        let counter = Arc::new(AtomicU64::new(7));
        let deadline = Deadline::new(Some(limit), Some(Arc::clone(&counter)));
        let began = deadline.begin(false);
        counter.fetch_add(epochs, Ordering::Relaxed);
        deadline.end(began)
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
        let deadline = Deadline::new(None, None);
        for by_clock in [true, false] {
            let began = deadline.begin(by_clock);
            assert!(!deadline.end(began).1 && deadline.instant().is_none());
        }
    }
}
