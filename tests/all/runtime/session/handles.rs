//! Tests of a program's handles: how runtimes, guests and sessions print, what they report about
//! themselves, and which of them cannot be created.

use std::time::Duration;

use wit_host::{Denial, Error, Grants, Limits, Reuse, RuntimeBuilder, Sessions, State, Val};

const GUEST: &str = r#"(module
    (import "env" "hosts" (func $hosts (result i32)))
    (func (export "answer") (result i32) (i32.const 42))
    (func (export "hosts") (result i32) (call $hosts)))"#;

fn builder() -> RuntimeBuilder<()> {
    crate::support::hosts::builder().module_imports(|env| env.func("hosts", |(): &mut ()| 7))
}

#[test]
fn handles_print_what_they_are() {
    let runtime = builder().build().unwrap();
    let guest = runtime.load(GUEST).unwrap();
    let session = guest.session(()).start_blocking().unwrap();
    let sessions = Sessions::new(guest.clone(), || ());
    let shown = [
        format!("{:?}", builder()),
        format!("{runtime:?}"),
        format!("{guest:?}"),
        format!("{session:?}"),
        format!("{sessions:?}"),
    ];
    let names = ["RuntimeBuilder {", "Runtime {", "Guest {", "Session {", "Sessions {"];
    for (shown, name) in shown.iter().zip(names) {
        assert!(shown.starts_with(name), "{shown}");
    }
    assert!(shown[2].contains("\"answer\""), "{}", shown[2]);
}

#[test]
fn a_guest_tells_what_it_imports_and_where_it_is_linked() {
    let limits = Limits::default().memory(1 << 20);
    let runtime = builder().limits(limits).build().unwrap();
    let guest = runtime.load(GUEST).unwrap();
    assert_eq!(guest.imports(), ["env.hosts"]);
    assert_eq!(guest.runtime().limits().memory, 1 << 20);
    let component = r#"(component (import "wasi:random/random@0.2.0" (instance)))"#;
    assert_eq!(runtime.load(component).unwrap().imports(), ["wasi:random/random@0.2.0"]);
}

#[test]
fn sessions_that_were_cloned_share_those_that_are_idle() {
    let guest = builder().build().unwrap().load(COUNTER).unwrap();
    let sessions = Sessions::new(guest, || ()).reuse(Reuse::UntilFailure);
    let count = |sessions: &Sessions<()>| sessions.call_blocking("count", &[]).unwrap();
    assert_eq!(count(&sessions), [Val::S32(1)]);
    assert_eq!(count(&sessions.clone()), [Val::S32(2)]);
    // A session with the grants of one set is not given to the callers of another.
    assert_eq!(count(&sessions.clone().grants(Grants::default())), [Val::S32(1)]);
    assert_eq!(count(&sessions), [Val::S32(3)]);
}

const COUNTER: &str = r#"(module
    (global $count (mut i32) (i32.const 0))
    (func (export "count") (result i32)
        (global.set $count (i32.add (global.get $count) (i32.const 1)))
        (global.get $count)))"#;

#[test]
fn a_host_function_asks_what_is_granted() {
    let asks = |state: &mut State<()>| {
        let url = "https://example.com/".parse().unwrap();
        u32::from(state.grants().hosts().contains(&url))
    };
    let runtime = crate::support::hosts::builder()
        .component_imports(move |linker| {
            let mut hosts = linker.instance("test:hosts/hosts")?;
            hosts.func_wrap("granted", move |mut store, (): ()| Ok((asks(store.data_mut()),)))
        })
        .build()
        .unwrap();
    let guest = runtime.load(ASKS).unwrap();
    let granted = Grants::default().allow_host("example.com").unwrap();
    for (grants, expected) in [(Grants::default(), 0), (granted, 1)] {
        let mut session = guest.session(()).grants(grants.clone()).start_blocking().unwrap();
        assert_eq!(session.call("ask", &[]).unwrap(), [Val::U32(expected)]);
    }
}

const ASKS: &str = r#"(component
    (import "test:hosts/hosts" (instance $hosts (export "granted" (func (result u32)))))
    (core func $granted (canon lower (func $hosts "granted")))
    (core module $M (import "" "granted" (func $granted (result i32)))
        (func (export "ask") (result i32) (call $granted)))
    (core instance $m (instantiate $M
        (with "" (instance (export "granted" (func $granted))))))
    (func (export "ask") (result u32) (canon lift (core func $m "ask"))))"#;

#[test]
fn a_short_name_calls_the_function_that_it_means() {
    let runtime = crate::support::hosts::builder::<()>().build().unwrap();
    let guest = runtime.load(EXPORTS).unwrap();
    let mut session = guest.session(()).start_blocking().unwrap();
    for name in ["test:shop/prices@1.0.0.tea", "test:shop/prices.tea", "prices.tea", "tea"] {
        assert_eq!(session.call(name, &[]).unwrap(), [Val::U32(250)], "{name}");
    }
    let error = session.call("coffee", &[]).unwrap_err();
    assert!(matches!(error, Error::NoSuchFunction { .. }), "{error}");
    assert!(!session.has_ended());
}

const EXPORTS: &str = r#"(component
    (core module $M (func (export "tea") (result i32) (i32.const 250)))
    (core instance $m (instantiate $M))
    (func $tea (result u32) (canon lift (core func $m "tea")))
    (instance $prices (export "tea" (func $tea)))
    (export "test:shop/prices@1.0.0" (instance $prices)))"#;

#[test]
fn a_session_is_denied_nothing_that_is_not_there() {
    let runtime = crate::support::hosts::shipped().build().unwrap();
    let guest = runtime.load("(module (func (export \"run\")))").unwrap();
    let denied = |name| Grants::default().deny(name, Denial::Refuse).unwrap();
    let start = |name| {
        let data = wit_host_contract::Functions::default();
        guest.session(data).grants(denied(name)).start_blocking().map(|_| ())
    };
    let error = start("wit-host:contract/maths").unwrap_err().to_string();
    assert!(error.contains("nothing to deny"), "{error}");
    start("wit-host:contract/math").unwrap();
}

#[test]
fn limits_with_which_nothing_runs_are_refused() {
    for (limits, name) in [
        (Limits::default().stack(0), "stack"),
        (Limits::default().stack(1 << 40), "stack"),
        (Limits::default().wall_clock(Duration::ZERO), "wall_clock"),
    ] {
        let error = builder().limits(limits).build().unwrap_err();
        assert!(error.to_string().contains(&format!("`Limits::{name}`")), "{error}");
    }
}
