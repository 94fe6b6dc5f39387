//! Tests of every kind of value that the conventions can pass, with an embedder's own contract.

use std::path::Path;

use wit_host::wasmtime::component::HasSelf;
use wit_host::{Contract, Error, Limits, Runtime, State, Val};
use wit_host_adapt::Plan;

use self::bindings::test::kinds::outcomes::{Host as _, Reason};
use self::bindings::test::kinds::{clock, numbers, outcomes};
use self::bindings::{Guest, GuestImports};

const CONTRACT: &str = "../../tests/all/adapt/kinds.wit";

mod bindings {
    wit_host::wasmtime::component::bindgen!({
        path: "../../tests/all/adapt/kinds.wit",
        exports: { default: async },
        wasmtime_crate: wit_host::wasmtime,
    });
}

#[derive(Default)]
struct Kinds {
    lines: Vec<String>,
}

impl numbers::Host for Kinds {
    fn flip(&mut self, on: bool) -> bool {
        !on
    }

    fn half(&mut self, x: f64) -> f64 {
        x / 2.0
    }

    fn third(&mut self, x: f32) -> f32 {
        x / 3.0
    }

    fn wide(&mut self, n: u64) -> i64 {
        n.cast_signed()
    }
}

impl outcomes::Host for Kinds {
    fn allowed(&mut self, n: i32) -> Result<(), ()> {
        if n > 0 { Ok(()) } else { Err(()) }
    }

    fn whole(&mut self, n: i64) -> Result<i64, String> {
        if n > 0 { Ok(n) } else { Err("a reason of some length".repeat(9)) }
    }

    fn ratio(&mut self, n: i32) -> Result<f64, Reason> {
        if n > 0 { Ok(1.0 / f64::from(n)) } else { Err(Reason::Some) }
    }

    fn known(&mut self, n: i32) -> Result<bool, ()> {
        if n > 0 { Ok(n > 1) } else { Err(()) }
    }

    fn done(&mut self, n: i32) -> Result<(), String> {
        if n > 0 { Ok(()) } else { Err("no".into()) }
    }

    fn named(&mut self, n: i32) -> Result<String, u64> {
        if n > 0 { Ok("wasm".into()) } else { Err(7) }
    }

    fn other(&mut self, of: Reason) -> Reason {
        if of == Reason::Some { Reason::None } else { Reason::Some }
    }

    fn chosen(&mut self, of: Reason) -> Result<Reason, String> {
        if of == Reason::Some { Ok(of) } else { Err("none".into()) }
    }

    fn reversed(&mut self, raw: Vec<u8>) -> Vec<u8> {
        raw.into_iter().rev().collect()
    }
}

impl clock::Host for Kinds {
    fn now(&mut self) -> u32 {
        u32::MAX
    }
}

impl GuestImports for Kinds {
    fn log_line(&mut self, text: String) {
        self.lines.push(text);
    }
}

fn runtime() -> Runtime<Kinds> {
    use numbers::Host as _;

    let none = |()| "none".to_owned();
    crate::support::hosts::builder()
        .component_imports(|linker| {
            Guest::add_to_linker::<_, HasSelf<Kinds>>(linker, State::data_mut)
        })
        .module_imports(move |env| {
            env.func("flip", Kinds::flip)?;
            env.func("half", Kinds::half)?;
            env.func("third", Kinds::third)?;
            env.func("wide", Kinds::wide)?;
            env.func("allowed", move |all: &mut Kinds, n: i32| all.allowed(n).map_err(none))?;
            env.func("outcomes_whole", Kinds::whole)?;
            env.func("ratio", |all: &mut Kinds, n: i32| {
                all.ratio(n).map_err(|reason| format!("{reason:?}"))
            })?;
            env.func("known", move |all: &mut Kinds, n: i32| all.known(n).map_err(none))?;
            env.func("done", Kinds::done)?;
            env.func("named", |all: &mut Kinds, n: i32| {
                all.named(n).map_err(|code| code.to_string())
            })?;
            // An enum is the number of its case.
            env.func("other", |_: &mut Kinds, of: u32| 1 - of)?;
            env.func("chosen", |_: &mut Kinds, of: u32| match of {
                0 => Err("none".to_owned()),
                of => Ok(of),
            })?;
            env.func("reversed", Kinds::reversed)?;
            env.func("clock", clock::Host::now)?;
            env.func("log_line", Kinds::log_line)?;
            env.define_result_writer("write_mem")
        })
        .build()
        .unwrap()
}

