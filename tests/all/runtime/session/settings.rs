//! Tests of what can be set for one session, one call or one caller: limits, input, output and host
//! data.

use std::num::NonZeroU32;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use wit_host::{Error, Grants, Guest, LimitReached, Limits, Reuse, Sessions, Val};

/// A guest that uses memory and time, and copies its standard input to standard output.
const GUEST: &str = r#"(module
    (import "wasi_snapshot_preview1" "fd_read" (func $read (param i32 i32 i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
    (import "env" "count" (func $count (result i32)))
    (memory (export "memory") 1)
    (func (export "grow") (result i32) (memory.grow (i32.const 1)))
    (func (export "spin") (loop (br 0)))
    (func (export "count") (result i32) (call $count))
    (func (export "count-late") (result i32) (local $n i32)
        (loop $again
            (local.set $n (i32.add (local.get $n) (i32.const 1)))
            (br_if $again (i32.lt_u (local.get $n) (i32.const 100000000))))
        (call $count))
    (func (export "twice") (result i32) (drop (call $count)) (call $count))
    (func (export "copy") (param $to i32)
        (i32.store (i32.const 0) (i32.const 64))
        (i32.store (i32.const 4) (i32.const 100))
        (drop (call $read (i32.const 0) (i32.const 0) (i32.const 1) (i32.const 4)))
        (drop (call $write (local.get $to) (i32.const 0) (i32.const 1) (i32.const 8)))))"#;

fn guest(limits: Limits) -> Guest<i32> {
    let builder = crate::support::hosts::builder::<i32>().limits(limits);
    let counts = builder.module_imports(|env| {
        env.func("count", |count: &mut i32| {
            *count += 1;
            *count
        })
    });
    counts.build().unwrap().load(GUEST).unwrap()
}

fn small() -> Limits {
    Limits::default().memory(1 << 20)
}

#[test]
fn a_session_has_less_memory_than_its_runtime() {
    let guest = guest(small());
    for (memory, pages) in [(1 << 20, 1), (64 << 10, -1)] {
        let mut session = guest.session(0).limits(small().memory(memory)).start_blocking().unwrap();
        assert_eq!(session.call("grow", &[]).unwrap(), [Val::S32(pages)]);
    }
}

#[test]
fn limits_of_a_session_are_within_its_runtimes() {
    let guest = guest(small());
    for (limits, name) in [
        (small().memory(2 << 20), "memory"),
        (small().wall_clock(None), "wall_clock"),
        (small().fuel(1), "fuel"),
        (small().handles(usize::MAX), "handles"),
    ] {
        let error = guest.session(0).limits(limits).start_blocking().err().unwrap();
        assert!(matches!(error, Error::Limits { limit, .. } if limit == name), "{error}");
    }
}

#[test]
fn calls_have_less_time_and_fewer_host_calls_than_their_session() {
    let guest = guest(small().host_calls(1_000));
    let started = || guest.session(0).start_blocking().unwrap();
    let short = Limits::default().wall_clock(Duration::from_millis(5));

    let mut session = started();
    session.limit_calls(&Limits::default().host_calls(1)).unwrap();
    assert_eq!(session.call("count", &[]).unwrap(), [Val::S32(1)]);
    let error = session.call("twice", &[]).unwrap_err();
    let limit = LimitReached::HostCalls(Some(1));
    assert!(matches!(&error, Error::Limit { limit: reached, .. } if *reached == limit), "{error}");

    let mut session = started();
    session.limit_calls(&short).unwrap();
    let error = session.call("spin", &[]).unwrap_err();
    let limit = LimitReached::WallClock(Some(Duration::from_millis(5)));
    assert!(matches!(&error, Error::Limit { limit: reached, .. } if *reached == limit), "{error}");

    let mut session = started();
    let error = session.limit_calls(&Limits::default().host_calls(1_001)).unwrap_err();
    assert!(matches!(error, Error::Limits { limit: "host_calls", .. }), "{error}");
    // A limit that the new ones leave out is the session's again.
    session.limit_calls(&Limits::default().wall_clock(None)).unwrap();
    assert_eq!(session.call("twice", &[]).unwrap(), [Val::S32(2)]);
}

/// The engine calls at each epoch, the way host functions are called.
#[test]
fn epochs_are_not_host_calls() {
    let guest = guest(small().host_calls(1));
    let mut session = guest.session(0).start_blocking().unwrap();
    let results = session.call("count-late", &[]).unwrap();
    assert_eq!((results, session.spent().host_calls), (vec![Val::S32(1)], Some(1)));
    let error = session.call("twice", &[]).unwrap_err();
    let limit = LimitReached::HostCalls(Some(1));
    assert!(matches!(&error, Error::Limit { limit: reached, .. } if *reached == limit), "{error}");
}

#[test]
fn fuel_of_a_call_is_less_than_of_its_session() {
    let guest = guest(small().fuel(1_000_000));
    let mut session = guest.session(0).start_blocking().unwrap();
    session.limit_calls(&Limits::default().fuel(2)).unwrap();
    let error = session.call("twice", &[]).unwrap_err();
    assert!(matches!(error, Error::Limit { limit: LimitReached::Fuel(Some(2)), .. }), "{error}");
}

#[test]
fn input_is_from_bytes_and_output_goes_to_functions() {
    let written = [Arc::new(Mutex::new(Vec::new())), Arc::default()];
    let to = |at: usize| {
        let written = Arc::clone(&written[at]);
        move |bytes: &[u8]| written.lock().unwrap().extend_from_slice(bytes)
    };
    let grants = Grants::default().stdin("some text").stdout(to(0)).stderr(to(1));
    let guest = guest(small());
    for output in [1, 2] {
        let mut session = guest.session(0).grants(grants.clone()).start_blocking().unwrap();
        session.call("copy", &[Val::S32(output)]).unwrap();
    }
    for written in written {
        assert_eq!(*written.lock().unwrap(), b"some text");
    }
}

#[test]
fn callers_bring_data_of_their_own() {
    let reuse = Reuse::Calls(NonZeroU32::new(10).unwrap());
    let sessions = Sessions::new(guest(small()), || 0).reuse(reuse);
    for (data, expected) in [(10, 11), (20, 21)] {
        let mut session = sessions.take_with_blocking(data).unwrap();
        assert_eq!(session.call("count", &[]).unwrap(), [Val::S32(expected)]);
    }
}

#[tokio::test]
async fn callers_bring_data_of_their_own_in_async_code() {
    let sessions = Sessions::new(guest(small()), || 0);
    let mut session = sessions.take_with(5).await.unwrap();
    assert_eq!(session.call("count", &[]).await.unwrap(), [Val::S32(6)]);
}

#[test]
fn what_is_known_is_written_and_limits_are_read() {
    let limits: Limits = serde_json::from_str(r#"{ "memory": 4096, "fuel": 7 }"#).unwrap();
    assert_eq!(limits, Limits::default().memory(4096).fuel(7));
    let inspection =
        crate::support::hosts::builder::<()>().build().unwrap().inspect(GUEST).unwrap();
    let json = serde_json::to_value(&inspection).unwrap();
    assert_eq!(json["imports"][0]["item"]["name"], "wasi_snapshot_preview1.fd_read");
}
