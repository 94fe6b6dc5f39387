//! Tests of invalid pointers, lengths and texts. Each row is a call with them, and a part of the
//! trap's message.

use wit_host::{Limits, Runtime};

use super::served::{define, runtime};
use super::{Host, check};

/// The imports that take a pointer, one for each convention: the import, its type, and a call with
/// a pointer.
const POINTERS: [(&str, &str, &str); 6] = [
    ("note", "(param i32)", "(call $f (local.get 0))"),
    ("bytes", "(param i32) (result i64)", "(drop (call $f (local.get 0)))"),
    ("units", "(param i32) (result i64)", "(drop (call $f (local.get 0)))"),
    ("now", "(param i32)", "(call $f (local.get 0))"),
    ("room", "(param i32 i32) (result i32)", "(drop (call $f (local.get 0) (i32.const 8)))"),
    (
        "shout_measured",
        "(param i32 i32 i32 i32 i32) (result i32)",
        "(drop (call $f (i32.const 1) (i32.const 1) (i32.const 1) (i32.const 1) (local.get 0)))",
    ),
];

fn guest(import: &str, ty: &str, call: &str, memory: &str) -> String {
    format!(
        r#"(module (import "host" "{import}" (func $f {ty})) {memory}
            (func (export "probe") (param i32) {call}))"#
    )
}

/// Returns the message of the trap if `import` gets `pointer`, or `None` if the pointer is
/// accepted.
fn probe(runtime: &Runtime<Host>, text: &str, pointer: i32) -> Option<String> {
    let mut session = super::session(runtime, text).unwrap();
    let ended = session.call("probe", &[wit_host::Val::S32(pointer)]);
    ended.err().map(|error| error.to_string())
}

