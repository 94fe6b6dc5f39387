//! Tests of the convention of the wasmedge-bindgen macro.

use wit_host::{Abi, Val};

use super::hostile::answering;
use super::{ALLOCATE, ALLOCATOR, Gives, Refused, bytes, check, module, text};

const FUNCTIONS: &str = include_str!("bindgen.wat");

fn err(message: &str) -> Val {
    Val::Result(Err(Some(Box::new(text(message)))))
}

#[test]
fn functions_of_the_macro() {
    let module = module(&[ALLOCATOR, ALLOCATE, FUNCTIONS]);
    let lines = [r#"{"x":1.0,"y":2.0}"#, "", "line"].map(text);
    let sha = bytes(&[7; 32]);
    let cases = [
        ("say", vec![text("Ann")], Gives(vec![Val::U16(5), text("hello Ann")])),
        ("say", vec![text("")], Gives(vec![Val::U16(5), text("hello ")])),
        ("lowest_common_multiple", vec![Val::S32(123), Val::S32(2)], Gives(vec![Val::S32(246)])),
        ("digest", vec![sha.clone()], Gives(vec![sha])),
        ("digest", vec![bytes(b"")], Gives(vec![bytes(b"")])),
        ("join", lines.to_vec(), Gives(vec![text(r#"{"x":1.0,"y":2.0}line"#)])),
        ("nothing", vec![], Gives(vec![])),
        ("fail", vec![text("no \u{1b} luck")], Gives(vec![err("no \u{1b} luck")])),
        ("live", vec![], Refused("every function is (i32, i32) -> i32")),
        ("say", vec![Val::Option(None)], Refused("`bindgen` has no type for none")),
        ("digest", vec![Val::List(vec![text("a")])], Refused("all of one type")),
    ];
    for (function, args, expected) in cases {
        check(&module, Abi::Bindgen, function, &args, &expected);
    }
}

/// If a function reports wrong arguments, the guest has not failed, and the session goes on.
#[test]
fn an_error_of_the_macro_is_a_result() {
    let mut session = super::session(&module(&[ALLOCATOR, ALLOCATE, FUNCTIONS]));
    let results = session.call_with_abi(Abi::Bindgen, "say", &[]).unwrap();
    assert_eq!(results, [err("wrong number of arguments")]);
    assert!(session.call_with_abi(Abi::Bindgen, "say", &[text("x")]).is_ok());
}

#[test]
fn results_of_every_type() {
    let list = |items: &[Val]| Val::List(items.to_vec());
    let cases: [(u32, &[u8], Val); 21] = [
        (1, &[200], Val::U8(200)),
        (2, &[200], Val::S8(-56)),
        (3, &[1, 2], Val::U16(513)),
        (4, &[255, 255], Val::S16(-1)),
        (5, &[255; 4], Val::U32(u32::MAX)),
        (6, &[255; 4], Val::S32(-1)),
        (7, &[255; 8], Val::U64(u64::MAX)),
        (8, &[255; 8], Val::S64(-1)),
        (9, &[0, 0, 192, 63], Val::Float32(1.5)),
        (10, &[0, 0, 0, 0, 0, 0, 0, 192], Val::Float64(-2.0)),
        (11, &[1], Val::Bool(true)),
        (12, &[0x80, 0xf9, 0x01, 0], Val::Char('🦀')),
        (21, &[1, 2], bytes(&[1, 2])),
        (22, &[255], list(&[Val::S8(-1)])),
        (23, &[1, 0, 2, 0], list(&[Val::U16(1), Val::U16(2)])),
        (24, &[255, 255], list(&[Val::S16(-1)])),
        (25, &[1, 0, 0, 0], list(&[Val::U32(1)])),
        (26, &[255; 4], list(&[Val::S32(-1)])),
        (27, &[255; 8], list(&[Val::U64(u64::MAX)])),
        (28, &[255; 8], list(&[Val::S64(-1)])),
        (31, "ü".as_bytes(), text("ü")),
    ];
    let results: Vec<_> = cases.iter().map(|(code, bytes, _)| (*code, *bytes)).collect();
    let expected: Vec<_> = cases.iter().map(|(_, _, value)| value.clone()).collect();
    check(&answering(&results), Abi::Bindgen, "run", &[], &Gives(expected));
}
