//! Captures output of a guest, up to a limit, for the host to read.

use std::sync::{Arc, Mutex, PoisonError};

use super::direct::Writer;
use crate::store::wasi::{Charge, HostMemory};
use wit_host_binary::limits::{LimitReached, Limits};

/// A captured stream. Clones write to the same one.
#[derive(Clone, Debug)]
pub(crate) struct Capture {
    limit: usize,
    /// The limit of memory, for the error.
    memory: usize,
    written: Arc<Mutex<Written>>,
}

#[derive(Debug)]
struct Written {
    bytes: Vec<u8>,
    charge: Charge,
}

impl Capture {
    /// Creates a stream that takes at most [`Limits::output`], which counts into `memory`.
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
    /// Makes room for more bytes. The allocated size is counted, not the content.
    fn make_room(&mut self, more: usize) -> bool {
        let (length, room) = (self.bytes.len(), self.bytes.capacity());
        let needed = length.saturating_add(more);
        if needed <= room {
            return true;
        }
        // The buffer grows by a quarter, so that little is copied and little stays unused.
        let wanted = needed.max(room.saturating_add(room / 4));
        let fits = self.charge.try_add(wanted.saturating_sub(room));
        if fits {
            self.bytes.reserve_exact(wanted.saturating_sub(length));
        }
        fits
    }
}
