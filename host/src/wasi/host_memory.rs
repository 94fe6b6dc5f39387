//! Memory of the host that a session's guest has taken through handles: the names of a
//! folder behind a listing, what a stream holds. It is counted here and judged by the
//! meter, in one sum with the guest's own memory.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// The bytes that are taken. Clones count together.
#[derive(Clone, Debug, Default)]
pub(crate) struct HostMemory(Arc<AtomicUsize>);

/// Some of the bytes, until it is dropped.
#[derive(Debug)]
pub(crate) struct Charge {
    memory: HostMemory,
    bytes: usize,
}

impl HostMemory {
    /// The bytes that are taken.
    pub(crate) fn bytes(&self) -> usize {
        self.0.load(Ordering::Relaxed)
    }

    /// Takes bytes, whether or not the guest may.
    pub(crate) fn charge(&self, bytes: usize) -> Charge {
        let mut charge = Charge { memory: self.clone(), bytes: 0 };
        charge.add(bytes);
        charge
    }
}

impl Charge {
    /// Takes more bytes.
    pub(crate) fn add(&mut self, bytes: usize) {
        self.memory.0.fetch_add(bytes, Ordering::Relaxed);
        self.bytes = self.bytes.saturating_add(bytes);
    }
}

impl Drop for Charge {
    fn drop(&mut self) {
        self.memory.0.fetch_sub(self.bytes, Ordering::Relaxed);
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
}
