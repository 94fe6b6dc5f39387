//! The errors of the library, as far as a caller can act on them. They are one enum. Its texts name
//! the thing, the place and the fix. It does not know how the command prints an error, or which
//! exit status follows.

use std::path::PathBuf;

use crate::engine::processor::Processor;
use crate::failure::Failure;
use wit_host_binary::entry_point::{REACTOR, instead};
use wit_host_binary::error::GuestError;
use wit_host_binary::limits::{LimitReached, OverLimit};
use wit_host_check::deny::DenialError;
use wit_host_check::engine_error::reason;
use wit_host_check::error::CheckError;
use wit_host_check::export_name::hint;
use wit_host_check::fit::{Mismatch, Mismatches};
use wit_host_text::contain::Panicked;
use wit_host_text::{list, shown};
#[cfg(feature = "values-text")]
use wit_host_values::BadArgument;
use wit_host_wit::ContractError;

/// The result of the library's functions.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why a guest could not be loaded, started or called.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The bytes are not a guest, or not one that the host compiles.
    #[error(transparent)]
    Guest(GuestError),

    /// The compiler has a bug, which this guest triggers.
    #[error(
        "the compiler failed on this {kind}: {how}; no setting mends that: build the guest in \
         another way, as with fewer optimisations or in smaller parts"
    )]
    CompilerFailed {
        /// The kind of guest that was compiled.
        kind: &'static str,
        /// What the compiler did, or how its process ended.
        how: String,
    },

    /// A module that serves the imports of guests cannot have this name.
    #[error("failed to serve a core module as `{}`: {reason}", shown(name))]
    ModuleName {
        /// The name, of [`RuntimeBuilder::provide_module`](crate::runtime::builder::RuntimeBuilder::provide_module).
        name: String,
        /// Why the name is not allowed.
        reason: &'static str,
    },

    /// A module that serves the imports of guests could not be loaded.
    #[error("failed to load the module that is to serve `{}`", shown(name))]
    Module {
        /// The module's name, as guests import from it.
        name: String,
        /// Why it could not be loaded.
        source: Box<Error>,
    },

    /// A function, resource or provider cannot serve imports, or not under this name.
    #[error("failed to serve `{}`: {reason}", shown(name))]
    Import {
        /// The name, of [`RuntimeBuilder::func`](crate::RuntimeBuilder::func),
        /// [`RuntimeBuilder::resource`](crate::RuntimeBuilder::resource) or
        /// [`RuntimeBuilder::provide`](crate::RuntimeBuilder::provide).
        name: String,
        /// Why it cannot serve them.
        reason: String,
    },

    /// The pool could not be made, the guest is too large for it, or it was full.
    #[cfg(feature = "pooling")]
    #[error(transparent)]
    Pool(#[from] crate::engine::pool::PoolError),

    /// The host's contract has imports that its linker does not serve.
    #[error("the host does not serve the whole of its own contract:{}", lines(.0))]
    Unserved(Vec<Mismatch>),

    /// The guest asks for imports that the runtime does not serve.
    #[error(transparent)]
    Mismatches(#[from] Mismatches),

    /// A contract could not be read.
    #[error(transparent)]
    Contract(#[from] ContractError),

    /// The guest exports no function of this name.
    #[error("{}", no_such_function(function, exports))]
    NoSuchFunction {
        /// The function that was called.
        function: String,
        /// Every function that the guest exports.
        exports: Vec<String>,
    },

    /// The guest has no function that can be its main.
    #[error(
        "the guest has no entry point, which is `run`, `wasi:cli/run` of WASI 0.2, or a core \
         module's `_start`; {}",
        instead(exports)
    )]
    NoEntryPoint {
        /// Every function that the guest exports.
        exports: Vec<String>,
    },

    /// The name is short for several of the guest's functions.
    #[error(
        "`{}` is the name of several functions; give one of them in full: {}",
        shown(function),
        list(candidates)
    )]
    AmbiguousFunction {
        /// The function that was asked for.
        function: String,
        /// The full names of the functions that it can mean.
        candidates: Vec<String>,
    },

    /// An argument's text is not a value of its parameter's type.
    #[cfg(feature = "values-text")]
    #[error(transparent)]
    Argument(#[from] BadArgument),

    /// The arguments of a call, or the types that the caller expects, do not match the function.
    /// The session can go on.
    #[error("failed to call `{}`: {reason}", shown(function))]
    InvalidCall {
        /// The function that was to be called.
        function: String,
        /// What does not match.
        reason: String,
    },

    /// The guest exited with this status, through WASI.
    #[error("the guest exited with status {0}")]
    Exited(i32),

    /// The guest failed while it ran.
    #[error(transparent)]
    Trapped(Box<Failure>),

    /// The guest reached a limit.
    #[error("{failure}")]
    Limit {
        /// The limit that was reached, its value, and how to raise it.
        limit: LimitReached,
        /// What is known about the call.
        failure: Box<Failure>,
    },

    /// A host function failed, or the system had no more memory, threads or descriptors for
    /// the host, through no fault of the guest. What the function returned as its error is the
    /// `source()`.
    #[error(transparent)]
    HostFunction(Box<Failure>),

    /// The guest could not write to this process's output, because the reader has closed it.
    #[error("the output was closed while `{}` ran", shown(function))]
    OutputClosed {
        /// The function that the host called.
        function: String,
    },

    /// An [`Interrupt`](crate::blocking::Interrupt) ended the call, and the session with it.
    #[error("`{}` was interrupted", shown(function))]
    Interrupted {
        /// The function that the host called.
        function: String,
    },

    /// An earlier call failed and may have left the session in an inconsistent state, or the guest
    /// has exited.
    #[error("{}", ended(function, *exited))]
    SessionEnded {
        /// The function whose call failed, or in which the guest exited.
        function: String,
        /// The status with which the guest exited, if it did.
        exited: Option<i32>,
    },

    /// A grant names something that the host does not have, or nothing at all.
    #[error("failed to grant or deny `{what}`: {reason}")]
    Grant {
        /// The directory or host of the grant, or the name of the denial.
        what: String,
        /// Why the grant or the denial is not possible.
        reason: String,
    },

    /// The file is not a compiled guest, or not one for a runtime such as this.
    #[error(
        "this is no compiled guest that can be run here: {reason}; compile the guest with \
         `Runtime::compile`"
    )]
    IncompatibleCode {
        /// What does not match.
        reason: String,
    },

    /// The value of a limit makes sessions impossible.
    #[error("failed to set `Limits::{limit}`: {reason}")]
    Limits {
        /// The limit's name.
        limit: &'static str,
        /// What is wrong with its value.
        reason: String,
    },

    /// This machine cannot run code for this processor, so it cannot compile for it either.
    #[error("failed to compile for `{processor}`: {reason}")]
    Processor {
        /// The processor, of [`RuntimeBuilder::processor`](crate::runtime::builder::RuntimeBuilder::processor).
        processor: Processor,
        /// What this machine's processor lacks.
        reason: String,
    },

    /// The directory of a cache cannot be used. Loading a guest never fails because of its cache.
    #[error("failed to use the cache `{}`: {reason}", shown(&directory.display().to_string()))]
    Cache {
        /// The directory of the cache, which may not exist.
        directory: PathBuf,
        /// Why it cannot be used.
        reason: String,
    },

    /// The host could not do its own part: it failed to set up its engine, linker or executor.
    #[error("the host failed to {action}: {reason}")]
    Host {
        /// What the host failed to do.
        action: &'static str,
        /// Why it failed.
        reason: String,
    },
}

