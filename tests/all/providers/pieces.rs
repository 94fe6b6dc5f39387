//! Tests of bytes that go to a provider and back. Some types of functions have them in one piece,
//! and all others value by value: a guest gets the same.

use std::fmt::Write as _;

use wit_host::{Error, GuestProvider, HostFailure, Limits, RuntimeBuilder, Val};

use super::{bytes, err, forward, ok, some, text};

/// The types of parameters.
const PARAMS: [&str; 18] = [
    "",
    "list<u8>",
    "list<u8> list<u8>",
    "string list<u8>",
    "list<u8> string",
    "u32 list<u8>",
    "u64 list<u8>",
    "list<u8> u32",
    "string",
    "u32",
    "u64",
    "string string",
    "string u32",
    "u64 u64",
    "bool",
    "list<u8> bool",
    "list<u8> string list<u8>",
    "option<list<u8>>",
];

/// The types of results, each with its values.
fn results() -> Vec<(&'static str, Vec<Option<Val>>)> {
    let failed = || Some(err(text("it is away, ö")));
    let long = bytes(&[7; 70_000]);
    vec![
        ("", vec![None]),
        ("list<u8>", vec![Some(bytes(&[])), Some(bytes(b"abc")), Some(long.clone())]),
        ("string", vec![Some(text("a\0ö"))]),
        ("bool", vec![Some(Val::Bool(true))]),
        ("u32", vec![Some(Val::U32(u32::MAX))]),
        ("u64", vec![Some(Val::U64(u64::MAX))]),
        ("result<_, string>", vec![Some(Val::Result(Ok(None))), failed()]),
        ("result<list<u8>, string>", vec![Some(ok(bytes(b"abc"))), Some(ok(long)), failed()]),
        ("option<list<u8>>", vec![Some(some(None)), Some(some(Some(bytes(&[1]))))]),
        ("result<list<u8>>", vec![Some(ok(bytes(&[1]))), Some(Val::Result(Err(None)))]),
    ]
}

fn argument(ty: &str) -> Val {
    match ty {
        "list<u8>" => bytes(&[0, 255, 128, 10]),
        "string" => text("tea ☕"),
        "u32" => Val::U32(7),
        "u64" => Val::U64(1 << 40),
        "bool" => Val::Bool(true),
        _ => some(Some(bytes(&[3]))),
    }
}

struct Function {
    name: String,
    arguments: Vec<Val>,
    results: Vec<Option<Val>>,
}

/// Returns the contract, and its functions.
fn functions() -> (String, Vec<Function>) {
    let (mut wit, mut functions) = ("package a:b@1.0.0; interface c {".to_owned(), Vec::new());
    for params in PARAMS {
        for (result, results) in results() {
            let name = format!("call{}", functions.len());
            let types = || params.split(' ').filter(|ty| !ty.is_empty());
            let named = types().enumerate().map(|(at, ty)| format!("p{at}: {ty}"));
            let named = named.collect::<Vec<_>>().join(", ");
            let result = if result.is_empty() { String::new() } else { format!("-> {result}") };
            write!(wit, "{name}: func({named}) {result};").unwrap();
            functions.push(Function { name, arguments: types().map(argument).collect(), results });
        }
    }
    wit += "} world plugin { import c; } world forward { import c; export c; }";
    (wit, functions)
}

/// A host whose functions return the result that the session's data says.
fn host(wit: &str, functions: &[Function]) -> RuntimeBuilder<usize> {
    let world = wit.replace("world forward { import c; export c; }", "");
    let builder = crate::support::hosts::builder().contract(world);
    functions.iter().fold(builder, |builder, Function { name, arguments, results }| {
        let (arguments, results) = (arguments.clone(), results.clone());
        builder.func(format!("a:b/c.{name}"), move |call: wit_host::Call<'_, usize>| {
            if call.arguments() != arguments {
                return Err(HostFailure(format!("it was given {:?}", call.arguments())));
            }
            Ok(Vec::from_iter(results[*call.data() % results.len()].clone()))
        })
    })
}

#[test]
fn a_guest_gets_bytes_as_it_gets_values() {
    let (wit, functions) = functions();
    let guest = forward(&wit);
    for which in 0..3 {
        let own = host(&wit, &functions).build().unwrap();
        let provider = GuestProvider::new(&own, "p.wasm", &guest, move || which).unwrap();
        let runtime = crate::support::hosts::builder::<()>().provide("a:b/c", provider);
        let runtime = runtime.build().unwrap();
        let guest = runtime.load(&guest).unwrap();
        for Function { name, arguments, results } in &functions {
            // Its memory is small, and nothing in it is freed.
            let mut session = guest.session(()).start_blocking().unwrap();
            let expected = Vec::from_iter(results[which % results.len()].clone());
            let returned = session.call(name, arguments);
            assert_eq!(returned.unwrap(), expected, "{name} of {arguments:?}");
        }
    }
}

#[test]
fn a_provider_that_fails_with_bytes_is_told_with_its_arguments() {
    let wit = "package a:b@1.0.0; interface c { f: func(data: list<u8>) -> u32; }
        world forward { import c; export c; } world other { export c; }";
    let own = crate::support::hosts::builder::<()>().limits(Limits::default()).build().unwrap();
    let body = super::forward::with_body(wit, "(unreachable)");
    let provider = GuestProvider::new(&own, "p.wasm", body, || ()).unwrap();
    let runtime = crate::support::hosts::builder::<()>().provide("a:b/c", provider);
    let guest = runtime.build().unwrap().load(forward(wit)).unwrap();
    for (given, shown) in [(bytes(&[1, 2, 3]), "`f([1, 2, 3])`"), (bytes(&[1; 70_000]), "…")] {
        let mut session = guest.session(()).start_blocking().unwrap();
        let error = session.call("f", &[given]).unwrap_err();
        assert!(matches!(error, Error::HostFunction(_)), "{error:?}");
        let own = error.report();
        let own = own.split("the provider's own report").nth(1).unwrap();
        assert!(own.contains(shown), "{own}");
    }
}
