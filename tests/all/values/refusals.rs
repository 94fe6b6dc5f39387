//! Tests of the errors for bad input: which parameter, what it takes, what is wrong where, and what
//! would be right.

use wit_host::Val;
use wit_host::values::{Form, example, from_text, mismatch, short, to_wave, wit};
use wit_host::wasmtime::component::wasm_wave;

use super::DEFINITIONS;
use super::echo::Echo;
use crate::support::rows::{Row, Rows};

#[test]
fn what_is_wrong_and_where() {
    let rows = Rows::read("values/refusals.txt");
    let types: Vec<_> = rows.iter().map(|row| type_and_form(row).0.to_owned()).collect();
    let echo = Echo::new(DEFINITIONS, &types);
    rows.check(|index, row| {
        let (_, form) = type_and_form(row);
        from_text("v", &echo.ty(index), row.text(), form).unwrap_err().reason
    });
}

/// Returns what the name of a row says.
fn type_and_form(row: &Row) -> (&str, Form) {
    let (ty, form) = row.name.split_once(" | ").expect("a type and a form");
    (ty, if form == "json" { Form::Json } else { Form::Wave })
}

#[test]
fn the_whole_message() {
    for (ty, form, text, expected) in [
        (
            "point",
            Form::Wave,
            "{x: 1}".to_owned(),
            "the parameter `v` is of the type `record { x: f32, y: f32 }`, and `{x: 1}` is no \
             such value: the field `y` is missing; give for example `{x: 1.5, y: 1.5}`",
        ),
        (
            "list<point>",
            Form::Json,
            "[1]".to_owned(),
            "the parameter `v` is of the type `list<record { x: f32, y: f32 }>`, and `[1]` is no \
             such value: at `[0]`: expected `record { x: f32, y: f32 }`, found `1`; give for \
             example `[{\"x\":1.5,\"y\":1.5}]`",
        ),
        (
            "u8",
            Form::Wave,
            format!("\u{1b}{}", "x".repeat(1_000_000)),
            &format!(
                "the parameter `v` is of the type `u8`, and `\\u{{1b}}{}…` is no such value: \
                 expected `u8` (a whole number from 0 to 255), found `\\u{{1b}}{}`; give for \
                 example `1`",
                "x".repeat(79),
                "x".repeat(40),
            ),
        ),
    ] {
        let error = from_text("v", &Echo::new(DEFINITIONS, &[ty]).ty(0), &text, form).unwrap_err();
        assert_eq!(error.to_string(), expected);
    }
}

/// The crate `wasm-wave` reads the same text, and says less of what is wrong with it.
#[test]
fn the_published_reader_names_neither_place_nor_type() {
    let ty = Echo::new(DEFINITIONS, &["list<point>"]).ty(0);
    let text = "[{x: 1, y: 1}, {x: 1}]";
    let ours = from_text("v", &ty, text, Form::Wave).unwrap_err().reason;
    assert_eq!(ours, "at `[1]`: the field `y` is missing");
    let theirs = wasm_wave::from_str::<Val>(&ty, text).unwrap_err().to_string();
    assert!(!theirs.contains("[1]") && !theirs.contains("point"), "{theirs}");
}

/// Tests values that a program has made, which were never text.
#[test]
fn the_part_that_is_wrong() {
    let point = |names: &[&str]| {
        Val::Record(names.iter().map(|name| ((*name).into(), Val::Float32(1.0))).collect())
    };
    let whole = || point(&["x", "y"]);
    let other = Val::Record(vec![("x".into(), Val::Float32(1.0)), ("y".into(), Val::U8(1))]);
    let wanted = "a `f32` is wanted, and `1` is given";
    for (ty, value, expected) in [
        ("point", whole(), None),
        ("point", Val::U8(1), None),
        ("point", point(&["x"]), Some("the field `y` is missing".to_owned())),
        ("point", point(&["x", "y", "z"]), Some("there is no field `z`".into())),
        ("point", point(&["y", "x"]), Some("the fields have to be in this order: x, y".into())),
        ("point", other.clone(), Some(format!("at `y`, {wanted}"))),
        (
            "list<tuple<u8, option<point>>>",
            Val::List(vec![
                Val::Tuple(vec![Val::U8(1), Val::Option(None)]),
                Val::Tuple(vec![Val::U8(1), Val::Option(Some(Box::new(other)))]),
            ]),
            Some(format!("at `[1].1.some.y`, {wanted}")),
        ),
    ] {
        assert_eq!(mismatch(&Echo::new(DEFINITIONS, &[ty]).ty(0), &value), expected, "{ty}");
    }
}

