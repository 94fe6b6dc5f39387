//! Tests of a caller's contract for core modules, which import its functions from `env`.

use wit_host::{Error, GuestProvider, Runtime, Val};

use super::{Shop, component, dynamic, dynamic_async, forward};

/// A core module with each function of the contract that has a form in `env`.
pub(super) const MODULE: &str = r#"(module
    (import "env" "price" (func $price (param i32 i32) (result i32)))
    (import "env" "label" (func $label (param i32 i32 i32) (result i32)))
    (import "env" "reversed" (func $reversed (param i32 i32) (result i32)))
    (import "env" "weigh" (func $weigh (param i64 f64) (result f64)))
    (import "env" "next" (func $next (param i32) (result i32)))
    (import "env" "beep" (func $beep))
    (import "env" "write_mem" (func $write_mem (param i32)))
    (memory (export "memory") 1)
    (data (i32.const 0) "tea\ff")
    (func (export "price") (result i32) (call $price (i32.const 0) (i32.const 3)))
    (func (export "label") (result i32)
        (call $label (i32.const 0) (i32.const 3) (i32.const 1))
        (call $write_mem (i32.const 64)))
    (func (export "reversed") (result i32)
        (call $reversed (i32.const 0) (i32.const 4))
        (call $write_mem (i32.const 64)))
    (func (export "at") (param i32) (result i32) (i32.load8_u offset=64 (local.get 0)))
    (func (export "weigh") (param i64 f64) (result f64)
        (call $weigh (local.get 0) (local.get 1)))
    (func (export "next") (param i32) (result i32) (call $next (local.get 0)))
    (func (export "not-text") (result i32) (call $price (i32.const 3) (i32.const 1)))
    (func (export "outside") (result i32) (call $price (i32.const 65535) (i32.const 2)))
    (func (export "beep") (call $beep)))"#;

/// Returns a runtime for each way to serve core modules.
fn servers() -> Vec<(&'static str, Runtime<Shop>)> {
    let builders = [
        ("values", dynamic()),
        ("async values", dynamic_async()),
        ("component as env", crate::support::hosts::builder().provide("env", component())),
        (
            "component as an interface",
            crate::support::hosts::builder().provide("shop:prices", component()),
        ),
        ("shared component", crate::support::hosts::builder().provide("env", component().shared())),
    ];
    builders.into_iter().map(|(name, builder)| (name, builder.build().unwrap())).collect()
}

#[test]
fn whoever_serves_a_core_module_it_gets_the_same() {
    let number = |number| Val::S32(number);
    let rows: [(&str, Vec<Val>, Vec<Val>); 10] = [
        ("price", vec![], vec![number(250)]),
        ("label", vec![], vec![number(3)]),
        ("at", vec![number(2)], vec![number(i32::from(b'A'))]),
        ("reversed", vec![], vec![number(4)]),
        ("at", vec![number(0)], vec![number(0xff)]),
        ("at", vec![number(3)], vec![number(i32::from(b't'))]),
        ("weigh", vec![Val::S64(4), Val::Float64(0.5)], vec![Val::Float64(2.0)]),
        ("next", vec![number(0)], vec![number(1)]),
        ("next", vec![number(1)], vec![number(0)]),
        ("beep", vec![], vec![]),
    ];
    for (name, runtime) in servers() {
        let mut session =
            runtime.load(MODULE).unwrap().session(Shop::default()).start_blocking().unwrap();
        for (function, arguments, expected) in &rows {
            let returned = session.call(function, arguments);
            let returned = returned.unwrap_or_else(|error| panic!("{name}, {function}: {error}"));
            assert_eq!(&returned, expected, "{name}, {function}");
        }
    }
}

#[test]
fn what_a_core_module_cannot_mean_traps_it() {
    let rows: [(&str, Vec<Val>, &str); 4] = [
        ("next", vec![Val::S32(2)], "`env.next`: 2 is none of 2 cases"),
        ("weigh", vec![Val::S64(-1), Val::Float64(1.0)], "`env.weigh`: -1 is no weight"),
        ("not-text", vec![], "`env.price`: the text at 3 of length 1 is not UTF-8"),
        ("outside", vec![], "`env.price`: the range at 65535 of length 2 is outside"),
    ];
    for (name, runtime) in servers() {
        for (function, arguments, expected) in &rows {
            let guest = runtime.load(MODULE).unwrap();
            let mut session = guest.session(Shop::default()).start_blocking().unwrap();
            let error = session.call(function, arguments).unwrap_err();
            assert!(matches!(error, Error::Trapped(_)), "{name}, {function}: {error:?}");
            assert!(error.to_string().contains(expected), "{name}, {function}: {error}");
        }
    }
}

#[test]
fn a_type_that_no_convention_carries_is_refused_with_its_reason() {
    let module = r#"(module (import "env" "find" (func (param i32 i32) (result i32))))"#;
    for (name, runtime) in servers() {
        let error = runtime.load(module).err().unwrap().to_string();
        let reason = "the result is a `option<record { name: string, cents: u32, tags: \
                      list<string> }>`, which no convention of `env` carries";
        assert!(error.contains("import `env.find`: ") && error.contains(reason), "{name}: {error}");
        let mismatches = runtime.fit(module).unwrap().mismatches;
        assert_eq!(mismatches.len(), 1, "{name}: {mismatches:?}");
    }
}

#[test]
fn a_component_is_loaded_once_for_guests_of_both_kinds() {
    let provider = std::sync::Arc::new(component());
    let runtime = crate::support::hosts::builder::<Shop>()
        .provide("shop:prices", std::sync::Arc::clone(&provider))
        .provide("env.price", provider)
        .build()
        .unwrap();
    let mut session =
        runtime.load(MODULE).unwrap().session(Shop::default()).start_blocking().unwrap();
    assert_eq!(session.call("price", &[]).unwrap(), [Val::S32(250)]);
    let guest = runtime.load(forward(super::WIT)).unwrap();
    let mut session = guest.session(Shop::default()).start_blocking().unwrap();
    assert_eq!(session.call("price", &[super::text("tea")]).unwrap(), [Val::U32(250)]);
}

#[test]
fn a_core_module_is_no_provider_of_this_kind() {
    let runtime = crate::support::hosts::builder::<()>().build().unwrap();
    let error = GuestProvider::new(&runtime, "m.wat", "(module)", || ()).err().unwrap();
    assert!(error.to_string().contains("`RuntimeBuilder::provide_module`"), "{error}");
}
