//! Tests of functions that are called before another function, or instead of one.

use wit_host::{Outcome, Val};
use wit_host_contract::Functions;

use super::both::{RUNTIME, check, gives, plan};

const COUNT: &str = r#"
    (import "env" "add" (func $add (param i32 i32) (result i32)))
    (import "env" "to_upper" (func $upper (param i32 i32) (result i32)))
    (memory (export "memory") 1)
    (global $count (mut i32) (i32.const 0))
    (func $up (param i32)
        (global.set $count (call $add (global.get $count) (local.get 0)))
        (drop (call $upper (i32.const 0) (i32.const 1))))
    (func (export "count") (result i32) (call $up (i32.const 1)) (global.get $count))"#;

#[test]
fn state_and_set_up() {
    let initialize = r#"(func (export "_initialize") (call $up (i32.const 10)))"#;
    let start = r#"(func (export "_start") (call $up (i32.const 100)))"#;
    let section = "(start $begin) (func $begin (call $up (i32.const 1000)))";
    let cases = [
        (String::new(), 1),
        (initialize.into(), 11),
        (start.into(), 101),
        (section.into(), 1001),
        // A reactor has no main function, so its `_start` is not called.
        (format!("{initialize}{start}"), 11),
        (format!("{initialize}{section}"), 1011),
        (format!("{start}{section}"), 1101),
    ];
    for (functions, first) in cases {
        let calls = [0, 1, 2].map(|later| gives("count", [], Val::S32(first + later)));
        check(&format!("(module {COUNT} {functions})"), &calls);
    }
}

#[test]
fn commands() {
    let wasi = r#"
        (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
        (memory (export "memory") 1)"#;
    let cases = [
        (format!(r#"(module {wasi} (func (export "_start")))"#), 0),
        (format!(r#"(module {wasi} (func (export "_start") (call $exit (i32.const 0))))"#), 0),
        (format!(r#"(module {wasi} (func (export "_start") (call $exit (i32.const 1))))"#), 1),
        (r#"(module (func (export "_start")))"#.into(), 0),
    ];
    for (module, status) in cases {
        let component = plan(&module).into_component().unwrap();
        for guest in [module.into_bytes(), component] {
            let guest = RUNTIME.load(guest).unwrap();
            let outcome =
                guest.session(Functions::default()).start_blocking().unwrap().main().unwrap();
            assert_eq!(outcome, Outcome::Exited(status), "{:?}", guest.kind());
        }
    }
}

#[test]
fn wasi_of_the_first_preview() {
    // Random bytes are different each time, and the clock is not 0.
    let module = r#"(module
        (import "wasi_snapshot_preview1" "random_get" (func $random (param i32 i32) (result i32)))
        (import "wasi_snapshot_preview1" "clock_time_get"
            (func $clock (param i32 i64 i32) (result i32)))
        (import "env" "to_upper" (func $upper (param i32 i32) (result i32)))
        (import "env" "write_mem" (func $write (param i32)))
        (memory (export "memory") 1)
        (data (i32.const 64) "wasm")
        (func (export "run") (result i32)
            (call $random (i32.const 0) (i32.const 16))
            (call $clock (i32.const 1) (i64.const 0) (i32.const 32)) i32.or
            (drop (call $upper (i32.const 64) (i32.const 4)))
            (call $write (i32.const 64))
            (i64.eqz (i64.load (i32.const 32))) i32.or
            (i64.eq (i64.load (i32.const 0)) (i64.load (i32.const 8))) i32.or
            (i32.load (i32.const 64)) i32.add))"#;
    let upper = i32::from_le_bytes(*b"WASM");
    check(module, &[gives("run", [], Val::S32(upper)), gives("run", [], Val::S32(upper))]);
}

/// The adapter of WASI needs pages of memory. If the module's heap takes all of the memory, the
/// adapter gets them from the allocator that the module exports, but not before the module is set
/// up.
#[test]
fn wasi_beside_a_heap_that_takes_every_page() {
    let module = |initialize: &str| {
        format!(
            r#"(module
            (import "wasi_snapshot_preview1" "environ_sizes_get"
                (func $environment (param i32 i32) (result i32)))
            (memory (export "memory") 4)
            (global $top (mut i32) (i32.const 0))
            (func (export "_initialize")
                {initialize} (global.set $top (i32.const 1024)))
            (func (export "malloc") (param i32) (result i32)
                (if (i32.eqz (global.get $top)) (then unreachable))
                (global.get $top) (global.set $top (i32.add (global.get $top) (local.get 0))))
            (func (export "free") (param i32))
            (func (export "pages") (result i32) (memory.size))
            (func (export "run") (result i32) (call $environment (i32.const 0) (i32.const 4))))"#
        )
    };
    let (run, pages) = (gives("run", [], Val::S32(0)), gives("pages", [], Val::S32(4)));
    check(&module(""), &[run.clone(), pages, run.clone()]);
    let early = "(drop (call $environment (i32.const 0) (i32.const 4)))";
    check(&module(early), &[run.clone(), run]);
}

#[test]
fn the_plan_tells_what_is_called_when() {
    let abort = r#"(import "env" "abort" (func (param i32 i32 i32 i32)))"#;
    let count = r#"(func (export "count") (result i32) (i32.const 0))"#;
    let start = r#"(func (export "_start"))"#;
    let initialize = r#"(func (export "_initialize"))"#;
    let cases: [(&[&str], &[&str]); 4] = [
        (
            &[abort, count],
            &[
                "`env.abort` is a part of the component: traps, without the message",
                "`count` is the export `count`: as it is",
            ],
        ),
        (&[start], &["`_start` is the export `wasi:cli/run`: as it is"]),
        (
            &[count, start],
            &[
                "`count` is the export `count`: as it is",
                "`_start` is the set-up: called once, before the first call; an exit is final",
            ],
        ),
        (
            &[count, start, initialize],
            &[
                "`count` is the export `count`: as it is",
                "`_initialize` is the set-up: called once, before anything else",
            ],
        ),
    ];
    for (functions, expected) in cases {
        let plan = plan(&format!("(module {})", functions.concat()));
        let mappings: Vec<_> = plan.mappings().iter().map(ToString::to_string).collect();
        assert_eq!(mappings, expected);
    }
}
