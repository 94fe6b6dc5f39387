//! Tests of each convention with each shape of guest.

use wit_host::env::{Buffer, NulTerminated};

use super::check;
use super::served::runtime;
use super::shapes::SHAPES;

/// A call of one import: the import, the guest's data, the code of `run`, and its result.
type Row = (&'static str, &'static str, &'static str, i32);

const ROWS: [Row; 12] = [
    // A text as pointer and length, and a result in a second step.
    (
        r#"(import "host" "shout" (func $shout (param i32 i32) (result i32)))
           (import "host" "copy" (func $copy (param i32)))"#,
        "stra\\c3\\9fe",
        "(call $copy (i32.add (i32.const @16)
            (i32.mul (i32.const 0) (call $shout (i32.const @0) (i32.const 7)))))
         (i32.load8_u offset=6 (i32.const @16))",
        'E' as i32,
    ),
    // A text that ends with a NUL, and a buffer of the guest.
    (
        r#"(import "host" "shout_into" (func $shout (param i32 i32 i32) (result i32)))"#,
        "tea\\00more",
        "(i32.add (i32.mul (i32.const 1000)
            (call $shout (i32.const @0) (i32.const @16) (i32.const 3)))
            (i32.load8_u offset=2 (i32.const @16)))",
        3000 + 'A' as i32,
    ),
    // Bytes of the buffer that are not written keep their values.
    (
        r#"(import "host" "shout_into" (func $shout (param i32 i32 i32) (result i32)))"#,
        "tea\\00____________________________",
        "(i32.add (call $shout (i32.const @0) (i32.const @16) (i32.const 16))
            (i32.load8_u offset=3 (i32.const @16)))",
        3 + '_' as i32,
    ),
    // A buffer, a pointer for the length, and a status.
    (
        r#"(import "host" "shout_measured" (func $shout (param i32 i32 i32 i32 i32) (result i32)))"#,
        "tea",
        "(i32.add (call $shout (i32.const @0) (i32.const 3) (i32.const @16) (i32.const 8)
            (i32.const @32)) (i32.mul (i32.load (i32.const @32)) (i32.load8_u (i32.const @16))))",
        3 * 'T' as i32,
    ),
    // A text that is too long for the buffer: the guest gets the status and the length, and no byte
    // of the text.
    (
        r#"(import "host" "shout_measured" (func $shout (param i32 i32 i32 i32 i32) (result i32)))"#,
        "tea",
        "(i32.add (i32.mul (i32.const 100) (call $shout (i32.const @0) (i32.const 3)
            (i32.const @16) (i32.const 2) (i32.const @32)))
            (i32.add (i32.load (i32.const @32)) (i32.load8_u (i32.const @16))))",
        100 + 3,
    ),
    // A text in UTF-16 with its length before it, for an async function.
    (
        r#"(import "host" "shout_later" (func $shout (param i32 i32 i32) (result i32)))"#,
        "\\06\\00\\00\\00t\\00e\\00a\\00",
        "(i32.add (i32.mul (i32.const 1000) (call $shout (i32.add (i32.const 4) (i32.const @0))
            (i32.const @16) (i32.const 8))) (i32.load8_u (i32.const @16)))",
        3000 + 'T' as i32,
    ),
    // A surrogate without its counterpart is replaced.
    (
        r#"(import "host" "units" (func $units (param i32) (result i64)))"#,
        "\\08\\00\\00\\00\\3e\\d8\\80\\dd\\3e\\d8a\\00",
        "(i32.wrap_i64 (call $units (i32.add (i32.const 4) (i32.const @0))))",
        3,
    ),
    (
        r#"(import "host" "bytes" (func $bytes (param i32) (result i64)))"#,
        "\\ff\\fe\\00",
        "(i32.wrap_i64 (call $bytes (i32.const @0)))",
        2,
    ),
    // A null pointer, if the function accepts it.
    (
        r#"(import "host" "given" (func $given (param i32) (result i32)))
           (import "host" "named" (func $named (param i32) (result i32)))"#,
        "a\\00",
        "(i32.add (call $given (i32.const 0))
            (i32.add (call $named (i32.const 0)) (call $named (i32.const @0))))",
        1,
    ),
    // A status, and two results behind pointers.
    (
        r#"(import "host" "divide" (func $divide (param i32 i32 i32 i32) (result i32)))"#,
        "",
        "(i32.add (call $divide (i32.const 17) (i32.const 5) (i32.const @0) (i32.const @16))
            (i32.add (i32.mul (i32.const 10) (i32.load (i32.const @0))) (i32.load (i32.const @16))))",
        32,
    ),
    (
        r#"(import "host" "divide" (func $divide (param i32 i32 i32 i32) (result i32)))"#,
        "\\07",
        "(i32.add (call $divide (i32.const 17) (i32.const 0) (i32.const @0) (i32.const @16))
            (i32.load (i32.const @0)))",
        22 + 7,
    ),
    // A number of eight bytes at an address that is not aligned.
    (
        r#"(import "host" "now" (func $now (param i32)))"#,
        "",
        "(call $now (i32.add (i32.const 1) (i32.const @0))) (i32.load offset=5 (i32.const @0))",
        1 << 8,
    ),
];

