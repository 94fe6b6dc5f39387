//! Tests of calls of core modules with text, bytes and arrays, by each convention. A row is a call
//! and its expected outcome.

mod bindgen;
mod command;
mod flat;
mod hostile;
mod random;

use wit_host::blocking::Session;
use wit_host::{Abi, Error, Limits, Returns, Val};
use wit_host_contract::Functions;

/// An allocator that traps if it is used wrongly.
const ALLOCATOR: &str = include_str!("allocator.wat");
const ALLOCATE: &str = r#"(export "allocate" (func $allocate))
    (export "deallocate" (func $deallocate))"#;
const MALLOC: &str = r#"(export "malloc" (func $allocate)) (export "free" (func $free))"#;

const C_STRING: Abi = Abi::CString(Returns::Inferred);
const PTR_LEN: Abi = Abi::PtrLen(Returns::Inferred);

/// The expected outcome of a call.
enum Expected {
    Returns(Vec<Val>),
    /// The caller's mistake. The session goes on.
    Refused(&'static str),
    /// The guest's failure. The session ends.
    Trapped(&'static str),
    Limit(&'static str),
}

use Expected::{Limit, Refused, Returns as Gives, Trapped};

fn module(parts: &[&str]) -> String {
    format!("(module {})", parts.concat())
}

fn session(module: &str) -> Session<Functions> {
    let limits = Limits::default().memory(4 << 20).fuel(10_000_000).host_call_bytes(100_000);
    let runtime = crate::support::hosts::shipped().limits(limits).build().unwrap();
    runtime.load(module).unwrap().session(Functions::default()).start_blocking().unwrap()
}

/// Makes the call twice. The first call must not leave an allocated block behind.
fn check(module: &str, abi: Abi, function: &str, args: &[Val], expected: &Expected) {
    let mut session = session(module);
    for _ in 0..2 {
        let outcome = session.call_with_abi(abi, function, args);
        let told = format!("{function} by {abi:?}: {outcome:?}");
        match (outcome, expected) {
            (Ok(results), Gives(expected)) => {
                assert_eq!(results, *expected, "{told}");
                assert_eq!(session.call("live", &[]).unwrap(), [Val::S32(0)], "{told}");
            }
            (Err(Error::InvalidCall { reason, .. }), Refused(part)) if reason.contains(part) => {}
            (Err(Error::Trapped(failure)), Trapped(part)) if failure.cause.contains(part) => {
                return assert_ended(&mut session);
            }
            (Err(error @ Error::Limit { .. }), Limit(part))
                if error.to_string().contains(&format!("the limit `{part}`")) =>
            {
                return assert_ended(&mut session);
            }
            _ => panic!("{told}"),
        }
    }
}

fn assert_ended(session: &mut Session<Functions>) {
    let error = session.call_with_abi(C_STRING, "live", &[]).unwrap_err();
    assert!(matches!(error, Error::SessionEnded { .. }), "{error}");
}

fn text(text: &str) -> Val {
    Val::String(text.into())
}

fn bytes(bytes: &[u8]) -> Val {
    Val::List(bytes.iter().copied().map(Val::U8).collect())
}

fn numbers(numbers: &[i32]) -> Val {
    Val::List(numbers.iter().copied().map(Val::S32).collect())
}
