//! Tests of an embedder's protections beyond limits, and of failures of the host itself: denials,
//! determinism, and host functions that fail, panic or call back.

use wit_host::wasmtime::component::HasSelf;
use wit_host::{
    Denial, Error, Grants, HostFailure, Limits, Outcome, Runtime, State, Stdio, Val, wasmtime,
};
use wit_host_contract::Functions;

use crate::support::hosts::shipped as builder;

pub(crate) const ADD_MODULE: &str = r#"(module
    (import "env" "add" (func $add (param i32 i32) (result i32)))
    (func (export "run") (result i32) (call $add (i32.const 1) (i32.const 2))))"#;

/// A component that imports one interface of the contract and nothing else.
pub(crate) const ADD_COMPONENT: &str = r#"(component
    (import "wit-host:contract/math@0.1.0" (instance $math
        (export "add" (func (param "a" s32) (param "b" s32) (result s32)))))
    (core func $add (canon lower (func $math "add")))
    (core module $M
        (import "host" "add" (func $add (param i32 i32) (result i32)))
        (func (export "run") (result i32) (call $add (i32.const 1) (i32.const 2))))
    (core instance $m (instantiate $M (with "host" (instance (export "add" (func $add))))))
    (func (export "run") (result s32) (canon lift (core func $m "run"))))"#;

#[derive(Debug, PartialEq)]
pub(crate) enum Came {
    Three,
    Refused,
    Trapped,
}

