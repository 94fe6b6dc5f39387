//! Work in a process of its own, with limits of the operating system on its CPU time
//! and memory: a guest that is made to break the tool that looks at it breaks that
//! process, and the host reports it as an error like any other.
//!
//! [`process`] is this process's side, with [`ended`], and [`inside`] the other's; they
//! know limits, input and output, and nothing of what is done. That is a [`Role`]'s,
//! which has a module of its own: [`compiler`], [`lines`].

mod compiler;
mod ended;
mod inside;
mod lines;
mod process;

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;

use crate::engine::Settings;
pub(crate) use ended::{Ended, Spent};
pub(crate) use lines::Line;
pub(crate) use process::{Bounds, Task};

/// A program that has a process of its own do what can break a tool, as compiling a
/// guest: one that calls [`isolated_worker`] when it is started with the arguments
/// that are given here.
///
/// The host runs the machine code that the program returns, so it has to be one
/// of the embedder's own, of the same version of this library.
#[derive(Clone, Debug)]
pub struct Isolation {
    program: PathBuf,
    arguments: Vec<OsString>,
    settings: Option<Settings>,
}

impl Isolation {
    /// Starts `program` with `arguments` and then some of this library's.
    pub fn new(
        program: impl Into<PathBuf>,
        arguments: impl IntoIterator<Item = impl Into<OsString>>,
    ) -> Self {
        let arguments = arguments.into_iter().map(Into::into).collect();
        Self { program: program.into(), arguments, settings: None }
    }

    pub(crate) fn with_settings(mut self, settings: Settings) -> Self {
        self.settings = Some(settings);
        self
    }
}

/// What a process can be started for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    /// Compiling a guest.
    Compile,
    /// Finding the lines of a guest's frames in its debug information.
    Lines,
}

impl Role {
    const ALL: [Self; 2] = [Self::Compile, Self::Lines];

    /// How it is called on the command line.
    fn word(self) -> &'static str {
        match self {
            Self::Compile => "compile",
            Self::Lines => "lines",
        }
    }

    /// Starts the threads that it is to have, for an input of so many bytes: those
    /// that start when memory is bounded already may not have what they need.
    fn prepare(self, input: u64, memory: u64) -> std::io::Result<()> {
        match self {
            Self::Compile => compiler::prepare(input, memory),
            Self::Lines => Ok(()),
        }
    }

    fn work(self, arguments: &[String], input: &[u8]) -> Result<Vec<u8>, Failed> {
        match self {
            Self::Compile => compiler::work(arguments, input),
            Self::Lines => lines::work(arguments, input),
        }
    }
}

/// Why a process could not do its work, where it can tell that itself.
#[derive(Debug)]
pub(crate) enum Failed {
    /// What it was given is at fault.
    Refused(String),
    /// Memory ran out.
    Memory,
    /// Something of the host is, as the number of threads.
    Host(String),
}

/// The other end of an [`Isolation`]: does what is asked for on standard input, under
/// the limits that `arguments` hold (those that follow the embedder's own), and writes
/// what came of it to standard output. The process ends with the one that started it.
///
/// Call it before anything else, and end the process with the status that is returned.
pub fn isolated_worker(arguments: impl IntoIterator<Item = String>) -> ExitCode {
    inside::serve(&arguments.into_iter().collect::<Vec<_>>())
}
