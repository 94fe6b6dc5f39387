//! What a failed call was: the engine reports one opaque error for a trap, an
//! exit, a limit and a host function that failed; this tells them apart.

use wasmtime::{FrameInfo, Trap, WasmBacktrace};
use wasmtime_wasi::I32Exit;

use crate::env::ImportFailed;
use crate::error::{Error, reason};
use crate::limits::LimitReached;
use crate::state::State;
use crate::text::shown;

/// The error of a call of `function`, given how the store was left.
pub(crate) fn classify<T>(
    error: &wasmtime::Error,
    function: &str,
    state: &State<T>,
    fuel: Option<u64>,
) -> Error {
    if let Some(I32Exit(status)) = error.downcast_ref() {
        return Error::Exited(*status);
    }
    let function = function.to_owned();
    match limit(error, state, fuel) {
        Some(limit) => Error::Limit { function, limit },
        None => Error::Trapped { function, cause: cause(error), backtrace: backtrace(error) },
    }
}

fn limit<T>(error: &wasmtime::Error, state: &State<T>, fuel: Option<u64>) -> Option<LimitReached> {
    if let Some(limit) = error.downcast_ref::<LimitReached>() {
        return Some(limit.clone());
    }
    match (error.downcast_ref::<Trap>(), fuel) {
        (Some(Trap::OutOfFuel), Some(fuel)) => Some(LimitReached::Fuel(fuel)),
        _ => state.meter.reached(),
    }
}

fn cause(error: &wasmtime::Error) -> String {
    if let Some(failed) = error.downcast_ref::<ImportFailed>() {
        return shown(&failed.to_string());
    }
    match error.downcast_ref::<Trap>() {
        Some(Trap::UnreachableCodeReached) => {
            "it reached an `unreachable` instruction, as a panic or a failed assertion does".into()
        }
        Some(Trap::StackOverflow) => "its calls are nested too deeply for its stack".into(),
        Some(trap) => trap.to_string(),
        None => reason(&without_backtrace(error)),
    }
}

/// The root cause: what is above it is the engine's account of where.
fn without_backtrace(error: &wasmtime::Error) -> wasmtime::Error {
    wasmtime::Error::msg(error.root_cause().to_string())
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
        Some((file, line)) => shown(&format!("{name} ({file}:{line})")),
        None => shown(&name),
    }
}
