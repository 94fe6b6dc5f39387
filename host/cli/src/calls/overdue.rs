//! Ends the command if a call does not return although its time is over. The guest's thread itself
//! waits for files, and a file on a network may never answer.

use std::io;
use std::path::Path;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread;
use std::time::Duration;

use wit_host::terminal::{Output, restore};
use wit_host::{Error, LimitReached};

use crate::options::Options;
use crate::status::{OUT_OF_TIME, notice, shown_path};

/// The time that a call has to return by itself after its limit. Ending it in the usual way takes a
/// moment, and so does writing its last output.
const PATIENCE: Duration = Duration::from_secs(1);

/// The time limit of calls that may wait for files, if there is one.
#[derive(Clone, Debug)]
pub(crate) struct Overdue {
    guest: String,
    limit: Option<Duration>,
}

impl Overdue {
    pub(crate) fn new(guest: &Path, options: &Options) -> anyhow::Result<Self> {
        let waits = options.has_directories()?;
        let limit = options.limits()?.wall_clock.filter(|_| waits);
        Ok(Self { guest: shown_path(guest), limit })
    }

    /// Makes a call, and ends the command if the call does not return.
    ///
    /// # Errors
    /// Those of the call, and [`Error::Host`] if the thread that waits for it cannot be started.
    pub(crate) fn during<R, E: From<Error>>(
        &self,
        call: impl FnOnce() -> Result<R, E>,
    ) -> Result<R, E> {
        let until_then = self.limit.map(|limit| {
            let guest = self.guest.clone();
            after(limit.saturating_add(PATIENCE), move || end(&guest, limit))
        });
        let _until_then = until_then.transpose().map_err(|error| Error::Host {
            action: "start the thread that ends a late call",
            reason: error.to_string(),
        })?;
        call()
    }
}

/// Calls `then` after this time, unless the sender that is returned is dropped before.
fn after(time: Duration, then: impl FnOnce() + Send + 'static) -> io::Result<Sender<()>> {
    let (sender, receiver) = channel();
    thread::Builder::new().name("overdue".into()).spawn(move || {
        if receiver.recv_timeout(time) == Err(RecvTimeoutError::Timeout) {
            then();
        }
    })?;
    Ok(sender)
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
    // Nothing can end the thread that waits for the file, so the process ends.
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
        let late = after(Duration::from_millis(1), tell(&told, "late")).expect("a thread");
        assert_eq!(hears.recv(), Ok("late"));
        drop(late);
        drop(after(Duration::from_secs(3_600), tell(&told, "in time")).expect("a thread"));
        drop(told);
        // The sender is dropped when the thread ends.
        assert!(hears.recv().is_err());
    }
}
