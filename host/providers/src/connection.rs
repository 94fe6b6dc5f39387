//! A process that runs, and what is asked of it: its lines are written and read on threads of
//! their own, so that it serves callers of any executor. It knows no values.

use std::collections::{HashMap, VecDeque};
use std::io::{self, BufReader, Read, Write as _};
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;

use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, kill_process_group, waitid};
use serde_json::Value;
use tokio::sync::oneshot;

use crate::line::{self, LONGEST, Line};
use crate::message::{self, Answer};

/// How many requests wait to be written, where a process does not read.
const MOST_WAITING: usize = 64;
/// The most bytes of standard error that are shown, and the most of a line.
const MOST_SHOWN: usize = 64 << 10;
const LONGEST_SHOWN: usize = 8 << 10;
/// How many lines of it are kept for a failure.
const LAST_LINES: usize = 10;

/// Is told each line of standard error.
pub(crate) type Listener = Arc<dyn Fn(&str) + Send + Sync>;

/// A process that is asked.
pub(crate) struct Connection {
    requests: SyncSender<String>,
    shared: Arc<Shared>,
    next: AtomicU64,
}

/// What the threads of one process share.
struct Shared {
    /// The process, and its status once that has been taken: its number may be another one's
    /// from then on.
    child: Mutex<(Child, Option<ExitStatus>)>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    waiting: HashMap<u64, oneshot::Sender<Answer>>,
    /// Why no more answers come.
    ended: Option<String>,
    last_lines: VecDeque<String>,
}

impl Connection {
    /// Starts the process. Whatever it starts is in its process group, unless it leaves that.
    pub(crate) fn start(mut command: Command, listener: Listener) -> io::Result<Self> {
        use std::os::unix::process::CommandExt as _;
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.process_group(0).spawn()?;
        let pid = Pid::from_child(&child);
        let (stdin, stdout) = (child.stdin.take(), child.stdout.take());
        let stderr = child.stderr.take();
        let state = Mutex::new(State::default());
        let shared = Arc::new(Shared { child: Mutex::new((child, None)), state });
        let (requests, lines) = sync_channel(MOST_WAITING);
        let connection = Self { requests, shared: Arc::clone(&shared), next: AtomicU64::new(0) };
        let named = |what: &str| thread::Builder::new().name(format!("provider-{what}"));
        if let (Some(stdin), Some(stdout), Some(stderr)) = (stdin, stdout, stderr) {
            named("in").spawn(move || write(stdin, &lines))?;
            let reading = Arc::clone(&shared);
            named("out").spawn(move || read(BufReader::new(stdout), &reading))?;
            let ending = Arc::clone(&shared);
            named("end").spawn(move || {
                // What it has started may hold its output open, which then never ends.
                let _ = waitid(WaitId::Pid(pid), WaitIdOptions::EXITED | WaitIdOptions::NOWAIT);
                ending.kill();
            })?;
            named("err").spawn(move || show(BufReader::new(stderr), &shared, &listener))?;
        }
        Ok(connection)
    }

    /// Asks, and waits for the answer. Where nobody waits any more, the process is told.
    ///
    /// # Errors
    /// Why there is no answer.
    pub(crate) async fn ask(&self, method: &str, params: Value) -> Result<Answer, String> {
        let id = self.next.fetch_add(1, Ordering::Relaxed);
        let (answered, answer) = oneshot::channel();
        {
            let mut state = self.shared.state();
            if let Some(reason) = &state.ended {
                return Err(reason.clone());
            }
            state.waiting.insert(id, answered);
        }
        let waiting = Waiting { connection: self, id };
        match self.requests.try_send(message::request(id, method, params)) {
            Ok(()) | Err(TrySendError::Disconnected(_)) => {}
            Err(TrySendError::Full(_)) => return Err("it does not read what it is asked".into()),
        }
        let answer = answer.await;
        if answer.is_ok() {
            std::mem::forget(waiting);
        }
        answer.map_err(|_| {
            let ended = self.shared.state().ended.clone();
            ended.unwrap_or_else(|| "it gave no answer".into())
        })
    }

