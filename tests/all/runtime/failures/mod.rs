//! Tests of what is reported about a failed call, for components and core modules: the cause, the
//! stack, the arguments, the host call, and the last lines on standard error.

pub(crate) mod canonical;
pub(crate) mod lacking;
pub(crate) mod panics;

use std::sync::LazyLock;
use std::time::Duration;

use wit_component::{ComponentEncoder, StringEncoding, embed_component_metadata};
use wit_host::wasmtime::Trap;
use wit_host::{
    Denial, Error, Failure, Grants, GuestFailure, HostFailure, Limits, Runtime, Stdio, Val,
};
use wit_host_artifacts as guests;
use wit_host_contract::Functions;

use crate::support::hosts::shipped as builder;
use wit_parser::Resolve;

pub(crate) const MESSAGE_COMPONENT: &str = include_str!("message.component.wat");
pub(crate) const MESSAGE_MODULE: &str = include_str!("message.module.wat");

static RUNTIME: LazyLock<Runtime<Functions>> = LazyLock::new(|| builder().build().unwrap());

/// Calls `run` of a guest, and returns the failure.
fn failure(runtime: &Runtime<Functions>, guest: impl AsRef<[u8]>, grants: &Grants) -> Box<Failure> {
    let guest = runtime.load(guest).unwrap();
    let mut session =
        guest.session(Functions::default()).grants(grants.clone()).start_blocking().unwrap();
    match session.main().unwrap_err() {
        Error::Trapped(failure) | Error::HostFunction(failure) | Error::Limit { failure, .. } => {
            failure
        }
        other => panic!("{other}"),
    }
}

/// Returns a guest as a core module and as a component. Its `run` calls `$inner`, and `body` is the
/// code of `$inner`.
fn guests_that(body: &str) -> [String; 2] {
    let module = format!(
        r#"(module {{}}
            (type $number (func (param i32)))
            (memory 1)
            (table 2 funcref)
            (elem (i32.const 0) $inner)
            (func $inner {body})
            (func $outer (export "run") (result i32) (call $inner) (i32.const 0)))"#
    );
    let component = format!(
        r#"(component {} (core instance $m (instantiate $M))
            (func (export "run") (result s32) (canon lift (core func $m "run"))))"#,
        module.replacen("(module {}", "(core module $M", 1)
    );
    [module.replacen("{}", "", 1), component]
}

#[test]
fn traps_are_told_in_plain_words_on_both_paths() {
    let cases = [
        ("unreachable", Trap::UnreachableCodeReached, "or an uncaught exception does"),
        (
            "(drop (i32.div_s (i32.const 1) (i32.const 0)))",
            Trap::IntegerDivisionByZero,
            "integer divide by zero",
        ),
        (
            "(drop (i32.div_s (i32.const 0x80000000) (i32.const -1)))",
            Trap::IntegerOverflow,
            "it divided the smallest integer by -1",
        ),
        (
            "(drop (i32.load (i32.const -4)))",
            Trap::MemoryOutOfBounds,
            "it reached outside of its memory",
        ),
        (
            "(drop (i32.trunc_f32_s (f32.const nan)))",
            Trap::BadConversionToInteger,
            "it made an integer of a float that has none",
        ),
        (
            "(call_indirect (i32.const 1))",
            Trap::IndirectCallToNull,
            "a function pointer that is null",
        ),
        (
            "(call_indirect (i32.const 9))",
            Trap::TableOutOfBounds,
            "an index that its table does not have",
        ),
        (
            "(call_indirect (type $number) (i32.const 1) (i32.const 0))",
            Trap::BadSignature,
            "through a pointer of another type",
        ),
    ];
    for (body, trap, cause) in cases {
        for text in guests_that(body) {
            let failure = failure(&RUNTIME, &text, &Grants::default());
            assert_eq!(failure.trap, Some(trap), "{failure}");
            assert!(failure.cause.contains(cause), "{failure}");
            assert_eq!(failure.backtrace, ["inner", "outer"], "{failure}");
            assert_eq!(failure.host_call, None, "{failure}");
            let text = failure.report();
            let expected =
                format!("`run` trapped: {}\n    at inner\n    at outer\n", failure.cause);
            assert!(text.starts_with(&expected), "{text}");
            assert!(text.ends_with(&format!("\n  spent until then: {}", failure.spent)), "{text}");
        }
    }
}

