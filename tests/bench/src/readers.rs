//! The kinds of standard output, and their readers. A reader is a thread of this process, so
//! its CPU time is not the command's.

use std::fs::File;
use std::io::{self, PipeReader, PipeWriter, Read};
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

use anyhow::{Context as _, Result, anyhow, ensure};
use nix::pty::openpty;

use crate::clock::{Clock, timed};
use crate::commands::directory;
use crate::row::Probe;

/// The reader of the output.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Reader {
    File,
    /// A pipe that is read as fast as possible.
    Quick,
    /// A pipe that is read a page at a time, with a pause after each.
    Slow,
    Terminal,
}

/// The number of bytes that a slow reader reads, and the pause after that.
const PAGE: usize = 4 << 10;
const REST: Duration = Duration::from_micros(100);

impl Reader {
    pub(crate) const ALL: [Self; 4] = [Self::File, Self::Quick, Self::Slow, Self::Terminal];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::File => "to a file",
            Self::Quick => "to a pipe whose reader keeps up",
            Self::Slow => "to a pipe whose reader is slow",
            Self::Terminal => "to a terminal",
        }
    }
}

/// Returns a probe of the CPU time of a process whose output is read.
pub(crate) fn probe_with(mut command: Command, reader: Reader) -> Result<Probe> {
    command.stdin(Stdio::null()).stderr(Stdio::null());
    let file = directory()?.join("output.txt");
    Ok(timed(Clock::Children, move |times| {
        for _ in 0..times {
            let read = match reader {
                Reader::File => {
                    command.stdout(File::create(&file)?);
                    run(&mut command)?;
                    fs_length(&file)?
                }
                Reader::Quick => with_pipe(&mut command, |pipe| read(pipe, 64 << 10, None))?,
                Reader::Slow => with_pipe(&mut command, |pipe| read(pipe, PAGE, Some(REST)))?,
                Reader::Terminal => with_terminal(&mut command)?,
            };
            // A terminal turns each line break into two bytes.
            ensure!(read >= 10_000_000, "only {read} bytes of its output were read");
        }
        Ok(())
    }))
}

fn run(command: &mut Command) -> Result<()> {
    let status = command.status();
    // `command` holds an end of the terminal as well. This closes it.
    command.stdout(Stdio::null());
    ensure!(status?.success(), "`{command:?}` failed; `cargo build` brings wit-host up to date");
    Ok(())
}

fn fs_length(file: &std::path::Path) -> Result<u64> {
    Ok(std::fs::metadata(file)?.len())
}

fn with_pipe(command: &mut Command, read: fn(PipeReader) -> u64) -> Result<u64> {
    let (reader, writer): (PipeReader, PipeWriter) = io::pipe()?;
    command.stdout(writer);
    read_while(command, move || read(reader))
}

fn with_terminal(command: &mut Command) -> Result<u64> {
    let terminal = openpty(None, None).context("failed to make a terminal")?;
    command.stdout(terminal.slave);
    let master = File::from(terminal.master);
    read_while(command, move || read(master, 64 << 10, None))
}

/// Runs the command while its output is read.
fn read_while(command: &mut Command, read: impl FnOnce() -> u64 + Send + 'static) -> Result<u64> {
    let reader = thread::spawn(read);
    run(command)?;
    reader.join().map_err(|_| anyhow!("the reader panicked"))
}

/// Reads up to the end, which a terminal reports as an error.
fn read(mut from: impl Read, at_once: usize, rest: Option<Duration>) -> u64 {
    let (mut bytes, mut read) = (vec![0; at_once], 0);
    while let Ok(length @ 1..) = from.read(&mut bytes) {
        read += length as u64;
        if let Some(rest) = rest {
            thread::sleep(rest);
        }
    }
    read
}
