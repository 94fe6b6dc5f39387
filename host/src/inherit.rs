//! This process's own output, lent to a guest. Writing waits in a thread of its
//! own, so that a reader who does not read cannot hold the host up; and a reader
//! who has gone away is remembered, since that is no failure of the guest's.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, ready};

use tokio::io::AsyncWrite;
use wasmtime_wasi::cli::{IsTerminal, StdoutStream};

/// Which of the two outputs.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Output {
    Stdout,
    Stderr,
}

/// One of this process's outputs.
#[derive(Clone, Debug)]
pub(crate) struct Inherited {
    pub(crate) output: Output,
    /// Set once the other end has gone away.
    pub(crate) closed: Arc<AtomicBool>,
}

impl IsTerminal for Inherited {
    fn is_terminal(&self) -> bool {
        match self.output {
            Output::Stdout => io::IsTerminal::is_terminal(&io::stdout()),
            Output::Stderr => io::IsTerminal::is_terminal(&io::stderr()),
        }
    }
}

impl StdoutStream for Inherited {
    fn async_stream(&self) -> Box<dyn AsyncWrite + Send + Sync> {
        let closed = Arc::clone(&self.closed);
        match self.output {
            Output::Stdout => Box::new(Watched { inner: tokio::io::stdout(), closed }),
            Output::Stderr => Box::new(Watched { inner: tokio::io::stderr(), closed }),
        }
    }
}

/// Sets a flag when the other end is found closed.
struct Watched<W> {
    inner: W,
    closed: Arc<AtomicBool>,
}

impl<W: AsyncWrite + Unpin> Watched<W> {
    fn watch<R>(&self, result: io::Result<R>) -> io::Result<R> {
        if result.as_ref().is_err_and(|error| error.kind() == io::ErrorKind::BrokenPipe) {
            self.closed.store(true, Ordering::Relaxed);
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
