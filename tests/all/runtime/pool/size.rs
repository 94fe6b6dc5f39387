//! Tests that a pool's places have the size that the limits give. What does not fit is refused when
//! the guest is loaded or the runtime is built.

use wit_host::{Error, GuestError, Isolation, Limits, Pool, PoolError, Val};

use super::{builder, component, module};

#[test]
fn a_pool_that_has_no_room_is_refused() {
    let cases = [
        (0, Limits::default(), "it is a pool for no session"),
        (100_000, Limits::default(), "a process has 128 TiB"),
        (usize::MAX, Limits::default(), "a process has 128 TiB"),
        (10, Limits::default().table_elements(usize::MAX), "a process has 128 TiB"),
        (10, Limits::default().memories(1 << 20), "a process has 128 TiB"),
    ];
    for (places, limits, expected) in cases {
        let error = builder(Pool::new(places)).limits(limits).build().err().unwrap();
        let Error::Pool(PoolError::NoRoom { sessions, reason, .. }) = &error else {
            panic!("{error}");
        };
        assert_eq!(*sessions, places);
        assert!(reason.contains(expected), "{error}");
        assert!(error.to_string().contains("`Limits::memories`"), "{error}");
    }
    let few = Limits::default().memories(1).tables(4);
    assert!(builder(Pool::new(10_000)).limits(few).build().is_ok(), "with less in each");
}

/// Returns a component that makes `count` instances of one module, which has these items.
fn instances(count: usize, items: &str) -> String {
    let instances = "(core instance (instantiate $M))".repeat(count);
    format!("(component (core module $M {items}) {instances})")
}

#[test]
fn a_guest_that_does_not_fit_is_refused_when_it_is_loaded() {
    let limits = Limits::default().memory(1 << 20).table_elements(100).module_tables(2);
    let limits = limits.memories(3).tables(5).instances(8);
    let cases = [
        ("(module (memory 16))".into(), None),
        ("(module (memory 17))".into(), Some("memory")),
        ("(module (table 100 funcref))".into(), None),
        ("(module (table 101 funcref))".into(), Some("table_elements")),
        ("(module (memory 0) (memory 0))".into(), Some("module_memories")),
        ("(module (table 0 funcref) (table 0 funcref))".into(), None),
        (format!("(module {})", "(table 0 funcref)".repeat(3)), Some("module_tables")),
        (format!("(module {})", "(table 0 funcref)".repeat(9)), Some("tables")),
        (instances(3, "(memory 1)"), None),
        (instances(4, "(memory 1)"), Some("memories")),
        (instances(1, "(memory 17)"), Some("memory")),
        (instances(5, "(table 1 funcref)"), None),
        (instances(6, "(table 1 funcref)"), Some("tables")),
        (instances(1, "(table 101 funcref)"), Some("table_elements")),
        (instances(8, ""), None),
        (instances(9, ""), Some("instances")),
    ];
    let runtime = builder(Pool::new(2)).limits(limits).build().unwrap();
    for (text, expected) in cases {
        let loaded = runtime.load(&text);
        let Some(name) = expected else {
            loaded.unwrap().session(()).start_blocking().unwrap();
            continue;
        };
        let error = loaded.err().unwrap_or_else(|| panic!("{text} was loaded"));
        assert!(
            matches!(
                error,
                Error::Guest(GuestError::OverLoadLimit { .. })
                    | Error::Pool(PoolError::TooLargeGuest { .. })
            ),
            "{text}: {error}"
        );
        assert!(error.to_string().contains(name), "{text}: {error}");
    }
}

/// A pool does not change compiled code, so a runtime without one can compile for it.
#[test]
fn compiled_code_knows_no_pool() {
    let folder = tempfile::tempdir().unwrap();
    let cache = wit_host::Cache::new(folder.path().join("cache"));
    let worker = Isolation::new(env!("CARGO_BIN_EXE_wit-host"), ["isolated-worker"]);
    for host_values in [false, true] {
        let built = |pooled: bool| {
            let builder = match pooled {
                true => builder(Pool::new(2)),
                false => crate::support::hosts::builder(),
            };
            builder.host_values(host_values)
        };
        let runtimes = [
            built(true).isolate(worker.clone()).build().unwrap(),
            built(true).cache(cache.clone()).build().unwrap(),
            built(true).cache(wit_host::Cache::new(cache.directory())).build().unwrap(),
        ];
        for runtime in runtimes {
            for text in [component(), module()] {
                let guest = runtime.load(text).unwrap();
                let mut session = guest.session(()).start_blocking().unwrap();
                assert_eq!(session.call("count", &[]).unwrap(), [Val::S32(1)]);
            }
        }
        // A runtime with a pool uses the code that a runtime without one has stored.
        let text = format!("(module (global i32 (i32.const {})))", i32::from(host_values));
        built(false).cache(cache.clone()).build().unwrap().load(&text).unwrap();
        let kept = cache.kept().unwrap();
        built(true).cache(cache.clone()).build().unwrap().load(&text).unwrap();
        assert_eq!(cache.kept().unwrap(), kept);
    }
}
