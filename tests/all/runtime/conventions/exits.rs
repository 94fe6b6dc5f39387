//! Tests of runs that the host ends: by an exit that a host function asks for, and by `abort` of
//! AssemblyScript.

use wit_host::wasmtime::StoreContextMut;
use wit_host::{Error, Exit, State};
use wit_host_contract::Functions;

use super::served::{Host, runtime};
use super::{check, session};

fn exits(import: &str, result: &str, status: i32, expected: Option<i32>) {
    let text = format!(
        r#"(module (import "host" "{import}" (func $exit (param i32) {result}))
            (func (export "run") {result} (call $exit (i32.const {status}))))"#
    );
    let mut session = session(&runtime(), &text).unwrap();
    match (session.call("run", &[]), expected) {
        (Err(Error::Exited(found)), Some(expected)) => {
            assert_eq!(found, expected, "{import}({status})");
            assert!(matches!(session.call("run", &[]), Err(Error::SessionEnded { .. })));
        }
        (Err(Error::HostFunction(failure)), None) if status == 1 => {
            assert_eq!(failure.cause, "the disk is full");
        }
        (Ok(_), None) => {}
        (found, _) => panic!("{import}({status}): {found:?}, not {expected:?}"),
    }
}

#[test]
fn a_host_function_ends_the_run() {
    for status in [0, 3, 126, -1] {
        exits("exit", "", status, Some(status));
    }
    for (status, expected) in [(0, Some(0)), (1, None), (2, None)] {
        exits("exit_later", "(result i32)", status, expected);
    }
}

#[test]
fn a_host_function_of_a_component_ends_the_run() {
    let runtime = crate::support::hosts::builder()
        .component_imports(|linker| {
            let leave = |_: StoreContextMut<'_, State<Host>>, ()| Err::<(), _>(Exit(3).into());
            linker.root().func_wrap("leave", leave)
        })
        .build()
        .unwrap();
    let text = r#"(component (import "leave" (func $leave))
        (core func $leave (canon lower (func $leave)))
        (core module $M (import "" "leave" (func $leave)) (func (export "run") (call $leave)))
        (core instance $i (instantiate $M
            (with "" (instance (export "leave" (func $leave))))))
        (func (export "run") (canon lift (core func $i "run"))))"#;
    let ended = session(&runtime, text).unwrap().call("run", &[]);
    assert!(matches!(ended, Err(Error::Exited(3))), "{ended:?}");
}

/// A `_start` that exits with success has set the guest up.
#[test]
fn set_up_may_end_with_an_exit() {
    let text = |status: i32| {
        format!(
            r#"(module (import "host" "exit" (func $exit (param i32)))
                (func (export "_start") (call $exit (i32.const {status})))
                (func (export "run") (result i32) (i32.const 7)))"#
        )
    };
    check(&runtime(), &text(0), Ok(7));
    let ended = session(&runtime(), &text(4)).unwrap().call("run", &[]);
    assert!(matches!(ended, Err(Error::Exited(4))), "{ended:?}");
}

/// Returns a guest of AssemblyScript that aborts with these two strings.
fn aborts(message: u32, file: u32) -> String {
    format!(
        r#"(module (import "env" "abort" (func $abort (param i32 i32 i32 i32)))
            (memory (export "memory") 1)
            (data (i32.const 1052) "\10\00\00\00n\00o\00 \00s\00u\00g\00a\00r\00")
            (data (i32.const 1100) "\08\00\00\00t\00\1b\00.\00s\00")
            (func (export "run") (result i32)
                (call $abort (i32.const {message}) (i32.const {file}) (i32.const 12) (i32.const 5))
                (i32.const 1)))"#
    )
}

#[test]
fn abort_tells_the_message_and_the_place() {
    let cases = [
        (1056, 1104, "`env.abort`: no sugar, in t\\u{1b}.s:12:5"),
        (0, 1104, "`env.abort`: the guest gave up, in t\\u{1b}.s:12:5"),
        (1056, 0, "`env.abort`: no sugar, in an unknown file:12:5"),
        (0, 0, "`env.abort`: the guest gave up, in an unknown file:12:5"),
        (3, 0, "`env.abort`: the range at 3 of length 0 is outside of the guest's memory"),
        (65_537, 0, "`env.abort`: the range at 65537 of length 0 is outside"),
    ];
    let contract = crate::support::hosts::shipped().build().unwrap();
    for (message, file, expected) in cases {
        let text = aborts(message, file);
        check(&runtime(), &text, Err(expected));
        let mut session =
            contract.load(&text).unwrap().session(Functions::default()).start_blocking();
        let error = session.as_mut().unwrap().main().unwrap_err().to_string();
        assert!(error.contains(expected), "{error}");
    }
}
