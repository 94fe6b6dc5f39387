//! A provider with a resource, one that is served itself, and callers of both, for tests of handles.

use wit_host::{GuestProvider, Limits, Runtime};

use super::forward::of_module;

/// The contract, and the worlds of a provider, of one that is served itself, and of a caller.
pub(crate) const WIT: &str = include_str!("counters.wit");

/// The parts of a module that every component has here.
pub(crate) const PARTS: &str = r#"
    (memory (export "memory") 1)
    (global $free (mut i32) (i32.const 1024))
    (func $realloc (export "cabi_realloc") (param i32 i32 i32 i32) (result i32)
        (local $block i32)
        (local.set $block (i32.and (i32.add (global.get $free) (i32.const 7)) (i32.const -8)))
        (global.set $free (i32.add (local.get $block) (local.get 3)))
        (local.get $block))"#;

/// The provider's module. A counter is represented by the address of its number, which is used again
/// once the counter was dropped, so that a long run takes no more memory. `DROP` is what the
/// destructor does besides, and `MANY` what `many` does first.
const PROVIDER: &str = r#"(module
    (import "[export]a:b/c@1.0.0" "[resource-new]counter" (func $handle (param i32) (result i32)))
    (import "[export]a:b/c@1.0.0" "[resource-rep]counter" (func $rep (param i32) (result i32)))
    (import "[export]a:b/c@1.0.0" "[resource-drop]counter" (func $drop (param i32)))
    PARTS
    (global $live (mut i32) (i32.const 0))
    (global $dropped (mut i32) (i32.const 0))
    (func $new (export "a:b/c@1.0.0#[constructor]counter") (param $start i32) (result i32)
        (local $at i32)
        (if (global.get $dropped)
            (then (local.set $at (global.get $dropped))
                (global.set $dropped (i32.load (local.get $at))))
            (else (local.set $at
                (call $realloc (i32.const 0) (i32.const 0) (i32.const 4) (i32.const 4)))))
        (i32.store (local.get $at) (local.get $start))
        (global.set $live (i32.add (global.get $live) (i32.const 1)))
        (call $handle (local.get $at)))
    (func (export "a:b/c@1.0.0#[dtor]counter") (param $at i32)
        DROP
        (i32.store (local.get $at) (global.get $dropped))
        (global.set $dropped (local.get $at))
        (global.set $live (i32.sub (global.get $live) (i32.const 1))))
    (func $add (export "a:b/c@1.0.0#[method]counter.add") (param $at i32) (param $by i32)
        (result i32)
        (i32.store (local.get $at) (i32.add (i32.load (local.get $at)) (local.get $by)))
        (i32.load (local.get $at)))
    (func (export "a:b/c@1.0.0#[static]counter.merge") (param $one i32) (param $other i32)
        (result i32)
        (drop (call $add (call $rep (local.get $one)) (i32.load (call $rep (local.get $other)))))
        (call $drop (local.get $other))
        (local.get $one))
    (func (export "a:b/c@1.0.0#many") (param $count i32) (result i32)
        (local $list i32) (local $at i32)
        MANY
        (local.set $list (call $realloc (i32.const 0) (i32.const 0) (i32.const 4)
            (i32.mul (local.get $count) (i32.const 4))))
        (i32.store (i32.const 8) (local.get $list))
        (i32.store (i32.const 12) (local.get $count))
        (loop $next
            (if (i32.lt_u (local.get $at) (local.get $count)) (then
                (i32.store (i32.add (local.get $list) (i32.mul (local.get $at) (i32.const 4)))
                    (call $new (local.get $at)))
                (local.set $at (i32.add (local.get $at) (i32.const 1)))
                (br $next))))
        (i32.const 8))
    (func (export "a:b/c@1.0.0#maybe") (param $is i32) (param $start i32) (result i32)
        (i32.store (i32.const 8) (local.get $is))
        (if (local.get $is)
            (then (i32.store (i32.const 12) (call $new (local.get $start)))))
        (i32.const 8))
    (func (export "a:b/c@1.0.0#checked") (param $counter i32) (result i32)
        (i32.store (i32.const 8) (i32.gt_u (i32.load (call $rep (local.get $counter))) (i32.const 9)))
        (if (i32.load (i32.const 8))
            (then (call $drop (local.get $counter))
                (i32.store (i32.const 12) (i32.const 16)) (i32.store (i32.const 16) (i32.const 0)))
            (else (i32.store (i32.const 12) (local.get $counter))))
        (i32.const 8))
    (func (export "a:b/c@1.0.0#swapped") (param $left i32) (param i32 i32) (param $right i32)
        (result i32)
        (i32.store (i32.const 8) (local.get $right))
        (i32.store (i32.const 12) (local.get 1))
        (i32.store (i32.const 16) (local.get 2))
        (i32.store (i32.const 20) (local.get $left))
        (i32.const 8))
    (func (export "a:b/c@1.0.0#sum") (param $list i32) (param $count i32) (result i32)
        (local $sum i32)
        (loop $next
            (if (local.get $count) (then
                (local.set $count (i32.sub (local.get $count) (i32.const 1)))
                (local.set $sum (i32.add (local.get $sum) (i32.load (i32.load
                    (i32.add (local.get $list) (i32.mul (local.get $count) (i32.const 4)))))))
                (br $next))))
        (local.get $sum))
    (func (export "a:b/c@1.0.0#live") (result i32) (global.get $live)))"#;