#[test]
fn no_text_is_too_deep_or_too_long() {
    // With the tuple around it, the type is nearly as deep as the engine allows.
    let deep = |of: &str| format!("{}u8{}", of.repeat(97), ">".repeat(97));
    let types = ["string".into(), "colour".into(), deep("list<"), deep("option<"), deep("result<")];
    let echo = Echo::new(DEFINITIONS, &types);
    let many = 100_000;
    for text in [
        "[".repeat(many),
        "{".repeat(many),
        "{\"a\":".repeat(many),
        "some(".repeat(many),
        "ok(".repeat(many),
        "a-".repeat(many),
        "\"".repeat(many + 1),
        "'".repeat(many),
        format!("{}red//", "//\n".repeat(many)),
        "\\".repeat(many),
        "1".repeat(many),
    ] {
        for index in 0..types.len() {
            for form in [Form::Wave, Form::Json, Form::Raw] {
                // Other tests check the results. Here, reading only has to end.
                let _ = from_text("v", &echo.ty(index), &text, form);
            }
        }
    }
}

#[test]
fn what_is_huge_is_shown_in_part() {
    let huge = Val::List(vec![Val::String("\u{202e}a".repeat(1 << 20)); 16]);
    assert_eq!(short(&huge), format!("[\"{}…", "\\u{202e}a".repeat(9)[..78].to_owned()));

    let echo = Echo::new(DEFINITIONS, &["huge", "list<list<list<list<list<list<u8>>>>>>"]);
    assert_eq!(wit(&echo.ty(0)).chars().count(), 301);
    assert_eq!(wit(&echo.ty(1)), "list<list<list<list<list<…>>>>>");
    for form in [Form::Wave, Form::Json] {
        let example = example(&echo.ty(0), form).unwrap();
        assert!(example.len() < 3000, "{example}");
        from_text("v", &echo.ty(0), &example, form).unwrap();
    }
}

#[test]
fn signatures_of_both_kinds_of_guest() {
    let runtime = crate::support::hosts::builder::<()>().build().unwrap();
    let module = r#"(module
        (memory (export "memory") 1)
        (func (export "mix") (param i32 i64 f32) (result f64 i32) (unreachable))
        (func (export "none"))
        (func (export "vector") (param v128)))"#;
    let component = r#"(component
        (core module $M (func (export "f") (param i32 f32)))
        (core instance $m (instantiate $M))
        (func (export "step") (param "by" u8) (param "at" float32)
            (canon lift (core func $m "f"))))"#;
    for (guest, function, expected) in [
        (module, "mix", Some("func(0: s32, 1: s64, 2: f32) -> (f64, s32)")),
        (module, "none", Some("func()")),
        (module, "vector", None),
        (module, "memory", None),
        (component, "step", Some("func(by: u8, at: f32)")),
        (component, "other", None),
    ] {
        let signature = runtime.load(guest).unwrap().signature(function);
        assert_eq!(signature.map(|signature| signature.to_string()).as_deref(), expected);
    }
}

#[test]
fn values_that_are_not_in_wave_print_too() {
    let pairs = Val::Map(vec![(Val::U8(1), Val::Option(None))]);
    let fixed = Val::FixedLengthList(vec![Val::U8(1)]);
    assert_eq!(to_wave(&Val::Tuple(vec![pairs, fixed])), "([(1, none)], [1])");
}