#[test]
fn the_last_lines_on_standard_error_are_told_unless_they_were_seen() {
    let line = "the disk \\u{1b}[31m is full";
    let modes = [(Stdio::Closed, true), (Stdio::Captured, true), (Stdio::Inherited, false)];
    for text in [MESSAGE_MODULE, MESSAGE_COMPONENT] {
        for (stdio, told) in modes {
            let failure = failure(&RUNTIME, text, &Grants::default().stdio(stdio));
            assert_eq!(failure.stderr, [line, line], "{stdio:?}: {failure}");
            let lines = format!("on standard error:\n    {line}\n    {line}\n");
            assert_eq!(failure.report().contains(&lines), told, "{stdio:?}: {failure}");
        }
    }
}

/// Returns a runtime with functions that fail, each in its own way, and one that succeeds.
fn failing(limits: Limits) -> Runtime<Functions> {
    let builder = crate::support::hosts::builder().limits(limits).module_imports(|env| {
        env.func("works", |_: &mut Functions| ())?;
        env.func("refuses", |_: &mut Functions| Err::<(), _>(String::from("not today")))?;
        env.func("breaks", |_: &mut Functions| Err::<(), _>(HostFailure("it broke".into())))?;
        env.func("panics", |_: &mut Functions| -> i32 { panic!("a bug") })?;
        env.func_async("waits", |_: &mut Functions| std::future::pending::<()>())
    });
    builder.build().unwrap()
}

/// An error type of an embedder.
#[derive(Debug, PartialEq, Eq)]
struct Away(&'static str);

impl std::fmt::Display for Away {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "the {} is away", self.0)
    }
}

impl std::error::Error for Away {}

/// A component whose `run` calls the import `f` of `shop:prices/prices`.
const CALLS_SHOP: &str = r#"(component
    (import "shop:prices/prices@1.0.0" (instance $prices (export "f" (func))))
    (core func $f (canon lower (func $prices "f")))
    (core module $M (import "prices" "f" (func $f))
        (func (export "run") (result i32) (call $f) (i32.const 0)))
    (core instance $m (instantiate $M (with "prices" (instance (export "f" (func $f))))))
    (func (export "run") (result s32) (canon lift (core func $m "run"))))"#;

#[test]
fn what_a_host_function_of_a_component_fails_with_is_the_hosts() {
    let failed = |fail: fn() -> wit_host::wasmtime::Error| {
        let runtime = crate::support::hosts::builder::<()>().component_imports(move |linker| {
            let prices = &mut linker.instance("shop:prices/prices@1.0.0")?;
            prices.func_wrap("f", move |_, ()| -> wit_host::wasmtime::Result<()> { Err(fail()) })
        });
        let guest = runtime.build().unwrap().load(CALLS_SHOP).unwrap();
        let mut session = guest.session(()).start_blocking().unwrap();
        session.call("run", &[]).unwrap_err()
    };
    let texts = ["the order exceeds limit 5", "the database is away"];
    let error = failed(|| wit_host::wasmtime::Error::msg("the order exceeds limit 5"));
    assert!(matches!(&error, Error::HostFunction(failure) if failure.cause == texts[0]), "{error}");
    let error = failed(|| Away("database").into());
    assert!(matches!(&error, Error::HostFunction(failure) if failure.cause == texts[1]), "{error}");
    let source = std::error::Error::source(&error).unwrap();
    assert_eq!(source.downcast_ref(), Some(&Away("database")));
    // A host function returns this error to say that the guest is to blame.
    let error = failed(|| GuestFailure("the order has no articles".into()).into());
    assert!(matches!(&error, Error::Trapped(failure) if failure.cause.ends_with("articles")));
    // A trap of the engine is the guest's failure as well.
    let error = failed(|| Trap::IntegerOverflow.into());
    assert!(matches!(&error, Error::Trapped(_)), "{error}");
}

