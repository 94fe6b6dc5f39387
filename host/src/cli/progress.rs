//! A line on the terminal while something takes long, which is gone afterwards.

use std::io::{self, IsTerminal as _, Write};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread;
use std::time::Duration;

/// How long nobody wonders yet.
const PATIENCE: Duration = Duration::from_secs(1);

/// Does `work`, with `text` on standard error where that is a terminal and the
/// work takes more than a second.
pub(crate) fn during<R>(text: &str, work: impl FnOnce() -> R) -> R {
    if !io::stderr().is_terminal() {
        return work();
    }
    let (done, wait) = channel();
    thread::scope(move |scope| {
        scope.spawn(move || show(text, &mut io::stderr(), &wait, PATIENCE));
        // Dropped when the work is done, also by a panic.
        let _done = done;
        work()
    })
}

/// Whoever has closed the output does not want to know.
fn show(text: &str, output: &mut dyn Write, wait: &Receiver<()>, patience: Duration) {
    if wait.recv_timeout(patience) == Err(RecvTimeoutError::Timeout) {
        let _ = write!(output, "wit-host: {text}").and_then(|()| output.flush());
        let _ = wait.recv();
        let _ = write!(output, "\r\x1b[2K").and_then(|()| output.flush());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_is_shown_where_it_takes_long_and_erased() {
        let (done, wait) = channel();
        drop(done);
        let mut output = Vec::new();
        show("compiling", &mut output, &wait, PATIENCE);
        assert_eq!(output, b"");
        let (done, wait) = channel();
        done.send(()).expect("there is a receiver");
        let mut quick = Vec::new();
        show("compiling", &mut quick, &wait, Duration::ZERO);
        assert_eq!(quick, b"");
    }
}