pub(crate) fn came(outcome: Result<Outcome, Error>) -> Came {
    match outcome {
        Ok(Outcome::Returned(results)) if results == [Val::S32(3)] => Came::Three,
        Err(Error::Mismatches(mismatches)) => {
            assert!(mismatches.to_string().contains("denied to this guest"), "{mismatches}");
            Came::Refused
        }
        Err(Error::Trapped(failure)) => {
            let cause = failure.cause;
            assert!(cause.contains("is denied to this guest"), "{cause}");
            Came::Trapped
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn functions_are_denied_by_every_name_on_both_paths() {
    let cases = [
        ("wit-host:contract", [Came::Refused, Came::Refused]),
        ("wit-host:contract/math", [Came::Refused, Came::Refused]),
        ("wit-host:contract/math.add", [Came::Refused, Came::Refused]),
        ("env.add", [Came::Refused, Came::Three]),
        ("wit-host:contract/strings", [Came::Three, Came::Three]),
        ("wit-host:contract/math@0.1.0.add", [Came::Refused, Came::Refused]),
        ("wasi:sockets", [Came::Three, Came::Three]),
    ];
    for (name, expected) in cases {
        for (text, expected) in [ADD_MODULE, ADD_COMPONENT].iter().zip(expected) {
            let with = |denial| Grants::default().deny(name, denial).unwrap();
            let run = |of_runtime: Grants, of_session: Grants| {
                let guest = builder().grants(of_runtime).build()?.load(text)?;
                guest
                    .session(Functions::default())
                    .grants(of_session.clone())
                    .start_blocking()?
                    .main()
            };
            let refused = run(with(Denial::Refuse), Grants::default());
            assert_eq!(came(refused), expected, "{name}");
            let of_session = run(Grants::default(), with(Denial::Refuse));
            assert_eq!(came(of_session), expected, "{name}");
            let trapped = run(with(Denial::Trap), Grants::default());
            let expected = if expected == Came::Refused { Came::Trapped } else { expected };
            assert_eq!(came(trapped), expected, "{name}");
        }
    }
}

/// One function of the first preview can stand for several interfaces of WASI 0.2, and is denied by
/// the name of each.
#[test]
fn wasi_is_denied_to_core_modules_by_the_names_of_its_interfaces() {
    let cases = [
        ("fd_readdir", "wasi:filesystem", true),
        ("fd_readdir", "wasi:filesystem/types", true),
        ("fd_write", "wasi:cli", true),
        ("fd_write", "wasi:io/streams", true),
        ("path_open", "wasi:filesystem/preopens", true),
        ("poll_oneoff", "wasi:clocks", true),
        ("sock_send", "wasi:sockets", true),
        ("random_get", "wasi:clocks", false),
        ("random_get", "wasi_snapshot_preview1.random_get", true),
    ];
    for (import, denied, expected) in cases {
        let ty = match import {
            "fd_readdir" => "(param i32 i32 i32 i64 i32)",
            "path_open" => "(param i32 i32 i32 i32 i32 i64 i64 i32 i32)",
            "sock_send" => "(param i32 i32 i32 i32 i32)",
            "random_get" => "(param i32 i32)",
            _ => "(param i32 i32 i32 i32)",
        };
        let text = format!(
            r#"(module (import "wasi_snapshot_preview1" "{import}" (func {ty} (result i32))))"#
        );
        let grants = Grants::default().deny(denied, Denial::Refuse).unwrap();
        let loaded = builder().grants(grants).build().unwrap().load(text);
        assert_eq!(loaded.is_err(), expected, "{import} and {denied}");
    }
}

/// A guest that prints random bytes, the time, and the bits of a NaN that is computed at run time.
const BY_CHANCE: &str = r#"(module
    (import "wasi_snapshot_preview1" "random_get" (func $random (param i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "clock_time_get"
        (func $time (param i32 i64 i32) (result i32)))
    (import "wasi_snapshot_preview1" "fd_write"
        (func $write (param i32 i32 i32 i32) (result i32)))
    (memory (export "memory") 1)
    (data (i32.const 0) "\40\00\00\00\30\00\00\00")
    (func (export "_start")
        (drop (call $random (i32.const 64) (i32.const 16)))
        (drop (call $time (i32.const 0) (i64.const 1) (i32.const 80)))
        (drop (call $time (i32.const 1) (i64.const 1) (i32.const 88)))
        (f64.store (i32.const 96)
            (f64.div (f64.load (i32.const 200)) (f64.neg (f64.load (i32.const 200)))))
        (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 16)))))"#;

fn written(deterministic: bool) -> Vec<u8> {
    let runtime = builder().deterministic(deterministic).build().unwrap();
    let guest = runtime.load(BY_CHANCE).unwrap();
    let grants = Grants::default().stdio(Stdio::Captured);
    let mut session =
        guest.session(Functions::default()).grants(grants.clone()).start_blocking().unwrap();
    assert_eq!(session.main().unwrap(), Outcome::Exited(0));
    let (stdout, stderr) = session.output();
    assert!(stderr.is_empty());
    assert_eq!(stdout.len(), 48);
    stdout
}

#[test]
fn a_deterministic_run_is_the_same_every_time() {
    let run = written(true);
    assert_eq!(run, written(true));
    assert_eq!(f64::from_le_bytes(run[32..40].try_into().unwrap()).to_bits(), 0x7ff8 << 48);
    assert_ne!(written(false), written(false));
}

#[test]
fn a_deterministic_guest_cannot_run_for_ever() {
    let limits = Limits::default().fuel(100_000);
    let runtime = builder().limits(limits).deterministic(true).build().unwrap();
    let guest = runtime.load(r#"(module (func (export "run") (loop (br 0))))"#).unwrap();
    let error = guest.session(Functions::default()).start_blocking().unwrap().main().unwrap_err();
    assert!(error.to_string().contains("the limit `fuel` of 100000"), "{error}");
}

#[test]
fn the_text_form_can_be_switched_off() {
    let runtime = builder().allow_text_format(false).build().unwrap();
    let error = runtime.load(ADD_MODULE).err().unwrap();
    assert!(error.to_string().contains("it is the text form, which is not taken here"), "{error}");
    assert!(runtime.load(wat::parse_str(ADD_MODULE).unwrap()).is_ok());
}

/// A contract whose functions fail.
mod bindings {
    wit_host::wasmtime::component::bindgen!({
        inline: "
            package test:broken@1.0.0;
            interface broken {
                fails: func();
                panics: func();
            }
            world plugin { import broken; }
        ",
        imports: { default: trappable },
        wasmtime_crate: wit_host::wasmtime,
    });
}

struct Broken;

impl Broken {
    fn fail(&mut self) -> Result<(), HostFailure> {
        Err(HostFailure("the disk is full".into()))
    }

    fn panic(&mut self) {
        panic!("a bug of the host");
    }
}

impl bindings::test::broken::broken::Host for Broken {
    fn fails(&mut self) -> wasmtime::Result<()> {
        Ok(self.fail()?)
    }

    fn panics(&mut self) -> wasmtime::Result<()> {
        self.panic();
        Ok(())
    }
}

#[test]
fn what_a_host_function_does_wrong_is_the_hosts_fault() {
    let runtime: Runtime<Broken> = crate::support::hosts::builder()
        .component_imports(|linker| {
            bindings::Plugin::add_to_linker::<_, HasSelf<Broken>>(linker, State::data_mut)
        })
        .module_imports(|env| {
            env.func("fails", Broken::fail)?;
            env.func("panics", Broken::panic)
        })
        .build()
        .unwrap();
    let module = |name: &str| {
        format!(
            r#"(module (import "env" "{name}" (func $f)) (func (export "run") (call $f))
                (func (export "other")))"#
        )
    };
    let component = |name: &str| {
        format!(
            r#"(component
                (import "test:broken/broken@1.0.0" (instance $i (export "{name}" (func))))
                (core func $f (canon lower (func $i "{name}")))
                (core module $M (import "host" "f" (func $f))
                    (func (export "run") (call $f)) (func (export "other")))
                (core instance $m (instantiate $M (with "host" (instance (export "f" (func $f))))))
                (func (export "run") (canon lift (core func $m "run")))
                (func (export "other") (canon lift (core func $m "other"))))"#
        )
    };
    for make in [&module as &dyn Fn(&str) -> String, &component] {
        for (name, reason) in
            [("fails", "the disk is full"), ("panics", "it panicked: a bug of the host")]
        {
            let mut session =
                runtime.load(make(name)).unwrap().session(Broken).start_blocking().unwrap();
            let error = session.main().unwrap_err();
            assert!(matches!(error, Error::HostFunction { .. }), "{error}");
            let told = error.to_string();
            let first = told.lines().next().unwrap();
            assert_eq!(first, format!("a host function failed while `run` ran: {reason}"));
            assert!(matches!(session.call("other", &[]), Err(Error::SessionEnded { .. })));
        }
    }
}
