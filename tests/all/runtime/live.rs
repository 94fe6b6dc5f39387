//! Tests of guests that are replaced while they are called: which generation serves, what is
//! refused, what is taken back, and that no call is lost.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use wit_host::{Change, Error, Live, LiveBuilder, NotReplaced, Rollback, Runtime, Sessions, Val};

fn runtime() -> Runtime<()> {
    crate::support::hosts::builder().build().unwrap()
}

/// Returns a core module that answers with this number.
fn answering(number: i32) -> String {
    format!(r#"(module (func (export "answer") (result i32) i32.const {number}))"#)
}

/// Returns a core module that traps instead.
const TRAPPING: &str = r#"(module (func (export "answer") (result i32) unreachable))"#;

fn builder() -> LiveBuilder<()> {
    Live::builder(|guest| Sessions::new(guest, || ()))
}

fn serve(builder: LiveBuilder<()>, guest: &str) -> Live<()> {
    builder.serve(runtime().load(guest).unwrap())
}

fn executor() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap()
}

fn answer(live: &Live<()>) -> Result<Vec<Val>, Error> {
    executor().block_on(live.call("answer", &[]))
}

#[test]
fn a_new_guest_takes_the_place_of_the_old_one_and_gives_it_back() {
    let live = serve(builder(), &answering(1));
    assert_eq!(answer(&live).unwrap(), [Val::S32(1)]);
    assert_eq!(live.reload(answering(2)).unwrap().number(), 2);
    assert_eq!(answer(&live).unwrap(), [Val::S32(2)]);
    assert_eq!(live.previous().unwrap().number(), 1);
    assert_eq!(live.rollback().unwrap().number(), 1);
    assert_eq!(answer(&live).unwrap(), [Val::S32(1)]);
    assert_eq!(live.rollback().unwrap().number(), 2);
    assert_eq!(live.reload(answering(2)).unwrap().number(), 2, "it is the same guest");
    assert_eq!(live.reload(answering(3)).unwrap().number(), 3);
    assert_eq!(live.current().calls(), 0);
    assert_eq!(answer(&live).unwrap(), [Val::S32(3)]);
    assert_eq!((live.current().calls(), live.current().failures()), (1, 0));
    let alone = serve(builder(), &answering(1));
    assert!(matches!(alone.rollback().unwrap_err(), NotReplaced::NoPrevious));
}

#[test]
fn what_cannot_take_its_place_is_refused_with_the_reason() {
    let changes = Arc::new(Mutex::new(Vec::new()));
    let told = Arc::clone(&changes);
    let probing = builder()
        .probe(|session| session.call("answer", &[]).map(drop))
        .on_change(move |change| told.lock().unwrap().push(change.clone()));
    let live = serve(probing, &answering(1));
    answer(&live).unwrap();
    let start_traps = r#"(module (func $start unreachable) (start $start)
                          (func (export "answer") (result i32) i32.const 1))"#;
    let other_type = r#"(module (func (export "answer") (result i64) i64.const 1))"#;
    let refused = [
        ("half a module", &b"\0asm\x01\0\0\0\x01"[..], "the new guest was refused: "),
        ("no guest", b"Dear reader,", "the new guest was refused: "),
        ("a misfit", br#"(module (import "env" "nothing" (func)))"#, "`env.nothing`"),
        (
            "without what is used",
            b"(module)",
            "callers use what the new guest does not have: `answer`",
        ),
        ("another type", other_type.as_bytes(), "does not have: `answer`"),
        ("one that does not start", start_traps.as_bytes(), "does not start: "),
        ("one that fails its probe", TRAPPING.as_bytes(), "does not pass its probe: "),
    ];
    for (name, bytes, expected) in refused {
        let error = live.reload(bytes).unwrap_err().to_string();
        assert!(error.contains(expected), "{name}: {error}");
        assert_eq!(answer(&live).unwrap(), [Val::S32(1)], "{name}");
        let told = changes.lock().unwrap().pop();
        assert_eq!(told, Some(Change::Refused { generation: 1, reason: error }), "{name}");
    }
    live.reload(answering(2)).unwrap();
    let numbers: Vec<_> = changes.lock().unwrap().drain(..).collect();
    assert_eq!(numbers, [Change::Replaced { generation: 2 }]);
}

