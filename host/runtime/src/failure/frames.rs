//! The guest's stack as text, and what it tells of the host call that the guest
//! was in.

use std::fmt::Write as _;

use wasmtime::{FrameInfo, Module, WasmBacktrace};

use wit_host_text::contain::contain;
use wit_host_text::limited::{Limited, limited};
use wit_host_text::short;

/// More characters of a name than are shown.
const LONGEST_NAME: usize = 500;

/// A mangled name of C++ that is longer is shown as it is.
const LONGEST_MANGLED: usize = 2_000;

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
        Some(name) => named(name),
        None => format!("function {}", frame.func_index()),
    }
}

/// The demangled name of a function, of Rust or of C++. Formatting stops at the length that
/// is shown, so that a short mangled name cannot become a very long one.
pub(super) fn named(name: &str) -> String {
    let rust = rustc_demangle::demangle(name);
    if name.starts_with("_Z")
        && rustc_demangle::try_demangle(name).is_err()
        && let Some(name) = of_cpp(name)
    {
        return short(&name);
    }
    short(&limited(LONGEST_NAME, |out| write!(out, "{rust:#}")))
}

/// The demangled name of a function of C++. What is longer than any that a compiler makes of
/// a name that people read is left as it is.
fn of_cpp(name: &str) -> Option<String> {
    if name.len() > LONGEST_MANGLED {
        return None;
    }
    let symbol = contain(|| cpp_demangle::Symbol::new(name).ok()).ok()??;
    let written = contain(|| {
        limited(LONGEST_NAME, |out| symbol.structured_demangle(&mut Cpp(out), &Default::default()))
    });
    written.ok()
}

/// Takes what the demangler writes.
struct Cpp<'a>(&'a mut Limited);

impl cpp_demangle::DemangleWrite for Cpp<'_> {
    fn write_string(&mut self, text: &str) -> std::fmt::Result {
        self.0.write_str(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_rust_and_of_cpp() {
        let deep = format!("_Z1f{}c", "P".repeat(1_000));
        let wide = format!("_Z1fI{}EvT_", "S0_".repeat(100));
        let cases = [
            ("_ZN4core9panicking5panic17h0123456789abcdefE", "core::panicking::panic"),
            ("_RNvC6_123foo3bar", "123foo::bar"),
            (
                "_ZN4shop4cart3addERKNSt3__212basic_stringIcEE",
                "shop::cart::add(std::__2::basic_string<char> const&)",
            ),
            ("_ZN3FooC2Ei", "Foo::Foo(int)"),
            ("_Z4mainv", "main()"),
            ("add(int, int)", "add(int, int)"),
            ("_Z", "_Z"),
            ("_Zebra", "_Zebra"),
            ("_start", "_start"),
            (&deep, &short(&deep)),
            (&wide, &short(&wide)),
        ];
        for (name, expected) in cases {
            assert_eq!(named(name), expected, "{name}");
        }
    }

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
