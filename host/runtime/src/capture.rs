//! Output of a guest that is kept for the host to read, up to a limit.

use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use bytes::Bytes;
use tokio::io::AsyncWrite;
use wasmtime_wasi::cli::{IsTerminal, StdoutStream};
use wasmtime_wasi::p2::{OutputStream, Pollable, StreamError, StreamResult};

use crate::wasi::{Charge, HostMemory};
use wit_host_binary::limits::{LimitReached, Limits};

/// How much a guest may write at once; the engine's own streams have the like.
const AT_ONCE: usize = 64 << 10;

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

    fn append(&self, bytes: &[u8]) -> Result<(), LimitReached> {
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

impl IsTerminal for Capture {
    fn is_terminal(&self) -> bool {
        false
    }
}

impl StdoutStream for Capture {
    fn async_stream(&self) -> Box<dyn AsyncWrite + Send + Sync> {
        Box::new(self.clone())
    }

    fn p2_stream(&self) -> Box<dyn OutputStream> {
        Box::new(self.clone())
    }
}

impl OutputStream for Capture {
    fn write(&mut self, bytes: Bytes) -> StreamResult<()> {
        if bytes.len() > AT_ONCE {
            return Err(StreamError::Trap(wasmtime::Error::msg("more was written than permitted")));
        }
        self.append(&bytes).map_err(|limit| StreamError::Trap(limit.into()))
    }

    fn flush(&mut self) -> StreamResult<()> {
        Ok(())
    }

    fn check_write(&mut self) -> StreamResult<usize> {
        Ok(AT_ONCE)
    }
}

#[wasmtime_wasi::async_trait]
impl Pollable for Capture {
    async fn ready(&mut self) {}
}

impl AsyncWrite for Capture {
    fn poll_write(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Poll::Ready(self.append(bytes).map(|()| bytes.len()).map_err(io::Error::other))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}
