//! Measures what the guards cost. The same guests run in wit-host and in the plain engine
//! without any guards, in turns. The least of several runs counts.

use std::time::{Duration, Instant};

use wit_host::wasmtime::{Config, Engine, Linker, Module, Store};
use wit_host::{Limits, Val};
use wit_host_contract::{Functions, builder};

use crate::report;

const TURNS: usize = 7;

const FIB: &str = r#"(module
    (func $fib (param i32) (result i32)
        (if (result i32) (i32.lt_u (local.get 0) (i32.const 2))
            (then (local.get 0))
            (else (i32.add
                (call $fib (i32.sub (local.get 0) (i32.const 1)))
                (call $fib (i32.sub (local.get 0) (i32.const 2)))))))
    (func (export "run") (param i32) (result i32) (call $fib (local.get 0))))"#;

const CALLS: &str = r#"(module
    (import "env" "add" (func $add (param i32 i32) (result i32)))
    (func (export "run") (param $left i32) (result i32) (local $sum i32)
        (loop $again
            (local.set $sum (call $add (local.get $sum) (i32.const 1)))
            (br_if $again
                (local.tee $left (i32.sub (local.get $left) (i32.const 1)))))
        (local.get $sum)))"#;

/// Prints both ratios. The goal for guest code is a part of the promise.
pub(crate) fn cost() -> bool {
    println!("\nwhat the guards cost, against the engine with none");
    let of_code = ratio(FIB, 30);
    let of_calls = ratio(CALLS, 5_000_000);
    let code = format!("{of_code:.2} x");
    let met = report("code that is made of calls, fib(30)", &code, "1.30 x", of_code <= 1.30);
    println!("{:<52} {of_calls:>12.2} x", "a loop of calls of `env.add`");
    met
}

fn ratio(text: &str, argument: i32) -> f64 {
    let limits = Limits::default().wall_clock(Duration::from_secs(600));
    let guest = builder()
        .allow_text_format(true)
        .limits(limits)
        .build()
        .expect("a runtime")
        .load(text)
        .expect("a guest");
    let mut guarded = guest.session(Functions::default()).start_blocking().expect("a session");

    let engine = Engine::new(Config::new().gc_support(false)).expect("an engine");
    let module = Module::new(&engine, wat::parse_str(text).expect("text")).expect("a module");
    let mut linker = Linker::new(&engine);
    linker.func_wrap("env", "add", |a: i32, b: i32| a.wrapping_add(b)).expect("a linker");
    let mut store = Store::new(&engine, ());
    let plain = linker.instantiate(&mut store, &module).expect("an instance");
    let plain = plain.get_typed_func::<i32, i32>(&mut store, "run").expect("a function");

    let (mut with, mut without) = (Duration::MAX, Duration::MAX);
    for _ in 0..TURNS {
        let began = Instant::now();
        guarded.call("run", &[Val::S32(argument)]).expect("a result");
        with = with.min(began.elapsed());
        let began = Instant::now();
        plain.call(&mut store, argument).expect("a result");
        without = without.min(began.elapsed());
    }
    with.as_secs_f64() / without.as_secs_f64()
}
