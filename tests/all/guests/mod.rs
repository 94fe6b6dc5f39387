//! Tests of the real guests in `guest/`. A guest without a test of its name in this file does not
//! compile.

pub(crate) mod languages;

use wit_host::{Abi, Grants, Kind, Outcome, Returns, Val};
use wit_host_artifacts as guests;
use wit_host_contract::Functions;
use wit_host_contract::bindings::Plugin;

use crate::support::server;

macro_rules! has_a_test {
    ($name:ident) => {
        const _: fn() = $name;
    };
}
guests::for_each_guest!(has_a_test);

fn returned(number: i32) -> Outcome {
    Outcome::Returned(vec![Val::S32(number)])
}

fn main_of(path: &str, kind: Kind, grants: &Grants) -> Outcome {
    let guest = crate::support::hosts::shipped().build().unwrap().load_file(path).unwrap();
    assert_eq!(guest.kind(), kind);
    guest
        .session(Functions::new(grants))
        .grants(grants.clone())
        .start_blocking()
        .unwrap()
        .main()
        .unwrap()
}

#[test]
fn add_unknown() {
    let outcome = main_of(guests::ADD_UNKNOWN, Kind::Module, &Grants::default());
    assert_eq!(outcome, returned(3));
}

#[test]
fn add_wasip1() {
    let outcome = main_of(guests::ADD_WASIP1, Kind::Module, &Grants::default());
    assert_eq!(outcome, returned(3));
}

#[test]
fn count_words_wasip1() {
    let cases = [("text", "wasm", 3), ("text", "🦀", 1), ("empty", "wasm", 0), ("binary", "w", 0)];
    for (page, word, count) in cases {
        let grants = Grants::default()
            .allow_host(&server::host())
            .unwrap()
            .environment("URL", server::url(page))
            .environment("WORD", word);
        let outcome = main_of(guests::COUNT_WORDS_WASIP1, Kind::Module, &grants);
        assert_eq!(outcome, returned(count), "{word} in {page}");
    }
}

/// This guest has no environment variables that could name a page, so it fetches its own default.
#[test]
fn count_words_unknown() {
    let guest =
        crate::support::hosts::shipped().build().unwrap().load_file(guests::COUNT_WORDS_UNKNOWN);
    let mut session = guest.unwrap().session(Functions::default()).start_blocking().unwrap();
    let error = session.main().unwrap_err().to_string();
    assert!(error.contains("`env.fetch`: access to `127.0.0.1:8000` was not granted"), "{error}");
}

#[test]
fn greet_unknown() {
    let guest =
        crate::support::hosts::shipped().build().unwrap().load_file(guests::GREET_UNKNOWN).unwrap();
    let mut session = guest.session(Functions::default()).start_blocking().unwrap();
    let by = Abi::CString(Returns::Inferred);
    for (name, greeting) in [("WasmEdge", "Hello, WasmEdge!"), ("", "Hello, !")] {
        let results = session.call_with_abi(by, "greet", &[Val::String(name.into())]).unwrap();
        assert_eq!(results, [Val::String(greeting.into())]);
    }
    let array = |numbers: [i32; 5]| Val::List(numbers.map(Val::S32).to_vec());
    let results = session.call_with_abi(by, "fib_array", &[Val::S32(5), array([0; 5])]).unwrap();
    assert_eq!(results, [Val::S32(5), array([1, 1, 2, 3, 5])]);
}

#[test]
fn component_wasip2() {
    let outcome = main_of(guests::COMPONENT_WASIP2, Kind::Component, &Grants::default());
    assert_eq!(outcome, returned(3));

    let guest = crate::support::hosts::shipped()
        .build()
        .unwrap()
        .load_file(guests::COMPONENT_WASIP2)
        .unwrap();
    let mut session = guest.session(Functions::default()).start_blocking().unwrap();
    let plugin = session.bind(Plugin::new).unwrap();
    for (name, greeting) in [("Ada", "HELLO, ADA!"), ("", "HELLO, WORLD!"), ("ß", "HELLO, SS!")] {
        let call = session.run("greet", async |store| plugin.call_greet(store, name).await);
        assert_eq!(call.unwrap(), greeting);
    }
}

/// The tests of `languages` check that it behaves like the others. This one checks its imports and
/// its size.
#[test]
fn small_wasip2() {
    let runtime = crate::support::hosts::shipped().build().unwrap();
    let inspection = runtime.inspect_file(guests::SMALL_WASIP2).unwrap();
    let imports: Vec<_> = inspection.imports.iter().map(|import| &*import.item.name).collect();
    assert!(imports.iter().all(|name| name.starts_with("wit-host:contract/")), "{imports:?}");
    assert!(inspection.size < 20 << 10, "{} bytes", inspection.size);
}

#[test]
fn arguments_of_another_type_are_refused_and_the_session_goes_on() {
    let guest = crate::support::hosts::shipped()
        .build()
        .unwrap()
        .load_file(guests::COMPONENT_WASIP2)
        .unwrap();
    let mut session = guest.session(Functions::default()).start_blocking().unwrap();
    for (args, reason) in [
        (vec![], "it takes (name), and was given 0 arguments"),
        (vec![Val::S32(1)], "the argument `name` is a `string`, and `1` is none"),
    ] {
        let error = session.call("greet", &args).unwrap_err().to_string();
        assert_eq!(error, format!("failed to call `greet`: {reason}"));
    }
    let greeting = session.call("greet", &[Val::String("Ada".into())]).unwrap();
    assert_eq!(greeting, [Val::String("HELLO, ADA!".into())]);
}

/// This guest has another contract, so the tests of `embedder` check what it does.
fn shop_wasip2() {}
