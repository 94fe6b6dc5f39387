//! Tests that a session does not find anything that another session has left in its place, and that
//! a hostile guest does no more harm in a pool than outside of one.

use wit_host::{Limits, Pool, Val};

use super::{builder, component, guest, module};

#[test]
fn a_place_is_empty_for_the_next_session() {
    for text in [module(), component()] {
        let guest = guest(1, &text);
        for round in 0..40 {
            let mut session = guest.session(()).start_blocking().unwrap();
            assert_eq!(session.call("read", &[]).unwrap(), [Val::S64(0)], "round {round}");
            assert_eq!(session.call("grow", &[]).unwrap(), [Val::S32(1)]);
            session.call("write", &[]).unwrap();
            assert_eq!(session.call("read", &[]).unwrap(), [Val::S64(-1)]);
            // The next session gets the place even if this session failed.
            if round % 2 == 0 {
                session.call("fail", &[]).unwrap_err();
            }
        }
    }
}

/// Grown memory and filled tables belong to one session.
#[test]
fn other_guests_find_nothing_either() {
    let writes = r#"(module (memory 1) (table 10 funcref) (elem declare func $f) (func $f)
        (func (export "run") (result i32)
            (drop (memory.grow (i32.const 50)))
            (memory.fill (i32.const 0) (i32.const 255) (i32.const 3342336))
            (table.fill (i32.const 0) (ref.func $f) (i32.const 10))
            (i32.const 0)))"#;
    let reads = r#"(module (memory 51) (table 10 funcref)
        (func (export "run") (result i32)
            (local $at i32) (local $found i32)
            (loop $more
                (local.set $found (i32.or (local.get $found) (i32.load (local.get $at))))
                (local.set $at (i32.add (local.get $at) (i32.const 4)))
                (br_if $more (i32.lt_u (local.get $at) (i32.const 3342336))))
            (local.set $at (i32.const 0))
            (loop $more
                (if (i32.eqz (ref.is_null (table.get (local.get $at))))
                    (then (local.set $found (i32.const 1))))
                (local.set $at (i32.add (local.get $at) (i32.const 1)))
                (br_if $more (i32.lt_u (local.get $at) (i32.const 10))))
            (local.get $found)))"#;
    let limits = Limits::default().memories(1).tables(1).module_tables(1);
    let runtime = builder(Pool::new(1)).limits(limits).build().unwrap();
    let (writes, reads) = (runtime.load(writes).unwrap(), runtime.load(reads).unwrap());
    // There are more rounds than the pool has spare places while used ones are cleared.
    for round in 0..150 {
        for guest in [&writes, &reads] {
            let mut session = guest.session(()).start_blocking().unwrap();
            assert_eq!(session.call("run", &[]).unwrap(), [Val::S32(0)], "round {round}");
            if round > 3 {
                break;
            }
        }
    }
    let mut last = reads.session(()).start_blocking().unwrap();
    assert_eq!(last.call("run", &[]).unwrap(), [Val::S32(0)]);
}
