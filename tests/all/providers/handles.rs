//! Tests of resources that one component serves to another. Each caller uses the handles in some
//! way, and the provider counts how many of its counters there are.

use std::sync::Arc;

use wit_host::{Error, Guest, Limits, Session, Val};

use super::counters::{PARTS, WIT, caller, counters, middle, provider, provider_with, served};
use super::forward::of_module;
use crate::support::command::{Files, check};

/// What a caller does with handles, and what it returns for 7.
pub(super) const ROWS: [(&str, &str, u32); 9] = [
    (
        "a method of its own counter",
        "(local.set $a (call $new (local.get $n)))
         (drop (call $add (local.get $a) (i32.const 1)))
         (call $add (local.get $a) (i32.const 2))
         (call $drop (local.get $a))",
        10,
    ),
    (
        "a counter is there until it is dropped",
        "(local.set $a (call $new (local.get $n))) (call $live) (call $drop (local.get $a))",
        1,
    ),
    ("none is left", "(call $drop (call $new (local.get $n))) (call $live)", 0),
    (
        "two are given away, and one comes back",
        "(local.set $a (call $merge (call $new (local.get $n)) (call $new (i32.const 5))))
         (i32.add (i32.mul (call $live) (i32.const 100)) (call $add (local.get $a) (i32.const 0)))
         (call $drop (local.get $a))",
        112,
    ),
    (
        "a list of them",
        "(call $many (local.get $n) (i32.const 8))
         (local.set $a (i32.load (i32.const 8)))
         (local.set $b (i32.load (i32.const 12)))
         (i32.add (i32.mul (call $sum (local.get $a) (local.get $b)) (i32.const 100)) (call $live))
         (loop $next (if (local.get $b) (then
             (local.set $b (i32.sub (local.get $b) (i32.const 1)))
             (call $drop (i32.load (i32.add (local.get $a) (i32.mul (local.get $b) (i32.const 4)))))
             (br $next))))",
        2107,
    ),
    (
        "an option",
        "(call $maybe (i32.const 0) (local.get $n) (i32.const 8))
         (if (i32.load8_u (i32.const 8)) (then (unreachable)))
         (call $maybe (i32.const 1) (local.get $n) (i32.const 8))
         (call $add (i32.load (i32.const 12)) (i32.load8_u (i32.const 8)))
         (call $drop (i32.load (i32.const 12)))",
        8,
    ),
    (
        "a result",
        "(call $checked (call $new (local.get $n)) (i32.const 8))
         (if (i32.load8_u (i32.const 8)) (then (unreachable)))
         (call $drop (i32.load (i32.const 12)))
         (call $checked (call $new (i32.const 10)) (i32.const 8))
         (i32.add (i32.load8_u (i32.const 8)) (call $live))",
        1,
    ),
    (
        "a record",
        "(call $swapped (call $new (local.get $n)) (i32.const 64) (i32.const 3)
             (call $new (i32.const 5)) (i32.const 8))
         (i32.add
             (i32.mul (call $add (i32.load (i32.const 8)) (i32.const 0)) (i32.const 100))
             (call $add (i32.load (i32.const 20)) (i32.load (i32.const 16))))
         (call $drop (i32.load (i32.const 8))) (call $drop (i32.load (i32.const 20)))",
        510,
    ),
    (
        "one handle is lent twice",
        "(local.set $a (call $new (local.get $n)))
         (i32.store (i32.const 8) (local.get $a)) (i32.store (i32.const 12) (local.get $a))
         (call $sum (i32.const 8) (i32.const 2)) (call $drop (local.get $a))",
        14,
    ),
];

pub(super) fn run(session: &mut wit_host::blocking::Session<()>) -> Result<Vec<Val>, Error> {
    session.call("run", &[Val::U32(7)])
}

#[test]
fn handles_go_to_a_caller_and_back() {
    for (who, provider) in [("own", counters()), ("shared", counters().shared())] {
        let runtime = served(provider, Limits::default());
        for (name, body, expected) in ROWS {
            let guest = caller(body);
            assert_eq!(runtime.fit(&guest).unwrap().mismatches, [], "{name}");
            let mut session = runtime.load(&guest).unwrap().session(()).start_blocking().unwrap();
            for _ in 0..3 {
                let returned = run(&mut session);
                let returned = returned.unwrap_or_else(|error| panic!("{who}, {name}: {error}"));
                assert_eq!(returned, [Val::U32(expected)], "{who}, {name}");
            }
            assert_eq!(session.finish().unwrap(), [], "{who}, {name}");
        }
    }
}

