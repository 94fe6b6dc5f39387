//! The guest's stack as text, and what it tells of the host call that the guest
//! was in.

use std::fmt::Write as _;

use wasmtime::{FrameInfo, Module, WasmBacktrace};

use crate::limited::limited;
use crate::text::short;

/// More characters of a name than are shown.
const LONGEST_NAME: usize = 500;

/// What wit-component calls the module through which a component's code calls
/// imports that need its memory, and how its functions' names begin.
const SHIM: &str = "wit-component:shim";
const SHIM_FUNCTION: &str = "indirect-";

/// The guest's frames, innermost first, those of its toolchain's shim left out, and where
/// each is in what was compiled. Of a core module, those of other modules are nowhere.
pub(super) fn backtrace(
    error: &wasmtime::Error,
    module: Option<&Module>,
) -> Vec<(String, Option<u64>)> {
    let is_of_guest = |frame: &FrameInfo| match module {
        Some(module) => module.image_range() == frame.module().image_range(),
        // What the engine puts between components is in no file, and has no names.
        None => frame.func_name().is_some(),
    };
    let place = |frame: &FrameInfo| {
        let offset = frame.module_offset().filter(|_| is_of_guest(frame))?;
        u64::try_from(offset).ok()
    };
    let frames = frames(error).iter().filter(|frame| !is_shim(frame));
    frames.map(|frame| (text(frame), place(frame))).collect()
}

/// The import, as `interface.function`, that a component was in when a host
/// function failed. `imports` are the interfaces that it imports.
pub(super) fn host_call(error: &wasmtime::Error, imports: &[String]) -> Option<String> {
    let name = frames(error).first().filter(|frame| is_shim(frame))?.func_name()?;
    let call = name.strip_prefix(SHIM_FUNCTION)?;
    Some(short(&import(call, imports)))
}

/// `interface-function` with a dot between the two, each of which may have a `-`
/// of its own.
fn import(call: &str, imports: &[String]) -> String {
    let function = |interface: &String| call.strip_prefix(interface.as_str())?.strip_prefix('-');
    let found = imports.iter().find_map(|interface| Some((interface, function(interface)?)));
    match found {
        Some((interface, function)) => format!("{interface}.{function}"),
        None => call.trim_start_matches("$root-").to_owned(),
    }
}

fn frames(error: &wasmtime::Error) -> &[FrameInfo] {
    error.downcast_ref::<WasmBacktrace>().map_or(&[], WasmBacktrace::frames)
}

fn is_shim(frame: &FrameInfo) -> bool {
    frame.module().name() == Some(SHIM)
}

/// A frame by its function's name, which the guest's file or its exports have.
fn text(frame: &FrameInfo) -> String {
    match frame.func_name() {
        Some(name) => named(name),
        None => format!("function {}", frame.func_index()),
    }
}

/// The demangled name of a function. Formatting stops at the length that is shown, so that
/// a short mangled name cannot become a very long one.
pub(super) fn named(name: &str) -> String {
    short(&limited(LONGEST_NAME, |out| write!(out, "{:#}", rustc_demangle::demangle(name))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn imports_of_a_shim() {
        let imports = ["wasi:io/poll@0.2.0".to_owned(), "a-b:c/d-e".to_owned()];
        let cases = [
            ("a-b:c/d-e-get", "a-b:c/d-e.get"),
            (
                "wasi:io/poll@0.2.0-[method]pollable.block",
                "wasi:io/poll@0.2.0.[method]pollable.block",
            ),
            ("$root-log", "log"),
            ("x:y/z-get", "x:y/z-get"),
        ];
        for (call, expected) in cases {
            assert_eq!(import(call, &imports), expected);
        }
    }
}
