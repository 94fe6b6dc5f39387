//! The guest's stack as text, and what it tells of the host call that the guest
//! was in.

use wasmtime::{FrameInfo, WasmBacktrace};

use crate::text::short;

/// What wit-component calls the module through which a component's code calls
/// imports that need its memory, and how its functions' names begin.
const SHIM: &str = "wit-component:shim";
const SHIM_FUNCTION: &str = "indirect-";

/// The guest's frames, innermost first, those of its toolchain's shim left out.
pub(super) fn backtrace(error: &wasmtime::Error) -> Vec<String> {
    frames(error).iter().filter(|frame| !is_shim(frame)).map(text).collect()
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

/// A frame by its function's name, and by file and line where the guest has
/// debug info.
fn text(frame: &FrameInfo) -> String {
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
