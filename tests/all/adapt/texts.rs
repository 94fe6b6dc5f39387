//! Tests of exports that take and return text as C strings, through the module's allocator.

use wit_host::{AllocatorNames, Error, Limits, Val};
use wit_host_adapt::Plan;
use wit_host_contract::Functions;

use super::both::{HELPERS, RUNTIME, check, contract, gives, plan, traps};
use crate::support::probe::text;

/// An allocator that never reuses a block and counts the blocks in use. It grows the memory as it
/// needs.
const ALLOCATOR: &str = r#"
    (global $top (mut i32) (i32.const 1024))
    (global $live (mut i32) (i32.const 0))
    (func $take (param i32) (result i32)
        (global.set $live (i32.add (global.get $live) (i32.const 1)))
        (global.get $top)
        (global.set $top (i32.add (global.get $top) (local.get 0)))
        (block $fits (loop $more
            (br_if $fits (i32.le_u (global.get $top) (i32.shl (memory.size) (i32.const 16))))
            (br_if $more (i32.ne (memory.grow (i32.const 1)) (i32.const -1)))
            unreachable)))
    (func $drop (global.set $live (i32.sub (global.get $live) (i32.const 1))))
    (func $length (param i32) (result i32) (local $at i32)
        (local.set $at (local.get 0))
        (block $end (loop $next
            (br_if $end (i32.eqz (i32.load8_u (local.get $at))))
            (local.set $at (i32.add (local.get $at) (i32.const 1)))
            (br $next)))
        (i32.sub (local.get $at) (local.get 0)))
    (func (export "live") (result i32) (global.get $live))"#;

const SIZED: &str = r#"
    (func (export "allocate") (param i32) (result i32) (call $take (local.get 0)))
    (func (export "deallocate") (param $at i32) (param $size i32)
        ;; A block is given back with its own size, and its NUL is the last of it.
        (if (i32.load8_u (i32.sub (i32.add (local.get $at) (local.get $size)) (i32.const 1)))
            (then unreachable))
        (call $drop))"#;

const MALLOC: &str = r#"
    (func (export "malloc") (param i32) (result i32) (call $take (local.get 0)))
    (func (export "free") (param i32) (call $drop))"#;

/// `greet` as in the published tutorials: it returns `Hello, ` and the name in a new block that
/// ends with a NUL.
const GREET: &str = r#"
    (data (i32.const 64) "Hello, ")
    (func (export "greet") (param $name i32) (result i32) (local $block i32) (local $size i32)
        (local.set $size (call $length (local.get $name)))
        (local.set $block (call $take (i32.add (local.get $size) (i32.const 8))))
        (memory.copy (local.get $block) (i32.const 64) (i32.const 7))
        (memory.copy (i32.add (local.get $block) (i32.const 7)) (local.get $name) (local.get $size))
        (i32.store8 (i32.add (local.get $block) (i32.add (local.get $size) (i32.const 7)))
            (i32.const 0))
        (local.get $block))"#;

fn module(allocator: &str, functions: &str) -> String {
    format!(
        r#"(module (memory (export "memory") 1) {ALLOCATOR} {allocator} {functions} {HELPERS})"#
    )
}

#[test]
fn greetings() {
    let long = "ü".repeat(5_000);
    for (allocator, left) in [(SIZED, 0), (MALLOC, 4)] {
        let calls: Vec<_> = ["WasmEdge", "", "Ada 🦀", &long]
            .into_iter()
            .map(|name| gives("greet", [text(name)], text(format!("Hello, {name}"))))
            .chain([gives("live", [], Val::S32(left)), gives("byte", [Val::S32(16)], Val::S32(0))])
            .collect();
        check(&module(allocator, GREET), &calls);
    }
}

#[test]
fn several_texts_and_numbers() {
    let join = r#"
        (func (export "join") (param $a i32) (param $n i32) (param $b i32) (result i32)
            (select (local.get $a) (local.get $b) (local.get $n)))
        (func (export "measure") (param i32) (result i32) (call $length (local.get 0)))"#;
    let join_of = |n: i32, expected: &str| {
        gives("join", [text("left"), Val::S32(n), text("right")], text(expected))
    };
    let calls = [
        join_of(1, "left"),
        join_of(0, "right"),
        gives("measure", [text("grün")], Val::S32(5)),
        gives("measure", [text("")], Val::S32(0)),
        gives("live", [], Val::S32(0)),
    ];
    for allocator in [SIZED, MALLOC] {
        check(&module(allocator, join), &calls);
    }
}

