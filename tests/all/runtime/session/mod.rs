//! Tests of a session: its state from call to call, the order of its set-up, its end after a
//! failure, and its grants.

pub(crate) mod blocking;
pub(crate) mod guards;
pub(crate) mod handles;
pub(crate) mod late;
pub(crate) mod reentry;
pub(crate) mod settings;
pub(crate) mod spending;

use std::fs;

use wit_host::{Access, Error, Grants, Guest, Outcome, Val};
use wit_host_contract::Functions;

use crate::runtime::session::guards::ADD_COMPONENT;

fn guest(text: &str) -> Guest<Functions> {
    crate::support::hosts::shipped().build().unwrap().load(text).unwrap()
}

fn main_of(text: &str) -> Result<Outcome, Error> {
    guest(text).session(Functions::default()).start_blocking()?.main()
}

fn returned(number: i32) -> Outcome {
    Outcome::Returned(vec![Val::S32(number)])
}

#[test]
fn memory_is_kept_from_call_to_call() {
    let guest = guest(
        r#"(module (global $count (mut i32) (i32.const 0))
            (func (export "acc") (result i32)
                (global.set $count (i32.add (global.get $count) (i32.const 1)))
                (global.get $count)))"#,
    );
    let mut session = guest.session(Functions::default()).start_blocking().unwrap();
    for expected in 1..=3 {
        assert_eq!(session.call("acc", &[]).unwrap(), [Val::S32(expected)]);
    }
    let mut other = guest.session(Functions::default()).start_blocking().unwrap();
    assert_eq!(other.call("acc", &[]).unwrap(), [Val::S32(1)], "sessions share nothing");
}

#[test]
fn set_up_comes_first_and_once() {
    let trace = |set_up: &str| {
        format!(
            r#"(module (global $trace (mut i32) (i32.const 0))
                (func $digit (param i32)
                    (global.set $trace
                        (i32.add (i32.mul (global.get $trace) (i32.const 10)) (local.get 0))))
                {set_up}
                (func (export "run") (result i32) (call $digit (i32.const 3)) (global.get $trace)))"#
        )
    };
    let initialize = r#"(func (export "_initialize") (call $digit (i32.const 1)))"#;
    let start = r#"(func (export "_start") (call $digit (i32.const 2)))"#;
    let exits = r#"(import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))"#;
    let start_that_exits =
        r#"(func (export "_start") (call $digit (i32.const 2)) (call $exit (i32.const 0)))"#;
    let cases = [
        (trace(""), 3),
        (trace(initialize), 13),
        (trace(start), 23),
        (trace(&format!("{initialize}{start}")), 13),
        (trace(start_that_exits).replacen("(module", &format!("(module {exits}"), 1), 23),
    ];
    for (text, expected) in cases {
        assert_eq!(main_of(&text).unwrap(), returned(expected), "{text}");
    }
    let mut session = guest(&trace(start)).session(Functions::default()).start_blocking().unwrap();
    session.main().unwrap();
    assert_eq!(session.main().unwrap(), returned(233));
}

#[test]
fn mains_in_their_order() {
    let run = r#"(func (export "run") (result i32) i32.const 7)"#;
    let start = r#"(func (export "_start") (call $exit (i32.const 5)))"#;
    let module = |functions: &str| {
        format!(
            r#"(module (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
                (memory (export "memory") 1) {functions})"#
        )
    };
    assert_eq!(main_of(&module(run)).unwrap(), returned(7));
    assert_eq!(main_of(&module(start)).unwrap(), Outcome::Exited(5));
    assert_eq!(main_of(&module(r#"(func (export "_start"))"#)).unwrap(), Outcome::Exited(0));
    let command = |failed: i32| {
        format!(
            r#"(component
                (core module $M (func (export "run") (result i32) i32.const {failed}))
                (core instance $m (instantiate $M))
                (func $run (result (result)) (canon lift (core func $m "run")))
                (instance $i (export "run" (func $run)))
                (export "wasi:cli/run@0.2.3" (instance $i)))"#
        )
    };
    assert_eq!(main_of(&command(0)).unwrap(), Outcome::Exited(0));
    assert_eq!(main_of(&command(1)).unwrap(), Outcome::Exited(1));
}

#[test]
fn a_component_needs_no_more_than_what_it_uses() {
    let outcome = main_of(ADD_COMPONENT);
    assert_eq!(outcome.unwrap(), returned(3));
}

#[test]
fn a_trap_ends_the_session_on_both_paths() {
    let module = r#"(module (func (export "fail") unreachable) (func (export "go")))"#;
    let component = r#"(component
        (core module $M (func (export "fail") unreachable) (func (export "go")))
        (core instance $m (instantiate $M))
        (func (export "fail") (canon lift (core func $m "fail")))
        (func (export "go") (canon lift (core func $m "go"))))"#;
    for text in [module, component] {
        let mut session = guest(text).session(Functions::default()).start_blocking().unwrap();
        session.call("go", &[]).unwrap();
        let error = session.call("fail", &[]).unwrap_err();
        assert!(matches!(error, Error::Trapped { .. }), "{error}");
        assert!(error.to_string().contains("reached an `unreachable` instruction"), "{error}");
        let error = session.call("go", &[]).unwrap_err().to_string();
        assert_eq!(error, "this session ended when `fail` failed; start a new one");
    }
}

