//! Rows that are generated, because they are too long to be written down or are not text.

use crate::support::hosts::shipped as builder;
use wit_host::wasmtime::{Config, Engine};
use wit_host::{Error, GuestError};

use super::check_all;
use super::row::Row;
use crate::runtime::session::guards::ADD_COMPONENT;

const MODULE: &str = r#"(module
    (import "env" "add" (func $add (param i32 i32) (result i32)))
    (memory (export "memory") 1)
    (table 2 funcref)
    (global (mut i32) (i32.const 0))
    (elem (i32.const 0) 0)
    (data (i32.const 0) "text")
    (func (export "run") (result i32) (call $add (i32.const 1) (i32.const 2))))"#;

/// Returns a component with `count` components beside one another.
fn beside(count: usize) -> String {
    format!("(component {})", "(component)".repeat(count))
}

/// Returns a component with components nested to `depth`.
fn within(depth: usize) -> String {
    format!("{}{}", "(component ".repeat(depth), ")".repeat(depth))
}

/// Returns a component in which each level instantiates the level below twice.
fn doubling(levels: usize) -> String {
    let level = |inner: String, level: usize| {
        let below = level - 1;
        format!(
            "(component $c{level} {inner} (instance (instantiate $c{below})) \
             (instance (instantiate $c{below})))"
        )
    };
    let lowest = "(component $c0 (core module $m) (core instance (instantiate $m))".to_owned();
    (1..levels).fold(lowest + ")", level)
}

/// Returns a module with one function, which has this body.
fn function(body: &str) -> String {
    format!("(module (func (export \"run\") {body}))")
}

/// Returns the binary form, which may be larger than the text form.
fn binary(text: &str) -> Vec<u8> {
    wat::parse_str(text).unwrap()
}

/// Returns a component with types that are nested deeper than a text can be.
fn types_within(depth: usize) -> Vec<u8> {
    let declarations = [0x41, 1, 1].repeat(depth);
    let innermost = [0x40, 0, 1, 0];
    let length = 1 + declarations.len() + innermost.len();
    let mut component = b"\0asm\x0d\0\x01\0\x07".to_vec();
    // The section's length, with the five bytes that a number may take.
    component.extend((0..5).map(|byte| {
        let bits = u8::try_from(length >> (7 * byte) & 0x7f).unwrap();
        if byte < 4 { bits | 0x80 } else { bits }
    }));
    component.push(1);
    component.extend(declarations);
    component.extend(innermost);
    component
}

/// Returns a component like [`doubling`]. Every component has a second index through an export, and
/// a count that ignores this would find a cheap component at its index.
fn doubling_under_another_index(levels: usize) -> String {
    let level = |inner: String, level: usize| {
        let below = level - 1;
        format!(
            "(component $c{level} {inner} (export $twice{level} \"twice\" (component $c{below})) \
             (component $cheap) (instance (instantiate $twice{level})) \
             (instance (instantiate $twice{level})))"
        )
    };
    let lowest = "(component $c0 (core module $m) (core instance (instantiate $m))".to_owned();
    (1..levels).fold(lowest + ")", level)
}

/// Returns a component with one function, which `count` other components import and lower.
fn adapters(count: usize) -> String {
    let taken = "(core func (canon lower (func $f)))".repeat(20);
    let instances = "(instance (instantiate $taker (with \"f\" (func $f))))".repeat(count);
    format!(
        r#"(component
            (core module $M (func (export "f")))
            (core instance $m (instantiate $M))
            (func $f (canon lift (core func $m "f")))
            (component $taker (import "f" (func $f)) {taken})
            {instances})"#
    )
}