#[test]
fn a_text_that_is_the_module_s_own_needs_no_allocator() {
    let module = format!(
        r#"(module (memory (export "memory") 1) (data (i32.const 65530) "name\00")
            (func (export "name") (result i32) (i32.const 65530)) {HELPERS})"#
    );
    let calls = [gives("name", [], text("name")), gives("name", [], text("name"))];
    check(&module, &calls);
}

#[test]
fn a_text_that_does_not_end_traps() {
    for at in ["65530", "65536", "-1"] {
        let module = format!(
            r#"(module (memory (export "memory") 1) (data (i32.const 65530) "no end")
                (func (export "name") (result i32) (i32.const {at})) {HELPERS})"#
        );
        check(&module, &[traps("name", [])]);
    }
}

/// In a module of TinyGo, the heap does not exist before `_start` has created it.
#[test]
fn a_heap_that_start_makes() {
    let late = MALLOC.replace(
        "(call $take (local.get 0))",
        "(if (i32.eqz (global.get $made)) (then unreachable)) (call $take (local.get 0))",
    );
    let start = r#"
        (global $made (mut i32) (i32.const 0))
        (func (export "_start")
            (if (global.get $made) (then unreachable)) (global.set $made (i32.const 1)))"#;
    let greeting = gives("greet", [text("Ada")], text("Hello, Ada"));
    check(&module(&late, &format!("{start}{GREET}")), &[greeting.clone(), greeting]);
}

/// A C string ends at its first NUL, so the rest of the text would be lost silently.
#[test]
fn a_text_with_a_nul_inside_traps() {
    let component = plan(&module(SIZED, GREET)).into_component().unwrap();
    for name in ["\0", "a\0", "\0b", "a\0b"] {
        let guest = RUNTIME.load(&component).unwrap();
        let mut session = guest.session(Functions::default()).start_blocking().unwrap();
        let Err(Error::Trapped(failure)) = session.call("greet", &[text(name)]) else {
            panic!("{name:?}");
        };
        assert!(failure.backtrace.join(" ").contains("a text with a NUL inside"), "{failure}");
    }
}

#[test]
fn greetings_that_call_out() {
    // The allocator calls the host too, while a call of the host is being prepared.
    let imports = r#"
        (import "env" "to_upper" (func $upper (param i32 i32) (result i32)))
        (import "env" "write_mem" (func $write (param i32)))"#;
    let functions = r#"
        (func (export "allocate") (param i32) (result i32)
            (drop (call $upper (i32.const 64) (i32.const 7))) (call $take (local.get 0)))
        (func (export "deallocate") (param i32 i32)
            (drop (call $upper (i32.const 64) (i32.const 7))) (call $drop))
        (data (i32.const 64) "Hello, ")
        (func (export "greet") (param i32) (result i32) (local $size i32)
            (local.set $size
                (call $upper (local.get 0) (call $length (local.get 0))))
            (call $write (local.get 0)) (local.get 0))
        (func (export "join") (param $a i32) (param $n i32) (param $b i32) (result i32)
            (local.get $b))"#;
    let calls = [
        gives("greet", [text("wasm")], text("WASM")),
        gives("join", [text("left"), Val::S32(0), text("right")], text("right")),
        gives("live", [], Val::S32(0)),
    ];
    let module = format!(
        r#"(module {imports} (memory (export "memory") 1) {ALLOCATOR} {functions} {HELPERS})"#
    );
    check(&module, &calls);
}

/// The module has two allocators with usual names, and one that takes an alignment. A text is
/// allocated by the one that is named, and freed by its counterpart.
#[test]
fn an_allocator_that_is_named() {
    const MODULE: &str = include_str!("../cli/cases/adapt-allocator.in/both.wat");
    let names = |allocate: &str, release: Option<&str>| AllocatorNames {
        allocate: allocate.into(),
        release: release.map(Into::into),
    };
    for (names, greeting, freed) in [
        (names("malloc", Some("free")), "mine", 1),
        (names("malloc", None), "mine", 0),
        (names("allocate", Some("deallocate")), "not mine", 0),
        (names("block_new", Some("block_drop")), "mine", 0),
    ] {
        let (bytes, limits) = (MODULE.as_bytes(), Limits::default());
        let plan = Plan::with_allocator(bytes, &contract(), &limits, Some(&names)).unwrap();
        let guest = RUNTIME.load(plan.into_component().unwrap()).unwrap();
        let mut session = guest.session(Functions::default()).start_blocking().unwrap();
        let greeted = session.call("greet", &[Val::String("Ann".into())]).unwrap();
        assert_eq!(greeted, [Val::String(greeting.into())], "{names:?}");
        assert_eq!(session.call("run", &[]).unwrap(), [Val::S32(freed)], "{names:?}");
    }
}
