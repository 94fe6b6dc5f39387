//! Tests of resources. A handle that one call of a session returns can be passed to the next, and
//! cannot be given as text.

use wit_host::values::{Form, example, from_text, to_json_text, to_wave};
use wit_host::{Error, Val};

/// A counter is represented by the address of its number in memory. A token has no contents.
const COUNTERS: &str = r#"(component
    (type $counter' (resource (rep i32)))
    (type $token' (resource (rep i32)))
    (core func $new (canon resource.new $counter'))
    (core func $token (canon resource.new $token'))
    (core func $rep (canon resource.rep $counter'))
    (core func $drop (canon resource.drop $counter'))
    (core module $M
        (import "host" "new" (func $new (param i32) (result i32)))
        (import "host" "token" (func $token (param i32) (result i32)))
        (import "host" "rep" (func $rep (param i32) (result i32)))
        (import "host" "drop" (func $drop (param i32)))
        (memory 1)
        (global $free (mut i32) (i32.const 16))
        (func (export "new") (param i32) (result i32)
            (global.set $free (i32.add (global.get $free) (i32.const 4)))
            (i32.store (global.get $free) (local.get 0))
            (call $new (global.get $free)))
        (func (export "token") (result i32) (call $token (i32.const 0)))
        (func (export "add") (param i32 i32) (result i32)
            (i32.store (local.get 0) (i32.add (i32.load (local.get 0)) (local.get 1)))
            (i32.load (local.get 0)))
        (func (export "end") (param i32) (result i32)
            (i32.load (call $rep (local.get 0)))
            (call $drop (local.get 0))))
    (core instance $m (instantiate $M (with "host" (instance
        (export "new" (func $new)) (export "token" (func $token))
        (export "rep" (func $rep)) (export "drop" (func $drop))))))
    (export $counter "counter" (type $counter'))
    (export $token-type "token" (type $token'))
    (func (export "[constructor]counter") (param "start" u32) (result (own $counter))
        (canon lift (core func $m "new")))
    (func (export "[constructor]token") (result (own $token-type))
        (canon lift (core func $m "token")))
    (func (export "[method]counter.add") (param "self" (borrow $counter)) (param "by" u32)
        (result u32) (canon lift (core func $m "add")))
    (func (export "[static]counter.end") (param "counter" (own $counter)) (result u32)
        (canon lift (core func $m "end"))))"#;

#[test]
fn a_handle_is_passed_on_to_the_next_call() {
    let guest = crate::support::hosts::builder::<()>().build().unwrap().load(COUNTERS).unwrap();
    let mut session = guest.session(()).start_blocking().unwrap();
    let mut call = |name: &str, args: &[Val]| {
        session.call(&guest.resolve(name).unwrap(), args).map(|mut results| results.remove(0))
    };
    let one = call("counter", &[Val::U32(40)]).unwrap();
    let other = call("counter", &[Val::U32(1)]).unwrap();
    let token = call("token", &[]).unwrap();
    let texts = ("<resource>".to_owned(), "\"<resource>\"".to_owned());
    assert_eq!((to_wave(&one), to_json_text(&one)), texts);

    for (name, args, expected) in [
        ("counter.add", vec![one.clone(), Val::U32(1)], 41),
        ("counter.add", vec![one.clone(), Val::U32(1)], 42),
        ("counter.add", vec![other, Val::U32(1)], 2),
        ("counter.end", vec![one.clone()], 42),
    ] {
        assert_eq!(call(name, &args).unwrap(), Val::U32(expected), "{name}");
    }
    // The session goes on after a mistake of its caller.
    for _ in 0..2 {
        let error = call("counter.add", &[token.clone(), Val::U32(1)]).unwrap_err();
        assert_eq!(
            error.to_string(),
            "failed to call `[method]counter.add`: the argument `self` is a `borrow<resource>`, \
             and `<resource>` is none"
        );
    }
    assert!(matches!(call("counter.add", &[one, Val::U32(1)]), Err(Error::Trapped { .. })));
}

#[test]
fn a_handle_has_no_text() {
    let guest = crate::support::hosts::builder::<()>().build().unwrap().load(COUNTERS).unwrap();
    let signature = guest.signature("[method]counter.add").unwrap();
    assert_eq!(signature.to_string(), "func(self: borrow<resource>, by: u32) -> u32");
    let (name, ty) = &signature.params[0];
    for form in [Form::Wave, Form::Json, Form::Raw] {
        assert_eq!(example(ty, form), None);
        assert_eq!(
            from_text(name, ty, "1", form).unwrap_err().to_string(),
            "the parameter `self` is of the type `borrow<resource>`, and `1` is no such value: \
             `borrow<resource>` cannot be written as text; pass on what an earlier call returned"
        );
    }
}
