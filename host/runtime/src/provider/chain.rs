//! Counts the memory of a session and of the provider guests behind it, as one sum. It does not
//! know which guest has how much of it.

use std::sync::atomic::{AtomicUsize, Ordering};

/// The memory that a session's guest and the provider guests behind it have together, and its
/// limit.
#[derive(Debug)]
pub(crate) struct Chain {
    bytes: AtomicUsize,
    pub(crate) limit: usize,
}

impl Chain {
    /// Creates a sum that starts with `bytes`.
    pub(crate) fn new(bytes: usize, limit: usize) -> Self {
        Self { bytes: AtomicUsize::new(bytes), limit }
    }

    /// Adds bytes and returns true, or returns false if the sum would exceed the limit.
    pub(crate) fn add(&self, by: usize) -> bool {
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
    fn bytes_add_up_to_the_limit() {
        let chain = Chain::new(40, 100);
        assert!(chain.add(60) && !chain.add(1) && !chain.add(usize::MAX));
        chain.sub(10);
        assert!(chain.add(10) && !chain.add(1));
    }
}
