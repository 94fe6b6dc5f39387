//! One end of an exchange of messages with another program: requests and their answers, lines with
//! a limit, and a bounded queue of what is to be written. It knows neither who the other program is,
//! nor values.

use std::collections::HashMap;
use std::io::{BufRead, Write};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde_json::Value;
use tokio::sync::mpsc::{Receiver, Sender, channel};
use tokio::sync::oneshot;

use crate::line::{self, LONGEST, Line};
use crate::message::{self, Answer, Message};

/// The number of lines that wait to be written while the other side does not read.
const MOST_WAITING: usize = 64;

/// The reason for which nothing comes any more when the other side has closed its output.
pub(crate) const ENDED: &str = "it has ended";

/// Requests to the other side, and its answers.
pub(crate) struct Peer {
    state: Mutex<State>,
    next: AtomicU64,
}

struct State {
    waiting: HashMap<u64, oneshot::Sender<Answer>>,
    /// Where lines are written to, until the exchange has ended.
    lines: Result<Sender<String>, String>,
}

impl Peer {
    /// Returns a peer that has nobody at the other end yet, for this reason.
    pub(crate) fn unconnected(reason: &str) -> Self {
        let state = State { waiting: HashMap::new(), lines: Err(reason.to_owned()) };
        Self { state: Mutex::new(state), next: AtomicU64::new(0) }
    }

    /// Begins the exchange, and returns the lines that are to be written by [`write`].
    pub(crate) fn connect(&self) -> Receiver<String> {
        let (lines, written) = channel(MOST_WAITING);
        self.state().lines = Ok(lines);
        written
    }

    /// Sends a request, which may belong to a trace, and waits for the answer. It also waits while
    /// the other side does not read, so that the caller's time is what limits it. If the future is
    /// dropped, the other side gets a notification that cancels the request.
    ///
    /// # Errors
    /// The reason why there is no answer.
    pub(crate) async fn ask(
        &self,
        method: &str,
        params: Value,
        trace_parent: Option<&str>,
    ) -> Result<Answer, String> {
        let id = self.next.fetch_add(1, Ordering::Relaxed);
        let line = message::request(id, method, params, trace_parent);
        let (answered, answer) = oneshot::channel();
        let lines = {
            let mut state = self.state();
            let lines = state.lines.as_ref().map_err(String::clone)?.clone();
            state.waiting.insert(id, answered);
            lines
        };
        let mut waiting = Waiting { peer: self, id, is_sent: false };
        waiting.is_sent = lines.send(line).await.is_ok();
        // The writer of lines ends when no sender is left.
        drop(lines);
        let answer = answer.await;
        drop(waiting);
        answer.map_err(|_| self.has_ended().unwrap_or_else(|| "it gave no answer".into()))
    }

    /// Returns where other lines are written to, unless the exchange has ended.
    pub(crate) fn lines(&self) -> Option<Sender<String>> {
        self.state().lines.as_ref().ok().cloned()
    }

    /// Returns why no more answers come, if the exchange has ended.
    pub(crate) fn has_ended(&self) -> Option<String> {
        self.state().lines.as_ref().err().cloned()
    }

    /// Ends the exchange for a reason, unless it has ended. All requests that wait fail with it.
    pub(crate) fn end(&self, reason: String) {
        let mut state = self.state();
        if state.lines.is_ok() {
            state.lines = Err(reason);
        }
        state.waiting.clear();
    }

    /// Reads messages until the end, and returns its reason. Answers go to who waits for them, and
    /// other messages to `others`, with their lines.
    pub(crate) fn read(
        &self,
        from: &mut impl BufRead,
        mut others: impl FnMut(Message, Vec<u8>),
    ) -> String {
        loop {
            let line = match line::next(from, LONGEST) {
                Ok(Line::Whole(line)) => line,
                Ok(Line::End) => return ENDED.to_owned(),
                Ok(Line::TooLong) => {
                    return format!("it wrote a line of more than {} MiB", LONGEST >> 20);
                }
                Err(error) => return format!("its output cannot be read: {error}"),
            };
            match message::read(&line) {
                Ok(Message::Answer(id, answer)) => {
                    if let Some(waiting) = self.state().waiting.remove(&id) {
                        let _ = waiting.send(answer);
                    }
                }
                Ok(other) => others(other, line),
                Err(reason) => return reason,
            }
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A request without an answer yet. Dropping it cancels the request.
struct Waiting<'p> {
    peer: &'p Peer,
    id: u64,
    is_sent: bool,
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        let mut state = self.peer.state();
        // An answer has taken it out.
        if state.waiting.remove(&self.id).is_some()
            && self.is_sent
            && let Ok(lines) = &state.lines
        {
            let _ = lines.try_send(message::cancel(self.id));
        }
    }
}

/// Writes lines until there are no more. Returns false if the other side takes no more.
pub(crate) fn write(mut to: impl Write, mut lines: Receiver<String>) -> bool {
    while let Some(mut line) = lines.blocking_recv() {
        line.push('\n');
        if to.write_all(line.as_bytes()).and_then(|()| to.flush()).is_err() {
            return false;
        }
    }
    true
}
