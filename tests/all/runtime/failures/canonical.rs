//! Tests of invalid values that a component passes to the host or to another component. The error
//! says what the guest did, and keeps the engine's own words.

use wit_host::Error;

/// Returns a component whose `run` returns a value of the type. `body` is its code, which returns
/// an address or a number, and `data` is in memory at the address 0.
fn returning(ty: &str, body: &str, data: &str) -> String {
    lifted(ty, body, data, "")
}

fn lifted(ty: &str, body: &str, data: &str, options: &str) -> String {
    format!(
        r#"(component
            (core module $M
                (memory (export "memory") 1)
                (data (i32.const 0) "{data}")
                (func (export "run") (result i32) {body}))
            (core instance $m (instantiate $M))
            (func (export "run") (result {ty})
                (canon lift (core func $m "run") (memory (core memory $m "memory")) {options})))"#
    )
}

/// Returns a component with two resources. `body` is the code of its `run`, which uses handles of
/// them.
fn of_resources(body: &str) -> String {
    format!(
        r#"(component
            (type $a (resource (rep i32)))
            (type $b (resource (rep i32)))
            (core func $new (canon resource.new $a))
            (core func $rep-a (canon resource.rep $a))
            (core func $drop-a (canon resource.drop $a))
            (core func $drop-b (canon resource.drop $b))
            (core module $M
                (import "" "new" (func $new (param i32) (result i32)))
                (import "" "rep-a" (func $rep-a (param i32) (result i32)))
                (import "" "drop-a" (func $drop-a (param i32)))
                (import "" "drop-b" (func $drop-b (param i32)))
                (func (export "run") {body}))
            (core instance $m (instantiate $M (with "" (instance
                (export "new" (func $new)) (export "rep-a" (func $rep-a))
                (export "drop-a" (func $drop-a)) (export "drop-b" (func $drop-b))))))
            (func (export "run") (canon lift (core func $m "run"))))"#
    )
}

