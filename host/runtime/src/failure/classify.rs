//! Classifies failed calls. The engine reports a trap, an exit, a limit and a failed host function
//! by one opaque error. This module tells them apart, and does not write a report.

use std::any::Any;
use std::char::{CharTryFromError, DecodeUtf16Error};
use std::str::Utf8Error;

use wasmtime::Trap;
use wasmtime::component::ResourceTableError;
use wiggle::{GuestError, Region};

use super::canonical;
use super::denied::Denied;
use super::lacking::is_lacking;
use super::trap::in_words;
use crate::guest::abi::Broken;
use crate::guest::module::exit_status;
use crate::imports::env::{GuestFailure, HostFailure, ImportFailed};
use crate::provider::ProviderFailed;
use crate::store::state::State;
use wit_host_binary::limits::LimitReached;
use wit_host_check::engine_error::root_cause;
use wit_host_text::shown;

/// What a call ended with.
pub(crate) enum Verdict {
    Exited(i32),
    OutputClosed,
    /// The guest failed, with this cause.
    Trapped(String),
    /// An error that the engine is not known to make. It comes from a host function or from a
    /// part of WASI, with this reason.
    Unknown(String),
    Stopped(LimitReached),
    /// The host failed, for this reason.
    HostFailed(String),
    /// The system did not give the host what it needed, for this reason.
    HostLacked(String),
}

impl Verdict {
    /// Classifies the engine's error, given the state of the store.
    pub(crate) fn of<T>(error: &wasmtime::Error, state: &State<T>) -> Self {
        // What a host function or the guest has said itself comes first, then what is known of the
        // session's state, and last what the engine's error may mean.
        if let Some(status) = exit_status(error) {
            return Self::Exited(status);
        }
        if let Some(HostFailure(reason)) = error.downcast_ref() {
            return Self::HostFailed(shown(reason));
        }
        if let Some(failed) = error.downcast_ref::<ProviderFailed>() {
            return Self::HostFailed(shown(&failed.to_string()));
        }
        if state.wasi.is_closed() {
            return Self::OutputClosed;
        }
        if let Some(reason) = lacking(error, state) {
            return Self::HostLacked(reason);
        }
        match limit(error, state) {
            Some(limit) => Self::Stopped(limit),
            None if is_known(error) => Self::Trapped(cause(error)),
            None => Self::Unknown(cause(error)),
        }
    }
}

/// Returns what the host could not get from the system, if that ended the call.
fn lacking<T>(error: &wasmtime::Error, state: &State<T>) -> Option<String> {
    if is_lacking(error) {
        return Some(root_cause(error));
    }
    // Most guests end with `unreachable` when they cannot get memory.
    let gave_up = matches!(error.downcast_ref(), Some(Trap::UnreachableCodeReached));
    let reason = state.meter.lacking().filter(|_| gave_up && state.meter.refused().is_none())?;
    Some(format!("its memory could not grow: {reason}"))
}

/// Classifies a host function that panicked. The panic has unwound through the guest, which
/// must not be called any more.
pub(crate) fn of_panic(panic: &(dyn Any + Send)) -> Verdict {
    let message = panic.downcast_ref::<&str>().copied();
    let message = message.or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    Verdict::HostFailed(format!("it panicked: {}", shown(message.unwrap_or("with no message"))))
}

fn limit<T>(error: &wasmtime::Error, state: &State<T>) -> Option<LimitReached> {
    let limits = state.meter.limits();
    if let Some(limit) = error.downcast_ref::<LimitReached>() {
        return Some(limit.clone());
    }
    if let Some(ResourceTableError::Full) = error.downcast_ref() {
        return Some(LimitReached::Handles(limits.handles));
    }
    // These say the reason themselves, so a growth that was refused before does not replace it.
    if error.is::<ImportFailed>() || error.is::<GuestFailure>() || error.is::<Denied>() {
        return None;
    }
    // Memory that was refused may have consequences later, so the limit is the better cause.
    if error.is::<Broken>() {
        return state.meter.refused();
    }
    match error.downcast_ref() {
        Some(Trap::OutOfFuel) => Some(LimitReached::Fuel(limits.fuel)),
        Some(Trap::StackOverflow) => Some(LimitReached::Stack(limits.stack)),
        // Most guests end with `unreachable` when memory is refused.
        Some(Trap::UnreachableCodeReached) => state.meter.refused(),
        // Any other trap is the guest's own mistake. A limit that was reached earlier, and which
        // the guest has coped with, is not its cause.
        Some(_) => None,
        // An error without a type comes from the engine or from WASI. After a growth that was
        // refused, it is most likely a consequence of that.
        None => of_text(&error.root_cause().to_string(), state).or_else(|| state.meter.refused()),
    }
}