const METHOD: &str = "(local.set $a (call $new (local.get $n)))
    (i32.add (i32.mul (call $live) (i32.const 100)) (call $add (local.get $a) (i32.const 2)))
    (call $drop (local.get $a))";

#[test]
fn handles_go_through_a_chain() {
    let deep = middle(middle(counters()));
    for provider in [middle(counters()), middle(counters().shared()).shared(), deep] {
        let runtime = served(provider, Limits::default());
        let guest = runtime.load(caller(METHOD)).unwrap();
        let mut session = guest.session(()).start_blocking().unwrap();
        for _ in 0..3 {
            assert_eq!(run(&mut session).unwrap(), [Val::U32(109)]);
        }
        assert_eq!(session.finish().unwrap(), []);
    }
}

/// Creates counters and keeps them.
const KEEPS: &str =
    "(drop (call $new (local.get $n))) (drop (call $new (local.get $n))) (call $live)";

/// Starts sessions that keep two counters and fail, and returns how many are there in the end.
fn after(guest: &Guest<()>, end: impl Fn(Session<()>) -> bool) -> u32 {
    let executor = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    executor.block_on(async {
        let mut session = guest.session(()).start().await.unwrap();
        session.call("run", &[Val::U32(7)]).await.unwrap();
        assert!(end(session));
        let mut session = guest.session(()).start().await.unwrap();
        let Val::U32(live) = session.call("run", &[Val::U32(7)]).await.unwrap()[0] else {
            panic!("a number")
        };
        live
    })
}

#[test]
fn what_a_session_leaves_is_dropped_and_told() {
    let runtime = served(Arc::new(counters().shared()), Limits::default());
    let guest = runtime.load(caller(KEEPS)).unwrap();
    let mut session = guest.session(()).start_blocking().unwrap();
    assert_eq!(run(&mut session).unwrap(), [Val::U32(2)]);
    assert_eq!(run(&mut session).unwrap(), [Val::U32(4)]);
    let left = session.finish().unwrap();
    let [left] = &left[..] else { panic!("{left:?}") };
    assert_eq!((&*left.resource, &*left.provider, left.count), ("a:b/c.counter", "`p.wasm`", 4));
    assert!(matches!(run(&mut session), Err(Error::SessionEnded { .. })));
    assert_eq!(session.finish().unwrap(), [], "it was dropped once");

    // A session that is not finished leaves as little.
    assert_eq!(
        after(&guest, |session| {
            drop(session);
            true
        }),
        2
    );
    assert_eq!(
        after(&guest, |session| {
            session.into_data();
            true
        }),
        2
    );
}

#[test]
fn a_caller_that_fails_leaves_nothing() {
    let runtime = served(Arc::new(counters().shared()), Limits::default());
    let traps = format!("{KEEPS} (drop) (unreachable)");
    let guest = runtime.load(caller(&traps)).unwrap();
    let mut session = guest.session(()).start_blocking().unwrap();
    assert!(matches!(run(&mut session), Err(Error::Trapped(_))));
    assert_eq!(session.finish().unwrap()[0].count, 2);
    let live = runtime.load(caller("(call $live)")).unwrap();
    let mut session = live.session(()).start_blocking().unwrap();
    assert_eq!(run(&mut session).unwrap(), [Val::U32(0)]);
}

#[test]
fn what_a_chain_leaves_is_told() {
    let runtime = served(middle(counters()), Limits::default());
    let guest = runtime.load(caller(KEEPS)).unwrap();
    let mut session = guest.session(()).start_blocking().unwrap();
    run(&mut session).unwrap();
    // The caller's handles are dropped first, and with them those of the provider between.
    let left: Vec<_> = session.finish().unwrap();
    let left: Vec<_> = left.iter().map(|left| (&*left.provider, left.count)).collect();
    assert_eq!(left, [("`m.wasm`", 2)]);
}

/// A resource has to be served by the provider of each function that has a handle of it.
#[test]
fn one_provider_serves_a_resource_and_its_functions() {
    let guest = caller(METHOD);
    let refused = |builder: wit_host::RuntimeBuilder<()>| {
        builder.build().unwrap().load(&guest).err().unwrap().to_string()
    };
    let builder = || crate::support::hosts::builder().provide("a:b/c", counters());
    let error = refused(builder().provide("a:b/c.counter.add", counters()));
    let reason = "its type has a handle of `a:b/c.counter`, which something else serves";
    assert!(error.contains("import `a:b/c@1.0.0.[method]counter.add`"), "{error}");
    assert!(error.contains(reason), "{error}");
    // Of two providers, the one with the more specific name serves a resource, and one provider may
    // have several names.
    let one = Arc::new(counters());
    let both = crate::support::hosts::builder::<()>()
        .provide("a:b", counters())
        .provide("a:b/c", Arc::clone(&one))
        .provide("a:b/c.counter.add", one);
    let runtime = both.build().unwrap();
    let mut session = runtime.load(&guest).unwrap().session(()).start_blocking().unwrap();
    assert_eq!(run(&mut session).unwrap(), [Val::U32(109)]);
}

