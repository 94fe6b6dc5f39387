//! Guests that are compiled in a process of its own.

use wit_host::{Error, Functions, Isolation, Limits, Runtime, contract};

use crate::guards::{ADD_COMPONENT, ADD_MODULE, Came, came};

fn isolated(limits: Limits) -> Runtime<Functions> {
    let program = env!("CARGO_BIN_EXE_wit-host");
    let isolation = Isolation::new(program, ["compile-worker"]);
    contract().limits(limits).isolate(isolation).build().unwrap()
}

#[test]
fn compiling_elsewhere_gives_the_same_guest() {
    for limits in [Limits::default(), Limits::default().fuel(1_000)] {
        for text in [ADD_MODULE, ADD_COMPONENT] {
            let guest = isolated(limits.clone()).load(text).unwrap();
            let outcome = guest.session_blocking(Functions::default()).unwrap().main();
            assert_eq!(came(outcome), Came::Three);
        }
    }
    let invalid = isolated(Limits::default()).load("(module (func (result i32)))").err().unwrap();
    assert!(matches!(invalid, Error::Invalid { .. }), "{invalid}");
}

#[test]
fn a_compiler_that_dies_is_an_error() {
    let limits = Limits::default().compile_memory(40 << 20);
    let error = isolated(limits).load(ADD_COMPONENT).err().unwrap();
    let text = error.to_string();
    assert!(matches!(error, Error::CompilerDied { .. } | Error::TooCostly { .. }), "{text}");
    assert!(text.contains("compile-memory"), "{text}");

    let nowhere = Isolation::new("/no/such/program", ["compile-worker"]);
    let error = contract().isolate(nowhere).build().unwrap().load(ADD_MODULE).err().unwrap();
    assert!(error.to_string().contains("failed to start the compiler"), "{error}");
}
