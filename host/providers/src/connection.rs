//! The connection to a running process: requests and answers are written and read on threads of
//! their own, so that it works with any executor of the caller. It does not know values.

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

/// The number of requests that wait to be written while the process does not read.
const MOST_WAITING: usize = 64;
/// The limits in bytes of the standard error that is shown: of all of it, and of a line.
const MOST_SHOWN: usize = 64 << 10;
const LONGEST_SHOWN: usize = 8 << 10;
/// The number of lines of standard error that are kept for a failure.
const LAST_LINES: usize = 10;

/// The function that gets each line of standard error.
pub(crate) type Listener = Arc<dyn Fn(&str) + Send + Sync>;

/// A running process that answers requests.
pub(crate) struct Connection {
    requests: SyncSender<String>,
    shared: Arc<Shared>,
    next: AtomicU64,
}

/// The state that the threads of one process share.
struct Shared {
    /// The process, and its status once it was taken. After that, its number may belong to another
    /// process, so it must not be used.
    child: Mutex<(Child, Option<ExitStatus>)>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    waiting: HashMap<u64, oneshot::Sender<Answer>>,
    /// Why no more answers come, once the connection has ended.
    ended: Option<String>,
    last_lines: VecDeque<String>,
}

impl Connection {
    /// Starts the process. Processes that it starts are in its process group, unless they leave the
    /// group.
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
                // Its children may hold its output open, so the end of the output cannot be waited
                // for.
                let _ = waitid(WaitId::Pid(pid), WaitIdOptions::EXITED | WaitIdOptions::NOWAIT);
                ending.kill();
            })?;
            named("err").spawn(move || show(BufReader::new(stderr), &shared, &listener))?;
        }
        Ok(connection)
    }

    /// Sends a request and waits for the answer. If the future is dropped, the process gets a
    /// notification that cancels the request.
    ///
    /// # Errors
    /// The reason why there is no answer.
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

    /// Returns true if the process answers no more.
    pub(crate) fn has_ended(&self) -> bool {
        self.shared.state().ended.is_some()
    }

    /// Returns the last lines that the process wrote to standard error.
    pub(crate) fn last_lines(&self) -> Vec<String> {
        self.shared.state().last_lines.iter().cloned().collect()
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.shared.kill();
    }
}

/// A request without an answer yet. Dropping it cancels the request.
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

    /// Kills the process and its group, and takes its status, so that no zombie is left.
    fn kill(&self) -> Option<ExitStatus> {
        let mut child = self.child.lock().unwrap_or_else(PoisonError::into_inner);
        let (child, status) = &mut *child;
        if status.is_none() {
            // Its children may still run although the process itself has ended.
            let _ = kill_process_group(Pid::from_child(child), Signal::KILL);
            let _ = child.kill();
            *status = child.wait().ok();
        }
        *status
    }

    /// Ends the connection for a reason. All requests that wait fail with it.
    fn end(&self, reason: String) {
        let status = self.kill();
        let mut state = self.state();
        let how = match status {
            // A process without an exit code was ended by a signal: by this kill, if it had only
            // closed its output, or by another one before.
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

/// The reasons for which a process that closed its output answers no more.
const ENDED: &str = "it has ended";
const CLOSED: &str = "it has closed its output, or was killed";

fn write(mut stdin: ChildStdin, lines: &Receiver<String>) {
    for mut line in lines {
        line.push('\n');
        // An error here is ignored: the thread that reads the output reports the end.
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

/// Passes the lines of standard error to the listener, up to the limits, and keeps the last of
/// them.
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
    // The process would block on a full pipe, so the rest is read and dropped.
    let _ = io::copy(&mut stderr, &mut io::sink());
}