/// An export that only a later generation had does not bind those that follow the earlier one.
#[test]
fn what_the_serving_guest_lacks_is_not_asked_of_the_next() {
    let more =
        r#"(module (func (export "answer") (result i32) i32.const 2) (func (export "more")))"#;
    let live = serve(builder(), &answering(1));
    live.reload(more).unwrap();
    executor().block_on(live.call("more", &[])).unwrap();
    assert!(live.reload(answering(3)).is_err(), "callers use `more`");
    live.rollback().unwrap();
    let with = more.replace("i32.const 2", "i32.const 4");
    assert_eq!(live.reload(answering(3)).unwrap().number(), 3);
    assert_eq!(live.reload(with).unwrap().number(), 4);
}

#[test]
fn one_that_fails_is_taken_back_by_itself() {
    let changes = Arc::new(Mutex::new(Vec::new()));
    let told = Arc::clone(&changes);
    let listening = builder()
        .rollback(Some(Rollback { first: 10, failures: 3 }))
        .on_change(move |change| told.lock().unwrap().push(change.clone()));
    let live = serve(listening, &answering(1));
    answer(&live).unwrap();
    live.reload(TRAPPING).unwrap();
    let outcomes: Vec<_> = (0..5).map(|_| answer(&live).is_ok()).collect();
    assert_eq!(outcomes, [false, false, false, true, true]);
    let expected = [
        Change::Replaced { generation: 2 },
        Change::RolledBack { from: 2, to: 1, by_itself: true },
    ];
    assert_eq!(*changes.lock().unwrap(), expected);
    let counted = live.changes();
    assert_eq!((counted.replaced, counted.refused), (1, 0));
    assert_eq!((counted.rolled_back, counted.by_itself), (1, 1));
    // One that failed as often is no better.
    let both = serve(builder(), TRAPPING);
    (0..5).for_each(|_| assert!(answer(&both).is_err()));
    both.reload(
        r#"(module (func (export "answer") (result i32) i32.const 0 i32.const 0 i32.div_u))"#,
    )
    .unwrap();
    (0..5).for_each(|_| assert!(answer(&both).is_err()));
    assert_eq!(both.current().number(), 2);
    // Nor is one taken back that was not asked to be, or whose callers are to blame.
    let never = serve(builder().rollback(None), &answering(1));
    never.reload(TRAPPING).unwrap();
    (0..5).for_each(|_| assert!(answer(&never).is_err()));
    assert_eq!(never.current().number(), 2);
    let blamed = serve(builder(), &answering(1));
    blamed.reload(answering(2)).unwrap();
    for _ in 0..5 {
        executor().block_on(blamed.call("no-such-export", &[])).unwrap_err();
    }
    assert_eq!((blamed.current().number(), blamed.current().failures()), (2, 0));
}

#[test]
fn a_caller_stays_on_its_generation_and_draining_waits_for_it() {
    let live = serve(builder(), &answering(1));
    let executor = executor();
    let mut early = executor.block_on(live.take()).unwrap();
    live.reload(answering(2)).unwrap();
    assert_eq!(executor.block_on(live.drain(Duration::ZERO)), 1);
    assert_eq!(executor.block_on(early.call("answer", &[])).unwrap(), [Val::S32(1)]);
    assert_eq!((early.generation().number(), early.generation().callers()), (1, 1));
    let drained = executor.block_on(async {
        let drain = live.drain(Duration::from_secs(60));
        let ends = async {
            tokio::task::yield_now().await;
            drop(early);
        };
        tokio::join!(drain, ends).0
    });
    assert_eq!(drained, 0);
    assert_eq!(executor.block_on(live.drain(Duration::ZERO)), 0);
}

#[test]
fn no_call_is_lost_while_guests_are_replaced() {
    let live = serve(builder().rollback(None), &answering(0));
    let (over, calls) = (AtomicBool::new(false), AtomicU64::new(0));
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                while !over.load(Ordering::Relaxed) {
                    let returned = answer(&live).unwrap();
                    let &[Val::S32(number)] = &returned[..] else { panic!("{returned:?}") };
                    assert_eq!(number % 2, 0, "only good guests serve");
                    calls.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
        for number in 1..=60 {
            let replaced = match number % 4 {
                0 => live.reload(answering(2 * number)).is_ok(),
                1 => live.reload("(module").is_err(),
                2 => live.reload("(module)").is_err() || calls.load(Ordering::Relaxed) == 0,
                _ => live.reload(&b"\0asm\x01\0\0\0\x01\x05\x01"[..]).is_err(),
            };
            assert!(replaced, "{number}");
            while calls.load(Ordering::Relaxed) == 0 {
                std::thread::yield_now();
            }
        }
        over.store(true, Ordering::Relaxed);
    });
    assert_eq!(live.current().number(), 16);
}
