//! Demangles function names of Rust and of C++. It does not know where a name comes from.

use std::fmt::Write as _;

use crate::contain::contain;
use crate::limited::{Limited, limited};
use crate::short;

/// The number of characters of a demangled name that are written at most.
const LONGEST_NAME: usize = 500;

/// C++ names longer than this are shown mangled: no name that people read becomes as long, and
/// the demangler's work grows with the length.
const LONGEST_MANGLED: usize = 2_000;

/// Returns the demangled form of a function name of Rust or C++. Formatting stops at the length
/// that is shown, because a short mangled name can stand for a very long one.
pub fn demangled(name: &str) -> String {
    let rust = rustc_demangle::demangle(name);
    if name.starts_with("_Z")
        && rustc_demangle::try_demangle(name).is_err()
        && let Some(name) = of_cpp(name)
    {
        return short(&name);
    }
    short(&limited(LONGEST_NAME, |out| write!(out, "{rust:#}")))
}

/// Returns the demangled form of a C++ name, or `None` for a name that is too long or
/// malformed.
fn of_cpp(name: &str) -> Option<String> {
    if name.len() > LONGEST_MANGLED {
        return None;
    }
    // The demangler works on a name that the guest chose, so a panic in it only means that the
    // name stays mangled.
    let symbol = contain(|| cpp_demangle::Symbol::new(name).ok()).ok()??;
    let written = contain(|| {
        limited(LONGEST_NAME, |out| symbol.structured_demangle(&mut Cpp(out), &Default::default()))
    });
    written.ok()
}

/// Passes the text that the demangler writes on to a [`Limited`].
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
            assert_eq!(demangled(name), expected, "{name}");
        }
    }
}
