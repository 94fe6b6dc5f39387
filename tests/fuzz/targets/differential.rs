//! Makes the same calls natively, through a component, through `env`, and through the component
//! that is made of a module. All four have to agree.
#![no_main]

#[path = "../../all/probe.rs"]
mod probe;
#[path = "../../all/reexport.rs"]
#[allow(dead_code, reason = "the tests use more of it")]
mod reexport;

use libfuzzer_sys::fuzz_target;
use wit_host_contract::bindings::wit_host::contract::math::Host as _;
use wit_host_contract::bindings::wit_host::contract::strings::Host as _;
use wit_host_contract::Functions;

use crate::probe::{Case, Expected, Function, Path, bytes, check, text};
use wit_host::Val;

fn all(wit: &'static str, env: &'static str, args: Vec<Val>, expected: Expected) {
    let case = Case { args, expected };
    check(Path::Component, Function { wit, env }, &case, Functions::default());
    check(Path::Module, Function { wit, env }, &case, Functions::default());
    check(Path::Adapted, Function { wit, env }, &case, Functions::default());
}

fuzz_target!(|input: (i32, i32, &str, &str, &[u8])| {
    let (a, b, left, right, raw) = input;
    let mut functions = Functions::default();
    let sum = Expected::Value(Val::S32(functions.add(a, b)));
    all("math.add", "add", vec![Val::S32(a), Val::S32(b)], sum);
    let whole = Expected::Value(text(functions.concat(left.into(), right.into())));
    all("strings.concat", "concat", vec![text(left), text(right)], whole);
    let upper = functions.to_upper(left.into()).expect("a text that is not too long");
    let upper = Expected::Value(text(upper));
    all("strings.to-upper", "to_upper", vec![text(left)], upper);
    let read = match functions.from_utf8(raw.into()) {
        Ok(read) => Expected::Value(text(read)),
        Err(error) => Expected::Error {
            value: Val::Record(vec![("valid-up-to".into(), Val::U32(error.valid_up_to))]),
            trap: format!("not UTF-8 from index {} on", error.valid_up_to),
        },
    };
    all("strings.from-utf8", "from_utf8", vec![bytes(raw)], read);
});
