//! Tests of what a call may spend, and of what it has spent.

use std::time::Duration;

use wit_host::{Error, Guest, LimitReached, Limits};
use wit_host_contract::Functions;

fn limited(text: &str, limits: Limits) -> Guest<Functions> {
    crate::support::hosts::shipped().limits(limits).build().unwrap().load(text).unwrap()
}

#[test]
fn limits_end_a_call_and_name_themselves() {
    let spin = r#"(module (func (export "run") (loop (br 0))))"#;
    let grow = r#"(module (memory 1) (func (export "run")
        (loop (br_if 0 (i32.ne (memory.grow (i32.const 1)) (i32.const -1)))) unreachable))"#;
    let two = r#"(module (memory 1) (memory 1) (func (export "run")))"#;
    let half = Limits::default().memory(96 << 10).module_memories(2);
    let cases = [
        (
            spin,
            Limits::default().wall_clock(Duration::from_millis(20)),
            "`Limits::wall_clock` raises",
        ),
        (spin, Limits::default().fuel(10_000), "`Limits::fuel` raises"),
        (grow, Limits::default().memory(1 << 20), "`Limits::memory` raises"),
        (two, half, "`Limits::memory` raises"),
    ];
    for (text, limits, option) in cases {
        let mut session = limited(text, limits).session(Functions::default()).start_blocking();
        let error = session.as_mut().map_or_else(|_| None, |session| session.main().err());
        let error = error.or_else(|| session.err()).expect("a limit is reached");
        assert!(matches!(error, Error::Limit { .. }), "{error}");
        assert!(error.to_string().contains(option), "{error}");
    }
}

/// The time limit also holds while guest code sleeps in a host call.
#[test]
fn the_clock_runs_in_host_calls() {
    let limit = Duration::from_millis(20);
    let guest = limited(
        include_str!("../failures/waiting.module.wat"),
        Limits::default().wall_clock(limit),
    );
    let error = guest.session(Functions::default()).start_blocking().unwrap().main().unwrap_err();
    match error {
        Error::Limit { limit: found, .. } => {
            assert_eq!(found, LimitReached::WallClock(Some(limit)))
        }
        other => panic!("{other}"),
    }
}

#[test]
fn what_was_spent_is_known() {
    let text = r#"(module (memory 2) (func (export "run")))"#;
    let guest = limited(text, Limits::default().fuel(1_000));
    let mut session = guest.session(Functions::default()).start_blocking().unwrap();
    session.main().unwrap();
    let spent = session.spent();
    assert_eq!(spent.peak_memory, 2 << 16);
    assert!(spent.fuel.is_some_and(|fuel| (1..100).contains(&fuel)), "{spent}");
}