#[test]
fn compile_bombs() {
    let signature = format!("(module (func (param {}) unreachable))", "i32 ".repeat(1_000));
    let branches = format!("(block (br_table {} (i32.const 0)))", "0 ".repeat(600_000));
    let types = format!("(module {})", "(type (func))".repeat(500_001));
    check_all(&[
        Row::new("instances that double", "costly effective_instances", doubling(12)),
        Row::new("instances over the limit while it runs", "limit instances", doubling(9)),
        Row::new(
            "instances that double under another index",
            "costly effective_instances",
            doubling_under_another_index(12),
        ),
        Row::new("functions between many components", "costly effective_functions", adapters(300)),
        Row::new("types in one another", "costly nesting", types_within(17)),
        Row::new("types in one another, a million deep", "costly nesting", types_within(1_000_000)),
        Row::new(
            "blocks in one another",
            "costly blocks",
            function(&format!("{} {}", "block ".repeat(4_001), "end ".repeat(4_001))),
        ),
        Row::new("a large text", "costly text_size", function(&"nop ".repeat(300_000))),
        Row::new("components beside one another", "costly definitions", beside(10_000)),
        Row::new("components in one another", "costly nesting", within(17)),
        Row::new("components in one another, far too deep", "costly nesting", within(90)),
        Row::new("a thousand parameters", "costly signature", signature),
        Row::new("a long function", "costly body", binary(&function(&"nop ".repeat(530_000)))),
        Row::new("a long table of branches", "costly body", binary(&function(&branches))),
        Row::new(
            "many functions",
            "costly functions",
            format!("(module {})", "(func)".repeat(30_001)),
        ),
        Row::new("many types", "costly items", binary(&types)),
        Row::new(
            "many locals",
            "costly locals",
            function(&format!("(local {})", "i32 ".repeat(5_001))),
        ),
    ]);
}

#[test]
fn what_is_large_and_harmless() {
    let section = "x".repeat(900_000);
    check_all(&[
        Row::new(
            "a large custom section",
            "returns",
            format!("(module (@custom \"c\" \"{section}\") (func (export \"run\")))"),
        ),
        Row::new(
            "a long name",
            "no-function",
            format!("(module (func (export \"{}\")))", "n".repeat(90_000)),
        ),
        Row::new(
            "a name that is over the engine's limit",
            "invalid",
            format!("(module (func (export \"{}\")))", "n".repeat(100_001)),
        ),
        Row::new(
            "many exports",
            "no-function",
            format!(
                "(module (func $f) {})",
                (0..5_000)
                    .map(|index| format!("(export \"f{index}\" (func $f))"))
                    .collect::<String>()
            ),
        ),
    ]);
}

/// The host reads the contents of all sections, however many there are.
#[test]
fn sections_without_number() {
    let calls = "(drop (call $f (i32.const 0) (i32.const 15000000)))".repeat(1_000);
    let mut guest = binary(&format!(
        "(module (import \"env\" \"to_upper\" (func $f (param i32 i32) (result i32)))
            (memory (export \"memory\") 256) (func (export \"run\") {calls}))"
    ));
    guest.extend(b"\x00\x01\x00".repeat(100_000));
    let row = |expected| Row::new("many sections", expected, &guest).with("limits: memory=64MiB");
    check_all(&[
        row("limit wall_clock:     at").with("limits: wall-clock=50ms"),
        row("costly items").with("limits: items=100000"),
    ]);
}

#[test]
fn compiled_code_is_not_taken() {
    let engine = Engine::new(Config::new().gc_support(false)).unwrap();
    let module = engine.precompile_module(&wat::parse_str(MODULE).unwrap()).unwrap();
    let component = engine.precompile_component(&wat::parse_str(ADD_COMPONENT).unwrap()).unwrap();
    let of = |what: &str| format!("not-a-guest the machine code of a compiled {what}");
    check_all(&[
        Row::new("a compiled module", &of("core module"), &module),
        Row::new("a compiled component", &of("component"), &component),
        Row::new("half of a compiled module", "not-a-guest", &module[..module.len() / 2]),
    ]);
}

/// A guest that is cut anywhere, or has any bit changed, is refused or is another valid guest.
#[test]
fn guests_that_are_damaged() {
    let runtime = builder().build().unwrap();
    for text in [MODULE, ADD_COMPONENT] {
        let whole = wat::parse_str(text).unwrap();
        let cut_off = (0..whole.len()).map(|length| whole[..length].to_vec());
        let changed = (0..whole.len() * 8).step_by(3).map(|bit| {
            let mut bytes = whole.clone();
            bytes[bit / 8] ^= 1 << (bit % 8);
            bytes
        });
        for damaged in cut_off.chain(changed) {
            match runtime.load(&damaged) {
                Ok(_)
                | Err(
                    Error::Guest(GuestError::NotAGuest { .. })
                    | Error::Guest(GuestError::Invalid { .. }),
                ) => {}
                Err(
                    Error::Mismatches(_)
                    | Error::Guest(GuestError::OverLoadLimit { .. })
                    | Error::Guest(GuestError::UnsupportedFeature(_)),
                ) => {}
                Err(other) => panic!("{}: {other}", damaged.escape_ascii()),
            }
        }
    }
}