/// Recognises limits by the text of the engine's error, because some of its refusals have no
/// type.
fn of_text<T>(text: &str, state: &State<T>) -> Option<LimitReached> {
    let (meter, limits) = (&state.meter, state.meter.limits());
    let known = [
        (canonical::HOST_CALL_BYTES, LimitReached::HostCallBytes(limits.host_call_bytes)),
        (canonical::HANDLES, meter.handles_reached()),
        (canonical::INSTANCES, LimitReached::Instances(limits.instances)),
        (canonical::MEMORIES, meter.memories_reached()),
        (canonical::TABLES, meter.tables_reached()),
    ];
    let found = known.into_iter().find(|(part, _)| text.contains(part)).map(|(_, limit)| limit);
    // The text is WASI's.
    let is_random = || text.starts_with("requested len ") && text.contains(" exceeds limit ");
    found.or_else(|| is_random().then(|| LimitReached::Random(limits.random)))
}

/// Returns whether the error is one with which the engine or this library ends a guest.
fn is_known(error: &wasmtime::Error) -> bool {
    let root = error.root_cause();
    let has_type = error.is::<ImportFailed>()
        || error.is::<GuestFailure>()
        || error.is::<Broken>()
        || error.is::<Denied>()
        || error.is::<GuestError>()
        || error.is::<Trap>()
        || root.is::<ResourceTableError>()
        || root.is::<Utf8Error>()
        || root.is::<DecodeUtf16Error>()
        || root.is::<CharTryFromError>();
    let text = root.to_string();
    has_type || text == NO_MEMORY || canonical::cause(&text).is_some()
}

/// The text of WASI's first preview for a module without a usable memory.
const NO_MEMORY: &str = "missing required memory export";

fn cause(error: &wasmtime::Error) -> String {
    if let Some(failed) = error.downcast_ref::<ImportFailed>() {
        return shown(&failed.to_string());
    }
    if let Some(broken) = error.downcast_ref::<Broken>() {
        return shown(&broken.to_string());
    }
    if let Some(denied) = error.downcast_ref::<Denied>() {
        return shown(&denied.to_string());
    }
    if let Some(error) = error.downcast_ref::<GuestError>() {
        return of_wasi(error);
    }
    match error.downcast_ref::<Trap>() {
        Some(trap) => in_words(*trap),
        None if error.root_cause().to_string() == NO_MEMORY => {
            "the guest calls WASI, which needs a memory, and exports none named `memory`".into()
        }
        None => of_value(error),
    }
}

/// Explains what the engine found wrong with a value.
fn of_value(error: &wasmtime::Error) -> String {
    let root = root_cause(error);
    let known = error.root_cause();
    let cause = match known.downcast_ref() {
        Some(ResourceTableError::HasChildren) => Some(CHILDREN),
        Some(ResourceTableError::NotPresent | ResourceTableError::WrongType) => Some(NO_HANDLE),
        _ if known.is::<Utf8Error>() => Some(canonical::NOT_UTF8),
        _ if known.is::<DecodeUtf16Error>() => Some(canonical::NOT_UTF16),
        _ if known.is::<CharTryFromError>() => Some(canonical::NO_CHAR),
        _ => canonical::cause(&root),
    };
    match cause {
        Some(cause) => format!("{root}: {cause}"),
        None => root,
    }
}

/// The explanation of errors of the host's table of resources.
const CHILDREN: &str = "the guest dropped a resource of the host while it holds another that was \
                        made of it, as a stream's `pollable`; drop that one first";
const NO_HANDLE: &str = "the guest used a resource of the host that is not there any more, or is \
                         of another type";

/// Explains what a core module passed to WASI's first preview that it cannot accept.
fn of_wasi(error: &GuestError) -> String {
    match error {
        GuestError::InFunc { modulename, funcname, err, .. } => {
            format!("`{modulename}.{funcname}`: {}", of_wasi(err))
        }
        GuestError::PtrOutOfBounds(Region { start, len }) => {
            format!("the range at {start} of length {len} is outside of the guest's memory")
        }
        GuestError::PtrNotAligned(Region { start, .. }, to) => {
            format!("the address {start} is not a multiple of {to}")
        }
        other => shown(&other.to_string()),
    }
}
