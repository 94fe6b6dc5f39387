//! Counts the memory and the handles of a session and of the provider guests behind it, each as one
//! sum. It does not know which guest has how much of it.

use std::sync::atomic::{AtomicUsize, Ordering};

/// The memory and the handles that a session's guest and the provider guests behind it have
/// together, and the limits.
#[derive(Debug)]
pub(crate) struct Chain {
    bytes: AtomicUsize,
    pub(crate) limit: usize,
    /// The handles that its guests have reserved.
    handles: AtomicUsize,
    pub(crate) most_handles: usize,
}

impl Chain {
    /// Creates a sum that starts with `bytes`.
    pub(crate) fn new(bytes: usize, limit: usize, most_handles: usize) -> Self {
        let (bytes, handles) = (AtomicUsize::new(bytes), AtomicUsize::new(0));
        Self { bytes, limit, handles, most_handles }
    }

    /// Returns the number of handles that are not reserved.
    pub(crate) fn free_handles(&self) -> usize {
        self.most_handles.saturating_sub(self.handles.load(Ordering::Relaxed))
    }

    /// Replaces a number of handles that was reserved by another.
    pub(crate) fn reserve(&self, before: usize, now: usize) {
        // The sums guard no other memory, so `Relaxed` is enough here and below.
        let moved = |handles: usize| Some(handles.saturating_sub(before).saturating_add(now));
        let _ = self.handles.fetch_update(Ordering::Relaxed, Ordering::Relaxed, moved);
    }

    /// Adds bytes and returns true, or returns false if the sum would exceed the limit.
    pub(crate) fn add(&self, by: usize) -> bool {
        // Adding first and looking then would count what is refused, and another guest of the chain
        // could be refused because of it.
        let added = self.bytes.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |bytes| {
            bytes.checked_add(by).filter(|bytes| *bytes <= self.limit)
        });
        added.is_ok()
    }

    /// Subtracts bytes that were freed.
    pub(crate) fn sub(&self, by: usize) {
        let taken = |bytes: usize| Some(bytes.saturating_sub(by));
        let _ = self.bytes.fetch_update(Ordering::Relaxed, Ordering::Relaxed, taken);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn handles_are_reserved_up_to_the_limit() {
        let chain = Chain::new(0, 0, 10);
        chain.reserve(0, 6);
        chain.reserve(0, 3);
        assert_eq!(chain.free_handles(), 1);
        chain.reserve(6, 2);
        assert_eq!(chain.free_handles(), 5);
    }

    #[test]
    fn bytes_add_up_to_the_limit() {
        let chain = Chain::new(40, 100, 0);
        assert!(chain.add(60) && !chain.add(1) && !chain.add(usize::MAX));
        chain.sub(10);
        assert!(chain.add(10) && !chain.add(1));
    }
}
