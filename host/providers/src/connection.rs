//! The connection to a running process: messages are written and read on threads of their own, so
//! that it works with any executor of the caller. It does not know values.

use std::collections::VecDeque;
use std::io::{self, BufReader, Read};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, kill_process_group, waitid};

use crate::line::{self, Line};
use crate::peer::{self, ENDED, Peer};

/// The limits in bytes of the standard error that is shown: of all of it, and of a line.
const MOST_SHOWN: usize = 64 << 10;
const LONGEST_SHOWN: usize = 8 << 10;
/// The number of lines of standard error that are kept for a failure.
const LAST_LINES: usize = 10;

/// The reason for which a process that closed its output answers no more.
const CLOSED: &str = "it has closed its output, or was killed";

/// The function that gets each line of standard error.
pub(crate) type Listener = Arc<dyn Fn(&str) + Send + Sync>;

/// A running process that answers requests. Dropping it kills the process.
pub(crate) struct Connection {
    shared: Arc<Shared>,
}

/// The state that the threads of one process share.
struct Shared {
    /// The process, and its status once it was taken. After that, its number may belong to another
    /// process, so it must not be used.
    child: Mutex<(Child, Option<ExitStatus>)>,
    peer: Peer,
    last_lines: Mutex<VecDeque<String>>,
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
        let (peer, last_lines) = (Peer::unconnected(CLOSED), Mutex::default());
        let lines = peer.connect();
        let shared = Arc::new(Shared { child: Mutex::new((child, None)), peer, last_lines });
        let connection = Self { shared: Arc::clone(&shared) };
        let named = |what: &str| thread::Builder::new().name(format!("provider-{what}"));
        if let (Some(stdin), Some(stdout), Some(stderr)) = (stdin, stdout, stderr) {
            // An error of writing is ignored: the thread that reads the output reports the end.
            named("in").spawn(move || peer::write(stdin, lines))?;
            let reading = Arc::clone(&shared);
            named("out").spawn(move || {
                // What a process asks for, nobody answers.
                let reason = reading.peer.read(&mut BufReader::new(stdout), |_, _| ());
                reading.end(reason);
            })?;
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

    /// Returns the requests to the process, and its answers.
    pub(crate) fn peer(&self) -> &Peer {
        &self.shared.peer
    }

    /// Returns the last lines that the process wrote to standard error.
    pub(crate) fn last_lines(&self) -> Vec<String> {
        let lines = self.shared.last_lines.lock().unwrap_or_else(PoisonError::into_inner);
        lines.iter().cloned().collect()
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.shared.kill();
        self.shared.peer.end(CLOSED.to_owned());
    }
}

impl Shared {
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
        self.peer.end(match status {
            // A process without an exit code was ended by a signal: by this kill, if it had only
            // closed its output, or by another one before.
            Some(status) if reason == ENDED && status.code().is_none() => CLOSED.to_owned(),
            Some(status) if reason == ENDED && !status.success() => {
                format!("{reason}, with {status}")
            }
            _ => reason,
        });
    }
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
        let mut last_lines = shared.last_lines.lock().unwrap_or_else(PoisonError::into_inner);
        if last_lines.len() == LAST_LINES {
            last_lines.pop_front();
        }
        last_lines.push_back(text);
    }
    listener("it writes more to standard error than is shown");
    // The process would block on a full pipe, so the rest is read and dropped.
    let _ = io::copy(&mut stderr, &mut io::sink());
}
