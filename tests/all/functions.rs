//! Every function of the contract that needs no network, each case through both
//! paths with one expectation. A new function is a line in `on_both_paths!` and
//! a list of cases.

use wit_host::{Functions, Val};

use crate::probe::{Case, Expected, Function, Path, bytes, check, text};

/// Two tests for each function, so that the name of a failing one says which
/// path it was.
macro_rules! on_both_paths {
    ($($function:ident: $wit:literal, $env:literal;)*) => {$(
        mod $function {
            use super::*;

            const FUNCTION: Function = Function { wit: $wit, env: $env };

            #[test]
            fn component() {
                super::$function().iter().for_each(|case| {
                    check(Path::Component, FUNCTION, case, Functions::default());
                });
            }

            #[test]
            fn module() {
                super::$function().iter().for_each(|case| {
                    check(Path::Module, FUNCTION, case, Functions::default());
                });
            }
        }
    )*};
}

on_both_paths! {
    add: "math.add", "add";
    concat: "strings.concat", "concat";
    to_upper: "strings.to-upper", "to_upper";
    from_utf8: "strings.from-utf8", "from_utf8";
}

fn value<const N: usize>(args: [Val; N], expected: Val) -> Case {
    Case { args: args.into(), expected: Expected::Value(expected) }
}

fn add() -> Vec<Case> {
    let case = |a, b, sum| value([Val::S32(a), Val::S32(b)], Val::S32(sum));
    vec![
        case(1, 2, 3),
        case(-1, 1, 0),
        case(i32::MAX, 1, i32::MIN),
        case(i32::MIN, -1, i32::MAX),
        case(i32::MIN, i32::MIN, 0),
    ]
}

fn concat() -> Vec<Case> {
    let case = |a: &str, b: &str, whole: &str| value([text(a), text(b)], text(whole));
    let long = "ü".repeat(20_000);
    vec![
        case("", "", ""),
        case("Hello, ", "world", "Hello, world"),
        case("a\0", "\0b", "a\0\0b"),
        // Two marks that would merge if anything were normalised.
        case("e", "\u{301}", "e\u{301}"),
        case(&long, "!", &format!("{long}!")),
    ]
}

fn to_upper() -> Vec<Case> {
    let case = |lower: &str, upper: &str| value([text(lower)], text(upper));
    vec![case("", ""), case("wasm", "WASM"), case("Straße", "STRASSE"), case("ŉ", "ʼN")]
}

fn from_utf8() -> Vec<Case> {
    let ok = |valid: &[u8], expected: &str| value([bytes(valid)], text(expected));
    let err = |invalid: &[u8], valid_up_to: u32| Case {
        args: vec![bytes(invalid)],
        expected: Expected::Error {
            value: Val::Record(vec![("valid-up-to".into(), Val::U32(valid_up_to))]),
            trap: format!("`env.from_utf8`: the bytes are not UTF-8 from index {valid_up_to} on"),
        },
    };
    vec![
        ok(b"", ""),
        ok("Grüße 🦀".as_bytes(), "Grüße 🦀"),
        err(b"\xff", 0),
        err(b"abc\xc3", 3),
        // A surrogate, an overlong slash, and a code point past the last one.
        err(b"\xed\xa0\x80", 0),
        err(b"\xc0\xaf", 0),
        err(b"x\xf4\x90\x80\x80", 1),
    ]
}

/// There is no `env` import for it: see `contract::every_import_is_in_env`.
#[test]
fn split_component() {
    let parts = |parts: &[&str]| Val::List(parts.iter().map(|part| text(*part)).collect());
    let cases = [
        value([text("a,b,,c"), text(",")], parts(&["a", "b", "", "c"])),
        value([text(""), text(",")], parts(&[""])),
        value([text("a,b"), text("")], parts(&["a,b"])),
        value([text("größer"), text("ö")], parts(&["gr", "ßer"])),
    ];
    let function = Function { wit: "strings.split", env: "" };
    for case in &cases {
        check(Path::Component, function, case, Functions::default());
    }
}
