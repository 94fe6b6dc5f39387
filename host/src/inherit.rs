//! This process's own output, lent to a guest. Where writing has to wait, it does so in
//! a thread of its own, so that a reader who does not read cannot hold the host up; and a
//! reader who has gone away is remembered, since that is no failure of the guest's.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use tokio::io::AsyncWrite;
use wasmtime_wasi::async_trait;
use wasmtime_wasi::cli::{IsTerminal, StdoutStream};
use wasmtime_wasi::p2::pipe::AsyncWriteStream;
use wasmtime_wasi::p2::{OutputStream, Pollable, StreamError, StreamResult};

use crate::sink::Sink;
use crate::terminal::{OnTerminal, Output, Shared};

/// One of this process's outputs.
#[derive(Clone, Debug)]
pub(crate) struct Inherited {
    pub(crate) output: Output,
    /// Set once the other end has gone away.
    pub(crate) closed: Arc<AtomicBool>,
    /// What a terminal is shown goes through it. `None` passes everything on.
    pub(crate) filter: Option<Shared>,
}

impl Inherited {
    /// A stream whose writes wait elsewhere.
    fn waiting(&self) -> AsyncWriteStream {
        AsyncWriteStream::new(BUFFER, Pin::from(self.async_stream()))
    }
}

impl IsTerminal for Inherited {
    fn is_terminal(&self) -> bool {
        self.output.is_terminal()
    }
}

impl StdoutStream for Inherited {
    fn async_stream(&self) -> Box<dyn AsyncWrite + Send + Sync> {
        let closed = Arc::clone(&self.closed);
        if let Some(filter) = self.filter.as_ref().filter(|_| self.output.is_terminal()) {
            let inner = OnTerminal::new(self.output, filter);
            return Box::new(Watched { inner, closed });
        }
        match self.output {
            Output::Stdout => Box::new(Watched { inner: tokio::io::stdout(), closed }),
            Output::Stderr => Box::new(Watched { inner: tokio::io::stderr(), closed }),
        }
    }

    fn p2_stream(&self) -> Box<dyn OutputStream> {
        let sink = self.output.with(Sink::of);
        Box::new(Ending { inherited: self.clone(), sink, stream: None, failed: false })
    }
}

/// How much may be on its way to the reader.
const BUFFER: usize = 8 << 10;

/// A stream that ends the guest once the other end is closed. An error would be
/// the guest's to handle, and one that writes on and on never ends.
struct Ending {
    inherited: Inherited,
    sink: Sink,
    /// Takes everything from the first write on that had to wait.
    stream: Option<AsyncWriteStream>,
    /// A write that did not wait has failed, which is the end of a stream.
    failed: bool,
}

impl Ending {
    /// Writes what can be written without waiting, as long as nothing waits.
    fn write_at_once(&mut self, bytes: &[u8]) -> StreamResult<usize> {
        if self.stream.is_some() {
            return Ok(0);
        }
        if bytes.len() > self.permitted()? {
            let error = wasmtime::Error::msg("more was written to the output than was permitted");
            return Err(StreamError::Trap(error));
        }
        self.inherited.output.with(|output| self.sink.write(output, bytes)).map_err(|error| {
            note_closed(&self.inherited.closed, &error);
            self.failed = true;
            StreamError::LastOperationFailed(error.into())
        })
    }

    /// As long as nothing waits.
    fn permitted(&self) -> StreamResult<usize> {
        if self.failed { Err(StreamError::Closed) } else { Ok(BUFFER) }
    }

    fn or_end<R>(&self, result: StreamResult<R>) -> StreamResult<R> {
        match result {
            Err(_) if self.inherited.closed.load(Ordering::Relaxed) => {
                Err(StreamError::Trap(wasmtime::Error::msg("the output was closed")))
            }
            other => other,
        }
    }
}

impl OutputStream for Ending {
    fn write(&mut self, bytes: Bytes) -> StreamResult<()> {
        let written = self.write_at_once(&bytes);
        let written = self.or_end(written)?;
        if written == bytes.len() {
            return Ok(());
        }
        let inherited = &self.inherited;
        let stream = self.stream.get_or_insert_with(|| inherited.waiting());
        let written = stream.write(bytes.slice(written..));
        self.or_end(written)
    }

    fn flush(&mut self) -> StreamResult<()> {
        let flushed = self.stream.as_mut().map_or(Ok(()), OutputStream::flush);
        self.or_end(flushed)
    }

    fn check_write(&mut self) -> StreamResult<usize> {
        let permitted = match &mut self.stream {
            Some(stream) => stream.check_write(),
            None => self.permitted(),
        };
        self.or_end(permitted)
    }
}

#[async_trait]
impl Pollable for Ending {
    async fn ready(&mut self) {
        if let Some(stream) = &mut self.stream {
            stream.ready().await;
        }
    }
}

fn note_closed(closed: &AtomicBool, error: &io::Error) {
    if error.kind() == io::ErrorKind::BrokenPipe {
        closed.store(true, Ordering::Relaxed);
    }
}

/// Sets a flag when the other end is found closed.
struct Watched<W> {
    inner: W,
    closed: Arc<AtomicBool>,
}

impl<W: AsyncWrite + Unpin> Watched<W> {
    fn watch<R>(&self, result: io::Result<R>) -> io::Result<R> {
        if let Err(error) = &result {
            note_closed(&self.closed, error);
        }
        result
    }
}

impl<W: AsyncWrite + Unpin> AsyncWrite for Watched<W> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let written = ready!(Pin::new(&mut self.inner).poll_write(context, bytes));
        Poll::Ready(self.watch(written))
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let flushed = ready!(Pin::new(&mut self.inner).poll_flush(context));
        Poll::Ready(self.watch(flushed))
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_more_is_written_than_is_permitted() {
        let inherited = Inherited { output: Output::Stdout, closed: Arc::default(), filter: None };
        let mut stream = inherited.p2_stream();
        let permitted = stream.check_write().expect("an open stream");
        let written = stream.write(vec![b'-'; permitted + 1].into());
        assert!(matches!(written, Err(StreamError::Trap(_))), "{written:?}");
    }
}