/// Imports, what `run` does with them, and what it gives, or that it traps.
const CASES: [(&str, &str, Option<i32>); 21] = [
    ("flip (param i32) (result i32)", "(call $flip (i32.const 256))", Some(0)),
    ("flip (param i32) (result i32)", "(call $flip (i32.const 0))", Some(1)),
    ("half (param f64) (result f64)", "(call $half (f64.const 9)) i32.trunc_f64_s", Some(4)),
    ("third (param f32) (result f32)", "(call $third (f32.const 9)) i32.trunc_f32_s", Some(3)),
    ("wide (param i64) (result i64)", "(call $wide (i64.const -9)) i32.wrap_i64", Some(-9)),
    ("clock (result i32)", "(call $clock)", Some(-1)),
    ("allowed (param i32)", "(call $allowed (i32.const 1)) (i32.const 5)", Some(5)),
    ("allowed (param i32)", "(call $allowed (i32.const 0)) (i32.const 5)", None),
    (
        "outcomes_whole (param i64) (result i64)",
        "(call $outcomes_whole (i64.const 0x100000002)) (i64.const 32) i64.shr_u i32.wrap_i64",
        Some(1),
    ),
    (
        "outcomes_whole (param i64) (result i64)",
        "(call $outcomes_whole (i64.const 0)) i32.wrap_i64",
        None,
    ),
    (
        "ratio (param i32) (result f64)",
        "(call $ratio (i32.const 4)) (f64.const 100) f64.mul i32.trunc_f64_s",
        Some(25),
    ),
    ("ratio (param i32) (result f64)", "(call $ratio (i32.const 0)) i32.trunc_f64_s", None),
    ("known (param i32) (result i32)", "(call $known (i32.const 2))", Some(1)),
    ("known (param i32) (result i32)", "(call $known (i32.const 0))", None),
    ("done (param i32)", "(call $done (i32.const 1)) (i32.const 5)", Some(5)),
    ("other (param i32) (result i32)", "(call $other (i32.const 0))", Some(1)),
    ("chosen (param i32) (result i32)", "(call $chosen (i32.const 1))", Some(1)),
    ("chosen (param i32) (result i32)", "(call $chosen (i32.const 0))", None),
    (
        "named (param i32) (result i32)",
        "(call $named (i32.const 1)) (call $write (i32.const 500)) (i32.load8_u (i32.const 503)) \
         i32.add",
        Some(4 + 'm' as i32),
    ),
    ("named (param i32) (result i32)", "(call $named (i32.const 0))", None),
    (
        "reversed (param i32 i32) (result i32)",
        "(call $reversed (i32.const 8) (i32.const 3)) (call $write (i32.const 500)) \
         (i32.load (i32.const 500)) i32.add",
        Some(3 + i32::from_le_bytes(*b"cba\0")),
    ),
];

#[test]
fn every_kind_of_value() {
    let runtime = runtime();
    for (import, code, expected) in CASES {
        let (name, ty) = import.split_once(' ').unwrap();
        let module = module(&format!(r#"(import "env" "{name}" (func ${name} {ty}))"#), code);
        for guest in [module.clone().into_bytes(), adapted(&module)] {
            let guest = runtime.load(guest).unwrap();
            let mut session = guest.session(Kinds::default()).start_blocking().unwrap();
            match (session.call("run", &[]), expected) {
                (Ok(results), Some(number)) => assert_eq!(results, [Val::S32(number)], "{import}"),
                (Err(Error::Trapped { .. }), None) => {}
                (outcome, _) => panic!("{import} of the {}: {outcome:?}", guest.kind()),
            }
        }
    }
}

#[test]
fn a_function_of_the_world_itself() {
    let import = r#"(import "env" "log_line" (func $log_line (param i32 i32)))"#;
    let module = module(import, "(call $log_line (i32.const 8) (i32.const 3)) (i32.const 0)");
    for guest in [module.clone().into_bytes(), adapted(&module)] {
        let guest = runtime().load(guest).unwrap();
        let mut session = guest.session(Kinds::default()).start_blocking().unwrap();
        session.call("run", &[]).unwrap();
        assert_eq!(session.into_data().lines, ["abc"]);
    }
}

fn module(import: &str, code: &str) -> String {
    format!(
        r#"(module {import} (import "env" "write_mem" (func $write (param i32)))
            (memory (export "memory") 1) (data (i32.const 8) "abc")
            (func (export "run") (result i32) {code}))"#
    )
}

fn adapted(module: &str) -> Vec<u8> {
    let contract = Contract::read(Path::new(CONTRACT), None).unwrap();
    let plan = Plan::new(module.as_bytes(), &contract, &Limits::default()).unwrap();
    plan.into_component().unwrap()
}
