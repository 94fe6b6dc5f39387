//! One guest among those that took one another's place, with what became of its calls. When it is
//! replaced is decided elsewhere.

use std::fmt;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::SystemTime;

use crate::guest::Guest;
use crate::reuse::Sessions;

/// A guest that serves, has served, or may serve again.
pub struct Generation<T: 'static> {
    number: u64,
    sessions: Sessions<T>,
    since: SystemTime,
    calls: AtomicU64,
    failures: AtomicU64,
    callers: AtomicUsize,
}

impl<T: Send + 'static> Generation<T> {
    pub(super) fn new(number: u64, sessions: Sessions<T>) -> Self {
        Self {
            number,
            sessions,
            since: SystemTime::now(),
            calls: AtomicU64::new(0),
            failures: AtomicU64::new(0),
            callers: AtomicUsize::new(0),
        }
    }

    /// Returns the guest.
    pub fn guest(&self) -> &Guest<T> {
        self.sessions.guest()
    }

    pub(super) fn sessions(&self) -> &Sessions<T> {
        &self.sessions
    }
}

impl<T: 'static> Generation<T> {
    /// Returns the generation's number: 1 for the first, and one more for each guest that took the
    /// place of another.
    pub fn number(&self) -> u64 {
        self.number
    }

    /// Returns the time at which the guest was ready to serve.
    pub fn since(&self) -> SystemTime {
        self.since
    }

    /// Returns the number of calls that have ended.
    pub fn calls(&self) -> u64 {
        self.calls.load(Ordering::Relaxed)
    }

    /// Returns the number of calls that failed, and the guest with them: by a trap, a limit or an
    /// exit.
    pub fn failures(&self) -> u64 {
        self.failures.load(Ordering::Relaxed)
    }

    /// Returns the number of callers that have a session of it, or wait for one.
    pub fn callers(&self) -> usize {
        // A thread that sees that the last caller has left also has to see what its calls have
        // counted.
        self.callers.load(Ordering::Acquire)
    }

    pub(super) fn enter(&self) {
        self.callers.fetch_add(1, Ordering::AcqRel);
    }

    pub(super) fn leave(&self) {
        self.callers.fetch_sub(1, Ordering::AcqRel);
    }

    /// Counts a call, and returns the number of calls and of failures.
    pub(super) fn note(&self, has_failed: bool) -> (u64, u64) {
        let failures = self.failures.fetch_add(u64::from(has_failed), Ordering::Relaxed);
        let calls = self.calls.fetch_add(1, Ordering::Relaxed);
        (calls.saturating_add(1), failures.saturating_add(u64::from(has_failed)))
    }

    /// Returns true if a smaller share of the calls failed here than among `calls`, `failures` of
    /// which failed.
    pub(super) fn fails_less(&self, calls: u64, failures: u64) -> bool {
        // Compared by multiplying, because dividing would round. Two factors of 64 bits need 128.
        let product = |one: u64, other: u64| u128::from(one) * u128::from(other);
        self.calls() == 0 || product(self.failures(), calls) < product(failures, self.calls())
    }
}

impl<T: 'static> fmt::Debug for Generation<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Generation")
            .field("number", &self.number)
            .field("calls", &self.calls())
            .field("failures", &self.failures())
            .field("callers", &self.callers())
            .finish_non_exhaustive()
    }
}
