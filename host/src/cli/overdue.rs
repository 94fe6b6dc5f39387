//! Ends the command where a call does not come back although its time is over: files are
//! waited for on the thread that the guest runs on, and those of a network may not answer.

use std::path::Path;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread;
use std::time::Duration;

use wit_host::LimitReached;
use wit_host::terminal::{Output, restore};

use super::options::Options;
use super::status::{OUT_OF_TIME, notice, shown_path};

/// How late a call may come back by itself: what ends it otherwise takes a moment, and so
/// does what it has written last.
const PATIENCE: Duration = Duration::from_secs(1);

/// The most time that a call may take which waits for files, if there is a limit.
#[derive(Clone, Debug)]
pub(crate) struct Overdue {
    guest: String,
    limit: Option<Duration>,
}

impl Overdue {
    pub(crate) fn new(guest: &Path, options: &Options) -> anyhow::Result<Self> {
        let limit = options.limits()?.wall_clock.filter(|_| options.has_directories());
        Ok(Self { guest: shown_path(guest), limit })
    }

    /// Makes a call, and ends the command where it does not come back.
    pub(crate) fn during<R>(&self, call: impl FnOnce() -> R) -> R {
        let _until_then = self.limit.map(|limit| {
            let guest = self.guest.clone();
            after(limit.saturating_add(PATIENCE), move || end(&guest, limit))
        });
        call()
    }
}

/// Does something after that time, unless what is returned is dropped before.
fn after(time: Duration, then: impl FnOnce() + Send + 'static) -> Sender<()> {
    let (sender, receiver) = channel();
    thread::spawn(move || {
        if receiver.recv_timeout(time) == Err(RecvTimeoutError::Timeout) {
            then();
        }
    });
    sender
}

fn end(guest: &str, limit: Duration) {
    let reached = LimitReached::WallClock(Some(limit));
    notice(&format!(
        "{guest}: the call was stopped: {reached}\n    while it waited for a file or a folder that \
         was granted with `--dir`, which does not answer"
    ));
    for output in [Output::Stdout, Output::Stderr] {
        let _ = restore(output);
    }
    std::process::exit(OUT_OF_TIME.into());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_comes_back_is_not_overdue() {
        let (told, hears) = channel();
        let tell = |told: &Sender<&'static str>, what| {
            let told = told.clone();
            move || assert_eq!(told.send(what), Ok(()))
        };
        let late = after(Duration::from_millis(1), tell(&told, "late"));
        assert_eq!(hears.recv(), Ok("late"));
        drop(late);
        drop(after(Duration::from_secs(3_600), tell(&told, "in time")));
        drop(told);
        // Ends once the thread has.
        assert!(hears.recv().is_err());
    }
}
