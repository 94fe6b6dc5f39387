//! Tests of when code is taken from the cache, and when it is not.

use std::fs;

use wit_host::{Error, GuestError, Isolation, Limits};
use wit_host_artifacts as guests;

use super::{DISK, MEMORY, MISS, Place, entries, heard, load, module, runtime};

#[test]
fn a_guest_is_compiled_once() {
    let component = r#"(component
        (core module $M (func (export "run") (result i32) (i32.const 7)))
        (core instance $m (instantiate $M))
        (func (export "run") (result s32) (canon lift (core func $m "run"))))"#;
    for guest in [&*module(7), component] {
        let place = Place::new();
        assert_eq!(place.load(guest), [MISS], "{guest}");
        assert_eq!(place.load(guest), [DISK], "{guest}");
        let binary = String::from_utf8_lossy(&wat::parse_str(guest).unwrap()).into_owned();
        assert_eq!(place.load(&binary), [DISK], "the binary form of {guest}");
        assert_eq!(place.load(&format!("{guest} ;; a note")), [DISK]);
    }
}

#[test]
fn a_large_guest_runs_from_the_cache() {
    let place = Place::new();
    let path = guests::COMPONENT_WASIP2;
    for expected in [MISS, DISK] {
        let runtime = runtime(crate::support::hosts::shipped().cache(place.cache()));
        let (guest, heard) = heard(|| runtime.load_file(path).unwrap());
        assert_eq!(heard, [expected]);
        super::returns(&guest, 3);
    }
}

#[test]
fn runtimes_of_one_process_share_code_as_long_as_it_is_held() {
    let (place, guest) = (Place::new(), module(7));
    let cache = place.cache();
    let [first, second] =
        [(), ()].map(|()| runtime(crate::support::hosts::shipped().cache(cache.clone())));
    let held = first.load(&guest).unwrap();
    fs::remove_dir_all(&place.directory).unwrap();
    assert_eq!(load(&first, &guest), [MEMORY]);
    assert_eq!(load(&second, &guest), [MEMORY]);
    let other = runtime(crate::support::hosts::shipped().cache(cache.clone()).coredump(true));
    assert_eq!(load(&other, &guest), [MISS], "another engine, whose code is its own");
    drop((held, first, second));
    let again = runtime(crate::support::hosts::shipped().cache(cache));
    assert_eq!(load(&again, &guest), [DISK]);
}

#[test]
fn code_is_for_the_settings_that_it_was_compiled_with() {
    let (place, guest) = (Place::new(), module(7));
    let builder = || crate::support::hosts::shipped().cache(place.cache());
    let limits = Limits::default;
    let settings = [
        builder(),
        builder().limits(limits().fuel(1_000_000)),
        builder().deterministic(true),
        builder().limits(limits().stack(256 << 10)),
    ];
    for (count, builder) in (1..).zip(settings) {
        assert_eq!(load(&runtime(builder), &guest), [MISS], "settings {count}");
        assert_eq!(entries(&place.directory).len(), count);
    }
    let same = [
        builder().limits(limits().memory(1 << 20).fuel(5)),
        builder().limits(limits().wall_clock(None)),
        builder().coredump(true),
    ];
    for builder in same {
        assert_eq!(heard(|| runtime(builder).load(&guest).unwrap()).1, [DISK]);
    }
}

#[test]
fn checks_are_made_as_if_there_was_no_cache() {
    let (place, guest) = (Place::new(), module(7));
    assert_eq!(place.load(&guest), [MISS]);
    let kept = place.cache().kept().unwrap();
    let code = usize::try_from(kept.bytes).unwrap() - 32;
    let cases = [
        (Limits::default().compiled_size(code), true),
        (Limits::default().compiled_size(code - 1), false),
        (Limits::default().file_size(10), false),
        (Limits::default().functions(0), false),
    ];
    let held = runtime(crate::support::hosts::shipped().cache(place.cache()));
    let _held = held.load(&guest).unwrap();
    for (limits, taken) in cases {
        // Loads the guest from the disk, and then without a cache.
        let cached =
            runtime(crate::support::hosts::shipped().limits(limits.clone()).cache(place.cache()));
        let plain = runtime(crate::support::hosts::shipped().limits(limits));
        for runtime in [cached, plain] {
            match runtime.load(&guest) {
                Ok(_) => assert!(taken),
                Err(Error::Guest(GuestError::OverLoadLimit { .. })) => assert!(!taken),
                Err(other) => panic!("{other}"),
            }
        }
    }
    let mismatch = r#"(module (import "env" "mul" (func)))"#;
    let runtime = runtime(crate::support::hosts::shipped().cache(place.cache()));
    assert!(matches!(runtime.load(mismatch), Err(Error::Mismatches(_))));
    assert_eq!(place.cache().kept().unwrap(), kept, "what is refused is not kept");
}

#[test]
fn the_size_of_shared_code_is_what_the_engine_said() {
    let (place, guest) = (Place::new(), module(7));
    place.load(&guest);
    let code = usize::try_from(place.cache().kept().unwrap().bytes).unwrap() - 32;
    let cache = place.cache();
    let first = runtime(crate::support::hosts::shipped().cache(cache.clone()));
    let _held = first.load(&guest).unwrap();
    for (size, taken) in [(code, true), (code - 1, false)] {
        let limits = Limits::default().compiled_size(size);
        let second = runtime(crate::support::hosts::shipped().limits(limits).cache(cache.clone()));
        assert_eq!(second.load(&guest).is_ok(), taken, "{size}");
    }
}

#[test]
fn an_isolated_compiler_is_started_once() {
    let (place, guest) = (Place::new(), module(7));
    let isolated = |program: &str| {
        let isolation = Isolation::new(program, ["isolated-worker"]);
        runtime(crate::support::hosts::shipped().cache(place.cache()).isolate(isolation))
    };
    assert_eq!(load(&isolated(env!("CARGO_BIN_EXE_wit-host")), &guest), [MISS]);
    assert_eq!(load(&isolated("/no/such/compiler"), &guest), [DISK]);
}
