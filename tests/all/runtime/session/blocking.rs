//! Tests of blocking calls. Guests that import nothing async are called without async.

use std::time::Duration;

use wit_host::{Error, Guest, LimitReached, Limits, Val};

/// A guest whose `double` calls the host and whose `spin` never ends.
const PLAIN: &str = r#"(module
    (import "env" "add" (func $add (param i32 i32) (result i32)))
    (func (export "double") (param i32) (result i32)
        (call $add (local.get 0) (local.get 0)))
    (func $deep (export "deep") (call $deep))
    (func (export "spin") (loop (br 0))))"#;

/// A guest like [`PLAIN`] with one more import, which is async and never called.
const WAITS: &str = r#"(module
    (import "env" "add" (func $add (param i32 i32) (result i32)))
    (import "env" "wait" (func))
    (func (export "double") (param i32) (result i32)
        (call $add (local.get 0) (local.get 0)))
    (func (export "spin") (loop (br 0))))"#;

struct Host;

impl Host {
    fn add(&mut self, a: i32, b: i32) -> i32 {
        a + b
    }
}

async fn nothing() {}

fn guest(text: &str, limits: Limits) -> Guest<Host> {
    let builder = crate::support::hosts::builder().limits(limits).module_imports(|env| {
        env.func("add", Host::add)?;
        env.func_async("wait", |_: &mut Host| nothing())
    });
    builder.build().unwrap().load(text).unwrap()
}

#[test]
fn calls_that_are_not_async() {
    let guest = guest(PLAIN, Limits::default());
    // The first session finds out whether calls need async, and the second one uses that.
    for _ in 0..2 {
        let mut session = guest.session(Host).start_blocking().unwrap();
        let double = session.typed_func::<i32, i32>("double").unwrap();
        let call = session.run_sync("double", |store| double.call(store, 21));
        assert_eq!(call.unwrap(), 42);
        let call = session.run("double", async |store| double.call_async(store, 4).await);
        assert_eq!(call.unwrap(), 8);
        assert_eq!(session.call("double", &[Val::S32(3)]).unwrap(), [Val::S32(6)]);
    }
}

#[test]
fn a_guest_that_imports_something_async_is_called_async() {
    let guest = guest(WAITS, Limits::default());
    for _ in 0..2 {
        let mut session = guest.session(Host).start_blocking().unwrap();
        let double = session.typed_func::<i32, i32>("double").unwrap();
        let error = session.run_sync("double", |store| double.call(store, 21)).unwrap_err();
        let Error::InvalidCall { function, reason } = &error else { panic!("{error}") };
        assert_eq!(function, "double");
        assert!(reason.ends_with("use `Session::run` with bindings that are"), "{reason}");
        let call = session.run("double", async |store| double.call_async(store, 21).await);
        assert_eq!(call.unwrap(), 42);
        assert_eq!(session.call("double", &[Val::S32(3)]).unwrap(), [Val::S32(6)]);
    }
}

/// The first hundred calls look at the clock, and later ones use epochs. Both are ended in time.
#[test]
fn the_hundredth_call_and_the_next_are_ended_in_time() {
    let limit = Duration::from_millis(20);
    for text in [PLAIN, WAITS] {
        let guest = guest(text, Limits::default().wall_clock(limit));
        for calls in [0, 1, 150] {
            let mut session = guest.session(Host).start_blocking().unwrap();
            for number in 0..calls {
                let doubled = session.call("double", &[Val::S32(number)]).unwrap();
                assert_eq!(doubled, [Val::S32(2 * number)]);
            }
            let error = session.call("spin", &[]).unwrap_err();
            let Error::Limit { limit: reached, failure } = &error else { panic!("{error}") };
            assert_eq!(reached, &LimitReached::WallClock(Some(limit)));
            assert!(failure.spent.wall_clock >= limit, "{}", failure.spent);
        }
    }
}

/// A call that waits for nothing does not block the executor, so it is allowed inside of async
/// code.
#[tokio::test]
async fn within_async_code() {
    let guest = guest(PLAIN, Limits::default());
    drop(guest.session(Host).start().await.unwrap());
    let mut session = guest.session(Host).start_blocking().unwrap();
    assert_eq!(session.call("double", &[Val::S32(3)]).unwrap(), [Val::S32(6)]);
}

/// A guest without async imports runs on the stack of the calling thread, which may be smaller than
/// the guest's limit.
#[test]
fn a_thread_with_little_stack() {
    let guest = guest(PLAIN, Limits::default().stack(4 << 20));
    let calls = move || {
        for _ in 0..2 {
            let mut session = guest.session(Host).start_blocking().unwrap();
            assert_eq!(session.call("double", &[Val::S32(3)]).unwrap(), [Val::S32(6)]);
            let error = session.call("deep", &[]).unwrap_err();
            assert!(matches!(error, Error::Limit { limit: LimitReached::Stack(_), .. }), "{error}");
        }
    };
    std::thread::Builder::new().stack_size(256 << 10).spawn(calls).unwrap().join().unwrap();
}