#[test]
fn a_resource_that_the_provider_has_not_is_refused() {
    let wit = "package a:b@1.0.0; interface c { live: func() -> u32; } world other { export c; }";
    let bytes = super::forward::with_body(wit, "(i32.const 0)");
    let runtime = crate::support::hosts::builder::<()>();
    let runtime = runtime.provide("a:b/c", provider(&bytes, Limits::default())).build().unwrap();
    let error = runtime.load(caller(METHOD)).err().unwrap().to_string();
    assert!(error.contains("import `a:b/c@1.0.0.counter`: it is a resource"), "{error}");
}

#[test]
fn a_host_that_holds_a_handle_drops_it_as_the_guest_does() {
    let runtime = served(Arc::new(counters().shared()), Limits::default());
    let wit = WIT.replace(
        "export run: func(n: u32) -> u32",
        "use c.{counter}; export made: func(n: u32) -> counter",
    );
    let module = r#"(module
        (import "a:b/c@1.0.0" "[constructor]counter" (func $new (param i32) (result i32)))
        PARTS
        (func (export "made") (param i32) (result i32) (call $new (local.get 0))))"#;
    let guest = runtime.load(of_module(&wit, "caller", &module.replace("PARTS", PARTS))).unwrap();
    let executor = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    executor.block_on(async {
        let mut session = guest.session(()).start().await.unwrap();
        let made = session.call("made", &[Val::U32(7)]).await.unwrap();
        let [Val::Resource(handle)] = made[..] else { panic!("{made:?}") };
        session.run("drop", async |store| handle.resource_drop_async(store).await).await.unwrap();
        let again = session.run("drop", async |store| handle.resource_drop_async(store).await);
        assert!(again.await.is_err(), "it is dropped once");
    });
    let mut session =
        runtime.load(caller("(call $live)")).unwrap().session(()).start_blocking().unwrap();
    assert_eq!(run(&mut session).unwrap(), [Val::U32(0)]);
}

/// A caller whose functions give a handle to the host, and take one that they are to give back.
fn keeper(body: &str) -> Vec<u8> {
    let wit = WIT.replace(
        "export run: func(n: u32) -> u32",
        "use c.{counter}; export made: func(n: u32) -> counter;
         export lent: func(of: borrow<counter>) -> u32",
    );
    let module = r#"(module
        (import "a:b/c@1.0.0" "[constructor]counter" (func $new (param i32) (result i32)))
        (import "a:b/c@1.0.0" "[method]counter.add" (func $add (param i32 i32) (result i32)))
        (import "a:b/c@1.0.0" "[resource-drop]counter" (func $drop (param i32)))
        PARTS
        (func (export "made") (param i32) (result i32) (call $new (local.get 0)))
        (func (export "lent") (param i32) (result i32) BODY))"#;
    of_module(&wit, "caller", &module.replace("PARTS", PARTS).replace("BODY", body))
}

#[test]
fn a_guest_that_keeps_a_handle_that_it_was_lent_has_failed() {
    let runtime = served(counters(), Limits::default());
    let add = "(call $add (local.get 0) (i32.const 1))";
    let gives_back = format!("{add} (call $drop (local.get 0))");
    for (body, is_kept) in [(&*gives_back, false), (add, true)] {
        let guest = runtime.load(keeper(body)).unwrap();
        let mut session = guest.session(()).start_blocking().unwrap();
        let made = session.call("made", &[Val::U32(7)]).unwrap();
        let outcome = session.call("lent", &made);
        match is_kept {
            false => assert_eq!(outcome.unwrap(), [Val::U32(8)]),
            true => {
                let error = outcome.unwrap_err();
                assert!(matches!(error, Error::Trapped(_)), "{error:?}");
                assert!(
                    error.to_string().contains("kept a handle that it was only lent"),
                    "{error}"
                );
            }
        }
        assert_eq!(session.finish().unwrap()[0].count, 1);
    }
}

