//! Writes a session's output to this process's own. Both outputs of a session may be the same
//! pipe or terminal, and then share an outlet, so that their order is kept. Output is written
//! directly as far as that needs no waiting. The rest is kept here, and a job waits for the
//! reader, so that a slow reader stops neither the session's clock nor other sessions. The
//! module does not know how a guest is informed of an error.

use std::collections::VecDeque;
use std::io;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, ready};
use std::thread::sleep;
use std::time::Duration;

use bytes::Bytes;
use rustix::fs::fstat;
use tokio::runtime::Handle;
use tokio::task::{JoinHandle, yield_now};

use super::nonblocking::Sink;
use super::terminal::{self, Filters, Output};
use crate::blocking::executor::is_own;
use crate::store::deadline::EPOCH;

/// The number of bytes that an outlet keeps at most. A stream writes a part of that only while
/// nothing is kept; a guest may have several streams.
const MOST: usize = 1 << 20;

/// How long a thread waits for a reader before it checks whether the session still exists.
const LOOK: Duration = Duration::from_millis(50);

/// How long a writer pauses after the system said that it may write, and then took nothing. A
/// terminal that the host is writing to does that. Without the pause, the loop would spin.
const PAUSE: Duration = Duration::from_millis(1);

/// How long the output of a call that was stopped may take to be written.
const GRACE: Duration = Duration::from_millis(100);

/// The outlets of one session's outputs.
#[derive(Clone, Debug)]
pub(crate) struct Outlets {
    stdout: Arc<Outlet>,
    stderr: Arc<Outlet>,
    closed: Arc<AtomicBool>,
}

impl Outlets {
    /// Returns outlets to this process's outputs. If they are `filtered`, a terminal shows
    /// everything as text.
    pub(crate) fn new(filtered: bool) -> Self {
        let closed = Arc::new(AtomicBool::new(false));
        let outlet = |output| Arc::new(Outlet::new(output, filtered, &closed));
        let stdout = outlet(Output::Stdout);
        let stderr = match are_one() {
            true => Arc::clone(&stdout),
            false => outlet(Output::Stderr),
        };
        Self { stdout, stderr, closed }
    }

    pub(crate) fn of(&self, output: Output) -> &Arc<Outlet> {
        match output {
            Output::Stdout => &self.stdout,
            Output::Stderr => &self.stderr,
        }
    }

    /// Returns whether a reader has gone away.
    pub(crate) fn is_closed(&self) -> bool {
        self.closed.load(Ordering::Relaxed)
    }

    /// Waits until everything is written.
    pub(crate) async fn written(&self) {
        self.stdout.written().await;
        self.stderr.written().await;
    }

    /// Waits until everything is written, but only a short time for a reader that does not read
    /// on.
    pub(crate) async fn written_soon(&self) {
        if !(self.stdout.is_written() && self.stderr.is_written()) {
            let _ = tokio::time::timeout(GRACE, self.written()).await;
        }
    }
}

/// Returns whether both outputs are the same file, pipe or terminal.
fn are_one() -> bool {
    let [stdout, stderr] = [Output::Stdout, Output::Stderr].map(|output| {
        let stat = output.with(|output| fstat(output)).ok()?;
        Some((stat.st_dev, stat.st_ino))
    });
    stdout.is_some() && stdout == stderr
}

/// Why nothing more is written.
#[derive(Debug)]
pub(crate) enum Ended {
    /// The last write failed. This error is returned once.
    Failed(io::Error),
    /// An earlier write failed.
    Closed,
    /// More was written than an outlet keeps.
    TooMuch,
}

/// The way to one output. If a thread has to wait for the reader, that is a job.
#[derive(Debug)]
pub(crate) struct Outlet {
    output: Output,
    /// Whether a terminal shows everything as text.
    filtered: bool,
    /// Whether the reader has gone away.
    closed: Arc<AtomicBool>,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    sink: Sink,
    filters: Filters,
    /// The bytes that are to be written, with the output that they belong to.
    kept: VecDeque<(Output, Bytes)>,
    bytes: usize,
    /// The job that writes the kept bytes.
    job: Option<JoinHandle<()>>,
    /// An error that was not returned yet.
    error: Option<io::Error>,
    has_failed: bool,
}

