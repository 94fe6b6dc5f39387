//! How often the generations of a guest have changed.

use std::sync::atomic::{AtomicU64, Ordering};

use super::Change;

/// How often each [`Change`] has happened to a [`Live`](crate::Live) guest.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Changes {
    /// The number of guests that took the place of another.
    pub replaced: u64,
    /// The number of guests that were refused.
    pub refused: u64,
    /// The number of times that a generation was taken back, by itself or because somebody asked
    /// for it.
    pub rolled_back: u64,
    /// The number of times among those that it happened by itself.
    pub by_itself: u64,
}

/// Counts changes.
#[derive(Debug, Default)]
pub(super) struct Counter {
    replaced: AtomicU64,
    refused: AtomicU64,
    rolled_back: AtomicU64,
    by_itself: AtomicU64,
}

impl Counter {
    pub(super) fn note(&self, change: &Change) {
        let add = |count: &AtomicU64| count.fetch_add(1, Ordering::Relaxed);
        match change {
            Change::Replaced { .. } => add(&self.replaced),
            Change::Refused { .. } => add(&self.refused),
            Change::RolledBack { by_itself, .. } => {
                self.by_itself.fetch_add(u64::from(*by_itself), Ordering::Relaxed);
                add(&self.rolled_back)
            }
        };
    }

    pub(super) fn changes(&self) -> Changes {
        let count = |count: &AtomicU64| count.load(Ordering::Relaxed);
        Changes {
            replaced: count(&self.replaced),
            refused: count(&self.refused),
            rolled_back: count(&self.rolled_back),
            by_itself: count(&self.by_itself),
        }
    }
}
