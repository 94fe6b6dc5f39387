//! Runs a list of calls on a core module and on the component that is made of it. Texts are passed
//! to the module as a host of its own would do it: as C strings, through the module's allocator.

use std::sync::LazyLock;

use wit_host::blocking::Session;
use wit_host::{Contract, Error, Kind, Limits, Runtime, Val};
use wit_host_adapt::Plan;
use wit_host_contract::Functions;

/// A world with everything that the modules here may export, for the shipped contract.
const WORLD: &str = "
    world probe {
        import math; import strings; import fetch;
        export run: func() -> s32;
        export greet: func(name: string) -> string;
        export join: func(a: string, n: s32, b: string) -> string;
        export measure: func(text: string) -> s32;
        export name: func() -> string;
        export count: func() -> s32;
        export byte: func(at: s32) -> s32;
        export pages: func() -> s32;
        export live: func() -> s32;
        export half-of: func(x: f64) -> f64;
    }";

/// Functions that tests call to read and write the module's memory.
pub(super) const HELPERS: &str = r#"
    (func (export "byte") (param i32) (result i32) (i32.load8_u (local.get 0)))
    (func (export "poke") (param i32 i32) (i32.store8 (local.get 0) (local.get 1)))
    (func (export "pages") (result i32) (memory.size))"#;

pub(super) static RUNTIME: LazyLock<Runtime<Functions>> =
    LazyLock::new(|| crate::support::hosts::shipped().build().unwrap());

/// The expected outcome of a call.
#[derive(Clone, Debug)]
pub(super) enum Expected {
    Value(Val),
    Trap,
}

/// A call: the function, its arguments, and the expected outcome.
pub(super) type Call = (&'static str, Vec<Val>, Expected);

pub(super) fn gives(name: &'static str, args: impl Into<Vec<Val>>, value: Val) -> Call {
    (name, args.into(), Expected::Value(value))
}

pub(super) fn traps(name: &'static str, args: impl Into<Vec<Val>>) -> Call {
    (name, args.into(), Expected::Trap)
}

/// Returns the shipped contract with the world `probe`.
pub(super) fn contract() -> Contract {
    Contract::parse(&format!("{}{WORLD}", wit_host_contract::WIT), Some("probe")).unwrap()
}

pub(super) fn plan(module: &str) -> Plan {
    let contract = contract();
    Plan::new(module.as_bytes(), &contract, &Limits::default()).unwrap()
}

/// Makes the calls in a session of `module`, and in a session of its component.
pub(super) fn check(module: &str, calls: &[Call]) {
    let component = plan(module).into_component().unwrap();
    through(module.as_bytes(), Kind::Module, calls);
    through(&component, Kind::Component, calls);
}

fn through(guest: &[u8], kind: Kind, calls: &[Call]) {
    let guest = RUNTIME.load(guest).unwrap();
    assert_eq!(guest.kind(), kind);
    let mut session = guest.session(Functions::default()).start_blocking().unwrap();
    for (name, args, expected) in calls {
        let outcome = match kind {
            Kind::Component => session.call(name, args),
            Kind::Module => by_c_strings(&mut session, name, args),
        };
        let described = format!("`{name}` of the {kind}");
        match (expected, outcome) {
            (Expected::Value(value), Ok(results)) => {
                assert_eq!(results, std::slice::from_ref(value), "{described}");
            }
            (Expected::Trap, Err(Error::Trapped { .. })) => {}
            (expected, outcome) => panic!("{described}: {outcome:?} instead of {expected:?}"),
        }
    }
}

/// Calls an export of a core module, with texts as C strings.
fn by_c_strings(
    session: &mut Session<Functions>,
    name: &str,
    args: &[Val],
) -> Result<Vec<Val>, Error> {
    let is_sized = session.guest().exports().contains(&"allocate".to_owned());
    let (allocate, free) = if is_sized { ("allocate", "deallocate") } else { ("malloc", "free") };
    let (mut core, mut blocks) = (Vec::new(), Vec::new());
    for arg in args {
        let Val::String(text) = arg else {
            core.push(arg.clone());
            continue;
        };
        let size = i32::try_from(text.len() + 1).unwrap();
        let block = number(session.call(allocate, &[Val::S32(size)])?);
        for (at, byte) in (block..).zip(text.bytes().chain([0])) {
            session.call("poke", &[Val::S32(at), Val::S32(byte.into())])?;
        }
        core.push(Val::S32(block));
        blocks.push((block, size));
    }
    let core_name = name.replace('-', "_");
    let mut results = session.call(&core_name, &core)?;
    if matches!(name, "greet" | "join" | "name") {
        let block = number(results);
        let text = c_string(session, block)?;
        if is_sized && blocks.iter().all(|(argument, _)| *argument != block) {
            blocks.push((block, i32::try_from(text.len() + 1).unwrap()));
        }
        results = vec![Val::String(text)];
    }
    for (block, size) in blocks {
        let args = [Val::S32(block), Val::S32(size)];
        session.call(free, if is_sized { &args } else { &args[..1] })?;
    }
    Ok(results)
}

fn c_string(session: &mut Session<Functions>, block: i32) -> Result<String, Error> {
    let mut text = Vec::new();
    loop {
        let at = block + i32::try_from(text.len()).unwrap();
        match number(session.call("byte", &[Val::S32(at)])?) {
            0 => return Ok(String::from_utf8(text).unwrap()),
            byte => text.push(u8::try_from(byte).unwrap()),
        }
    }
}

fn number(results: Vec<Val>) -> i32 {
    match results[..] {
        [Val::S32(number)] => number,
        _ => panic!("{results:?} is no number"),
    }
}
