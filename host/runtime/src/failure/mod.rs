//! A failed call: everything that is known of it, and its text of several lines. How a failure
//! is recognised is left to `classify`.

mod arguments;
mod canonical;
mod classify;
pub(crate) mod coredump;
pub(crate) mod denied;
mod frames;
pub(crate) mod lacking;
#[cfg(feature = "isolation")]
mod lines;
mod trap;

use std::fmt;
use wit_host_binary::blake3;

use wasmtime::component::Val;
use wasmtime::{Module, Trap};

pub(crate) use classify::{Verdict, of_panic};
pub(crate) use frames::is_of_host_function;

use crate::provider::ProviderFailed;
use crate::store::state::State;
use crate::store::usage::Usage;
use wit_host_text::shown;

/// What is known of a failed call. Its `Display` is one line, and [`Failure::report`] has the
/// rest. Text that comes from the guest is escaped and cut. Its `source()` is the error of the
/// host function, if one failed, and can be downcast to its type.
#[non_exhaustive]
pub struct Failure {
    /// The function that the host called.
    pub function: String,
    /// Its arguments, shortened. They are empty for calls within
    /// [`Session::run`](crate::session::Session::run), whose arguments the host does not know,
    /// and for the set-up of a guest.
    pub arguments: String,
    /// The reason of the failure in plain words.
    pub cause: String,
    /// The engine's code of the trap, if the guest's own code failed and not a host function.
    pub trap: Option<Trap>,
    /// The import that the guest was in when a host function failed or when its time was up:
    /// `env.fetch`, or `namespace:package/interface.function`. An embedder that knows it better
    /// may set it.
    pub host_call: Option<String>,
    /// The guest's stack, innermost frame first, one text each, 16 at most. They are names of
    /// functions, to which [`Failure::locate`] adds source lines.
    pub backtrace: Vec<String>,
    /// Why [`Failure::locate`] could not find the lines of the frames.
    pub lines_left_out: Option<String>,
    /// Other facts that may have led to the failure, a sentence each.
    pub notes: Vec<String>,
    /// The last lines that the guest wrote to standard error, wherever that is connected.
    pub stderr: Vec<String>,
    /// What the session had spent by then.
    pub spent: Usage,
    /// The guest's memory and stack in the WebAssembly coredump format, if
    /// [`RuntimeBuilder::coredump`](crate::runtime::builder::RuntimeBuilder::coredump) asks for it and
    /// there was a stack left. It may be as large as the guest's memory.
    pub coredump: Option<Vec<u8>>,
    pub(crate) ending: Ending,
    /// The error of the host function, if one failed.
    source: Option<wasmtime::Error>,
    /// The offset of each frame in the compiled binary.
    places: Vec<Option<u64>>,
    /// The hash of the guest that failed.
    guest: Option<blake3::Hash>,
    /// Whether the reader of this error has seen the guest's standard error already.
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

/// A call into a guest, as errors describe it.
#[derive(Clone, Copy)]
pub(crate) struct CallSite<'a> {
    pub function: &'a str,
    pub(crate) arguments: &'a [Val],
}

impl Failure {
    /// Returns all that is known of the failure in several lines: the text of
    /// [`Display`](fmt::Display), the host function that was running, the guest's stack, notes,
    /// its last lines on standard error if they were not shown yet, and what was spent. Text
    /// that comes from the guest is escaped and cut.
    pub fn report(&self) -> String {
        let mut lines = vec![self.to_string()];
        let call = self.host_call.iter().filter(|import| !self.cause.contains(*import));
        lines.extend(call.map(|import| format!("    in the host function `{import}`")));
        lines.extend(self.backtrace.iter().map(|frame| format!("    at {frame}")));
        let left_out = self.lines_left_out.iter().map(|reason| shown(reason));
        lines.extend(left_out.map(|reason| format!("    lines are left out: {reason}")));
        lines.extend(self.notes.iter().map(|note| format!("  note: {note}")));
        if !self.stderr.is_empty() && !self.stderr_was_seen {
            lines.push("  the guest's last lines on standard error:".into());
            lines.extend(self.stderr.iter().map(|line| format!("    {line}")));
        }
        if let Some(report) = self.report_of_provider() {
            lines.push("  the provider's own report:".into());
            lines.extend(report.lines().map(|line| format!("    {}", shown(line))));
        }
        lines.push(format!("  spent until then: {}", self.spent));
        lines.join("\n")
    }

    /// Adds the hash of the guest, for [`Failure::locate`].
    pub(crate) fn of_guest(&mut self, guest: Option<blake3::Hash>) {
        self.guest = guest;
    }

    pub(crate) fn new<T>(
        called: CallSite<'_>,
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

    /// Adds the error of the host function as the source.
    pub(crate) fn of_host_function(&mut self, error: wasmtime::Error) {
        self.source = Some(error);
    }

    /// Returns the report of the provider that failed, if one did.
    fn report_of_provider(&self) -> Option<String> {
        self.source.as_ref()?.downcast_ref::<ProviderFailed>()?.report()
    }

    /// Adds what the engine's error contains. `imports` are the interfaces that the guest
    /// imports, and `module` is the guest if it is a core module.
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
    /// Writes the call and the reason of its failure in one line.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let call = match &*self.arguments {
            "" => shown(&self.function),
            arguments => format!("{}({arguments})", shown(&self.function)),
        };
        match self.ending {
            Ending::Trapped => write!(f, "`{call}` trapped: {}", self.cause),
            Ending::Stopped => write!(f, "`{call}` was stopped: {}", self.cause),
            Ending::HostFailed => {
                write!(f, "a host function failed while `{call}` ran: {}", self.cause)
            }
            Ending::HostLacked => write!(
                f,
                "the system has no more memory, threads or files for this process while \
                 `{call}` runs: {}",
                self.cause
            ),
        }
    }
}

impl std::error::Error for Failure {
    /// Returns the error of the host function in its own type, if one failed.
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        let source = self.source.as_ref()?;
        match source.downcast_ref::<ProviderFailed>() {
            Some(failed) => Some(failed.own()),
            None => Some(source.root_cause()),
        }
    }
}

impl fmt::Debug for Failure {
    /// Writes everything but the coredump, of which only the length is written.
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
