//! Ends the server at the signals that end a command. It does not know what is served.

use std::io::ErrorKind;

use anyhow::{Context as _, Result};
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::low_level::pipe;
use tokio::net::UnixStream;

use crate::status::notice;

/// Returns a stream that a byte comes on for each signal that is to end the command. The signals of
/// tokio are no choice: they panic where the system lacks descriptors, in every command that has
/// an executor.
pub(super) fn signals() -> Result<UnixStream> {
    let failed = "failed to listen to signals";
    let (read, write) = std::os::unix::net::UnixStream::pair().context(failed)?;
    let other = write.try_clone().context(failed)?;
    pipe::register(SIGTERM, write).context(failed)?;
    pipe::register(SIGINT, other).context(failed)?;
    read.set_nonblocking(true).context(failed)?;
    UnixStream::from_std(read).context(failed)
}

/// Ends the server at the first signal, and the command at the second.
pub(super) async fn stop_on_signals(signals: UnixStream, stop: tokio::sync::watch::Sender<bool>) {
    let mut is_ending = false;
    while signals.readable().await.is_ok() {
        match signals.try_read(&mut [0]) {
            Ok(0) => return,
            Ok(_) if is_ending => std::process::exit(1),
            Ok(_) => {
                is_ending = true;
                notice("ending: calls that are under way may end; a second signal ends them");
                let _ = stop.send(true);
            }
            Err(error) if error.kind() == ErrorKind::WouldBlock => {}
            Err(_) => return,
        }
    }
}
