//! Runs tasks in a process of their own, whose CPU time and memory the operating system limits.
//! A guest that is made to break the tool that reads it breaks that process, and the host
//! reports an error.
//!
//! Compiling is one of these tasks, because no count bounds a compiler's time. A scan refuses
//! what is known to be expensive before compiling, but nothing within the compiling process
//! bounds what the compiler then takes; only the limits of a process do. So the command
//! compiles in a process of its own by default. The library does so if its embedder asks for
//! it, because it needs a program that calls [`isolated_worker`].
//!
//! [`process`] and [`ended`] are the side of this process, and [`inside`] is the other side.
//! They know limits, input and output, and not the task. A task is a [`Role`] with a module of
//! its own: [`compiler`], [`lines`].

mod compiler;
mod ended;
mod inside;
mod lines;
mod process;

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;

use crate::engine::settings::Settings;
pub(crate) use ended::{Ended, Spent};
pub(crate) use lines::Line;
pub(crate) use process::{Bounds, Task};

/// The program that runs tasks which can break a tool, such as compiling a guest, in a process
/// of its own. It has to call [`isolated_worker`] when it is started with the arguments that
/// are given here.
///
/// The host runs the machine code that the program returns. So it has to be one of the
/// embedder's own, with the same version of this library.
#[derive(Clone, Debug)]
pub struct Isolation {
    program: PathBuf,
    arguments: Vec<OsString>,
    settings: Option<Settings>,
}

impl Isolation {
    /// Names the program. It is started with `arguments`, followed by some of this library's
    /// own.
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

/// The task of a process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    /// Compiling a guest.
    Compile,
    /// Finding the lines of a guest's frames in its debug information.
    Lines,
}

impl Role {
    const ALL: [Self; 2] = [Self::Compile, Self::Lines];

    /// Returns the role's name on the command line.
    fn word(self) -> &'static str {
        match self {
            Self::Compile => "compile",
            Self::Lines => "lines",
        }
    }

    /// Starts the threads that the role needs for an input of this size. They are started
    /// before memory is limited, because afterwards a thread may not get what it needs.
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

/// Why a process could not do its task, if it can say so itself.
#[derive(Debug)]
pub(crate) enum Failed {
    /// The input is at fault.
    Refused(String),
    /// Memory ran out.
    Memory,
    /// The host lacks something, such as threads.
    Host(String),
}

/// Runs the other end of an [`Isolation`]. It reads its task from standard input, works under
/// the limits in `arguments` (those after the embedder's own), and writes the result to
/// standard output. The process ends with the one that started it.
///
/// Call it before anything else, and end the process with the status that it returns.
pub fn isolated_worker(arguments: impl IntoIterator<Item = String>) -> ExitCode {
    inside::serve(&arguments.into_iter().collect::<Vec<_>>())
}
