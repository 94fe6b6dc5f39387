//! A call that failed: everything that is known of it in one place, and as text
//! of several lines. It does not know how a failure is found out; see `classify`.

mod arguments;
mod canonical;
mod classify;
mod frames;
mod lines;
mod trap;

use std::fmt;
use wit_host_binary::blake3;

use wasmtime::component::Val;
use wasmtime::{Module, Trap};

pub(crate) use classify::{Verdict, of_panic};
pub(crate) use frames::is_of_host_function;

use crate::state::State;
use crate::usage::Usage;
use wit_host_text::shown;

/// What is known of a call that failed. Its `Display` has one line for what
/// happened, and lines below it for each of the others that there is. What comes
/// from the guest is made safe to print, and cut. Its `source()` is the host function's own
/// error, where one failed, and can be downcast to its type.
#[non_exhaustive]
pub struct Failure {
    /// The function that the host called.
    pub function: String,
    /// Its arguments, shortened. The host does not know those of
    /// [`Session::typed`](crate::session::Session::typed), and setting a guest up has none.
    pub arguments: String,
    /// Why it failed, in plain words.
    pub cause: String,
    /// The engine's code for it, where code of the guest's failed by itself and
    /// not a host function.
    pub trap: Option<Trap>,
    /// The import that the guest was in when a host function failed, or when its
    /// time was up: `env.fetch`, or `namespace:package/interface.function`.
    /// Whoever knows it better than the library may set it.
    pub host_call: Option<String>,
    /// The guest's stack, innermost frame first, one text each, 16 at most: the names of
    /// the functions, to which [`Failure::locate`] adds lines of their source.
    pub backtrace: Vec<String>,
    /// Why the frames are without lines, where [`Failure::locate`] could not find them.
    pub lines_left_out: Option<String>,
    /// What else is known that may have led to it, a sentence each.
    pub notes: Vec<String>,
    /// The last lines that the guest wrote to standard error, wherever that went.
    pub stderr: Vec<String>,
    /// What the session had spent by then.
    pub spent: Usage,
    /// The guest's memory and stack in the WebAssembly coredump format, where
    /// [`RuntimeBuilder::coredump`](crate::builder::RuntimeBuilder::coredump) asks for it
    /// and there was a stack left. It may be as large as the guest's memory.
    pub coredump: Option<Vec<u8>>,
    pub(crate) ending: Ending,
    /// What the host function failed with, where that is what it was.
    source: Option<wasmtime::Error>,
    /// Where in the compiled binary each frame is.
    places: Vec<Option<u64>>,
    /// The hash of the guest that failed.
    guest: Option<blake3::Hash>,
    /// Whether whoever reads this error has seen the guest's standard error.
    pub(crate) stderr_was_seen: bool,
}

/// The ways to fail, for the text.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Ending {
    Trapped,
    Stopped,
    HostFailed,
    HostLacked,
}

/// A call of the host's into a guest, for what is told of it where it fails.
#[derive(Clone, Copy)]
pub(crate) struct Called<'a> {
    pub function: &'a str,
    pub(crate) arguments: &'a [Val],
}

impl Failure {
    /// Adds what the guest is known by, for [`Failure::locate`].
    pub(crate) fn of_guest(&mut self, guest: Option<blake3::Hash>) {
        self.guest = guest;
    }

    pub(crate) fn new<T>(
        called: Called<'_>,
        ending: Ending,
        cause: String,
        spent: Usage,
        state: &State<T>,
    ) -> Self {
        Self {
            function: called.function.to_owned(),
            arguments: arguments::text(called.arguments),
            cause,
            trap: None,
            host_call: None,
            backtrace: Vec::new(),
            lines_left_out: None,
            source: None,
            places: Vec::new(),
            guest: None,
            notes: Vec::new(),
            stderr: state.wasi.last_lines(),
            spent,
            coredump: None,
            ending,
            stderr_was_seen: state.wasi.stderr_was_seen(),
        }
    }

    /// Adds the error of the host function, for whoever asks for the cause.
    pub(crate) fn of_host_function(&mut self, error: wasmtime::Error) {
        self.source = Some(error);
    }

    /// Adds what the engine's error tells. `imports` are the interfaces that the guest
    /// imports, and `module` is the guest where it is a core module.
    pub(crate) fn traced(
        &mut self,
        error: &wasmtime::Error,
        imports: &[String],
        module: Option<&Module>,
    ) {
        self.trap = error.downcast_ref().copied();
        (self.backtrace, self.places) = frames::backtrace(error, module).into_iter().unzip();
        self.host_call = frames::host_call(error, imports).filter(|_| self.trap.is_none());
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let call = match &*self.arguments {
            "" => shown(&self.function),
            arguments => format!("{}({arguments})", shown(&self.function)),
        };
        match self.ending {
            Ending::Trapped => write!(f, "`{call}` trapped: {}", self.cause)?,
            Ending::Stopped => write!(f, "`{call}` was stopped: {}", self.cause)?,
            Ending::HostFailed => {
                write!(f, "a host function failed while `{call}` ran: {}", self.cause)?;
            }
            Ending::HostLacked => write!(
                f,
                "the system has no more memory, threads or files for this process while \
                 `{call}` runs: {}",
                self.cause
            )?,
        }
        if let Some(import) = self.host_call.as_ref().filter(|import| !self.cause.contains(*import))
        {
            write!(f, "\n    in the host function `{import}`")?;
        }
        for frame in &self.backtrace {
            write!(f, "\n    at {frame}")?;
        }
        if let Some(reason) = &self.lines_left_out {
            write!(f, "\n    lines are left out: {}", shown(reason))?;
        }
        self.notes.iter().try_for_each(|note| write!(f, "\n  note: {note}"))?;
        if !self.stderr.is_empty() && !self.stderr_was_seen {
            write!(f, "\n  the guest's last lines on standard error:")?;
            self.stderr.iter().try_for_each(|line| write!(f, "\n    {line}"))?;
        }
        write!(f, "\n  spent until then: {}", self.spent)
    }
}

impl std::error::Error for Failure {
    /// What the host function failed with, of its own type, where one did.
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(self.source.as_ref()?.root_cause())
    }
}

impl fmt::Debug for Failure {
    /// All but the coredump, of which only the length is told.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Failure")
            .field("function", &self.function)
            .field("arguments", &self.arguments)
            .field("ending", &self.ending)
            .field("cause", &self.cause)
            .field("trap", &self.trap)
            .field("host_call", &self.host_call)
            .field("backtrace", &self.backtrace)
            .field("lines_left_out", &self.lines_left_out)
            .field("notes", &self.notes)
            .field("stderr", &self.stderr)
            .field("spent", &self.spent)
            .field("coredump", &self.coredump.as_ref().map(Vec::len))
            .finish_non_exhaustive()
    }
}
