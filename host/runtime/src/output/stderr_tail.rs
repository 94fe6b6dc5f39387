//! Keeps the end of what a guest wrote to standard error, wherever that is connected. Most
//! languages write the message of a panic there.

use std::collections::VecDeque;
use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use tokio::io::AsyncWrite;
use wasmtime_wasi::async_trait;
use wasmtime_wasi::cli::{IsTerminal, StdoutStream};
use wasmtime_wasi::p2::{OutputStream, Pollable, StreamResult};

use wit_host_text::shown;

/// The number of bytes that are kept: enough for a panic message and its notes.
const LONGEST: usize = 2 << 10;
/// The number of lines that are shown. More of them, if they are short, would fill a screen.
const MOST_LINES: usize = 20;

/// The last bytes that were written. Clones share them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tail(Arc<Mutex<Kept>>);

#[derive(Debug, Default)]
struct Kept {
    bytes: VecDeque<u8>,
    /// Whether there were more bytes before.
    cut: bool,
}

impl Tail {
    /// Returns the stream, with its output noted.
    pub(crate) fn of<S>(&self, stream: S) -> Tailed<S> {
        Tailed { stream, tail: self.clone() }
    }

    /// Returns the last lines, safe to print.
    pub(crate) fn lines(&self) -> Vec<String> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let bytes: Vec<u8> = kept.bytes.iter().copied().collect();
        let text = String::from_utf8_lossy(&bytes);
        let text = match kept.cut {
            // The first bytes may be a part of a character.
            true => format!("…{}", text.trim_start_matches('\u{fffd}')),
            false => text.into_owned(),
        };
        let mut lines: Vec<_> = text.lines().rev().take(MOST_LINES).map(shown).collect();
        lines.reverse();
        lines
    }

    /// Forgets what was kept.
    pub(crate) fn clear(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Kept::default();
    }

    fn note(&self, bytes: &[u8]) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let last = &bytes[bytes.len().saturating_sub(LONGEST)..];
        let over = (kept.bytes.len() + last.len()).saturating_sub(LONGEST);
        kept.bytes.drain(..over);
        kept.bytes.extend(last);
        kept.cut |= over > 0 || last.len() < bytes.len();
    }
}

/// A stream whose last bytes are kept.
#[derive(Clone, Debug)]
pub(crate) struct Tailed<S> {
    stream: S,
    tail: Tail,
}

impl<S: IsTerminal> IsTerminal for Tailed<S> {
    fn is_terminal(&self) -> bool {
        self.stream.is_terminal()
    }
}

impl<S: StdoutStream> StdoutStream for Tailed<S> {
    fn async_stream(&self) -> Box<dyn AsyncWrite + Send + Sync> {
        let inner = Pin::from(self.stream.async_stream());
        Box::new(Noting { inner, tail: self.tail.clone() })
    }

    fn p2_stream(&self) -> Box<dyn OutputStream> {
        Box::new(Noting { inner: self.stream.p2_stream(), tail: self.tail.clone() })
    }
}

/// A writer whose bytes are noted, even if the stream then refuses them.
struct Noting<W> {
    inner: W,
    tail: Tail,
}

#[async_trait]
impl OutputStream for Noting<Box<dyn OutputStream>> {
    fn write(&mut self, bytes: Bytes) -> StreamResult<()> {
        self.tail.note(&bytes);
        self.inner.write(bytes)
    }

    fn flush(&mut self) -> StreamResult<()> {
        self.inner.flush()
    }

    fn check_write(&mut self) -> StreamResult<usize> {
        self.inner.check_write()
    }

    async fn blocking_write_and_flush(&mut self, bytes: Bytes) -> StreamResult<()> {
        self.tail.note(&bytes);
        self.inner.blocking_write_and_flush(bytes).await
    }

    async fn cancel(&mut self) {
        self.inner.cancel().await;
    }
}

#[async_trait]
impl Pollable for Noting<Box<dyn OutputStream>> {
    async fn ready(&mut self) {
        self.inner.ready().await;
    }
}

type AsyncStream = Pin<Box<dyn AsyncWrite + Send + Sync>>;

impl AsyncWrite for Noting<AsyncStream> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let written = ready!(self.inner.as_mut().poll_write(context, bytes));
        // A stream of this form may take a part of the bytes. The writer offers the rest again.
        if let Ok(length) = written {
            self.tail.note(bytes.get(..length).unwrap_or(bytes));
        }
        Poll::Ready(written)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.inner.as_mut().poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.inner.as_mut().poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_lines_are_kept() {
        let (x, y) = ("x".repeat(1000), "y".repeat(1041));
        let many: Vec<_> = (0..50).map(|line| format!("{line}\n")).collect();
        let cut = format!("…{x}");
        let cases: [(&[&str], &[&str]); 4] = [
            (&[], &[]),
            (&["on", "e\ntwo"], &["one", "two"]),
            (&["\u{1b}[2J\n"], &["\\u{1b}[2J"]),
            // One byte too many, so that a character is cut in half.
            (&["ü", &x, "\n", &y, "\nlast"], &[&cut, &y, "last"]),
        ];
        for (written, expected) in cases {
            let tail = Tail::default();
            written.iter().for_each(|bytes| tail.note(bytes.as_bytes()));
            assert_eq!(tail.lines(), expected, "{written:?}");
            tail.clear();
            assert!(tail.lines().is_empty());
        }
        let tail = Tail::default();
        many.iter().for_each(|line| tail.note(line.as_bytes()));
        assert_eq!(tail.lines().len(), MOST_LINES);
    }
}
