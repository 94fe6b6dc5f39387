//! What a failed call was: the engine reports one opaque error for a trap, an
//! exit, a limit and a host function that failed; this tells them apart.

use std::any::Any;
use std::sync::atomic::Ordering;

use wasmtime::component::ResourceTableError;
use wasmtime::{FrameInfo, Trap, WasmBacktrace};
use wasmtime_wasi::I32Exit;
use wiggle::{GuestError, Region};

use crate::deny::Denied;
use crate::env::{HostFailure, ImportFailed};
use crate::error::{Error, root_cause};
use crate::limits::LimitReached;
use crate::state::State;
use crate::text::{short, shown};

/// The error of a call of `function`, given how the store was left.
pub(crate) fn classify<T>(error: &wasmtime::Error, function: &str, state: &State<T>) -> Error {
    if let Some(I32Exit(status)) = error.downcast_ref() {
        return Error::Exited(*status);
    }
    let function = function.to_owned();
    if let Some(HostFailure(reason)) = error.downcast_ref() {
        return Error::HostFunction { function, reason: shown(reason) };
    }
    if state.closed.load(Ordering::Relaxed) {
        return Error::OutputClosed { function };
    }
    match limit(error, state) {
        Some(limit) => Error::Limit { function, limit },
        None => Error::Trapped { function, cause: cause(error), backtrace: backtrace(error) },
    }
}

/// A host function that panicked. The unwinding has passed through the guest,
/// which is not to be called any more.
pub(crate) fn of_panic(panic: &(dyn Any + Send), function: &str) -> Error {
    let message = panic.downcast_ref::<&str>().copied();
    let message = message.or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    let reason = format!("it panicked: {}", shown(message.unwrap_or("with no message")));
    Error::HostFunction { function: function.into(), reason }
}

fn limit<T>(error: &wasmtime::Error, state: &State<T>) -> Option<LimitReached> {
    let limits = state.meter.limits();
    if let Some(limit) = error.downcast_ref::<LimitReached>() {
        return Some(limit.clone());
    }
    if let Some(ResourceTableError::Full) = error.downcast_ref() {
        return Some(LimitReached::Handles(limits.handles));
    }
    if error.is::<ImportFailed>() || error.is::<Denied>() {
        return None;
    }
    match error.downcast_ref() {
        Some(Trap::OutOfFuel) => Some(LimitReached::Fuel(limits.fuel)),
        Some(Trap::StackOverflow) => Some(LimitReached::Stack(limits.stack)),
        // What most guests do about memory that they were refused.
        Some(Trap::UnreachableCodeReached) => state.meter.refused(),
        Some(_) => None,
        None => of_text(&error.root_cause().to_string(), state).or_else(|| state.meter.refused()),
    }
}

/// Some of the engine's refusals have no type, and only their text tells them.
fn of_text<T>(text: &str, state: &State<T>) -> Option<LimitReached> {
    let (meter, limits) = (&state.meter, state.meter.limits());
    let known = [
        ("fuel allocated for hostcalls", LimitReached::HostCallBytes(limits.host_call_bytes)),
        ("store handle limit exceeded", LimitReached::Handles(limits.handles)),
        ("instance count too high", LimitReached::Instances(limits.instances)),
        ("memory count too high", meter.memories_reached()),
        ("table count too high", meter.tables_reached()),
        ("exceeds limit", LimitReached::Random(limits.random)),
    ];
    known.into_iter().find(|(part, _)| text.contains(part)).map(|(_, limit)| limit)
}

fn cause(error: &wasmtime::Error) -> String {
    if let Some(failed) = error.downcast_ref::<ImportFailed>() {
        return shown(&failed.to_string());
    }
    if let Some(denied) = error.downcast_ref::<Denied>() {
        return shown(&denied.to_string());
    }
    if let Some(error) = error.downcast_ref::<GuestError>() {
        return of_wasi(error);
    }
    match error.downcast_ref::<Trap>() {
        Some(Trap::UnreachableCodeReached) => {
            "it reached an `unreachable` instruction, as a panic or a failed assertion does".into()
        }
        Some(trap) => trap.to_string().trim_start_matches("wasm trap: ").into(),
        None if error.root_cause().to_string() == "missing required memory export" => {
            "the guest calls WASI, which needs a memory, and exports none named `memory`".into()
        }
        None => root_cause(error),
    }
}

/// What a core module handed to WASI's first preview that it cannot take.
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

fn backtrace(error: &wasmtime::Error) -> Vec<String> {
    let Some(backtrace) = error.downcast_ref::<WasmBacktrace>() else { return Vec::new() };
    backtrace.frames().iter().map(frame).collect()
}

/// A frame by its function's name, and by file and line where the guest has
/// debug info.
fn frame(frame: &FrameInfo) -> String {
    let symbol = frame.symbols().first();
    let name = symbol.and_then(|symbol| symbol.name()).or_else(|| frame.func_name());
    let name = match name {
        Some(name) => format!("{:#}", rustc_demangle::demangle(name)),
        None => format!("function {}", frame.func_index()),
    };
    let place = symbol.and_then(|symbol| Some((symbol.file()?, symbol.line()?)));
    match place {
        Some((file, line)) => format!("{} ({}:{line})", short(&name), short(file)),
        None => short(&name),
    }
}
