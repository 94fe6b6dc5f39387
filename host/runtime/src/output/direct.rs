//! Output streams of a guest that write at once. They do not know where the bytes go.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use tokio::io::AsyncWrite;
use wasmtime_wasi::cli::{IsTerminal, StdoutStream};
use wasmtime_wasi::p2::{OutputStream, Pollable, StreamError, StreamResult};

use wit_host_binary::limits::LimitReached;

/// The number of bytes that a guest may write at once. The engine's own streams have the same
/// limit.
const AT_ONCE: usize = 64 << 10;

/// Takes the bytes that a guest writes.
pub(crate) trait Writer: Clone + Send + Sync + Unpin + 'static {
    /// Writes the bytes.
    ///
    /// # Errors
    /// The limit that they exceed, which ends the guest.
    fn write(&self, bytes: &[u8]) -> Result<(), LimitReached>;
}

/// A stream to a [`Writer`].
#[derive(Clone, Debug)]
pub(crate) struct Direct<W>(pub(crate) W);

impl<W> IsTerminal for Direct<W> {
    fn is_terminal(&self) -> bool {
        false
    }
}

impl<W: Writer> StdoutStream for Direct<W> {
    fn async_stream(&self) -> Box<dyn AsyncWrite + Send + Sync> {
        Box::new(DirectAsync(self.0.clone()))
    }

    fn p2_stream(&self) -> Box<dyn OutputStream> {
        Box::new(self.clone())
    }
}

impl<W: Writer> OutputStream for Direct<W> {
    fn write(&mut self, bytes: Bytes) -> StreamResult<()> {
        // The engine does not hold a guest to what `check_write` permitted.
        if bytes.len() > AT_ONCE {
            return Err(StreamError::Trap(wasmtime::Error::msg("more was written than permitted")));
        }
        self.0.write(&bytes).map_err(|limit| StreamError::Trap(limit.into()))
    }

    fn flush(&mut self) -> StreamResult<()> {
        Ok(())
    }

    fn check_write(&mut self) -> StreamResult<usize> {
        Ok(AT_ONCE)
    }
}

#[wasmtime_wasi::async_trait]
impl<W: Writer> Pollable for Direct<W> {
    async fn ready(&mut self) {}
}

/// The stream in the form that WASI 0.3 uses.
struct DirectAsync<W>(W);

impl<W: Writer> AsyncWrite for DirectAsync<W> {
    fn poll_write(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Poll::Ready(self.0.write(bytes).map(|()| bytes.len()).map_err(io::Error::other))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}
