//! Tests of modules that call the host: with numbers, texts, and results in two steps.

use wit_host::Val;

use super::both::{HELPERS, check, gives, plan, traps};

/// Returns a module with these imports and functions. Its memory has one page, with marks at its
/// beginning, where the host would write first.
fn module(imports: &str, functions: &str) -> String {
    sized(1, imports, functions)
}

fn sized(pages: u32, imports: &str, functions: &str) -> String {
    format!(
        r#"(module {imports} (memory (export "memory") {pages})
            (data (i32.const 0) "{marks}Hello, world\ff")
            {functions} {HELPERS})"#,
        marks = "*".repeat(64)
    )
}

const ADD: &str = r#"(import "env" "add" (func $add (param i32 i32) (result i32)))"#;
const CONCAT: &str =
    r#"(import "env" "concat" (func $concat (param i32 i32 i32 i32) (result i32)))"#;
const WRITE: &str = r#"(import "env" "write_mem" (func $write (param i32)))"#;
const FETCH: &str = r#"(import "env" "fetch" (func $fetch (param i32 i32) (result i32)))"#;
const UPPER: &str = r#"(import "env" "to_upper" (func $upper (param i32 i32) (result i32)))"#;
const READ: &str = r#"(import "env" "from_utf8" (func $read (param i32 i32) (result i32)))"#;

fn s32(number: i32) -> Val {
    Val::S32(number)
}

fn byte(at: i32, byte: u8) -> super::both::Call {
    gives("byte", [s32(at)], s32(byte.into()))
}

#[test]
fn numbers() {
    let run = r#"(func (export "run") (result i32) (call $add (i32.const 1) (i32.const 2)))"#;
    check(&module(ADD, run), &[gives("run", [], s32(3))]);
    let half = r#"(func (export "half_of") (param f64) (result f64)
        (f64.mul (local.get 0) (f64.const 0.5)))"#;
    check(&module("", half), &[gives("half-of", [Val::Float64(3.0)], Val::Float64(1.5))]);
}

#[test]
fn an_import_that_is_there_twice() {
    let twice = ADD.replace("$add", "$other") + CONCAT + &CONCAT.replace("$concat", "$second");
    let run = r#"(func (export "run") (result i32)
        (i32.const 64) (i32.const 5) (i32.const 64) (i32.const 2) (call $concat)
        (i32.const 64) (i32.const 5) (i32.const 64) (i32.const 3) (call $second)
        (call $add) (i32.const 1) (call $other))"#;
    check(&module(&(ADD.to_owned() + &twice), run), &[gives("run", [], s32(16))]);
}

#[test]
fn a_text_in_two_steps() {
    let run = r#"(func (export "run") (result i32)
        (i32.const 64) (i32.const 7) (i32.const 71) (i32.const 5) (call $concat)
        (i32.const 1000) (call $write) (i32.const 2000) (call $write))"#;
    let mut calls = vec![gives("run", [], s32(12)), gives("pages", [], s32(1))];
    calls.extend([byte(1000, b'H'), byte(1011, b'd'), byte(1012, 0), byte(2000, b'H')]);
    // The marks are unchanged: nothing of what passed through memory is left.
    calls.extend((0..64).map(|at| byte(at, b'*')));
    check(&module(&format!("{CONCAT}{WRITE}"), run), &calls);
}

#[test]
fn a_later_result_takes_the_place_of_the_kept_one() {
    let run = r#"(func (export "run") (result i32)
        (i32.const 64) (i32.const 12) (call $upper) drop
        (i32.const 64) (i32.const 5) (call $read) (i32.const 1000) (call $write))"#;
    let calls = [gives("run", [], s32(5)), byte(1000, b'H'), byte(1001, b'e'), byte(1005, 0)];
    check(&module(&format!("{UPPER}{READ}{WRITE}"), run), &calls);
}

#[test]
fn nothing_is_written_as_long_as_nothing_is_kept() {
    let early = r#"(func (export "run") (result i32)
        (i32.const -1) (call $write)
        (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0) (call $concat)
        (i32.const -1) (call $write))"#;
    check(&module(&format!("{CONCAT}{WRITE}"), early), &[gives("run", [], s32(0))]);
}

#[test]
fn what_is_kept_outlives_a_call() {
    let functions = r#"
        (func (export "run") (result i32)
            (i32.const 64) (i32.const 5) (i32.const 71) (i32.const 5) (call $concat))
        (func (export "count") (result i32) (i32.const 500) (call $write) (i32.const 0))"#;
    let module = module(&format!("{CONCAT}{WRITE}"), functions);
    check(
        &module,
        &[gives("run", [], s32(10)), gives("count", [], s32(0)), byte(500, b'H'), byte(509, b'd')],
    );
}

