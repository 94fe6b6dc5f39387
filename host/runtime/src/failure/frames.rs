//! The guest's stack as text, and what it tells of the host call that the guest
//! was in.

use wasmtime::{FrameInfo, Module, WasmBacktrace};

use wit_host_text::demangle::demangled;
use wit_host_text::short;

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

/// Whether an error that nobody knows can be one of the embedder's functions, where the guest
/// imports these interfaces: it has some that are not WASI's, and is not in one of WASI's.
pub(crate) fn is_of_host_function(error: &wasmtime::Error, imports: &[String]) -> bool {
    let is_wasi = |name: &str| name.starts_with("wasi:");
    let call = host_call(error, imports);
    imports.iter().any(|name| !is_wasi(name)) && !call.is_some_and(|name| is_wasi(&name))
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
        Some(name) => demangled(name),
        None => format!("function {}", frame.func_index()),
    }
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