#[test]
fn a_handle_of_an_instance_that_has_ended_is_of_no_use() {
    let traps = "(if (i32.eqz (local.get $count)) (then (unreachable)))";
    let provider = provider(&provider_with("", traps), Limits::default()).shared();
    let runtime = served(Arc::new(provider), Limits::default());
    let add = "(call $add (local.get 0) (i32.const 1)) (call $drop (local.get 0))";
    let keeper = runtime.load(keeper(add)).unwrap();
    let start = || keeper.session(()).start_blocking().unwrap();
    let (mut user, mut idle, mut fresh) = (start(), start(), start());
    let made = user.call("made", &[Val::U32(7)]).unwrap();
    idle.call("made", &[Val::U32(7)]).unwrap();
    let trap = runtime.load(caller("(call $many (i32.const 0) (i32.const 8)) (i32.const 1)"));
    let error = run(&mut trap.unwrap().session(()).start_blocking().unwrap()).unwrap_err();
    assert!(error.to_string().contains("unreachable"), "{error}");

    let error = user.call("lent", &made).unwrap_err();
    assert!(matches!(error, Error::HostFunction(_)), "{error:?}");
    assert!(error.to_string().contains("that had the handle has ended"), "{error}");
    // Nothing of it is left to drop.
    assert_eq!(idle.finish().unwrap()[0].count, 1);
    let made = fresh.call("made", &[Val::U32(7)]).unwrap();
    assert_eq!(fresh.call("lent", &made).unwrap(), [Val::U32(8)]);
}

#[test]
fn a_destructor_that_never_returns_does_not_keep_a_session_from_its_end() {
    let endless = provider_with("(loop $again (br $again))", "");
    let limits = Limits::default().wall_clock(std::time::Duration::from_millis(100));
    for provider in
        [provider(&endless, Limits::default()), provider(&endless, Limits::default()).shared()]
    {
        let runtime = served(provider, limits.clone());
        let mut session =
            runtime.load(caller(KEEPS)).unwrap().session(()).start_blocking().unwrap();
        run(&mut session).unwrap();
        let error = session.finish().unwrap_err();
        assert!(matches!(error, Error::Limit { .. }), "{error:?}");
        assert_eq!(session.finish().unwrap(), []);
    }
}

/// Eight threads use two providers that all share, one of which is served by the other.
#[test]
fn many_threads_leave_nothing() {
    let traffic = super::traffic::traffic(|round| round < 12);
    assert_eq!((traffic.calls, traffic.left), (2 * 8 * 12, 0));
}

/// A provider that looks at no handle leaves none behind: it drops those that it was given.
#[test]
fn handles_that_are_given_to_nobody_are_dropped() {
    let wit = "package a:b@1.0.0;
        interface c {
            resource r { constructor(); }
            look: func(at: borrow<r>) -> u32;
            eat: func(what: r) -> u32;
        }
        world host { import c; }
        world caller { import c; export run: func(n: u32) -> u32; }";
    let module = r#"(module
        (import "a:b/c@1.0.0" "[constructor]r" (func $new (result i32)))
        (import "a:b/c@1.0.0" "look" (func $look (param i32) (result i32)))
        (import "a:b/c@1.0.0" "eat" (func $eat (param i32) (result i32)))
        (memory (export "memory") 1)
        (func (export "run") (param i32) (result i32) (local $r i32)
            (local.set $r (call $new))
            (drop (call $look (local.get $r)))
            (call $eat (local.get $r))))"#;
    let runtime = crate::support::hosts::builder::<u32>()
        .contract(wit.lines().filter(|line| !line.contains("world caller")).collect::<String>())
        .func("a:b/c.[constructor]r", |mut call| call.own(1, 7))
        .resource("a:b/c.r", 1, |dropped: &mut u32, rep| *dropped += rep)
        .provide("a:b/c", wit_host::DefaultProvider)
        .build()
        .unwrap();
    let guest = runtime.load(of_module(wit, "caller", module)).unwrap();
    let mut session = guest.session(0).start_blocking().unwrap();
    for _ in 0..3 {
        assert_eq!(session.call("run", &[Val::U32(7)]).unwrap(), [Val::U32(0)]);
    }
    assert_eq!(*session.data(), 21);
}

#[test]
fn the_command_tells_what_was_left() {
    let files = Files::new();
    let guest = files.file("guest.wasm", caller(KEEPS));
    let import = format!("a:b/c={}", files.file("p.wasm", provider_with("", "")));
    check(
        &["call", "-v", "--import", &import, &guest, "run(7)"],
        0,
        "2\n",
        "the guest left 2 handles of `a:b/c.counter`, dropped by",
    );
}