    /// Whether it can be asked no more.
    pub(crate) fn has_ended(&self) -> bool {
        self.shared.state().ended.is_some()
    }

    /// The last lines that it wrote to standard error.
    pub(crate) fn last_lines(&self) -> Vec<String> {
        self.shared.state().last_lines.iter().cloned().collect()
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.shared.kill();
    }
}

/// Somebody who waits for an answer.
struct Waiting<'c> {
    connection: &'c Connection,
    id: u64,
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        let mut state = self.connection.shared.state();
        if state.waiting.remove(&self.id).is_some() && state.ended.is_none() {
            let _ = self.connection.requests.try_send(message::cancel(self.id));
        }
    }
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Kills the process and its group, and takes its status, so that nothing is left of it.
    fn kill(&self) -> Option<ExitStatus> {
        let mut child = self.child.lock().unwrap_or_else(PoisonError::into_inner);
        let (child, status) = &mut *child;
        if status.is_none() {
            // What it has started may be there although it has ended itself.
            let _ = kill_process_group(Pid::from_child(child), Signal::KILL);
            let _ = child.kill();
            *status = child.wait().ok();
        }
        *status
    }

    /// Ends it for a reason, of which all who wait are told.
    fn end(&self, reason: String) {
        let status = self.kill();
        let mut state = self.state();
        let how = match status {
            // It was killed for that, and not before.
            Some(status) if reason == ENDED && status.code().is_none() => CLOSED.to_owned(),
            Some(status) if reason == ENDED && !status.success() => {
                format!("{reason}, with {status}")
            }
            _ => reason,
        };
        state.ended.get_or_insert(how);
        state.waiting.clear();
    }
}

/// Why a process answers no more that has closed its output.
const ENDED: &str = "it has ended";
const CLOSED: &str = "it has closed its output, or was killed";

fn write(mut stdin: ChildStdin, lines: &Receiver<String>) {
    for mut line in lines {
        line.push('\n');
        // Its end is told by its output.
        if stdin.write_all(line.as_bytes()).and_then(|()| stdin.flush()).is_err() {
            return;
        }
    }
}

fn read(mut stdout: BufReader<impl Read>, shared: &Shared) {
    let reason = loop {
        let line = match line::next(&mut stdout, LONGEST) {
            Ok(Line::Whole(line)) => line,
            Ok(Line::End) => break ENDED.to_owned(),
            Ok(Line::TooLong) => {
                break format!("it wrote a line of more than {} MiB", LONGEST >> 20);
            }
            Err(error) => break format!("its output cannot be read: {error}"),
        };
        match message::answer(&line) {
            Ok(Some((id, answer))) => {
                if let Some(waiting) = shared.state().waiting.remove(&id) {
                    let _ = waiting.send(answer);
                }
            }
            Ok(None) => {}
            Err(reason) => break reason,
        }
    };
    shared.end(reason);
}

/// Shows what comes on standard error, as long as it is not too much, and keeps its last lines.
fn show(mut stderr: BufReader<impl Read>, shared: &Shared, listener: &Listener) {
    let mut shown = 0_usize;
    loop {
        let text = match line::next(&mut stderr, LONGEST_SHOWN) {
            Ok(Line::Whole(line)) => String::from_utf8_lossy(&line).into_owned(),
            Ok(Line::TooLong) | Err(_) => break,
            Ok(Line::End) => return,
        };
        shown = shown.saturating_add(text.len());
        if shown > MOST_SHOWN {
            break;
        }
        listener(&text);
        let mut state = shared.state();
        if state.last_lines.len() == LAST_LINES {
            state.last_lines.pop_front();
        }
        state.last_lines.push_back(text);
    }
    listener("it writes more to standard error than is shown");
    // It would stop where nobody read it.
    let _ = io::copy(&mut stderr, &mut io::sink());
}
