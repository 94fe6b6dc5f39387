//! Writes to terminals that guests and the host share. A guest's output is shown as text, and
//! the host's own lines stand apart from it. The terminal's state is in one place for all
//! outputs of this process. This module does not know whether a guest may write to them.

mod characters;
mod filter;

use std::io::{self, IsTerminal as _, Write};
use std::os::fd::{AsFd as _, BorrowedFd};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use crate::output::nonblocking::Sink;
use filter::{Filter, MARK, Screen};

/// An output of this process.
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

    /// Returns whether the output is connected to a terminal.
    pub fn is_terminal(self) -> bool {
        self.with(|output| output.is_terminal())
    }

    /// Writes everything, however long that takes.
    pub(crate) fn write(self, bytes: &[u8]) -> io::Result<()> {
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

/// The terminal. Both outputs are assumed to be on the same one. The lock is only held for
/// moments in which no write can wait for the terminal's reader.
static TERMINAL: Mutex<Terminal> = Mutex::new(Terminal {
    screen: Screen::new(),
    stdout: Vec::new(),
    stderr: Vec::new(),
    is_taken: false,
});

/// Signals that the terminal is free again.
static FREE: Condvar = Condvar::new();

struct Terminal {
    screen: Screen,
    /// Bytes that the terminal had no room for, although the screen's state assumes that it
    /// shows them. They are written before anything else, since they may end within a sequence.
    stdout: Vec<u8>,
    stderr: Vec<u8>,
    /// Whether a writer that may have to wait is using the terminal. No other writer does
    /// meanwhile.
    is_taken: bool,
}

fn terminal() -> MutexGuard<'static, Terminal> {
    TERMINAL.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Terminal {
    fn rest(&mut self, output: Output) -> &mut Vec<u8> {
        match output {
            Output::Stdout => &mut self.stdout,
            Output::Stderr => &mut self.stderr,
        }
    }

    /// Writes the rest without waiting. Returns whether that was all of it.
    fn show_rest(&mut self, output: Output, sink: &mut Sink) -> io::Result<bool> {
        if self.is_taken {
            return Ok(false);
        }
        let rest = self.rest(output);
        if rest.is_empty() {
            return Ok(true);
        }
        match output.with(|to| sink.write(to, rest)) {
            Ok(written) => drop(rest.drain(..written)),
            Err(error) => {
                rest.clear();
                return Err(error);
            }
        }
        Ok(rest.is_empty())
    }
}

/// The exclusive use of the terminal by a writer that may wait. It ends when this is dropped.
struct Taken;

impl Taken {
    /// Takes the terminal, after it shows everything that was written before.
    fn begin() -> io::Result<Self> {
        let mut terminal = terminal();
        while terminal.is_taken {
            terminal = FREE.wait(terminal).unwrap_or_else(PoisonError::into_inner);
        }
        terminal.is_taken = true;
        let taken = Self;
        let rests = [Output::Stdout, Output::Stderr]
            .map(|output| (output, std::mem::take(terminal.rest(output))));
        drop(terminal);
        // These writes may wait, so the lock is released. `is_taken` keeps other writers away.
        for (output, rest) in rests.into_iter().filter(|(_, rest)| !rest.is_empty()) {
            output.write(&rest)?;
        }
        Ok(taken)
    }

    fn screen<R>(&self, change: impl FnOnce(&mut Screen) -> R) -> R {
        change(&mut terminal().screen)
    }
}

impl Drop for Taken {
    fn drop(&mut self) {
        terminal().is_taken = false;
        FREE.notify_one();
    }
}

/// Writes a text of the host. On a terminal it begins on a line of its own, in the terminal's
/// own colours, whatever guests have left there with
/// [`Stdio::Inherited`](crate::store::grants::Stdio::Inherited). No guest can imitate a text that
/// begins with `wit-host:`: a guest's is shown as `wit-host\u{3a}`.
///
/// # Errors
/// If it could not be written.
pub fn write_own(output: Output, text: &str) -> io::Result<()> {
    if !output.is_terminal() {
        return output.write(text.as_bytes());
    }
    let taken = Taken::begin()?;
    let before = taken.screen(|screen| {
        let before = screen.end_line();
        screen.begun = !text.is_empty() && !text.ends_with('\n');
        before
    });
    output.write(format!("{before}{text}").as_bytes())
}

/// Writes what a guest has passed to the host, as its own output is written with
/// [`Stdio::Inherited`](crate::store::grants::Stdio::Inherited): to a terminal so that all of it is
/// visible, and to anything else unchanged. It begins on a line of its own.
///
/// # Errors
/// If it could not be written.
pub fn write_of_guest(output: Output, bytes: &[u8]) -> io::Result<()> {
    if !output.is_terminal() {
        return output.write(bytes);
    }
    let taken = Taken::begin()?;
    let shown = taken.screen(|screen| {
        let mut shown = screen.end_line().as_bytes().to_vec();
        let mut filter = Filter::default();
        filter.pass(screen, bytes, &mut shown);
        filter.finish(screen, &mut shown);
        shown
    });
    output.write(&shown)
}

/// Writes what a guest has passed to the host unchanged, even to a terminal.
///
/// # Errors
/// If it could not be written.
pub fn write_raw(output: Output, bytes: &[u8]) -> io::Result<()> {
    output.write(bytes)
}

/// Ends the colours that guests have left on a terminal, for programs that write to it after
/// this process. A terminal whose output was stopped is left as it is.
///
/// # Errors
/// If it could not be written.
pub fn restore(output: Output) -> io::Result<()> {
    let mut terminal = terminal();
    if !terminal.screen.styled || !output.is_terminal() {
        return Ok(());
    }
    let mut sink = output.with(Sink::of);
    let all = [&**terminal.rest(output), b"\x1b[0m"].concat();
    *terminal.rest(output) = all;
    terminal.show_rest(output, &mut sink)?;
    terminal.screen.styled = false;
    if matches!(sink, Sink::Other) && !terminal.is_taken {
        let all = std::mem::take(terminal.rest(output));
        drop(terminal);
        return output.write(&all);
    }
    Ok(())
}

/// Escapes a text that becomes a part of a host's line, so that nothing in it looks like the
/// beginning of another line.
pub fn within_line(text: &str) -> String {
    text.replace(&format!("{MARK} "), "wit-host\\u{3a} ")
}

/// The filters of one session's outputs.
#[derive(Debug, Default)]
pub(crate) struct Filters {
    stdout: Filter,
    stderr: Filter,
}

impl Filters {
    pub(crate) fn of(&mut self, output: Output) -> &mut Filter {
        match output {
            Output::Stdout => &mut self.stdout,
            Output::Stderr => &mut self.stderr,
        }
    }
}

/// The number of bytes that are shown at once. Little has to be kept if there is no room for
/// them.
const PIECE: usize = 4 << 10;

/// Shows what a guest has written, as far as that needs no waiting. Returns the number of bytes
/// that are shown, or that the next writer will show.
pub(crate) fn show(
    output: Output,
    sink: &mut Sink,
    filter: &mut Filter,
    bytes: &[u8],
) -> io::Result<usize> {
    let (mut terminal, mut taken) = (terminal(), 0);
    if matches!(sink, Sink::Other) {
        return Ok(0);
    }
    for piece in bytes.chunks(PIECE) {
        if !terminal.show_rest(output, sink)? {
            return Ok(taken);
        }
        // A piece is filtered as a whole. What finds no room stays in `rest`, since the
        // screen's state has moved on already.
        let Terminal { screen, stdout, stderr, .. } = &mut *terminal;
        let rest = if output == Output::Stdout { stdout } else { stderr };
        filter.pass(screen, piece, rest);
        taken += piece.len();
    }
    terminal.show_rest(output, sink)?;
    Ok(taken)
}

/// Shows what is left from before, as far as that needs no waiting. Returns whether that was
/// all of it.
pub(crate) fn show_rest(output: Output, sink: &mut Sink) -> io::Result<bool> {
    terminal().show_rest(output, sink)
}

/// Returns the number of bytes that the next writer will show. `None` while a writer is using
/// the terminal.
pub(crate) fn left(output: Output) -> Option<usize> {
    let mut terminal = terminal();
    (!terminal.is_taken).then(|| terminal.rest(output).len())
}

/// Shows what is left from before, however long that takes.
pub(crate) fn show_rest_waiting() -> io::Result<()> {
    Taken::begin().map(drop)
}

/// Shows what a guest has written, however long that takes.
pub(crate) fn show_waiting(output: Output, filter: &mut Filter, bytes: &[u8]) -> io::Result<()> {
    let (taken, mut shown) = (Taken::begin()?, Vec::new());
    taken.screen(|screen| filter.pass(screen, bytes, &mut shown));
    output.write(&shown)
}
