//! Shows a line on the terminal while something takes long, and removes it afterwards.

use std::io::{self, IsTerminal as _, Write};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread;
use std::time::Duration;

use wit_host::terminal::{Output, write_own};

/// The time for which no line is shown. A person does not wonder yet.
const PATIENCE: Duration = Duration::from_secs(1);

/// Does `work`. If it takes more than a second, `text` is shown on standard error, if that is a
/// terminal.
pub(crate) fn during<R>(text: &str, work: impl FnOnce() -> R) -> R {
    if !io::stderr().is_terminal() {
        return work();
    }
    let (done, wait) = channel::<()>();
    // Ends the line that a guest may have left unfinished.
    let _ = write_own(Output::Stderr, "");
    thread::scope(move |scope| {
        scope.spawn(move || show(text, &mut io::stderr(), &wait, PATIENCE));
        // It is dropped when the work is done, also by a panic.
        let _done = done;
        work()
    })
}

/// Shows the line. Errors are ignored, because they mean that the output was closed.
fn show(text: &str, output: &mut dyn Write, wait: &Receiver<()>, patience: Duration) {
    if wait.recv_timeout(patience) == Err(RecvTimeoutError::Timeout) {
        let _ = write!(output, "wit-host: {text}").and_then(|()| output.flush());
        let _ = wait.recv();
        let _ = write!(output, "\r\x1b[2K").and_then(|()| output.flush());
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::Sender;

    use super::*;

    /// A terminal that sends a message as soon as the line is shown.
    struct Terminal(Vec<u8>, Option<Sender<()>>);

    impl Write for Terminal {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            self.1 = None;
            Ok(())
        }
    }

    #[test]
    fn the_line_is_shown_where_it_takes_long_and_is_gone_afterwards() {
        let (done, wait) = channel();
        let mut slow = Terminal(Vec::new(), Some(done));
        show("compiling", &mut slow, &wait, Duration::ZERO);
        assert_eq!(slow.0, b"wit-host: compiling\r\x1b[2K");

        let (done, wait) = channel();
        drop(done);
        let mut quick = Terminal(Vec::new(), None);
        show("compiling", &mut quick, &wait, Duration::MAX);
        assert_eq!(quick.0, b"");
    }
}