impl Outlet {
    fn new(output: Output, filtered: bool, closed: &Arc<AtomicBool>) -> Self {
        let state = State {
            sink: output.with(Sink::of),
            filters: Filters::default(),
            kept: VecDeque::new(),
            bytes: 0,
            job: None,
            error: None,
            has_failed: false,
        };
        let (filtered, closed) = (filtered && output.is_terminal(), Arc::clone(closed));
        Self { output, filtered, closed, state: Mutex::new(state) }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns whether everything is written.
    fn is_written(&self) -> bool {
        self.state().left(self) == 0
    }

    /// Writes as much as is possible without waiting, and returns whether that is everything.
    ///
    /// # Errors
    /// If a write failed.
    pub(crate) fn try_to_write(&self) -> Result<bool, Ended> {
        let mut state = self.state();
        let is_written = state.write_kept(self);
        state.check()?;
        Ok(is_written)
    }

    /// Writes as much as is possible without waiting, and keeps the rest for a job.
    ///
    /// # Errors
    /// If nothing can be written any more.
    pub(crate) fn write(self: &Arc<Self>, output: Output, bytes: Bytes) -> Result<(), Ended> {
        let mut state = self.state();
        state.check()?;
        if bytes.is_empty() {
            return Ok(());
        }
        if bytes.len() > MOST.saturating_sub(state.bytes) {
            return Err(Ended::TooMuch);
        }
        state.bytes += bytes.len();
        state.kept.push_back((output, bytes));
        // Bytes that were kept before have a job, which also writes these. Writing them here
        // would change the order.
        if state.kept.len() == 1 && !state.write_kept(self) {
            self.start(&mut state);
        }
        state.check()
    }

    /// Waits until everything is written.
    pub(crate) async fn written(self: &Arc<Self>) {
        std::future::poll_fn(|context| self.poll_written(context)).await;
    }

    fn poll_written(self: &Arc<Self>, context: &mut Context<'_>) -> Poll<()> {
        let mut state = self.state();
        while state.left(self) > 0 {
            if state.job.is_none() {
                self.start(&mut state);
            }
            let Some(job) = &mut state.job else { return Poll::Ready(()) };
            let ended = ready!(Pin::new(job).poll(context));
            state.job = None;
            if let Err(error) = ended
                && error.is_panic()
            {
                state.fail(self, error.into());
            }
        }
        Poll::Ready(())
    }

    /// Starts a job. On an executor that belongs to one session, the job waits on that thread,
    /// but no longer than guest code may run without a check. Elsewhere the thread serves other
    /// sessions too, so another thread waits.
    fn start(self: &Arc<Self>, state: &mut State) {
        // Without an async runtime there is no place for a job; `poll_written` starts one
        // later.
        if Handle::try_current().is_err() {
            return;
        }
        let outlet = Arc::clone(self);
        state.job = Some(match is_own() && !matches!(state.sink, Sink::Other) {
            true => tokio::spawn(async move {
                while !outlet.write_or_wait(EPOCH) {
                    yield_now().await;
                }
            }),
            false => tokio::task::spawn_blocking(move || {
                // If this is the only reference left, the session is gone.
                while !outlet.write_or_wait(LOOK) && Arc::strong_count(&outlet) > 1 {}
            }),
        });
    }

    /// Waits for the reader, and writes what then fits. Returns whether everything is written,
    /// or cannot be written in this way any more.
    fn write_or_wait(&self, longest: Duration) -> bool {
        // The lock is not held while waiting, so that the guest can add more.
        let (sink, before) = {
            let state = self.state();
            (state.sink.clone(), state.left(self))
        };
        if matches!(sink, Sink::Other) {
            return self.write_waiting();
        }
        self.output.with(|output| sink.wait(output, longest));
        let (is_written, is_other, left) = {
            let mut state = self.state();
            let is_written = state.write_kept(self);
            (is_written, matches!(state.sink, Sink::Other), state.left(self))
        };
        if left == before {
            sleep(PAUSE);
        }
        is_written || is_other
    }

    /// Writes the oldest kept bytes, however long that takes. Returns whether that was
    /// everything.
    fn write_waiting(&self) -> bool {
        // The bytes stay in the queue until they are written, so that they count as left and
        // nothing overtakes them.
        let Some((output, bytes)) = self.state().kept.front().cloned() else {
            if self.filtered
                && let Err(error) = terminal::show_rest_waiting()
            {
                self.state().fail(self, error);
            }
            return true;
        };
        let written = match self.filtered {
            false => self.output.write(&bytes),
            true => {
                // The filter is taken out of the state, because the lock must not be held
                // during a write that may wait.
                let mut filter = std::mem::take(self.state().filters.of(output));
                let written = terminal::show_waiting(self.output, &mut filter, &bytes);
                *self.state().filters.of(output) = filter;
                written
            }
        };
        let mut state = self.state();
        match written {
            Ok(()) => state.drop_kept(bytes.len()),
            Err(error) => state.fail(self, error),
        }
        state.kept.is_empty()
    }
}

impl State {
    /// Returns the number of bytes that are to be written. While another session uses the
    /// terminal, the number is unknown, and this returns the largest one.
    fn left(&self, outlet: &Outlet) -> usize {
        let shown_later = if outlet.filtered { terminal::left(outlet.output) } else { Some(0) };
        shown_later.map_or(usize::MAX, |shown_later| self.bytes + shown_later)
    }

