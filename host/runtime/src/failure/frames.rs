//! Writes the guest's stack as text, and derives from it the host call that the guest was in. It
//! does not know why the call ended.

use wasmtime::{FrameInfo, Module, WasmBacktrace};

use wit_host_text::demangle::demangled;
use wit_host_text::short;

/// The name that wit-component gives to the module through which a component calls imports that
/// need its memory, and the beginning of its functions' names.
const SHIM: &str = "wit-component:shim";
const SHIM_FUNCTION: &str = "indirect-";

/// Returns the guest's frames, innermost first and without the toolchain's shim, with the
/// offset of each in the compiled binary. For a core module, frames of other modules have no
/// offset.
pub(super) fn backtrace(
    error: &wasmtime::Error,
    module: Option<&Module>,
) -> Vec<(String, Option<u64>)> {
    let is_of_guest = |frame: &FrameInfo| match module {
        Some(module) => module.image_range() == frame.module().image_range(),
        // Frames that the engine puts between components have no offset and no name.
        None => frame.func_name().is_some(),
    };
    let place = |frame: &FrameInfo| {
        let offset = frame.module_offset().filter(|_| is_of_guest(frame))?;
        u64::try_from(offset).ok()
    };
    let frames = frames(error).iter().filter(|frame| !is_shim(frame));
    frames.map(|frame| (text(frame), place(frame))).collect()
}

/// Returns the import, as `interface.function`, that a component was in when a host function
/// failed. `imports` are the interfaces that it imports.
pub(super) fn host_call(error: &wasmtime::Error, imports: &[String]) -> Option<String> {
    let name = frames(error).first().filter(|frame| is_shim(frame))?.func_name()?;
    let call = name.strip_prefix(SHIM_FUNCTION)?;
    Some(short(&import(call, imports)))
}

/// Returns whether an unknown error may come from a function of the embedder. That is so if the
/// guest imports interfaces that are not WASI's, and was not in a function of WASI.
pub(crate) fn is_of_host_function(error: &wasmtime::Error, imports: &[String]) -> bool {
    let is_wasi = |name: &str| name.starts_with("wasi:");
    let call = host_call(error, imports);
    imports.iter().any(|name| !is_wasi(name)) && !call.is_some_and(|name| is_wasi(&name))
}

/// Splits `interface-function` into its two names, each of which may contain a `-`.
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

/// Writes a frame by its function's name, from the guest's file or from its exports.
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
