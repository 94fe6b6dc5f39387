//! Tests of what `inspect` reports about real guests, and about guests that are made to mislead it.

use wit_host::inspect::ServedBy;
use wit_host::{Inspection, Kind, Runtime};
use wit_host_contract::Functions;

fn runtime() -> Runtime<Functions> {
    crate::support::hosts::shipped().build().unwrap()
}

fn inspect(guest: &str) -> Inspection {
    runtime().inspect(guest).unwrap()
}

/// Returns what serves an import, in one word.
fn served(by: &ServedBy) -> &'static str {
    match by {
        ServedBy::Contract { .. } => "contract",
        ServedBy::Wasi(_) => "wasi",
        ServedBy::Nothing(_) => "nothing",
        _ => "unknown",
    }
}

#[test]
fn imports_say_who_serves_them() {
    let math = r#"(import "wit-host:contract/math@0.1.9" (instance (export "add"
        (func (param "a" s32) (param "b" s32) (result s32)))))"#;
    let cases = [
        (format!("(component {math})"), "contract"),
        (format!("(component {})", math.replace("0.1.9", "0.2.0")), "nothing"),
        (r#"(component (import "greet" (func)))"#.into(), "nothing"),
        (r#"(component (import "wasi:io/error@0.2.99" (instance)))"#.into(), "wasi"),
        (r#"(component (import "wasi:io/error@0.3.0" (instance)))"#.into(), "nothing"),
        (r#"(component (import "wasi:http/types@0.2.0" (instance)))"#.into(), "nothing"),
        (r#"(module (import "env" "write_mem" (func (param i32))))"#.into(), "contract"),
        (r#"(module (import "env" "write_mem" (func (param i64))))"#.into(), "nothing"),
        (r#"(module (import "env" "memory" (memory 1)))"#.into(), "nothing"),
        (r#"(module (import "wasi_snapshot_preview1" "fd_write" (func)))"#.into(), "wasi"),
        (r#"(module (import "wasi_snapshot_preview1" "fd_fly" (func)))"#.into(), "nothing"),
        (r#"(module (import "a" "b" (func)))"#.into(), "nothing"),
    ];
    for (guest, expected) in cases {
        let inspection = inspect(&guest);
        let by: Vec<_> = inspection.imports.iter().map(|one| served(&one.served_by)).collect();
        assert_eq!(by, [expected], "{guest}\n{inspection}");
    }
}

#[test]
fn a_runtime_without_a_contract_cannot_tell() {
    let runtime = crate::support::hosts::builder::<()>().build().unwrap();
    for name in ["a:b/c", "wasi:http/types@0.2.0"] {
        let guest = format!(r#"(component (import "{name}" (instance)))"#);
        let inspection = runtime.inspect(guest).unwrap();
        assert_eq!(inspection.imports[0].served_by, ServedBy::Unknown, "{name}");
    }
}

#[test]
fn a_version_that_is_not_compatible_is_named() {
    let import = r#"(import "wit-host:contract/math@0.2.0" (instance))"#;
    let text = inspect(&format!("(component {import})")).to_string();
    let has = "the contract has it as `wit-host:contract/math@0.1.0`, which is not compatible";
    assert!(text.contains(has), "{text}");
}

#[test]
fn functions_that_the_contract_lacks_are_named() {
    let inspection = inspect(
        r#"(component (import "wit-host:contract/math@0.1.0" (instance
            (export "add" (func (param "a" s32) (param "b" s32) (result s32)))
            (export "mul" (func)))))"#,
    );
    let name = Some("wit-host:contract/math@0.1.0".to_owned());
    let expected = ServedBy::Contract { name, without: vec!["mul".into()] };
    assert_eq!(inspection.imports[0].served_by, expected);
    assert!(inspection.to_string().contains("served by the contract, which lacks `mul`"));
}

#[test]
fn core_modules_are_shown_in_core_types() {
    let inspection = inspect(
        r#"(module
            (import "env" "add" (func (param i32 i32) (result i32)))
            (import "env" "table" (table 1 2 funcref))
            (memory (export "memory") 1 16)
            (global (export "stack") (mut i64) (i64.const 0))
            (table (export "table") 3 externref)
            (func (export "run") (param f32) (result i32 f64) unreachable)
            (@custom ".debug_info" "abc") (@custom ".debug_line" "de") (@custom "other" ""))"#,
    );
    let expected = "\
core module, 157 B

imports:
  env.add(i32, i32) -> i32
    served by the contract, as `wit-host:contract/math.add`
  env.table: table, funcref, elements: 1 to 2
    served by nothing: the host has none of this name in `env`

exports:
  memory: memory, pages: 1 to 16
  stack: global, mut i64
  table: table, externref, elements: 3 or more
  run(f32) -> (i32, f64)

custom sections:
  debug information: 5 B in 2
  other: 0 B
";
    assert_eq!(inspection.to_string(), expected);
    assert_eq!((inspection.kind, inspection.wit), (Kind::Module, None));
}

#[test]
fn names_of_guests_do_not_reach_the_terminal() {
    let name = format!("\\1b[31m{}", "x".repeat(5_000));
    let text = inspect(&format!(r#"(module (import "{name}" "b" (func)))"#)).to_string();
    assert!(text.contains("\\u{1b}[31mx") && text.contains('…') && text.len() < 1_000, "{text}");
}

#[test]
fn components_that_cannot_be_read_show_their_names() {
    let nested = r#"(instance (export "x" (instance)))"#;
    let inspection = inspect(&format!(r#"(component (import "a:b/c" {nested}))"#));
    assert!(inspection.unreadable.is_some() && inspection.wit.is_none(), "{inspection}");
    let item = &inspection.imports[0].item;
    assert_eq!((&*item.name, item.sort), ("a:b/c", "interface"));
    assert!(inspection.to_string().contains("its types cannot be read: "));
}

#[test]
fn what_wit_has_no_word_for_is_shown() {
    let inspection = inspect(
        r#"(component (import "engine" (core module $engine)) (export "again" (core module $engine)))"#,
    );
    let items = [&inspection.imports[0].item, &inspection.exports[0]];
    let found = items.map(|item| (&*item.name, item.sort));
    assert_eq!(found, [("engine", "core module"), ("again", "core module")]);
}

#[test]
fn modules_in_a_component_are_asked_by_name() {
    let inspection = inspect(
        r#"(component
            (import "wasi:random/random@0.2.6" (instance $random
                (export "get-random-u64" (func (result u64)))))
            (core func $lowered (canon lower (func $random "get-random-u64")))
            (core module $dice
                (import "wasi:random/random@0.2.0" "get-random-u64" (func (result i64))))
            (core module
                (import "wasi:random/random@0.2.6" "get-random-u64" (func (result i64))))
            (core instance (instantiate $dice
                (with "wasi:random/random@0.2.0"
                    (instance (export "get-random-u64" (func $lowered)))))))"#,
    );
    assert_eq!(inspection.imports[0].asked_by, ["dice", "core module 1"]);
}