#[test]
fn errors_trap() {
    let cases = [
        (READ, "(i32.const 64) (i32.const 13) (call $read)"),
        (FETCH, "(i32.const 64) (i32.const 5) (call $fetch)"),
        // The text is not UTF-8, or its range is outside of the memory.
        (UPPER, "(i32.const 70) (i32.const 7) (call $upper)"),
        (UPPER, "(i32.const 65530) (i32.const 7) (call $upper)"),
        (UPPER, "(i32.const -1) (i32.const 1) (call $upper)"),
    ];
    for (import, code) in cases {
        let run = format!(r#"(func (export "run") (result i32) {code})"#);
        check(&module(import, &run), &[traps("run", [])]);
    }
}

#[test]
fn the_second_step_stays_within_memory() {
    let run = r#"(func (export "run") (result i32)
        (i32.const 64) (i32.const 7) (i32.const 71) (i32.const 5) (call $concat)
        (i32.const 65525) (call $write))"#;
    check(&module(&format!("{CONCAT}{WRITE}"), run), &[traps("run", [])]);
}

const LARGE: &str = r#"
    (func (export "run") (result i32)
        (i32.const 64) (i32.const 51200) (i32.const 65) (i32.const 51200) (call $concat))
    (func (export "count") (result i32)
        (memory.grow (i32.const 2)) (i32.const 65536) (call $write))"#;

#[test]
fn a_hundred_kilobytes_in_a_memory_that_has_room_for_them() {
    let imports = format!("{CONCAT}{WRITE}");
    let calls = [
        gives("run", [], s32(102_400)),
        gives("pages", [], s32(3)),
        gives("count", [], s32(3)),
        byte(65536, b'H'),
        byte(65536 + 51_200, b'e'),
        byte(0, b'*'),
    ];
    let fill = r#"(start $fill) (func $fill
        (memory.fill (i32.const 76) (i32.const 32) (i32.const 60000)))"#;
    check(&sized(3, &imports, &format!("{LARGE}{fill}")), &calls);
}

#[test]
fn a_heap_that_takes_every_page_there_is() {
    // The module's heap begins where the host wrote, and ends at the end of the memory.
    let functions = r#"
        (global $top (mut i32) (i32.const 77))
        (func $fill (memory.fill (i32.const 76) (i32.const 32)
            (i32.sub (i32.shl (memory.size) (i32.const 16)) (i32.const 76))))
        (func (export "run") (result i32) (call $fill)
            (i32.const 64) (i32.const 40000) (i32.const 64) (i32.const 40000) (call $concat)
            (drop (memory.grow (i32.const 2))) (call $fill))
        (func (export "count") (result i32) (local $at i32) (local $sum i32)
            (local.set $at (i32.const 76))
            (loop $next
                (local.set $sum (i32.add (local.get $sum)
                    (i32.ne (i32.load8_u (local.get $at)) (i32.const 32))))
                (local.set $at (i32.add (local.get $at) (i32.const 1)))
                (br_if $next
                    (i32.lt_u (local.get $at) (i32.shl (memory.size) (i32.const 16)))))
            (local.get $sum))"#;
    let calls = [gives("run", [], s32(80_000)), gives("count", [], s32(0)), byte(63, b'*')];
    check(&module(CONCAT, functions), &calls);
}

#[test]
fn imports_as_values() {
    let functions = r#"
        (table 4 funcref)
        (elem (i32.const 1) func $concat $add $own)
        (elem declare func $add)
        (type $sum (func (param i32 i32) (result i32)))
        (func $own (param i32 i32) (result i32) (i32.const 40))
        (func (export "run") (result i32)
            (i32.const 1) (i32.const 2) (call_indirect (type $sum) (i32.const 2))
            (i32.const 0) (i32.const 0) (call_indirect (type $sum) (i32.const 3))
            i32.add
            (ref.is_null (ref.func $add)) i32.add)"#;
    check(&module(&format!("{CONCAT}{ADD}"), functions), &[gives("run", [], s32(43))]);
}

#[test]
fn a_component_tells_where_it_comes_from() {
    let run =
        r#"(func $sum (export "run") (result i32) (call $upper (i32.const 77) (i32.const 1)))"#;
    let component = plan(&module(UPPER, run)).into_component().unwrap();
    let text = String::from_utf8_lossy(&component).into_owned();
    for name in ["processed-by", "wit-host", "env.to_upper", "sum"] {
        assert!(text.contains(name), "{name}");
    }
}
