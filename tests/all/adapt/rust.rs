//! Tests of the Rust guests in `guest/module` after adapting.

use std::fs;

use wit_host::{Error, Grants, Limits, Outcome, Val};
use wit_host_adapt::Plan;
use wit_host_artifacts as guests;
use wit_host_contract::Functions;

use super::both::RUNTIME;
use crate::support::server;

fn main_of(path: &str, grants: &Grants) -> Result<Outcome, Error> {
    let contract = wit_host_contract::contract().unwrap();
    let plan = Plan::new(&fs::read(path).unwrap(), &contract, &Limits::default());
    let plan = plan.unwrap();
    assert_eq!(plan.left_out(), ["greet"]);
    let guest = RUNTIME.load(plan.into_component().unwrap()).unwrap();
    guest.session(Functions::new(grants)).grants(grants.clone()).start_blocking().unwrap().main()
}

#[test]
fn add() {
    for path in [guests::ADD_UNKNOWN, guests::ADD_WASIP1] {
        let outcome = main_of(path, &Grants::default()).unwrap();
        assert_eq!(outcome, Outcome::Returned(vec![Val::S32(3)]), "{path}");
    }
}

#[test]
fn count_words() {
    for (page, word, count) in [("text", "wasm", 3), ("text", "🦀", 1), ("empty", "wasm", 0)] {
        let grants = Grants::default()
            .allow_host(&server::host())
            .unwrap()
            .environment("URL", server::url(page))
            .environment("WORD", word);
        let outcome = main_of(guests::COUNT_WORDS_WASIP1, &grants).unwrap();
        assert_eq!(outcome, Outcome::Returned(vec![Val::S32(count)]), "{word} in {page}");
    }
}

/// The reason of the trap is in the backtrace, as the name of the function that trapped.
#[test]
fn what_was_not_granted_is_an_error_that_traps() {
    for path in [guests::COUNT_WORDS_UNKNOWN, guests::COUNT_WORDS_WASIP1] {
        let Err(Error::Trapped(failure)) = main_of(path, &Grants::default()) else {
            panic!("{path}");
        };
        let frames = failure.backtrace.join("\n");
        let reason = "the contract's function returned an error";
        assert!(frames.contains(reason) && frames.contains("env.fetch"), "{path}: {frames}");
    }
}
