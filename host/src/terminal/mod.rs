//! Terminals that guests and the host write to. What a guest writes is shown so that it
//! is text and nothing else, and the host's own lines stand apart from it. Which bytes
//! those are it decides in one place, for all outputs of this process; whether a guest
//! may write to them, others do.

mod characters;
mod filter;

use std::io::{self, IsTerminal as _, Write};
use std::os::fd::{AsFd as _, BorrowedFd};
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, ready};

use tokio::io::AsyncWrite;
use tokio::task::{JoinHandle, spawn_blocking};

use filter::{Filter, MARK, Screen};

/// Output of this process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Output {
    /// Standard output.
    Stdout,
    /// Standard error.
    Stderr,
}

impl Output {
    pub(crate) fn with<R>(self, work: impl FnOnce(BorrowedFd<'_>) -> R) -> R {
        match self {
            Self::Stdout => work(io::stdout().as_fd()),
            Self::Stderr => work(io::stderr().as_fd()),
        }
    }

    /// Whether it is shown on a terminal.
    pub fn is_terminal(self) -> bool {
        self.with(|output| output.is_terminal())
    }

    fn write(self, bytes: &[u8]) -> io::Result<()> {
        fn whole(mut output: impl Write, bytes: &[u8]) -> io::Result<()> {
            output.write_all(bytes)?;
            output.flush()
        }
        match self {
            Self::Stdout => whole(io::stdout().lock(), bytes),
            Self::Stderr => whole(io::stderr().lock(), bytes),
        }
    }
}

/// What the terminal shows, of which there is taken to be one: as long as this is held,
/// nothing of a guest is written there.
static SCREEN: Mutex<Screen> = Mutex::new(Screen::new());

fn screen() -> MutexGuard<'static, Screen> {
    SCREEN.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Writes a text of the host's own. On a terminal it begins on a line of its own, in the
/// terminal's own colours, whatever guests have left there with
/// [`Stdio::Inherited`](crate::Stdio::Inherited). A text that begins with `wit-host:`
/// cannot be mistaken for one of theirs: of a guest, that is shown as `wit-host\u{3a}`.
///
/// # Errors
/// That it could not be written.
pub fn write_own(output: Output, text: &str) -> io::Result<()> {
    if !output.is_terminal() {
        return output.write(text.as_bytes());
    }
    let mut screen = screen();
    let mut all = screen.end_line().to_owned();
    all.push_str(text);
    screen.begun = !text.is_empty() && !text.ends_with('\n');
    output.write(all.as_bytes())
}

/// Writes what a guest has given to the host, as its own output is written with
/// [`Stdio::Inherited`](crate::Stdio::Inherited): to a terminal so that all of it is
/// seen, and to anything else as it is. It begins on a line of its own.
///
/// # Errors
/// That it could not be written.
pub fn write_of_guest(output: Output, bytes: &[u8]) -> io::Result<()> {
    if !output.is_terminal() {
        return output.write(bytes);
    }
    let mut screen = screen();
    let mut shown = screen.end_line().as_bytes().to_vec();
    let mut filter = Filter::default();
    filter.pass(&mut screen, bytes, &mut shown);
    filter.finish(&mut screen, &mut shown);
    output.write(&shown)
}

/// Writes what a guest has given to the host as it is, also to a terminal.
///
/// # Errors
/// That it could not be written.
pub fn write_raw(output: Output, bytes: &[u8]) -> io::Result<()> {
    output.write(bytes)
}

/// Ends the colours that guests have left on a terminal, for those who write to it when
/// this process has ended.
///
/// # Errors
/// That it could not be written.
pub fn restore(output: Output) -> io::Result<()> {
    let mut screen = screen();
    if !screen.styled || !output.is_terminal() {
        return Ok(());
    }
    screen.styled = false;
    output.write(b"\x1b[0m")
}

/// A text that is part of a line of the host's own, in which nothing looks like the
/// beginning of another one.
pub fn within_line(text: &str) -> String {
    text.replace(&format!("{MARK} "), "wit-host\\u{3a} ")
}

/// One output of one session on a terminal. Each write has the terminal to itself.
#[derive(Debug)]
pub(crate) struct OnTerminal {
    output: Output,
    filter: Shared,
    writing: Option<JoinHandle<io::Result<usize>>>,
}

/// What an output's streams have in common.
#[derive(Clone, Debug, Default)]
pub(crate) struct Shared(Arc<Mutex<Filter>>);

impl OnTerminal {
    pub(crate) fn new(output: Output, filter: &Shared) -> Self {
        Self { output, filter: filter.clone(), writing: None }
    }
}

impl Shared {
    fn write(&self, output: Output, bytes: &[u8]) -> io::Result<usize> {
        let (mut screen, mut shown) = (screen(), Vec::new());
        let mut filter = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        filter.pass(&mut screen, bytes, &mut shown);
        output.write(&shown)?;
        Ok(bytes.len())
    }
}

impl AsyncWrite for OnTerminal {
    /// Is to be called with the same bytes until it is ready.
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let (output, filter) = (self.output, self.filter.clone());
        let writing = self.writing.get_or_insert_with(|| {
            let bytes = bytes.to_vec();
            spawn_blocking(move || filter.write(output, &bytes))
        });
        let written = ready!(Pin::new(writing).poll(context));
        self.writing = None;
        Poll::Ready(written.map_err(io::Error::other).flatten())
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}
