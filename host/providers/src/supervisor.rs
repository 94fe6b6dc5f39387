//! The program between this one and a provider's process. It ends the process when this program has
//! ended in a way that leaves it no time to do so, such as a kill. It reads none of the messages.
//!
//! Linux can kill a process with its parent by itself, but means the thread that started it, which
//! may end long before the program does. So the supervisor looks at the pipe that it shares with the
//! process as its standard input: the pipe hangs up when the program that writes to it is gone.

use std::ffi::OsString;
use std::io;
use std::os::unix::process::ExitStatusExt as _;
use std::process::{Command, ExitCode, ExitStatus};
use std::thread;

use rustix::event::{PollFd, PollFlags, poll};
use rustix::process::{Signal, getpgrp, getpid, kill_process, kill_process_group};

/// The status for a program that cannot be started, as a shell has it.
const NOT_STARTED: u8 = 126;

/// Runs a program with its arguments, which are the words, and ends as it ends. The program gets the
/// standard input, output and error of this one. All of this one's process group is killed when
/// every process that could write to the standard input has closed it.
///
/// A program that uses [`ProcessProvider::supervised`](crate::ProcessProvider::supervised) calls
/// this at its beginning, when the arguments say that it is to supervise.
pub fn supervise(words: impl IntoIterator<Item = OsString>) -> ExitCode {
    match run(words) {
        Ok(status) => like(status),
        Err(error) => {
            eprintln!("it cannot be started: {error}");
            ExitCode::from(NOT_STARTED)
        }
    }
}

fn run(words: impl IntoIterator<Item = OsString>) -> io::Result<ExitStatus> {
    let mut words = words.into_iter();
    let program = words.next().ok_or(io::ErrorKind::InvalidInput)?;
    thread::Builder::new().name("hang-up".into()).spawn(end_with_the_writer)?;
    Command::new(program).args(words).status()
}

/// Kills the process group, and so this process, once the standard input hangs up. No event is
/// asked for: a pipe that hangs up reports it anyway, and what is in the pipe stays there.
fn end_with_the_writer() {
    let stdin = io::stdin();
    loop {
        match poll(&mut [PollFd::new(&stdin, PollFlags::empty())], None) {
            Ok(_) => break,
            Err(rustix::io::Errno::INTR) => {}
            Err(_) => return,
        }
    }
    // Only a group of its own: the one that started it could be a person's shell.
    let _ = match getpgrp() == getpid() {
        true => kill_process_group(getpgrp(), Signal::KILL),
        false => kill_process(getpid(), Signal::KILL),
    };
}

/// Ends this process as another one has ended, so that its parent cannot tell them apart.
fn like(status: ExitStatus) -> ExitCode {
    if let Some(signal) = status.signal().and_then(Signal::from_named_raw) {
        let _ = kill_process(getpid(), signal);
    }
    let code = status.code().and_then(|code| u8::try_from(code).ok());
    code.map_or(ExitCode::FAILURE, ExitCode::from)
}
