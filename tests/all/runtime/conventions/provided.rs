//! Tests of core modules whose exports serve the imports of others.

use std::time::Duration;

use wit_host::{Denial, Error, Grants, Limits};

use super::served::{Host, define};
use super::{check, with_causes};

const FIB: &str = r#"(module
    (memory (export "memory") 1 4)
    (data (i32.const 0) "\2a")
    (table (export "table") 1 funcref)
    (elem (i32.const 0) $fib)
    (global (export "constant") i32 (i32.const 7))
    (global $calls (export "calls") (mut i32) (i32.const 0))
    (func $fib (export "fib") (param i32) (result i32)
        (global.set $calls (i32.add (global.get $calls) (i32.const 1)))
        (if (result i32) (i32.lt_s (local.get 0) (i32.const 2)) (then (i32.const 1))
            (else (i32.add (call $fib (i32.sub (local.get 0) (i32.const 1)))
                           (call $fib (i32.sub (local.get 0) (i32.const 2))))))))"#;

fn builder() -> wit_host::RuntimeBuilder<Host> {
    crate::support::hosts::builder().module_imports(define)
}

fn run(import: &str, body: &str) -> String {
    format!(r#"(module {import} (func (export "run") (result i32) {body}))"#)
}

#[test]
fn imports_are_served_by_another_module() {
    let runtime = builder().provide_module("wasm", FIB).build().unwrap();
    let fib = r#"(import "wasm" "fib" (func $fib (param i32) (result i32)))"#;
    let memory = r#"(import "wasm" "memory" (memory 1))"#;
    let calls = r#"(import "wasm" "calls" (global $calls (mut i32)))"#;
    let cases = [
        (run(fib, "(call $fib (i32.const 8))"), Ok(34)),
        (run(memory, "(i32.load (i32.const 0))"), Ok(42)),
        (run(r#"(import "wasm" "constant" (global $g i32))"#, "(global.get $g)"), Ok(7)),
        (
            run(&format!("{fib}{calls}"), "(drop (call $fib (i32.const 1))) (global.get $calls)"),
            Ok(1),
        ),
        (
            run(
                r#"(import "wasm" "table" (table 1 funcref)) (type $f (func (param i32) (result i32)))"#,
                "(call_indirect (type $f) (i32.const 5) (i32.const 0))",
            ),
            Ok(8),
        ),
        // Imports that the module does not have, or has with another type.
        (
            run(r#"(import "wasm" "fibb" (func (param i32) (result i32)))"#, "(i32.const 0)"),
            Err("cause: the module has `fib`, which looks like it"),
        ),
        (
            run(r#"(import "wasm" "none" (memory 1))"#, "(i32.const 0)"),
            Err("import one that `wasm` has: `calls`, `constant`, `fib`, `memory`, `table`"),
        ),
        (
            run(r#"(import "wasm" "fib" (func (param i64) (result i64)))"#, "(i32.const 0)"),
            Err("the guest has: (i64) -> i64\n    the contract has: (i32) -> i32"),
        ),
        (
            run(r#"(import "wasm" "memory" (memory 1 3))"#, "(i32.const 0)"),
            Err("the guest has: pages: 1 to 3\n    the contract has: pages: 1 to 4"),
        ),
        (
            run(r#"(import "wasm" "memory" (memory 2))"#, "(i32.const 0)"),
            Err("the guest has: pages: 2 or more"),
        ),
        (
            run(r#"(import "wasm" "calls" (global i32))"#, "(i32.const 0)"),
            Err("the guest has: i32\n    the contract has: mut i32"),
        ),
        (
            run(r#"(import "wasm" "fib" (global i32))"#, "(i32.const 0)"),
            Err("the guest imports a global, and it is a function"),
        ),
        (
            run(r#"(import "wasi" "fib" (func))"#, ""),
            Err("`RuntimeBuilder::provide_module(\"wasi\", …)`"),
        ),
    ];
    for (guest, expected) in cases {
        check(&runtime, &guest, expected);
    }
}

#[test]
fn a_module_that_serves_is_set_up_first_and_for_each_session() {
    let counting = |set_up: &str| {
        format!(
            r#"(module (import "host" "note" (func $note (param i32)))
                (memory (export "memory") 1) (data (i32.const 8) "up\00")
                (global $n (mut i32) (i32.const 0))
                (func $up {set_up} (call $note (i32.const 8)))
                (func (export "next") (result i32)
                    (global.set $n (i32.add (global.get $n) (i32.const 1))) (global.get $n)))"#
        )
    };
    let guest = run(r#"(import "counter" "next" (func $next (result i32)))"#, "(call $next)");
    for set_up in [r#"(export "_initialize")"#, r#"(export "_start")"#] {
        let runtime = builder().provide_module("counter", counting(set_up)).build().unwrap();
        let guest = runtime.load(&guest).unwrap();
        for _ in 0..2 {
            let mut session = guest.session(Host::default()).start_blocking().unwrap();
            assert_eq!(session.data().noted, ["up"], "{set_up}");
            assert_eq!(session.call("run", &[]).unwrap(), [wit_host::Val::S32(1)]);
            assert_eq!(session.call("run", &[]).unwrap(), [wit_host::Val::S32(2)]);
        }
    }
}

#[test]
fn modules_serve_one_another() {
    let twice = r#"(module (import "wasm" "fib" (func $fib (param i32) (result i32)))
        (func (export "twice") (param i32) (result i32)
            (i32.mul (i32.const 2) (call $fib (local.get 0)))))"#;
    let guest = run(
        r#"(import "twice" "twice" (func $t (param i32) (result i32)))"#,
        "(call $t (i32.const 8))",
    );
    let runtime =
        builder().provide_module("wasm", FIB).provide_module("twice", twice).build().unwrap();
    check(&runtime, &guest, Ok(68));
    let wrong_order = builder().provide_module("twice", twice).provide_module("wasm", FIB).build();
    let error = with_causes(&wrong_order.err().unwrap());
    assert!(error.contains("failed to load the module that is to serve `twice`"), "{error}");
    assert!(error.contains("the host serves no module `wasm`"), "{error}");
}

#[test]
fn a_host_function_comes_before_a_module() {
    let module = r#"(module (memory (export "memory") 1)
        (func (export "room") (param i32 i32) (result i32) unreachable))"#;
    let runtime = builder().provide_module("host", module).build().unwrap();
    let guest = r#"(module (import "host" "room" (func $room (param i32 i32) (result i32)))
        (import "host" "memory" (memory 1)) (export "memory" (memory 0))
        (func (export "run") (result i32) (call $room (i32.const 0) (i32.const 9))))"#;
    check(&runtime, guest, Ok(9));
}

#[test]
fn a_module_that_serves_is_as_little_trusted_as_a_guest() {
    let loops = r#"(module (func (export "f") (result i32) (loop (br 0)) (i32.const 0)))"#;
    let traps = r#"(module (func (export "f") (result i32) unreachable))"#;
    let fails_first = r#"(module (func $s unreachable) (start $s)
        (func (export "f") (result i32) (i32.const 0)))"#;
    let grows = r#"(module (memory 1) (func (export "f") (result i32)
        (if (i32.eq (memory.grow (i32.const 64)) (i32.const -1)) (then unreachable))
        (i32.const 0)))"#;
    let guest = run(r#"(import "m" "f" (func $f (result i32)))"#, "(memory.size) (drop) (call $f)")
        .replace("(func (export", "(memory 1) (func (export");
    let cases = [
        (loops, "`Limits::wall_clock`"),
        (traps, "`run` trapped: it reached an `unreachable` instruction"),
        (fails_first, "`instantiate` trapped: it reached an `unreachable` instruction"),
        (grows, "`memory` of 2.0 MiB"),
    ];
    for (module, expected) in cases {
        let limits = Limits::default().memory(2 << 20).wall_clock(Duration::from_millis(50));
        let runtime = builder().provide_module("m", module).limits(limits).build().unwrap();
        check(&runtime, &guest, Err(expected));
    }
}

#[test]
fn what_cannot_serve() {
    let cases = [
        ("wasm", "(component)", "it is a component"),
        ("wasm", "(module (import \"a\" \"b\" (func)))", "the host serves no module `a`"),
        ("wasm", "no module", "this is not a WebAssembly guest"),
        ("wasi_snapshot_preview1", "(module)", "the name is WASI's own"),
    ];
    for (name, module, expected) in cases {
        let error = with_causes(&builder().provide_module(name, module).build().err().unwrap());
        assert!(error.contains(expected), "{error}");
    }
    let twice = builder()
        .provide_module("a", "(module)")
        .provide_module("a", "(module)")
        .build()
        .err()
        .unwrap();
    assert!(matches!(twice, Error::ModuleName { .. }), "{twice}");
}

#[test]
fn what_is_denied_is_denied_to_modules_that_serve() {
    let module = r#"(module (import "host" "exit" (func $exit (param i32)))
        (func (export "f") (result i32) (call $exit (i32.const 0)) (i32.const 0)))"#;
    let guest = run(r#"(import "m" "f" (func $f (result i32)))"#, "(call $f)");
    let denied = |name, denial| Grants::default().deny(name, denial).unwrap();
    let build = |grants| builder().provide_module("m", module).grants(grants).build();
    let error = with_causes(&build(denied("host.exit", Denial::Refuse)).err().unwrap());
    assert!(error.contains("import `host.exit`: it is denied"), "{error}");
    for (name, expected) in [("host.exit", "`host.exit` is denied"), ("m.f", "`m.f` is denied")] {
        check(&build(denied(name, Denial::Trap)).unwrap(), &guest, Err(expected));
    }
    let loaded = build(Grants::default()).unwrap().load(&guest).unwrap();
    for name in ["host.exit", "m.f"] {
        let refused =
            loaded.session(Host::default()).grants(denied(name, Denial::Refuse)).start_blocking();
        assert!(matches!(refused, Err(Error::Mismatches(_))), "{name}");
    }
}
