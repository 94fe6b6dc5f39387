//! Tests that the next session waits if every place is taken. Waiting sessions get their turn in
//! order, and do not wait longer than allowed.

use std::pin::pin;
use std::time::Duration;

use wit_host::{Error, Limits, Pool, PoolError};

use super::{block_on, builder, guest, module, poll};

#[test]
fn who_waits_gets_a_place_in_turn() {
    block_on(async {
        let guest = guest(2, &module());
        let first = guest.session(()).start().await.unwrap();
        let _second = guest.session(()).start().await.unwrap();
        let (mut third, mut fourth) =
            (pin!(guest.session(()).start()), pin!(guest.session(()).start()));
        assert!(poll(third.as_mut()).await.is_none());
        assert!(poll(fourth.as_mut()).await.is_none());

        drop(first);
        let error = guest.session(()).try_start().await.err().unwrap();
        assert!(matches!(error, Error::Pool(PoolError::Full { .. })), "not past those who wait");
        assert!(poll(fourth.as_mut()).await.is_none(), "the third was there before");
        let mut third = poll(third.as_mut()).await.unwrap().unwrap();
        third.call("count", &[]).await.unwrap();

        drop(third);
        poll(fourth.as_mut()).await.unwrap().unwrap();
    });
}

#[test]
fn who_gives_up_stands_in_nobodys_way() {
    block_on(async {
        let guest = guest(1, &module());
        let first = guest.session(()).start().await.unwrap();
        let mut third = pin!(guest.session(()).start());
        {
            let mut second = pin!(guest.session(()).start());
            assert!(poll(second.as_mut()).await.is_none());
            assert!(poll(third.as_mut()).await.is_none());
        }
        drop(first);
        assert!(poll(third.as_mut()).await.unwrap().is_ok());
    });
}

#[test]
fn waiting_has_an_end() {
    let wait = Duration::from_millis(1);
    let runtime = builder(Pool::new(1).wait(wait)).build().unwrap();
    let guest = runtime.load(module()).unwrap();
    let _session = guest.session(()).start_blocking().unwrap();
    let errors = [
        block_on(guest.session(()).start()).err().unwrap(),
        guest.session(()).start_blocking().err().unwrap(),
        guest.session(()).grants(wit_host::Grants::default()).start_blocking().err().unwrap(),
    ];
    for error in errors {
        let expected = PoolError::Full { sessions: 1, waited: Some(wait) };
        assert!(matches!(&error, Error::Pool(full) if *full == expected), "{error}");
        let text = error.to_string();
        assert!(text.contains("`Pool::new`") && text.contains("`Pool::wait`"), "{text}");
    }
}

/// The time limit of a call does not run while the session waits for a place.
#[test]
fn waiting_takes_nothing_of_the_time_for_a_call() {
    let limits = Limits::default().wall_clock(Duration::from_secs(5));
    let runtime = builder(Pool::new(1).wait(None)).limits(limits).build().unwrap();
    let guest = runtime.load(module()).unwrap();
    block_on(async {
        let first = guest.session(()).start().await.unwrap();
        let mut second = pin!(guest.session(()).start());
        assert!(poll(second.as_mut()).await.is_none());
        drop(first);
        let mut second = second.await.unwrap();
        second.call("count", &[]).await.unwrap();
        assert!(second.spent().wall_clock > Duration::ZERO);
    });
}