#[test]
fn pointers_outside_of_the_memory() {
    let runtime = runtime();
    let outside = "is outside of the guest's memory of 65536 bytes";
    for (import, ty, call) in POINTERS {
        let text = guest(import, ty, call, r#"(memory (export "memory") 1)"#);
        // The end of the memory, addresses past it, and addresses that would overflow in an
        // addition.
        for pointer in [65_536, 65_537, i32::MAX, i32::MIN, -1, -4, -8] {
            // The length of this empty text is the last word of the memory, which is valid.
            if (import, pointer) == ("units", 65_536) {
                continue;
            }
            let error = probe(&runtime, &text, pointer).unwrap_or_default();
            let named = format!("`probe({pointer})` trapped: `host.{import}`: the range at ");
            assert!(error.starts_with(&named) && error.contains(outside), "{import}: {error}");
        }
    }
}

#[test]
fn pointers_without_a_memory() {
    let runtime = runtime();
    for (import, ty, call) in POINTERS {
        for memory in ["", "(memory 1)", r#"(func (export "memory"))"#] {
            let text = guest(import, ty, call, memory);
            let error = probe(&runtime, &text, 1).unwrap_or_default();
            let expected = format!("`host.{import}`: the guest exports no memory named `memory`");
            assert!(error.contains(&expected), "{error}");
        }
    }
}

#[test]
fn pointers_at_the_edges() {
    let runtime = runtime();
    let null = "the pointer to a text is null";
    let short = "is outside of the guest's memory";
    // The import, the pointer, and the message of the trap.
    let cases = [
        ("note", 0, Some(null)),
        ("bytes", 0, Some(null)),
        ("units", 0, Some(null)),
        ("now", 0, None),
        ("room", 0, None),
        ("shout_measured", 0, None),
        ("note", 1, None),
        ("note", 65_535, None),
        ("bytes", 65_535, None),
        // The length of a text in UTF-16 is in memory before the text.
        ("units", 1, Some(short)),
        ("units", 3, Some(short)),
        ("units", 4, None),
        ("units", 65_536, None),
        ("now", 65_528, None),
        ("now", 65_529, Some(short)),
        ("room", 65_528, None),
        ("room", 65_529, Some(short)),
        ("shout_measured", 65_532, None),
        ("shout_measured", 65_533, Some(short)),
    ];
    for (import, pointer, expected) in cases {
        let (_, ty, call) = POINTERS.into_iter().find(|(name, ..)| *name == import).unwrap();
        let text = guest(import, ty, call, r#"(memory (export "memory") 1)"#);
        let error = probe(&runtime, &text, pointer);
        let matches = match expected {
            Some(part) => error.as_ref().is_some_and(|error| error.contains(part)),
            None => error.is_none(),
        };
        assert!(matches, "{import} at {pointer}: expected {expected:?}: {error:?}");
    }
}

#[test]
fn capacities() {
    let runtime = runtime();
    let outside = Some("is outside of the guest's memory of 65536 bytes");
    // The address and the size of a buffer, for a text of three bytes.
    let cases = [
        (65_533, 3, None),
        (65_533, 4, outside),
        (65_536, 0, Some("3 bytes do not fit into the guest's buffer of 0")),
        (0, 65_536, None),
        (0, 65_537, outside),
        (0, -1, outside),
        (-1, -1, outside),
        (-1, 1, outside),
    ];
    for (pointer, capacity, expected) in cases {
        let text = format!(
            r#"(module
                (import "host" "shout_into" (func $shout (param i32 i32 i32) (result i32)))
                (memory (export "memory") 1) (data (i32.const 8) "tea\00")
                (func (export "run") (result i32)
                    (call $shout (i32.const 8) (i32.const {pointer}) (i32.const {capacity}))))"#
        );
        check(&runtime, &text, expected.map_or(Ok(3), Err));
    }
}

#[test]
fn texts_that_are_none() {
    let runtime = runtime();
    let filled = "(data (i32.const 65528) \"12345678\")";
    let cases = [
        (
            "note",
            filled,
            65_530,
            "the text at 65530 has no NUL up to the end of the guest's memory",
        ),
        ("note", "(data (i32.const 8) \"ab\\ff\")", 8, "is not UTF-8 from index 2 on"),
        ("units", "(data (i32.const 8) \"\\03\")", 12, "has 3 bytes, which is no whole number"),
        (
            "units",
            "(data (i32.const 8) \"\\ff\\ff\\ff\\ff\")",
            12,
            "of length 4294967295 is outside",
        ),
        ("units", "(data (i32.const 65532) \"\\02\")", 65_536, "at 65536 of length 2 is outside"),
    ];
    for (import, data, pointer, expected) in cases {
        let (_, ty, call) = POINTERS.into_iter().find(|(name, ..)| *name == import).unwrap();
        let text = guest(import, ty, call, &format!(r#"(memory (export "memory") 1) {data}"#));
        let error = probe(&runtime, &text, pointer).unwrap_or_default();
        assert!(error.contains(expected), "{import} at {pointer}: {error}");
    }
}

/// A guest cannot make the host search or copy more than the limit.
#[test]
fn texts_that_are_too_long() {
    let limits = Limits::default().host_call_bytes(8);
    let runtime =
        crate::support::hosts::builder().module_imports(define).limits(limits).build().unwrap();
    let data = r#"(memory (export "memory") 1) (data (i32.const 8) "12345678\00")
        (data (i32.const 32) "123456789\00") (data (i32.const 60) "\0a\00\00\00")"#;
    for (import, pointer, fits) in
        [("note", 8, true), ("note", 32, false), ("bytes", 32, false), ("units", 64, false)]
    {
        let (_, ty, call) = POINTERS.into_iter().find(|(name, ..)| *name == import).unwrap();
        let error = probe(&runtime, &guest(import, ty, call, data), pointer).unwrap_or_default();
        assert_eq!(error.is_empty(), fits, "{import} at {pointer}: {error}");
        assert!(fits || error.contains("`host_call_bytes`"), "{import} at {pointer}: {error}");
    }
}

#[test]
fn a_failure_that_says_it_is_none() {
    let text = r#"(module (import "host" "fail_with" (func $fail (param i32) (result i32)))
        (func (export "run") (result i32) (call $fail (i32.const 0))))"#;
    check(&runtime(), text, Err("a failure cannot have the status 0"));
}