#[test]
fn a_wrong_call_does_not_end_the_session() {
    let text = r#"(module (func (export "run") (param i32 f64) (result i32) (local.get 0)))"#;
    let mut session = guest(text).session(Functions::default()).start_blocking().unwrap();
    let wrong: [&[Val]; 3] = [&[], &[Val::S32(1)], &[Val::S64(1), Val::Float64(1.0)]];
    for args in wrong {
        let error = session.call("run", args).unwrap_err();
        assert!(matches!(error, Error::InvalidCall { .. }), "{error}");
        assert!(error.to_string().contains("it takes (i32, f64)"), "{error}");
    }
    assert!(matches!(session.call("none", &[]), Err(Error::NoSuchFunction { .. })));
    let results = session.call("run", &[Val::S32(1), Val::Float64(1.0)]).unwrap();
    assert_eq!(results, [Val::S32(1)]);
}

#[test]
fn memory_that_is_not_the_guests_is_not_touched() {
    let call = |import: &str, call: &str, memory: &str| {
        format!(
            r#"(module
                (import "env" "concat" (func $concat (param i32 i32 i32 i32) (result i32)))
                (import "env" "write_mem" (func $write_mem (param i32)))
                {import} {memory}
                (data (i32.const 0) "\ff")
                (func (export "run") {call}))"#
        )
    };
    let memory = r#"(memory (export "memory") 1)"#;
    let concat = |ptr: &str, len: &str| {
        format!(
            "(drop (call $concat (i32.const 8) (i32.const 0) (i32.const {ptr}) (i32.const {len})))"
        )
    };
    let written = format!("{} (call $write_mem (i32.const 65535))", concat("8", "2"));
    let cases = [
        (call("", &concat("65536", "1"), memory), "the range at 65536 of length 1 is outside"),
        (call("", &concat("65530", "7"), memory), "memory of 65536 bytes"),
        (call("", &concat("-1", "1"), memory), "the range at 4294967295 of length 1 is outside"),
        (call("", &concat("1", "-1"), memory), "the range at 1 of length 4294967295 is outside"),
        (
            call("", &concat("0", "1"), memory),
            "the text at 0 of length 1 is not UTF-8 from index 0 on",
        ),
        (call("", &written, memory), "`env.write_mem`: the range at 65535 of length 2 is outside"),
        (call("", &concat("8", "0"), "(memory 1)"), "exports no memory named `memory`"),
    ];
    for (text, expected) in cases {
        let error = main_of(&text).unwrap_err();
        assert!(matches!(error, Error::Trapped { .. }), "{error}");
        assert!(error.to_string().contains(expected), "{error}");
    }
    main_of(&call("", "(call $write_mem (i32.const -1))", memory)).unwrap();
    main_of(&call("", "(call $write_mem (i32.const 65536))", memory)).unwrap();
}

/// Returns a guest that opens `file` in the first granted directory, if there is one, and returns
/// WASI's error number, which is 0 on success.
fn opens(flags: u32, rights: u64) -> String {
    format!(
        r#"(module
            (import "wasi_snapshot_preview1" "path_open" (func $open
                (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
            (memory (export "memory") 1)
            (data (i32.const 0) "file")
            (func (export "run") (result i32)
                (call $open (i32.const 3) (i32.const 0) (i32.const 0) (i32.const 4)
                    (i32.const {flags}) (i64.const {rights}) (i64.const 0) (i32.const 0)
                    (i32.const 64))))"#
    )
}

#[test]
fn a_directory_is_what_was_granted() {
    const READ: u64 = 2;
    const WRITE: u64 = 64;
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("file"), "content").unwrap();
    let granted = |access| Grants::default().directory(folder.path(), "/data", access);
    let cases = [
        (Grants::default(), READ, false),
        (granted(Access::ReadOnly), READ, true),
        (granted(Access::ReadOnly), WRITE, false),
        (granted(Access::ReadWrite), WRITE, true),
        (granted(Access::ReadOnly).wait_for_files(true), READ, true),
        (granted(Access::ReadOnly).wait_for_files(true), WRITE, false),
    ];
    for (grants, rights, expected) in cases {
        let guest = guest(&opens(0, rights));
        let mut session =
            guest.session(Functions::default()).grants(grants.clone()).start_blocking().unwrap();
        let outcome = session.main().unwrap();
        assert_eq!(outcome == returned(0), expected, "{grants:?}, rights {rights}: {outcome:?}");
    }
}

#[test]
fn a_directory_that_is_not_there_cannot_be_granted() {
    let grants = Grants::default().directory("/no/such/place", "/data", Access::ReadOnly);
    let guest = guest("(module)");
    let error =
        guest.session(Functions::default()).grants(grants.clone()).start_blocking().err().unwrap();
    assert!(error.to_string().starts_with("failed to grant or deny `/no/such/place`: "), "{error}");
}

#[test]
fn a_core_module_has_no_bindings() {
    let mut session = guest("(module)").session(Functions::default()).start_blocking().unwrap();
    let error = session.bind(wit_host_contract::bindings::Plugin::new).err().unwrap().to_string();
    assert!(error.contains("the guest is a core module"), "{error}");
}
