//! Calls one host function through every path: as a component, as a core module, and as the
//! component that is made of the core module. The case and the expectation are the same for all. It
//! does not know what the functions do.

use std::fmt::Write as _;
use std::sync::LazyLock;

use wit_host::{Error, Grants, Limits, Runtime, Val};
use wit_host_adapt::Plan;
use wit_host_contract::Functions;

use crate::support::reexport::Contract;

/// The way that a guest reaches the host function.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Path {
    Component,
    Module,
    /// The component that `adapt` makes of the core module.
    Adapted,
}

/// A call and its expected result.
pub(crate) struct Case {
    pub(crate) args: Vec<Val>,
    pub(crate) expected: Expected,
}

pub(crate) enum Expected {
    /// The function's value, or the `ok` of its result.
    Value(Val),
    /// The `err` of the function's result. A core module has no such value, and traps with a
    /// message that contains `trap`.
    Error { value: Val, trap: String },
}

/// A function of the contract: its name in WIT, and its name in `env`.
#[derive(Clone, Copy)]
pub(crate) struct Function {
    pub(crate) wit: &'static str,
    pub(crate) env: &'static str,
}

static RUNTIME: LazyLock<Runtime<Functions>> =
    LazyLock::new(|| crate::support::hosts::shipped().build().unwrap());

pub(crate) fn text(text: impl Into<String>) -> Val {
    Val::String(text.into())
}

pub(crate) fn bytes(bytes: &[u8]) -> Val {
    Val::List(bytes.iter().copied().map(Val::U8).collect())
}

/// Calls `function` through `path` with the case's arguments, and checks the result. No other
/// function knows how a probe is made.
pub(crate) fn check(path: Path, function: Function, case: &Case, data: Functions) {
    let outcome = match path {
        Path::Component => through_component(function, case, data),
        Path::Module => through_module(module(function, case).as_bytes(), case, data),
        Path::Adapted => through_module(&adapted(&module(function, case)), case, data),
    };
    let described = format!("{} of {:?}", function.wit, case.args);
    match (&case.expected, outcome) {
        (Expected::Value(expected), Ok(found)) => assert_eq!(&found, expected, "{described}"),
        (Expected::Error { value, .. }, Err(Failure::Value(found))) => {
            assert_eq!(&found, value, "{described}");
        }
        (Expected::Error { trap, .. }, Err(Failure::Trap(found))) => {
            // An adapted component traps without a message of its own.
            let trap = if matches!(path, Path::Adapted) { "unreachable" } else { trap };
            assert!(found.contains(trap), "{described}: {found}");
        }
        (_, found) => panic!("{described}: {found:?}"),
    }
}

#[derive(Debug)]
enum Failure {
    Value(Val),
    Trap(String),
}

fn through_component(function: Function, case: &Case, data: Functions) -> Result<Val, Failure> {
    let (_, name) = function.wit.split_once('.').unwrap();
    let component = Contract::read().reexport(function.wit);
    let mut session = RUNTIME.load(component).unwrap().session(data).start_blocking().unwrap();
    let results = session.call(name, &case.args).unwrap();
    match <[Val; 1]>::try_from(results).unwrap() {
        [Val::Result(Ok(value))] => Ok(*value.unwrap()),
        [Val::Result(Err(error))] => Err(Failure::Value(*error.unwrap())),
        [value] => Ok(value),
    }
}

fn through_module(guest: &[u8], case: &Case, data: Functions) -> Result<Val, Failure> {
    let guest = RUNTIME.load(guest).unwrap();
    let mut session = guest.session(data).grants(Grants::default()).start_blocking().unwrap();
    let returned = match session.call("run", &[]) {
        Ok(results) => <[Val; 1]>::try_from(results).unwrap(),
        Err(Error::Trapped(failure)) => return Err(Failure::Trap(failure.cause)),
        Err(other) => panic!("{other}"),
    };
    let length = match (&returned, &case.expected) {
        ([Val::S32(length)], Expected::Value(Val::String(_) | Val::List(_))) => *length,
        _ => return Ok(returned.into_iter().next().unwrap()),
    };
    let mut body = Vec::new();
    for index in 0..length {
        let Ok([Val::S32(byte)]) =
            session.call("byte", &[Val::S32(index)]).map(|r| <[Val; 1]>::try_from(r).unwrap())
        else {
            panic!("the probe returns one byte")
        };
        body.push(u8::try_from(byte).unwrap());
    }
    Ok(match case.expected {
        Expected::Value(Val::List(_)) => bytes(&body),
        _ => text(String::from_utf8(body).unwrap()),
    })
}

/// Returns a core module that makes the call with the arguments in its data, and keeps the bytes of
/// the result for `byte` to read.
fn module(function: Function, case: &Case) -> String {
    let (mut data, mut params, mut args) = (String::new(), 0, String::new());
    let mut at = 1024;
    for arg in &case.args {
        let lent: Vec<u8> = match arg {
            Val::S32(number) => {
                write!(args, "(i32.const {number})").unwrap();
                params += 1;
                continue;
            }
            Val::String(text) => text.clone().into_bytes(),
            Val::List(items) => items.iter().map(byte).collect(),
            other => panic!("the probe has no argument like {other:?}"),
        };
        let escaped: String = lent.iter().map(|byte| format!("\\{byte:02x}")).collect();
        write!(data, "(data (i32.const {at}) \"{escaped}\")").unwrap();
        write!(args, "(i32.const {at}) (i32.const {})", lent.len()).unwrap();
        params += 2;
        at += lent.len();
    }
    format!(
        r#"(module
            (import "env" "{name}" (func $probed (param {params}) (result i32)))
            (import "env" "write_mem" (func $write_mem (param i32)))
            (memory (export "memory") 2)
            {data}
            (func (export "run") (result i32)
                (call $probed {args})
                (call $write_mem (i32.const 65536)))
            (func (export "byte") (param i32) (result i32)
                (i32.load8_u offset=65536 (local.get 0))))"#,
        name = function.env,
        params = "i32 ".repeat(params),
    )
}

fn adapted(module: &str) -> Vec<u8> {
    let probe = "world probe {
        import math; import strings; import fetch;
        export run: func() -> s32; export byte: func(at: s32) -> s32;
    }";
    let text = format!("{}\n{probe}", wit_host_contract::WIT);
    let contract = wit_host::Contract::parse(&text, Some("probe")).unwrap();
    let plan = Plan::new(module.as_bytes(), &contract, &Limits::default());
    plan.unwrap().into_component().unwrap()
}

fn byte(value: &Val) -> u8 {
    match value {
        Val::U8(byte) => *byte,
        other => panic!("{other:?} is no byte"),
    }
}