/// A provider whose counters are those of another one: each is represented by a handle.
const MIDDLE: &str = r#"(module
    (import "[export]a:b/c@1.0.0" "[resource-new]counter" (func $handle (param i32) (result i32)))
    (import "a:b/c@1.0.0" "[constructor]counter" (func $new (param i32) (result i32)))
    (import "a:b/c@1.0.0" "[method]counter.add" (func $add (param i32 i32) (result i32)))
    (import "a:b/c@1.0.0" "[resource-drop]counter" (func $drop (param i32)))
    (import "a:b/c@1.0.0" "live" (func $live (result i32)))
    PARTS
    (func (export "a:b/c@1.0.0#[constructor]counter") (param i32) (result i32)
        (call $handle (call $new (local.get 0))))
    (func (export "a:b/c@1.0.0#[dtor]counter") (param i32) (call $drop (local.get 0)))
    (func (export "a:b/c@1.0.0#[method]counter.add") (param i32 i32) (result i32)
        (call $add (local.get 0) (local.get 1)))
    (func (export "a:b/c@1.0.0#[static]counter.merge") (param i32 i32) (result i32) (unreachable))
    (func (export "a:b/c@1.0.0#many") (param i32) (result i32) (unreachable))
    (func (export "a:b/c@1.0.0#maybe") (param i32 i32) (result i32) (unreachable))
    (func (export "a:b/c@1.0.0#checked") (param i32) (result i32) (unreachable))
    (func (export "a:b/c@1.0.0#swapped") (param i32 i32 i32 i32) (result i32) (unreachable))
    (func (export "a:b/c@1.0.0#sum") (param i32 i32) (result i32) (unreachable))
    (func (export "a:b/c@1.0.0#live") (result i32) (call $live)))"#;

/// The caller's module. `BODY` is that of its function.
const CALLER: &str = r#"(module
    (import "a:b/c@1.0.0" "[constructor]counter" (func $new (param i32) (result i32)))
    (import "a:b/c@1.0.0" "[method]counter.add" (func $add (param i32 i32) (result i32)))
    (import "a:b/c@1.0.0" "[static]counter.merge" (func $merge (param i32 i32) (result i32)))
    (import "a:b/c@1.0.0" "[resource-drop]counter" (func $drop (param i32)))
    (import "a:b/c@1.0.0" "many" (func $many (param i32 i32)))
    (import "a:b/c@1.0.0" "maybe" (func $maybe (param i32 i32 i32)))
    (import "a:b/c@1.0.0" "checked" (func $checked (param i32 i32)))
    (import "a:b/c@1.0.0" "swapped" (func $swapped (param i32 i32 i32 i32 i32)))
    (import "a:b/c@1.0.0" "sum" (func $sum (param i32 i32) (result i32)))
    (import "a:b/c@1.0.0" "live" (func $live (result i32)))
    PARTS
    (func (export "run") (param $n i32) (result i32) (local $a i32) (local $b i32)
        BODY))"#;

/// The bytes of the provider, with what its destructor and `many` do besides.
pub(crate) fn provider_with(drop: &str, many: &str) -> Vec<u8> {
    let module = PROVIDER.replace("PARTS", PARTS).replace("DROP", drop).replace("MANY", many);
    of_module(WIT, "provider", &module)
}

/// The bytes of a caller whose function has this body.
pub(crate) fn caller(body: &str) -> Vec<u8> {
    of_module(WIT, "caller", &CALLER.replace("PARTS", PARTS).replace("BODY", body))
}

/// A provider with these bytes.
pub(crate) fn provider(bytes: &[u8], limits: Limits) -> GuestProvider<()> {
    let runtime = crate::support::hosts::builder::<()>().limits(limits).build().unwrap();
    GuestProvider::new(&runtime, "p.wasm", bytes, || ()).unwrap()
}

/// A runtime whose guests the provider serves.
pub(crate) fn served(provider: impl wit_host::Provider, limits: Limits) -> Runtime<()> {
    crate::support::hosts::builder().provide("a:b/c", provider).limits(limits).build().unwrap()
}

/// A provider of counters.
pub(crate) fn counters() -> GuestProvider<()> {
    provider(&provider_with("", ""), Limits::default())
}

/// A provider that is served by another one.
pub(crate) fn middle(behind: impl wit_host::Provider) -> GuestProvider<()> {
    let bytes = of_module(WIT, "middle", &MIDDLE.replace("PARTS", PARTS));
    GuestProvider::new(&served(behind, Limits::default()), "m.wasm", bytes, || ()).unwrap()
}
