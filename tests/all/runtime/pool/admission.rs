//! Tests that a place is free again after its session, however that ends, and not before.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use wit_host::{Cache, Error, Guest, Pool, PoolError, blocking};

use super::{builder, component, guest, module};

/// Returns whether a place is free. The place is returned at once.
fn is_free<T: Send + Default + 'static>(guest: &Guest<T>) -> bool {
    match guest.session(T::default()).try_start_blocking() {
        Ok(_) => true,
        Err(Error::Pool(PoolError::Full { sessions: 1, waited: None })) => false,
        Err(error) => panic!("{error}"),
    }
}

#[test]
fn a_failed_session_has_its_place_until_it_is_dropped() {
    let cases =
        [(module(), vec!["fail", "host-fails", "host-panics"]), (component(), vec!["fail"])];
    for (text, functions) in cases {
        let guest = guest(1, &text);
        for function in functions {
            let mut session = guest.session(()).start_blocking().unwrap();
            session.call(function, &[]).unwrap_err();
            assert!(!is_free(&guest), "{function}");
            drop(session);
            assert!(is_free(&guest), "{function}");
        }
        let session = guest.session(()).start_blocking().unwrap();
        session.into_data();
        assert!(is_free(&guest), "into_data");
    }
}

#[test]
fn a_session_that_does_not_start_has_no_place() {
    let traps = r#"(module (func $start unreachable) (start $start))"#;
    let guest = guest(1, traps);
    for _ in 0..3 {
        let error = guest.session(()).try_start_blocking().err().unwrap();
        assert!(matches!(error, Error::Trapped(_)), "{error}");
    }
    let nowhere = wit_host::Grants::default().directory(
        "/no/such/directory",
        "/data",
        wit_host::Access::ReadOnly,
    );
    for _ in 0..3 {
        let error = guest.session(()).grants(nowhere.clone()).start_blocking().err().unwrap();
        assert!(matches!(error, Error::Grant { .. }), "{error}");
    }
}

/// Host data that panics when the session is dropped, after everything else.
struct Panics;

impl Drop for Panics {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            panic!("a mistake");
        }
    }
}

#[test]
fn a_place_is_free_after_a_panic_and_in_another_thread() {
    let guest = guest(1, &module());
    let session = guest.session(()).start_blocking().unwrap();
    std::thread::spawn(move || drop(session)).join().unwrap();
    assert!(is_free(&guest));

    let session = guest.session(()).start_blocking().unwrap();
    let panicked = std::thread::spawn(move || {
        let _session: blocking::Session<()> = session;
        panic!("a mistake");
    });
    panicked.join().unwrap_err();
    assert!(is_free(&guest));

    let text = r#"(module (func (export "run")))"#;
    let guest =
        crate::support::hosts::builder().pool(Pool::new(1)).build().unwrap().load(text).unwrap();
    let session = guest.session(Some(Panics)).start_blocking().unwrap();
    catch_unwind(AssertUnwindSafe(|| drop(session))).unwrap_err();
    assert!(guest.session(None).try_start_blocking().is_ok());
}

#[test]
fn runtimes_that_share_an_engine_share_its_places() {
    let folder = tempfile::tempdir().unwrap();
    let cache = Cache::new(folder.path().join("cache"));
    let one = |places, cache: &Cache| {
        let built = builder(Pool::new(places)).cache(cache.clone()).build().unwrap();
        built.load(component()).unwrap()
    };
    let (first, second) = (one(1, &cache), one(1, &cache));
    let (others, larger) = (one(1, &Cache::new(cache.directory())), one(2, &cache));
    let session = first.session(()).start_blocking().unwrap();
    assert!(!is_free(&second));
    assert!(is_free(&others), "another cache has another engine");
    let two = [larger.session(()).try_start_blocking(), larger.session(()).try_start_blocking()];
    assert!(two.iter().all(Result::is_ok), "a larger pool is another one");
    drop(session);
    assert!(is_free(&second));
}

#[test]
fn ten_thousand_sessions_leave_nothing_behind() {
    const PLACES: usize = 8;
    let data = Arc::new(());
    for text in [module(), component()] {
        let runtime =
            crate::support::hosts::builder().pool(Pool::new(PLACES)).module_imports(|env| {
                env.func("fails", |_: &mut Arc<()>| ())?;
                env.func("panics", |_: &mut Arc<()>| ())
            });
        let guest = runtime.build().unwrap().load(text).unwrap();
        std::thread::scope(|scope| {
            for _ in 0..PLACES {
                scope.spawn(|| {
                    for number in 0..5_000 / PLACES {
                        let session =
                            guest.session(Arc::clone(&data)).try_start_blocking().unwrap();
                        // A call needs a stack of the pool and an executor.
                        if number % 50 == 0 {
                            let mut session = session;
                            session.call("write", &[]).unwrap();
                        }
                    }
                });
            }
        });
        assert_eq!(Arc::strong_count(&data), 1, "the host data is gone");
        let try_one = |_| guest.session(Arc::clone(&data)).try_start_blocking();
        let all: Vec<_> = (0..PLACES).map(try_one).collect();
        assert!(all.iter().all(Result::is_ok), "every place is there");
        let error = try_one(0).err().unwrap();
        assert!(matches!(error, Error::Pool(PoolError::Full { .. })), "{error}");
        drop(all);
        // The engine asserts that its pool is empty again.
        drop(guest);
    }
}