#[test]
fn the_host_call_under_way_is_known() {
    let cases = [
        ("works", "", "", None),
        ("works", "", "unreachable", None),
        ("refuses", "", "", Some("env.refuses")),
        ("breaks", "", "", Some("env.breaks")),
        ("panics", "(result i32)", "drop", Some("env.panics")),
        ("waits", "", "", Some("env.waits")),
    ];
    let runtime = failing(Limits::default().wall_clock(Duration::from_millis(50)));
    for (name, result, then, expected) in cases {
        let text = format!(
            r#"(module (import "env" "{name}" (func $host {result}))
                (func (export "run") (call $host) {then} (loop (br 0))))"#
        );
        let failure = failure(&runtime, &text, &Grants::default());
        assert_eq!(failure.host_call.as_deref(), expected, "{failure}");
        let line = format!("\n    in the host function `{}`", expected.unwrap_or_default());
        // The line with the host function is left out if the cause names the function already.
        let told = expected.is_some() && !failure.cause.contains(expected.unwrap_or_default());
        assert_eq!(failure.report().contains(&line), told, "{failure}");
    }
}

/// Returns a component as wit-component encodes it from a core module. Its `run` passes memory to a
/// host function that fails.
fn encoded_component() -> Vec<u8> {
    let wit = r#"
        package wit-host:contract@0.1.0;
        interface strings { concat: func(a: string, b: string) -> string; }
        world guest { import strings; export run: func() -> s32; }"#;
    let module = r#"(module
        (import "wit-host:contract/strings@0.1.0" "concat"
            (func $concat (param i32 i32 i32 i32 i32)))
        (memory (export "memory") 1)
        (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) (i32.const 8))
        (func $join (export "run") (result i32)
            (call $concat
                (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 64))
            (i32.const 0)))"#;
    let mut module = wat::parse_str(module).unwrap();
    let mut resolve = Resolve::default();
    let package = resolve.push_str("guest.wit", wit).unwrap();
    let world = resolve.select_world(&[package], Some("guest")).unwrap();
    let encoding = StringEncoding::UTF8;
    embed_component_metadata(&mut module, &resolve, world, encoding).unwrap();
    let mut encoder = ComponentEncoder::default().debug_names(true).module(&module).unwrap();
    encoder.encode().unwrap()
}

#[test]
fn a_components_shim_tells_the_host_call() {
    let grants = Grants::default().deny("wit-host:contract/strings.concat", Denial::Trap).unwrap();
    let runtime = builder().grants(grants).build().unwrap();
    let failure = failure(&runtime, encoded_component(), &Grants::default());
    assert_eq!(failure.host_call.as_deref(), Some("wit-host:contract/strings@0.1.0.concat"));
    assert_eq!(failure.backtrace, ["join"]);
}

#[test]
fn arguments_are_a_part_of_what_is_told() {
    let text = r#"(module (func (export "run") (param i32 f64) unreachable))"#;
    let numbers = RUNTIME.load(text).unwrap();
    let greeter = RUNTIME.load_file(guests::COMPONENT_WASIP2).unwrap();
    let long = "x".repeat(20 << 20);
    let cases = [
        (numbers, "run", vec![Val::S32(-1), Val::Float64(0.5)], "`run(-1, 0.5)` trapped: "),
        (greeter, "greet", vec![Val::String(long)], &format!("`greet(\"{}…)` ", &"x".repeat(79))),
    ];
    for (guest, name, arguments, expected) in cases {
        let mut session = guest.session(Functions::default()).start_blocking().unwrap();
        let error = session.call(name, &arguments).unwrap_err().report();
        assert!(error.starts_with(expected) && error.len() < 2_000, "{error}");
    }
}

#[test]
fn a_coredump_is_made_where_it_is_asked_for() {
    for text in guests_that("unreachable") {
        for asked in [false, true] {
            let runtime = builder().coredump(asked).build().unwrap();
            let coredump = failure(&runtime, &text, &Grants::default()).coredump;
            assert_eq!(coredump.is_some_and(|bytes| bytes.starts_with(b"\0asm")), asked);
        }
    }
}