/// Returns a component whose `run` borrows a token of another component. `body` is the code of its
/// `run`, which gets the handle. `$take` takes ownership of a token.
fn lent(body: &str) -> String {
    format!(
        r#"(component
            (component $maker
                (type $token' (resource (rep i32)))
                (core func $new (canon resource.new $token'))
                (core func $drop (canon resource.drop $token'))
                (core module $M
                    (import "" "new" (func $new (param i32) (result i32)))
                    (import "" "drop" (func $drop (param i32)))
                    (func (export "make") (result i32) (call $new (i32.const 7)))
                    (func (export "take") (param i32) (call $drop (local.get 0))))
                (core instance $m (instantiate $M (with "" (instance
                    (export "new" (func $new)) (export "drop" (func $drop))))))
                (export $token "token" (type $token'))
                (func (export "make") (result (own $token)) (canon lift (core func $m "make")))
                (func (export "take") (param "what" (own $token))
                    (canon lift (core func $m "take"))))
            (instance $maker (instantiate $maker))
            (alias export $maker "token" (type $token))
            (component $borrower
                (import "token" (type $token (sub resource)))
                (import "take" (func $take (param "what" (own $token))))
                (core func $drop (canon resource.drop $token))
                (core func $take (canon lower (func $take)))
                (core module $M
                    (import "" "drop" (func $drop (param i32)))
                    (import "" "take" (func $take (param i32)))
                    (func (export "run") (param i32) {body}))
                (core instance $m (instantiate $M (with "" (instance
                    (export "drop" (func $drop)) (export "take" (func $take))))))
                (func (export "run") (param "what" (borrow $token))
                    (canon lift (core func $m "run"))))
            (instance $borrower (instantiate $borrower
                (with "token" (type $token)) (with "take" (func $maker "take"))))
            (component $user
                (import "token" (type $token (sub resource)))
                (import "make" (func $make (result (own $token))))
                (import "run" (func $run (param "what" (borrow $token))))
                (core func $make (canon lower (func $make)))
                (core func $run (canon lower (func $run)))
                (core module $M
                    (import "" "make" (func $make (result i32)))
                    (import "" "run" (func $run (param i32)))
                    (func (export "run") (call $run (call $make))))
                (core instance $m (instantiate $M (with "" (instance
                    (export "make" (func $make)) (export "run" (func $run))))))
                (func (export "run") (canon lift (core func $m "run"))))
            (instance $user (instantiate $user (with "token" (type $token))
                (with "make" (func $maker "make")) (with "run" (func $borrower "run"))))
            (export "run" (func $user "run")))"#
    )
}

/// Returns a component with a function that takes a text. `realloc` is the function by which the
/// text is placed in its memory.
fn taking(ty: &str, realloc: &str) -> String {
    format!(
        r#"(component
            (core module $M
                (memory (export "memory") 1)
                (func (export "realloc") (param i32 i32 i32 i32) (result i32) {realloc})
                (func (export "run") (param i32 i32)))
            (core instance $m (instantiate $M))
            (func (export "run") (param "value" {ty}) (canon lift (core func $m "run")
                (memory (core memory $m "memory")) (realloc (core func $m "realloc")))))"#
    )
}

fn cause(component: &str, args: &[wit_host::Val]) -> String {
    let guest = crate::support::hosts::builder::<()>().build().unwrap().load(component).unwrap();
    match guest.session(()).start_blocking().unwrap().call("run", args) {
        Err(Error::Trapped(failure)) => failure.cause,
        other => panic!("{other:?}"),
    }
}

#[test]
fn results_that_are_none() {
    let zero = "(i32.const 0)";
    for (component, engine, ours) in [
        (returning("string", "(i32.const 3)", ""), "return pointer not aligned", "an address of"),
        (returning("string", "(i32.const -4)", ""), "pointer out of bounds", "not in its memory"),
        (
            returning("string", zero, "\\f0\\ff\\00\\00\\ff\\00\\00\\00"),
            "string pointer/length out of bounds",
            "a string that does not lie in its memory",
        ),
        (
            returning("string", zero, "\\08\\00\\00\\00\\02\\00\\00\\00a\\ff"),
            "invalid utf-8 sequence",
            "hand bytes over as a `list<u8>`",
        ),
        (
            lifted(
                "string",
                zero,
                "\\08\\00\\00\\00\\01\\00\\00\\00\\00\\d8",
                "string-encoding=utf16",
            ),
            "unpaired surrogate",
            "half a character",
        ),
        (
            lifted("string", zero, "\\09\\00\\00\\00\\01\\00\\00\\00", "string-encoding=utf16"),
            "string pointer not aligned to 2",
            "not aligned for its encoding",
        ),
        (
            returning("(list u32)", zero, "\\00\\00\\00\\00\\ff\\ff\\00\\00"),
            "list pointer/length out of bounds",
            "a list that does not lie in its memory",
        ),
        (
            returning("(list u32)", zero, "\\01\\00\\00\\00\\00\\00\\00\\00"),
            "list pointer is not aligned",
            "give an empty list any address",
        ),
        (returning("char", "(i32.const 0xd800)", ""), "converted integer out of range", "`char`"),
        (
            returning("(option u32)", zero, "\\02\\00\\00\\00"),
            "discriminant 2 out of range [0..2)",
            "a case that its type does not have",
        ),
        (
            returning("(result)", "(i32.const 7)", ""),
            "discriminant 7 out of range [0..2)",
            "a case that its type does not have",
        ),
    ] {
        check(&component, &[], engine, ours);
    }
}

#[test]
fn arguments_that_find_no_room() {
    let text = [wit_host::Val::String("text".into())];
    let list = [wit_host::Val::List(vec![wit_host::Val::U32(1)])];
    let cases = [
        (taking("string", "(i32.const -8)"), &text[..], "beyond end of memory"),
        (taking("(list u32)", "(i32.const 1)"), &list[..], "result not aligned"),
    ];
    for (component, args, engine) in cases {
        check(&component, args, engine, "its `realloc` returned an address that is none");
    }
}

#[test]
fn handles_that_are_none() {
    let make = "(local $h i32) (local.set $h (call $new (i32.const 1)))";
    let drop = "(call $drop-a (local.get $h))";
    for (component, engine, ours) in [
        (
            of_resources(&format!("{make} {drop} {drop}")),
            "unknown handle index 1",
            "dropped or given away before",
        ),
        (
            of_resources(&format!("{make} (call $drop-b (local.get $h))")),
            "handle index 1 used with the wrong type",
            "a handle of one resource as one of another",
        ),
        (of_resources("(drop (call $rep-a (i32.const 0)))"), "unknown handle index 0", "dropped"),
        (lent(""), "borrow handles still remain", "it has to drop it before"),
        (
            lent("(call $take (local.get 0))"),
            "cannot lift own resource from a borrow",
            "gave away a handle that it was only lent",
        ),
        (
            lent("(call $drop (local.get 0)) (call $drop (local.get 0))"),
            "unknown handle index 1",
            "dropped or given away before",
        ),
    ] {
        check(&component, &[], engine, ours);
    }
}

/// Returns two components of which one calls the other's `take` with `values`. The engine generates
/// the code between them, which checks the values. `realloc` belongs to the receiver, and `data` is
/// at the address 8 of the giver's memory.
fn between([ty, core]: [&str; 2], values: &str, realloc: &str, data: &str, giver: &str) -> String {
    format!(
        r#"(component
            (component $receiver
                (core module $M
                    (memory (export "memory") 1)
                    (func (export "realloc") (param i32 i32 i32 i32) (result i32) {realloc})
                    (func (export "take") (param {core})))
                (core instance $m (instantiate $M))
                (func (export "take") (param "value" {ty})
                    (canon lift (core func $m "take") (memory (core memory $m "memory"))
                        (realloc (core func $m "realloc")))))
            (component $giver
                (import "take" (func $take (param "value" {ty})))
                (core module $L (memory (export "memory") 1) (data (i32.const 8) "{data}"))
                (core instance $l (instantiate $L))
                (core func $lowered
                    (canon lower (func $take) (memory (core memory $l "memory")) {giver}))
                (core module $M
                    (import "" "take" (func $take (param {core})))
                    (func (export "run") (call $take {values})))
                (core instance $m (instantiate $M
                    (with "" (instance (export "take" (func $lowered))))))
                (func (export "run") (canon lift (core func $m "run"))))
            (instance $r (instantiate $receiver))
            (instance $g (instantiate $giver (with "take" (func $r "take"))))
            (func (export "run") (alias export $g "run")))"#
    )
}

#[test]
fn values_between_components() {
    const TEXT: [&str; 2] = ["string", "i32 i32"];
    const LIST: [&str; 2] = ["(list u32)", "i32 i32"];
    let (at_8, fine) = ("(i32.const 8) (i32.const 1)", "(i32.const 64)");
    let (outside, nothing) = ("(i32.const 65535) (i32.const 2)", "(i32.const 0) (i32.const 0)");
    let utf16 = "string-encoding=utf16";
    for (component, engine, ours) in [
        (between(TEXT, outside, fine, "", ""), "string content out-of-bounds", "giver's memory"),
        (between(TEXT, at_8, fine, "\\ff", ""), "invalid utf8 encoding", "not UTF-8"),
        (
            between(TEXT, at_8, fine, "\\00\\d8", utf16),
            "invalid utf16 encoding",
            "half a character",
        ),
        (
            between(TEXT, "(i32.const 1) (i32.const 0)", fine, "", utf16),
            "unaligned pointer",
            "not aligned for its type",
        ),
        (
            between(LIST, "(i32.const 0) (i32.const 0x40000001)", fine, "", ""),
            "list content out-of-bounds",
            "giver's memory",
        ),
        // The engine asks for an address and checks it even if there is nothing to place.
        (
            between(LIST, nothing, "(i32.const -4)", "", ""),
            "list content out-of-bounds",
            "receiver's `realloc` returned",
        ),
        (
            between(LIST, at_8, "(i32.const 2)", "", ""),
            "unaligned pointer",
            "the receiver's `realloc` returned one",
        ),
        (
            between(["char", "i32"], "(i32.const 0xd800)", fine, "", ""),
            "invalid `char` bit pattern",
            "a `char` that is none",
        ),
        (
            between(["(option u8)", "i32 i32"], "(i32.const 2) (i32.const 0)", fine, "", ""),
            "invalid variant discriminant",
            "a case that its type does not have",
        ),
    ] {
        check(&component, &[], engine, ours);
    }
    // Bits of a number that its type does not have are cut off, and every number except 0 is
    // `true`.
    for (ty, value) in [("bool", "(i32.const 5)"), ("u8", "(i32.const 0x1ff)")] {
        let component = between([ty, "i32"], value, fine, "", "");
        let guest =
            crate::support::hosts::builder::<()>().build().unwrap().load(component).unwrap();
        guest.session(()).start_blocking().unwrap().call("run", &[]).unwrap();
    }
}

fn check(component: &str, args: &[wit_host::Val], engine: &str, ours: &str) {
    let cause = cause(component, args);
    assert!(cause.contains(engine) && cause.contains(ours), "{engine}: {cause}");
}
