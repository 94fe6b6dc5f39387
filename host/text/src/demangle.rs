//! Names of functions as their sources have them, of Rust and of C++. It does not know where a
//! name is from.

use std::fmt::Write as _;

use crate::contain::contain;
use crate::limited::{Limited, limited};
use crate::short;

/// More characters of a name than are shown.
const LONGEST_NAME: usize = 500;

/// A mangled name of C++ that is longer is shown as it is.
const LONGEST_MANGLED: usize = 2_000;

/// The demangled name of a function, of Rust or of C++. Formatting stops at the length that
/// is shown, so that a short mangled name cannot become a very long one.
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
            assert_eq!(demangled(name), expected, "{name}");
        }
    }
}
