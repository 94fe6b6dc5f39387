//! Output of a guest that is kept for the host to read, up to a limit.

use std::sync::{Arc, Mutex, PoisonError};

use crate::direct::Writer;
use crate::wasi::{Charge, HostMemory};
use wit_host_binary::limits::{LimitReached, Limits};

/// One captured stream. Clones write to the same one.
#[derive(Clone, Debug)]
pub(crate) struct Capture {
    limit: usize,
    /// The limit of memory, to name it.
    memory: usize,
    written: Arc<Mutex<Written>>,
}

#[derive(Debug)]
struct Written {
    bytes: Vec<u8>,
    charge: Charge,
}

impl Capture {
    /// A stream that takes no more than [`Limits::output`], which counts in `memory`.
    pub(crate) fn new(limits: &Limits, memory: &HostMemory) -> Self {
        let written = Written { bytes: Vec::new(), charge: memory.charge(0) };
        let written = Arc::new(Mutex::new(written));
        Self { limit: limits.output, memory: limits.memory, written }
    }

    pub(crate) fn contents(&self) -> Vec<u8> {
        self.written.lock().unwrap_or_else(PoisonError::into_inner).bytes.clone()
    }
}

impl Writer for Capture {
    fn write(&self, bytes: &[u8]) -> Result<(), LimitReached> {
        let mut written = self.written.lock().unwrap_or_else(PoisonError::into_inner);
        if bytes.len() > self.limit - written.bytes.len() {
            return Err(LimitReached::Output(self.limit));
        }
        if !written.make_room(bytes.len()) {
            return Err(LimitReached::Memory(self.memory));
        }
        written.bytes.extend_from_slice(bytes);
        Ok(())
    }
}

impl Written {
    /// Makes room for more bytes, which is counted, and not what is in it.
    fn make_room(&mut self, more: usize) -> bool {
        let (length, room) = (self.bytes.len(), self.bytes.capacity());
        let needed = length.saturating_add(more);
        if needed <= room {
            return true;
        }
        // By a quarter, so that what is copied is little and what is not used as well.
        let wanted = needed.max(room.saturating_add(room / 4));
        let fits = self.charge.try_add(wanted.saturating_sub(room));
        if fits {
            self.bytes.reserve_exact(wanted.saturating_sub(length));
        }
        fits
    }
}