impl Error {
    /// Returns what is known about the call that trapped, reached a limit, or failed in a host
    /// function.
    pub fn failure(&self) -> Option<&Failure> {
        match self {
            Self::Trapped(failure) | Self::HostFunction(failure) | Self::Limit { failure, .. } => {
                Some(failure)
            }
            _ => None,
        }
    }

    /// Returns all that is known about the error: [`Failure::report`] for a call that failed, and
    /// otherwise the text of [`Display`](std::fmt::Display).
    pub fn report(&self) -> String {
        self.failure().map_or_else(|| self.to_string(), Failure::report)
    }

    /// Returns the failure of [`Error::failure`], so that callers can add what they know.
    pub fn failure_mut(&mut self) -> Option<&mut Failure> {
        match self {
            Self::Trapped(failure) | Self::HostFunction(failure) | Self::Limit { failure, .. } => {
                Some(failure)
            }
            _ => None,
        }
    }

    /// Returns a function for `map_err` that makes an error of the host, which failed to do
    /// `action`.
    pub(crate) fn host<E: Into<wasmtime::Error>>(action: &'static str) -> impl FnOnce(E) -> Self {
        move |error| Self::Host { action, reason: reason(&error.into()) }
    }
}

impl From<GuestError> for Error {
    fn from(error: GuestError) -> Self {
        CheckError::from(error).into()
    }
}

impl From<CheckError> for Error {
    fn from(error: CheckError) -> Self {
        match error {
            CheckError::Guest(GuestError::Panicked(panicked)) => panicked.into(),
            CheckError::Guest(error) => Self::Guest(error),
            CheckError::Mismatches(mismatches) => Self::Mismatches(mismatches),
        }
    }
}

impl From<LimitReached> for Error {
    fn from(limit: LimitReached) -> Self {
        Self::Guest(limit.into())
    }
}

impl From<OverLimit> for Error {
    fn from(limit: OverLimit) -> Self {
        Self::Guest(limit.into())
    }
}

impl From<DenialError> for Error {
    fn from(DenialError { what, reason }: DenialError) -> Self {
        Self::Grant { what, reason }
    }
}

impl From<Panicked> for Error {
    fn from(Panicked { action, reason }: Panicked) -> Self {
        Self::Host { action, reason }
    }
}

fn lines(mismatches: &[Mismatch]) -> String {
    mismatches.iter().map(|mismatch| format!("\n  {mismatch}")).collect()
}

fn no_such_function(function: &str, exports: &[String]) -> String {
    let hint = hint(function, exports).map(|hint| format!("; {hint}")).unwrap_or_default();
    let function = shown(function);
    format!("the guest exports no function `{function}`{hint}; it exports {}", list(exports))
}

/// Returns why a session cannot be called any more.
fn ended(function: &str, exited: Option<i32>) -> String {
    let function = shown(function);
    match exited {
        None => format!("this session ended when `{function}` failed; start a new one"),
        Some(status) => format!(
            "the guest ended itself with status {status} in `{function}`, as a program does whose \
             work is done, and cannot be called after that; {REACTOR}"
        ),
    }
}
