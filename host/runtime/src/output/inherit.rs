//! Lends this process's own outputs to a guest, and decides what the guest learns of its
//! writes. It does not know how the bytes get there.

use std::io;
use std::pin::{Pin, pin};
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use tokio::io::AsyncWrite;
use wasmtime_wasi::async_trait;
use wasmtime_wasi::cli::{IsTerminal, StdoutStream};
use wasmtime_wasi::p2::{OutputStream, Pollable, StreamError, StreamResult};

use super::outlet::{Ended, Outlets};
use super::terminal::Output;

/// One of this process's outputs.
#[derive(Clone, Debug)]
pub(crate) struct Inherited {
    pub(crate) output: Output,
    pub(crate) outlets: Outlets,
}

impl IsTerminal for Inherited {
    fn is_terminal(&self) -> bool {
        self.output.is_terminal()
    }
}

impl StdoutStream for Inherited {
    fn async_stream(&self) -> Box<dyn AsyncWrite + Send + Sync> {
        Box::new(Ending { inherited: self.clone(), permitted: 0 })
    }

    fn p2_stream(&self) -> Box<dyn OutputStream> {
        Box::new(Ending { inherited: self.clone(), permitted: 0 })
    }
}

/// The number of bytes that may be written at once. The engine's own streams have the same
/// limit.
const AT_ONCE: usize = 64 << 10;

/// A stream that ends the guest once the other end is closed. An error would be left for the
/// guest to handle, and a guest that ignores it would write forever.
struct Ending {
    inherited: Inherited,
    /// The number of bytes that may be written before the guest has to ask again.
    permitted: usize,
}

impl Ending {
    fn or_end<R>(&self, result: Result<R, Ended>) -> StreamResult<R> {
        result.map_err(|ended| {
            if self.inherited.outlets.is_closed() {
                return StreamError::Trap(wasmtime::Error::msg("the output was closed"));
            }
            match ended {
                Ended::Failed(error) => StreamError::LastOperationFailed(error.into()),
                Ended::Closed => StreamError::Closed,
                Ended::TooMuch => too_much(),
            }
        })
    }
}

fn too_much() -> StreamError {
    let reason = "more was written to the output than was permitted";
    StreamError::Trap(wasmtime::Error::msg(reason))
}

#[async_trait]
impl OutputStream for Ending {
    fn write(&mut self, bytes: Bytes) -> StreamResult<()> {
        // The engine does not hold a guest to what `check_write` permitted.
        self.permitted = self.permitted.checked_sub(bytes.len()).ok_or_else(too_much)?;
        let Inherited { output, outlets } = &self.inherited;
        let written = outlets.of(*output).write(*output, bytes);
        self.or_end(written)
    }

    /// Only checks for errors. Written bytes are on their way already, and
    /// [`check_write`](Self::check_write) permits no more until they have arrived.
    fn flush(&mut self) -> StreamResult<()> {
        self.check_write().map(drop)
    }

    fn check_write(&mut self) -> StreamResult<usize> {
        let Inherited { output, outlets } = &self.inherited;
        let is_written = outlets.of(*output).try_to_write();
        self.permitted = if self.or_end(is_written)? { AT_ONCE } else { 0 };
        Ok(self.permitted)
    }

    /// Does what the engine's default does, but does not ask for readiness if there is no need
    /// to wait.
    async fn blocking_write_and_flush(&mut self, mut bytes: Bytes) -> StreamResult<()> {
        loop {
            let permitted = match self.check_write()? {
                0 => self.write_ready().await?,
                permitted => permitted,
            };
            if bytes.is_empty() {
                return Ok(());
            }
            self.write(bytes.split_to(permitted.min(bytes.len())))?;
        }
    }
}

#[async_trait]
impl Pollable for Ending {
    async fn ready(&mut self) {
        let Inherited { output, outlets } = &self.inherited;
        outlets.of(*output).written().await;
    }
}

impl AsyncWrite for Ending {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        while self.permitted == 0 {
            ready!(self.as_mut().poll_flush(context))?;
        }
        let length = bytes.len().min(self.permitted);
        let bytes = Bytes::copy_from_slice(bytes.get(..length).unwrap_or(bytes));
        Poll::Ready(self.write(bytes).map(|()| length).map_err(io::Error::other))
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        // The future is made anew in each poll. That loses nothing, because the job that it waits
        // for is kept in the outlet.
        ready!(pin!(self.ready()).poll(context));
        Poll::Ready(self.check_write().map(drop).map_err(io::Error::other))
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.poll_flush(context)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_more_is_written_than_is_permitted() {
        let inherited = Inherited { output: Output::Stdout, outlets: Outlets::new(false) };
        let mut stream = inherited.p2_stream();
        let unasked = stream.write(vec![b'-'].into());
        assert!(matches!(unasked, Err(StreamError::Trap(_))), "{unasked:?}");
        let permitted = stream.check_write().expect("an open stream");
        let written = stream.write(vec![b'-'; permitted + 1].into());
        assert!(matches!(written, Err(StreamError::Trap(_))), "{written:?}");
    }
}