#[test]
fn every_convention_on_every_shape() {
    let runtime = runtime();
    for (import, data, run, expected) in ROWS {
        for shape in &SHAPES {
            // In a block, instructions before the value run first.
            let run = format!("(block (result i32) {run})");
            check(&runtime, &shape.guest(import, data, &run), Ok(expected));
        }
    }
}

/// The examples in guest/module/README.md.
#[test]
fn closures_serve_as_methods_do() {
    let runtime = crate::support::hosts::builder::<()>()
        .module_imports(|env| {
            env.func("add", |_: &mut (), a: i32, b: i32| a.wrapping_add(b))?;
            env.module("shop").func(
                "label",
                |_: &mut (), article: NulTerminated<String>, room: Buffer| {
                    room.fill(article.0.to_uppercase())
                },
            )
        })
        .build()
        .unwrap();
    let guest = runtime.load_file(wit_host_artifacts::ADD_UNKNOWN).unwrap();
    let mut session = guest.session(()).start_blocking().unwrap();
    assert_eq!(format!("{:?}", session.main().unwrap()), "Returned([S32(3)])");
}

#[test]
fn the_same_name_in_two_modules() {
    let runtime = crate::support::hosts::builder()
        .module_imports(|env| {
            env.func("one", |_: &mut super::Host| 1)?;
            env.module("extern").func("one", |_: &mut super::Host| 10)?;
            env.module("").implementing("a:b/c").func("one", |_: &mut super::Host| 100)
        })
        .build()
        .unwrap();
    let guest = r#"(module
        (import "env" "one" (func $a (result i32)))
        (import "extern" "one" (func $b (result i32)))
        (import "" "one" (func $c (result i32)))
        (func (export "run") (result i32)
            (i32.add (call $a) (i32.add (call $b) (call $c)))))"#;
    check(&runtime, guest, Ok(111));
    let served: Vec<_> = runtime.env_imports().map(|(module, name, _)| (module, name)).collect();
    assert_eq!(served, [("", "one"), ("env", "one"), ("extern", "one")]);
    assert_eq!(runtime.env_implements("", "one"), Some("a:b/c.one"));
}

#[test]
fn a_module_that_is_wasis_own() {
    for module in ["wasi_snapshot_preview1", "wasi_unstable"] {
        let runtime = crate::support::hosts::builder::<super::Host>().module_imports(move |env| {
            env.module(module).func("fd_write", |_: &mut super::Host| 1)
        });
        let error = runtime.build().err().unwrap().to_string();
        assert!(error.contains("is WASI's own; serve `fd_write` from"), "{error}");
    }
}
