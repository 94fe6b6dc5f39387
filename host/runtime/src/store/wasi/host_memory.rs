//! Counts the host's memory that a guest uses through handles: the names of a folder behind a
//! listing, the buffer of a stream. The meter decides whether it is too much, in one sum with
//! the guest's own memory.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// The number of bytes in use. Clones share the count.
#[derive(Clone, Debug, Default)]
pub(crate) struct HostMemory(Arc<Counts>);

#[derive(Debug, Default)]
struct Counts {
    taken: AtomicUsize,
    /// The number of bytes that may be in use, for streams, which cannot ask the meter.
    allowed: AtomicUsize,
}

/// A number of bytes that count until this is dropped.
#[derive(Debug)]
pub(crate) struct Charge {
    memory: HostMemory,
    bytes: usize,
}

impl HostMemory {
    /// Returns the number of bytes in use.
    pub(crate) fn bytes(&self) -> usize {
        self.0.taken.load(Ordering::Relaxed)
    }

    /// Sets the number of bytes that may be in use, for streams, which do not ask the meter.
    pub(crate) fn allow(&self, bytes: usize) {
        self.0.allowed.store(bytes, Ordering::Relaxed);
    }

    /// Counts bytes without checking the limit.
    pub(crate) fn charge(&self, bytes: usize) -> Charge {
        let mut charge = Charge { memory: self.clone(), bytes: 0 };
        charge.add(bytes);
        charge
    }
}

impl Charge {
    /// Counts more bytes without checking the limit.
    pub(crate) fn add(&mut self, bytes: usize) {
        self.memory.0.taken.fetch_add(bytes, Ordering::Relaxed);
        self.bytes = self.bytes.saturating_add(bytes);
    }

    /// Counts more bytes if the limit allows them. Returns whether it does.
    pub(crate) fn try_add(&mut self, bytes: usize) -> bool {
        let allowed = self.memory.0.allowed.load(Ordering::Relaxed);
        let fits = self.memory.bytes().checked_add(bytes).is_some_and(|all| all <= allowed);
        if fits {
            self.add(bytes);
        }
        fits
    }
}

impl Drop for Charge {
    fn drop(&mut self) {
        self.memory.0.taken.fetch_sub(self.bytes, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_given_back() {
        let memory = HostMemory::default();
        let first = memory.charge(10);
        let mut second = memory.clone().charge(5);
        second.add(7);
        assert_eq!(memory.bytes(), 22);
        drop(first);
        assert_eq!(memory.bytes(), 12);
        drop(second);
        assert_eq!(memory.bytes(), 0);
    }

    #[test]
    fn no_more_is_taken_than_is_allowed() {
        let memory = HostMemory::default();
        let mut charge = memory.charge(10);
        assert!(!charge.try_add(1) && !charge.try_add(usize::MAX));
        memory.allow(12);
        assert!(charge.try_add(2) && !charge.try_add(1));
        assert_eq!(memory.bytes(), 12);
    }
}
