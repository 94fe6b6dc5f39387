//! Tests of modules that are damaged or misleading. Each is refused or adapted, and the result of
//! adapting is a valid component.

use wit_host::Limits;
use wit_host_adapt::{AdaptError, Plan};

use super::both::RUNTIME;

/// A module with some of every kind of item.
const MODULE: &str = r#"(module $whole
    (import "env" "add" (func $add (param i32 i32) (result i32)))
    (import "env" "from_utf8" (func $read (param i32 i32) (result i32)))
    (import "env" "write_mem" (func $write (param i32)))
    (memory (export "memory") 1 4)
    (table 2 2 funcref) (elem (i32.const 0) $add $read)
    (global $count (mut i64) (i64.const 0))
    (data $text "text") (data (i32.const 0) "more")
    (func (export "malloc") (param i32) (result i32) (i32.const 8))
    (func (export "free") (param i32))
    (func (export "_initialize") (memory.init $text (i32.const 4) (i32.const 0) (i32.const 4)))
    (func (export "greet") (param i32) (result i32) (i32.const 0))
    (func $run (export "run") (param) (result i32) (local $n i32)
        (call $write (i32.const 0)) 
        (call $read (call $add (i32.const 0) (i32.const 1)) (i32.const 2))))"#;

/// Returns the component that is made of the bytes, which the encoder has validated, or `None` if
/// they are refused. An internal failure, or an error text with a debug dump, fails the test.
fn adapted(bytes: &[u8]) -> Option<Vec<u8>> {
    let contract = wit_host_contract::contract().unwrap();
    let plan = Plan::new(bytes, &contract, &Limits::default());
    match plan.and_then(Plan::into_component) {
        Ok(component) => Some(component),
        Err(error @ (AdaptError::Failed { .. } | AdaptError::Panicked(_))) => panic!("{error}"),
        Err(error) => {
            assert!(!error.to_string().contains("{ "), "{error}");
            None
        }
    }
}

#[test]
fn bytes_that_are_missing_or_others() {
    let module = wat::parse_str(MODULE).unwrap();
    assert!(adapted(&module).is_some());
    for length in 0..module.len() {
        adapted(&module[..length]);
    }
    for at in 8..module.len() {
        for other in [0, 0x7f, module[at].wrapping_add(1), module[at] ^ 0x80] {
            let mut changed = module.clone();
            changed[at] = other;
            adapted(&changed);
        }
    }
}

/// Names and sections that mean something to an encoder of components.
#[test]
fn names_that_mean_something_elsewhere() {
    let run = r#"(func (export "run") (result i32) (i32.const 0))"#;
    let functions = [
        r#"(func (export "cabi_post_run") (param i32)) (func (export "cabi_realloc"))"#,
        r#"(func (export "cabi_import_realloc")) (func (export "canonical_abi_realloc"))"#,
        r#"(func (export "cabi_realloc_adapter")) (func (export "__wasm_init_task"))"#,
        r#"(func (export "cm32p2|a:b/c|d")) (func (export "wasi:cli/run@0.2.0#run"))"#,
        r#"(func (export "_initialize") (param i32)) (func (export "_start") (result i32) unreachable)"#,
        r#"(global (export "memory") i32 (i32.const 0))"#,
        r#"(func (export "memory")) (global (export "_start") i32 (i32.const 0))"#,
        r#"(import "env" "abort" (func $abort (param i32 i32 i32 i32)))"#,
        r#"(import "env" "add" (func $a (param i32 i32) (result i32)))
           (import "env" "math_add" (func $b (param i32 i32) (result i32)))"#,
        r#"(import "wasi_snapshot_preview1" "sched_yield" (func $a (result i32)))
           (import "wasi_snapshot_preview1" "sched_yield" (func $b (result i32)))
           (memory (export "memory") 0)"#,
        r#"(@custom "name" "\00\ff") (@custom "producers" "\ff") (@custom ".debug_info" "x")"#,
        r#"(@custom "linking" "x") (@custom "dylink.0" "x") (@custom "reloc.CODE" "x")"#,
    ];
    for function in functions {
        let module = format!("(module {function} {run})");
        let component = adapted(module.as_bytes()).unwrap_or_else(|| panic!("{function}"));
        RUNTIME.load(component).unwrap();
    }
}
