//! Tests of which callers share a session, as a table, and of sessions that are not used again.

use std::num::NonZeroU32;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::sync::atomic::{AtomicU32, Ordering};

use wit_host::{Error, Limits, Pool, PoolError, Reuse, Sessions, Val};

use super::{block_on, component, guest, module, poll};

fn calls(most: u32) -> Reuse {
    Reuse::Calls(NonZeroU32::new(most).unwrap())
}

fn sessions(places: usize, text: &str) -> Sessions<()> {
    Sessions::new(guest(places, text), || ())
}

#[test]
fn what_one_caller_leaves_to_the_next() {
    let cases: [(Reuse, &[&str], &[i32]); 6] = [
        (Reuse::Never, &["count", "count", "count"], &[1, 1, 1]),
        (calls(1), &["count", "count", "count"], &[1, 1, 1]),
        (calls(2), &["count", "count", "count", "count", "count"], &[1, 2, 1, 2, 1]),
        (Reuse::UntilFailure, &["count", "count", "count"], &[1, 2, 3]),
        (Reuse::UntilFailure, &["count", "fail", "count", "count"], &[1, 1, 2]),
        (calls(3), &["count", "fail", "count", "count", "count", "count"], &[1, 1, 2, 3, 1]),
    ];
    for text in [module(), component()] {
        for (reuse, functions, expected) in cases {
            let one = sessions(1, &text).reuse(reuse);
            let blocking = functions.iter().filter_map(|name| one.call_blocking(name, &[]).ok());
            let blocking: Vec<_> = blocking.flatten().collect();
            let other = sessions(1, &text).reuse(reuse);
            let waiting: Vec<_> = block_on(async {
                let mut results = Vec::new();
                for name in functions {
                    results.extend(other.call(name, &[]).await.unwrap_or_default());
                }
                results
            });
            let expected: Vec<_> = expected.iter().copied().map(Val::S32).collect();
            assert_eq!(blocking, expected, "{reuse:?} {functions:?}");
            assert_eq!(waiting, expected, "{reuse:?} {functions:?}");
        }
    }
}

fn count(session: &mut wit_host::blocking::Session<()>) -> i32 {
    match session.call("count", &[]).unwrap()[..] {
        [Val::S32(count)] => count,
        ref other => panic!("{other:?}"),
    }
}

#[test]
fn two_callers_have_two_sessions() {
    let sessions = sessions(3, &module()).reuse(Reuse::UntilFailure).idle(2);
    let (mut first, mut second) =
        (sessions.take_blocking().unwrap(), sessions.take_blocking().unwrap());
    assert_eq!([count(&mut first), count(&mut second), count(&mut second)], [1, 1, 2]);
    drop(first);
    let mut third = sessions.take_blocking().unwrap();
    assert_eq!([count(&mut third), count(&mut second)], [2, 3], "the third has the first's");
    let mut fourth = sessions.take_blocking().unwrap();
    assert_eq!(count(&mut fourth), 1);
    drop((second, third, fourth));
    // Two of the sessions were kept, and the place of the third is free.
    let all = [(); 3].map(|()| count(&mut sessions.take_blocking().unwrap()));
    assert!(all.iter().all(|count| *count > 1), "{all:?}");
    let (mut a, mut b, mut c) = (
        sessions.take_blocking().unwrap(),
        sessions.take_blocking().unwrap(),
        sessions.take_blocking().unwrap(),
    );
    let counts = [count(&mut a), count(&mut b), count(&mut c)];
    assert_eq!(counts.iter().filter(|count| **count == 1).count(), 1, "{counts:?}");
}

#[test]
fn what_is_not_kept() {
    let kept = || sessions(1, &module()).reuse(Reuse::UntilFailure);
    // A session that has grown, a session that its caller discards, and a session that may not be
    // kept.
    let large = kept().memory(2 << 16);
    assert_eq!(large.call_blocking("count", &[]).unwrap(), [Val::S32(1)]);
    assert_eq!(large.call_blocking("count", &[]).unwrap(), [Val::S32(2)]);
    large.call_blocking("grow", &[]).unwrap();
    assert_eq!(large.call_blocking("count", &[]).unwrap(), [Val::S32(1)]);
    let discarded = kept();
    let mut lease = discarded.take_blocking().unwrap();
    assert_eq!(count(&mut lease), 1);
    lease.discard();
    drop(lease);
    assert_eq!(discarded.call_blocking("count", &[]).unwrap(), [Val::S32(1)]);
    let none = kept().idle(0);
    assert_eq!(none.call_blocking("count", &[]).unwrap(), [Val::S32(1)]);
    assert_eq!(none.call_blocking("count", &[]).unwrap(), [Val::S32(1)]);
    // A caller that panics while it has the session.
    let panicked = kept();
    let caller = catch_unwind(AssertUnwindSafe(|| {
        let mut lease = panicked.take_blocking().unwrap();
        assert_eq!(count(&mut lease), 1);
        panic!("a mistake");
    }));
    assert!(caller.is_err());
    assert_eq!(panicked.call_blocking("count", &[]).unwrap(), [Val::S32(1)]);
}

#[test]
fn a_call_that_is_dropped_half_way_ends_its_session() {
    block_on(async {
        let sessions = sessions(1, &module()).reuse(Reuse::UntilFailure);
        assert_eq!(sessions.call("count", &[]).await.unwrap(), [Val::S32(1)]);
        {
            let mut spinning = pin!(sessions.call("spin", &[]));
            assert!(poll(spinning.as_mut()).await.is_none());
        }
        assert_eq!(sessions.call("count", &[]).await.unwrap(), [Val::S32(1)]);
    });
}

#[test]
fn who_waits_gets_the_session_that_comes_back() {
    block_on(async {
        let sessions = sessions(1, &module()).reuse(Reuse::UntilFailure);
        for is_kept in [true, false] {
            let mut first = sessions.take().await.unwrap();
            first.call("count", &[]).await.unwrap();
            let mut second = pin!(sessions.take());
            assert!(poll(second.as_mut()).await.is_none());
            if !is_kept {
                first.discard();
            }
            drop(first);
            let mut second = poll(second.as_mut()).await.unwrap().unwrap();
            let expected = if is_kept { 2 } else { 1 };
            assert_eq!(second.call("count", &[]).await.unwrap(), [Val::S32(expected)]);
        }
    });
}

#[test]
fn waiting_for_a_session_has_an_end() {
    let pool = Pool::new(1).wait(std::time::Duration::from_millis(1));
    let runtime =
        crate::support::hosts::builder().pool(pool).limits(Limits::default()).build().unwrap();
    let guest = runtime.load(component()).unwrap();
    let sessions = Sessions::new(guest, || ()).reuse(Reuse::UntilFailure);
    let _lease = sessions.take_blocking().unwrap();
    let errors = [sessions.take_blocking().err(), block_on(sessions.take()).err()];
    for error in errors {
        let error = error.unwrap();
        assert!(matches!(error, Error::Pool(PoolError::Full { .. })), "{error}");
    }
}

#[test]
fn host_data_is_made_for_each_session() {
    let made = std::sync::Arc::new(AtomicU32::new(0));
    let counted = made.clone();
    let guest = crate::support::hosts::builder().build().unwrap().load(component()).unwrap();
    let make = move || counted.fetch_add(1, Ordering::Relaxed);
    let sessions = Sessions::new(guest, make).reuse(calls(2));
    let data = [(); 5].map(|()| *sessions.take_blocking().unwrap().data());
    assert_eq!(data, [0, 0, 1, 1, 2]);
    assert_eq!(made.load(Ordering::Relaxed), 3);
}
