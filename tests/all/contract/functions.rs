//! Tests of every function of the contract that needs no network. Each case runs as a component and
//! as a core module with one expectation. Each function is a row of `on_both_paths!`.

use wit_host::Val;
use wit_host_contract::Functions;

use crate::support::probe::{Case, Expected, Function, Path, bytes, check, text};

/// Defines the tests of functions. A row is a function's name in Rust, in WIT and in `env`, and its
/// cases. It becomes three tests, so that the name of a failing test says which path failed.
macro_rules! on_both_paths {
    ($($function:ident($wit:literal, $env:literal): $cases:expr;)*) => {
        pub(crate) const TESTED: &[&str] = &[$($wit),*];

        $(mod $function {
            use super::*;

            fn through(path: Path) {
                let function = Function { wit: $wit, env: $env };
                for case in &$cases {
                    check(path, function, case, Functions::default());
                }
            }

            #[test]
            fn component() {
                through(Path::Component);
            }

            #[test]
            fn module() {
                through(Path::Module);
            }

            #[test]
            fn adapted() {
                through(Path::Adapted);
            }
        })*
    };
}

on_both_paths! {
    add("math.add", "add"): [
        case([Val::S32(1), Val::S32(2)], Val::S32(3)),
        case([Val::S32(-1), Val::S32(1)], Val::S32(0)),
        case([Val::S32(i32::MAX), Val::S32(1)], Val::S32(i32::MIN)),
        case([Val::S32(i32::MIN), Val::S32(-1)], Val::S32(i32::MAX)),
        case([Val::S32(i32::MIN), Val::S32(i32::MIN)], Val::S32(0)),
    ];
    concat("strings.concat", "concat"): [
        case([text(""), text("")], text("")),
        case([text("Hello, "), text("world")], text("Hello, world")),
        case([text("a\0"), text("\0b")], text("a\0\0b")),
        // Two characters that Unicode normalisation would merge.
        case([text("e"), text("\u{301}")], text("e\u{301}")),
        case([text("ü".repeat(20_000)), text("!")], text("ü".repeat(20_000) + "!")),
    ];
    to_upper("strings.to-upper", "to_upper"): [
        case([text("")], text("")),
        case([text("wasm")], text("WASM")),
        case([text("Straße")], text("STRASSE")),
        case([text("ŉ")], text("ʼN")),
    ];
    from_utf8("strings.from-utf8", "from_utf8"): [
        case([bytes(b"")], text("")),
        case([bytes("Grüße 🦀".as_bytes())], text("Grüße 🦀")),
        not_utf8(b"\xff", 0),
        not_utf8(b"abc\xc3", 3),
        // A surrogate, an overlong slash, and a code point past the last one.
        not_utf8(b"\xed\xa0\x80", 0),
        not_utf8(b"\xc0\xaf", 0),
        not_utf8(b"x\xf4\x90\x80\x80", 1),
    ];
}

fn case<const N: usize>(args: [Val; N], expected: Val) -> Case {
    Case { args: args.into(), expected: Expected::Value(expected) }
}

fn not_utf8(invalid: &[u8], valid_up_to: u32) -> Case {
    Case {
        args: vec![bytes(invalid)],
        expected: Expected::Error {
            value: Val::Record(vec![("valid-up-to".into(), Val::U32(valid_up_to))]),
            trap: format!("`env.from_utf8`: the bytes are not UTF-8 from index {valid_up_to} on"),
        },
    }
}

pub(crate) const SPLIT: Function = Function { wit: "strings.split", env: "" };

/// `split` has no import in `env`, see `contract::every_import_is_in_env`.
#[test]
fn split_component() {
    let parts = |parts: &[&str]| Val::List(parts.iter().map(|part| text(*part)).collect());
    let cases = [
        case([text("a,b,,c"), text(",")], parts(&["a", "b", "", "c"])),
        case([text(""), text(",")], parts(&[""])),
        case([text("a,b"), text("")], parts(&["a,b"])),
        case([text("größer"), text("ö")], parts(&["gr", "ßer"])),
    ];
    for case in &cases {
        check(Path::Component, SPLIT, case, Functions::default());
    }
}
