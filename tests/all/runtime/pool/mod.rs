//! Tests of a pool of places for sessions: who gets a place, what fits into it, what is left in it,
//! and which sessions serve more than one caller.

mod admission;
mod isolation;
mod reuse;
mod size;
mod waiting;

use std::future::poll_fn;
use std::pin::Pin;
use std::task::Poll;

use wit_host::{Guest, HostFailure, Pool, RuntimeBuilder};

/// The exports of the guests here, for a core module and a component.
const EXPORTS: &str = r#"
    (global $count (mut i32) (i32.const 0))
    (memory (export "memory") 1)
    (func (export "count") (result i32)
        (global.set $count (i32.add (global.get $count) (i32.const 1)))
        (global.get $count))
    (func (export "write") (i64.store (i32.const 40000) (i64.const -1)))
    (func (export "read") (result i64) (i64.load (i32.const 40000)))
    (func (export "grow") (result i32) (memory.grow (i32.const 3)))
    (func (export "fail") unreachable)
    (func (export "spin") (loop (br 0)))"#;

fn module() -> String {
    format!(
        r#"(module
            (import "env" "fails" (func $fails)) (import "env" "panics" (func $panics))
            {EXPORTS}
            (func (export "host-fails") (call $fails))
            (func (export "host-panics") (call $panics)))"#
    )
}

fn component() -> String {
    let lift = |name: &str, ty: &str| {
        format!(r#"(func (export "{name}") {ty} (canon lift (core func $m "{name}")))"#)
    };
    let lifted = [
        ("count", "(result s32)"),
        ("write", ""),
        ("read", "(result s64)"),
        ("grow", "(result s32)"),
        ("fail", ""),
        ("spin", ""),
    ];
    let lifted: String = lifted.iter().map(|(name, ty)| lift(name, ty)).collect();
    format!("(component (core module $M {EXPORTS}) (core instance $m (instantiate $M)) {lifted})")
}

fn builder(pool: Pool) -> RuntimeBuilder<()> {
    let builder = crate::support::hosts::builder().pool(pool);
    builder.module_imports(|env| {
        env.func("fails", |_: &mut ()| Err::<(), _>(HostFailure("it is broken".into())))?;
        env.func("panics", |_: &mut ()| -> () { panic!("a mistake") })
    })
}

/// Loads a guest in a runtime with this number of places.
fn guest(places: usize, text: &str) -> Guest<()> {
    builder(Pool::new(places)).build().unwrap().load(text).unwrap()
}

/// Runs a future on an executor with one thread.
fn block_on<F: Future>(future: F) -> F::Output {
    let executor = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    executor.block_on(future)
}

/// Polls a future once, and returns its output if it is ready.
async fn poll<F: Future>(mut future: Pin<&mut F>) -> Option<F::Output> {
    poll_fn(|context| {
        Poll::Ready(match future.as_mut().poll(context) {
            Poll::Ready(output) => Some(output),
            Poll::Pending => None,
        })
    })
    .await
}
