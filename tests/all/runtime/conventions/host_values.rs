//! Tests of values of the host that guests hold as `externref`, as in the published tutorials.

use wit_host::env::HostRef;
use wit_host::wasmtime::{ExternRef, OwnedRooted};
use wit_host::{Error, Limits, Runtime};

use super::Host;

type Functor = Box<dyn Fn(i32, i32) -> i32 + Send + Sync>;
type Reference = Option<OwnedRooted<ExternRef>>;

/// A guest that calls the values that it gets, keeps them in a table, and returns them.
const GUEST: &str = r#"(module
    (import "extern_module" "call" (func $call (param externref i32 i32) (result i32)))
    (import "extern_module" "make" (func $make (param i32) (result externref)))
    (import "extern_module" "is_some" (func $is_some (param externref) (result i32)))
    (table $kept 2 externref)
    (func (export "apply") (param externref i32 i32) (result i32)
        (call $call (local.get 0) (local.get 1) (local.get 2)))
    (func (export "keep") (param externref) (table.set $kept (i32.const 0) (local.get 0)))
    (func (export "kept") (result externref) (table.get $kept (i32.const 0)))
    (func (export "makes") (param i32) (result i32)
        (call $call (call $make (local.get 0)) (i32.const 40) (i32.const 2)))
    (func (export "null") (result i32)
        (call $call (ref.null extern) (i32.const 1) (i32.const 2)))
    (func (export "is-null") (result i32) (call $is_some (ref.null extern)))
    (func (export "many") (param i32) (loop
        (drop (call $make (i32.const 1)))
        (local.set 0 (i32.sub (local.get 0) (i32.const 1)))
        (br_if 0 (local.get 0)))))"#;

fn add() -> HostRef<Functor> {
    HostRef::new(Box::new(|a, b| a + b))
}

fn runtime(host_values: bool) -> Result<Runtime<Host>, Error> {
    crate::support::hosts::builder()
        .host_values(host_values)
        .limits(Limits::default().memory(4 << 20))
        .module_imports(|env| {
            let mut env = env.module("extern_module");
            env.func("call", |_: &mut Host, f: HostRef<Functor>, a: i32, b: i32| f(a, b))?;
            env.func("is_some", |_: &mut Host, f: Option<HostRef<Functor>>| f.is_some())?;
            env.func_async("make", make)
        })
        .build()
}

async fn make(_: &mut Host, kind: i32) -> Result<HostRef<Functor>, String> {
    match kind {
        1 => Ok(add()),
        2 => Ok(HostRef::new(Box::new(|a, b| a - b))),
        other => Err(format!("there is no functor {other}")),
    }
}

#[test]
fn a_guest_holds_what_it_cannot_look_into() {
    let guest = runtime(true).unwrap().load(GUEST).unwrap();
    let mut session = guest.session(Host::default()).start_blocking().unwrap();
    let apply = session.typed_func::<(Reference, i32, i32), i32>("apply").unwrap();
    let applied = session.run("apply", async |store| {
        let functor = add().to_guest(&mut *store)?;
        apply.call_async(store, (Some(functor), 1234, 5678)).await
    });
    assert_eq!(applied.unwrap(), 6912);

    let keep = session.typed_func::<(Reference,), ()>("keep").unwrap();
    let kept = session.typed_func::<(), Reference>("kept").unwrap();
    let ended = session.run("kept", async |store| {
        let text = HostRef::new("a text".to_owned()).to_guest(&mut *store)?;
        keep.call_async(&mut *store, (Some(text),)).await?;
        let kept = kept.call_async(&mut *store, ()).await?;
        apply.call_async(store, (kept, 1, 2)).await
    });
    let error = ended.unwrap_err().to_string();
    let expected = "`extern_module.call`: the reference is to a host value of another type";
    assert!(error.contains(expected), "{error}");
}

#[test]
fn calls_that_take_numbers() {
    let cases: [(&str, &[i32], Result<i32, &str>); 5] = [
        ("makes", &[1], Ok(42)),
        ("makes", &[2], Ok(38)),
        ("makes", &[3], Err("`extern_module.make`: there is no functor 3")),
        ("null", &[], Err("`extern_module.call`: the reference to a host value is null")),
        ("is-null", &[], Ok(0)),
    ];
    let guest = runtime(true).unwrap().load(GUEST).unwrap();
    for (function, args, expected) in cases {
        let args: Vec<_> = args.iter().map(|number| wit_host::Val::S32(*number)).collect();
        let called = guest.session(Host::default()).start_blocking().unwrap().call(function, &args);
        match (called, expected) {
            (Ok(found), Ok(number)) => assert_eq!(found, [wit_host::Val::S32(number)]),
            (Err(error), Err(part)) => assert!(error.to_string().contains(part), "{error}"),
            (found, _) => panic!("{function}: {found:?}"),
        }
    }
}

/// Values that a guest drops are collected. Until then they count as its memory.
#[test]
fn references_are_collected() {
    let guest = runtime(true).unwrap().load(GUEST).unwrap();
    let mut session = guest.session(Host::default()).start_blocking().unwrap();
    session.call("many", &[wit_host::Val::S32(100_000)]).unwrap();
    assert!(session.spent().peak_memory <= 1 << 20, "{}", session.spent());
}

#[test]
fn host_values_have_to_be_switched_on() {
    let error = runtime(false).err().unwrap().to_string();
    let expected = "`extern_module.call` takes or returns a host value; \
                    `RuntimeBuilder::host_values` switches them on";
    assert!(error.contains(expected), "{error}");

    let guest = r#"(module (table (export "held") 1 externref)
        (func (export "give") (result externref) (ref.null extern)))"#;
    let plain = super::served::runtime();
    let error = plain.load(guest).err().unwrap().to_string();
    for part in [
        "export `held`: its type has `externref`",
        "export `give`: its type has `externref`",
        "the guest has: () -> externref",
        "switch them on (`RuntimeBuilder::host_values`)",
    ] {
        assert!(error.contains(part), "{part}: {error}");
    }
    let mismatches = plain.fit(guest).unwrap().mismatches;
    assert!(matches!(plain.load(guest), Err(Error::Mismatches(found)) if found.0 == mismatches));
}
