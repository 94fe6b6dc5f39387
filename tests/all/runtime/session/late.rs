//! Tests of calls in which a host function takes longer than the time limit.

use std::cell::Cell;
use std::time::{Duration, Instant};

use wit_host::{Error, Exit, Guest, LimitReached, Limits};

const LIMIT: Duration = Duration::from_millis(20);

/// Host data that counts the calls of `next`.
#[derive(Default)]
struct Host(Cell<u32>);

/// Returns after the time limit, without waiting for anything.
fn slow() {
    let began = Instant::now();
    while began.elapsed() <= LIMIT {
        std::hint::spin_loop();
    }
}

fn guest(deterministic: bool) -> Guest<Host> {
    let builder = crate::support::hosts::builder().limits(Limits::default().wall_clock(LIMIT));
    let builder = builder.deterministic(deterministic).module_imports(|env| {
        env.func("slow", |_: &mut Host| slow())?;
        env.func("exit", |_: &mut Host| -> Result<(), Exit> {
            slow();
            Err(Exit(0))
        })?;
        env.func("next", |host: &mut Host| host.0.set(host.0.get() + 1))
    });
    let guest = r#"(module
        (import "env" "slow" (func $slow)) (import "env" "exit" (func $exit))
        (import "env" "next" (func $next))
        (func (export "returns") (call $slow))
        (func (export "exits") (call $exit))
        (func (export "traps") (call $slow) unreachable)
        (func (export "goes-on") (call $slow) (call $next)))"#;
    builder.build().unwrap().load(guest).unwrap()
}

fn is_out_of_time(error: &Error) -> bool {
    matches!(error, Error::Limit { limit: LimitReached::WallClock(Some(LIMIT)), .. })
}

#[test]
fn however_a_late_call_ends_it_is_out_of_time() {
    for deterministic in [false, true] {
        let guest = guest(deterministic);
        for function in ["returns", "exits", "traps", "goes-on"] {
            let mut session = guest.session(Host::default()).start_blocking().unwrap();
            let error = session.call(function, &[]).unwrap_err();
            assert!(is_out_of_time(&error), "{function}: {error}");
        }
    }
}

/// A deterministic guest has no epochs, and executes few instructions between two host calls. It
/// still has to be stopped before the second one.
#[test]
fn a_deterministic_guest_calls_nothing_more() {
    let mut session = guest(true).session(Host::default()).start_blocking().unwrap();
    let error = session.call("goes-on", &[]).unwrap_err();
    assert!(is_out_of_time(&error), "{error}");
    assert_eq!(session.data().0.get(), 0);
}