    /// Writes as much of the kept bytes as is possible without waiting. Returns whether that
    /// was everything.
    fn write_kept(&mut self, outlet: &Outlet) -> bool {
        loop {
            let Self { sink, filters, kept, .. } = self;
            let written = match (kept.front(), outlet.filtered) {
                (None, false) => return true,
                (None, true) => match terminal::show_rest(outlet.output, sink) {
                    Ok(is_shown) => return is_shown,
                    Err(error) => Err(error),
                },
                (Some((_, bytes)), false) => outlet.output.with(|to| sink.write(to, bytes)),
                (Some((output, bytes)), true) => {
                    terminal::show(outlet.output, sink, filters.of(*output), bytes)
                }
            };
            match written {
                Ok(0) => return false,
                Ok(written) => self.drop_kept(written),
                Err(error) => {
                    // Nothing is left to write after a failure, which `check` then reports.
                    self.fail(outlet, error);
                    return true;
                }
            }
        }
    }

    /// Drops this number of the oldest kept bytes.
    fn drop_kept(&mut self, written: usize) {
        self.bytes -= written;
        match self.kept.front_mut() {
            Some((_, bytes)) if written < bytes.len() => drop(bytes.split_to(written)),
            _ => drop(self.kept.pop_front()),
        }
    }

    /// Notes an error, after which nothing is written any more. If the reader has gone away,
    /// that is remembered.
    fn fail(&mut self, outlet: &Outlet, error: io::Error) {
        if self.sink.is_left(&error) {
            outlet.closed.store(true, Ordering::Relaxed);
        }
        self.kept.clear();
        (self.bytes, self.error, self.has_failed) = (0, Some(error), true);
    }

    fn check(&mut self) -> Result<(), Ended> {
        match self.error.take() {
            Some(error) => Err(Ended::Failed(error)),
            None if self.has_failed => Err(Ended::Closed),
            None => Ok(()),
        }
    }
}

impl Drop for Outlet {
    /// Writes what is possible without waiting, for a session that ended in the middle of a
    /// write.
    fn drop(&mut self) {
        let mut state = self.state();
        state.write_kept(self);
    }
}
