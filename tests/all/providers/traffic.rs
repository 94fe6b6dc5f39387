//! Many sessions at once that use the handles of providers that all share, and end in every way: for
//! the tests, and for a long run.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use wit_host::{Guest, Limits, Val};

use super::counters::{caller, counters, middle, served};

/// Makes two counters that stay, and one that is dropped. It traps if the number is 0, and returns
/// two more otherwise.
const BODY: &str = "(local.set $a (call $new (local.get $n)))
    (drop (call $new (i32.const 1)))
    (call $drop (call $new (i32.const 2)))
    (drop (call $add (local.get $a) (i32.const 2)))
    (if (i32.eqz (local.get $n)) (then (unreachable)))
    (call $add (local.get $a) (i32.const 0))";

/// What became of the sessions.
pub(crate) struct Traffic {
    /// The number of calls that ended as they had to.
    pub(crate) calls: u64,
    /// The number of counters that were left.
    pub(crate) left: u32,
}

/// Runs sessions on eight threads, each for as many rounds as `goes_on` allows. A round has a session
/// of a guest that the one provider serves, and one of a guest that the other serves, which calls
/// the first provider itself.
pub(crate) fn traffic(goes_on: impl Fn(u64) -> bool + Sync) -> Traffic {
    let first = Arc::new(counters().shared());
    let second = Arc::new(middle(Arc::clone(&first)).shared());
    let [one, other] = [first, second].map(|provider| served(provider, Limits::default()));
    let guests = [&one, &other].map(|runtime| runtime.load(caller(BODY)).unwrap());
    let calls = AtomicU64::new(0);
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                for round in (0..).take_while(|round| goes_on(*round)) {
                    let met = guests.iter().filter(|guest| session(guest, round)).count();
                    calls.fetch_add(met as u64, Ordering::Relaxed);
                }
            });
        }
    });
    // What is left behind the second is dropped with its next call.
    let live = |runtime: &wit_host::Runtime<()>| {
        let guest = runtime.load(caller("(call $live)")).unwrap();
        let live = guest.session(()).start_blocking().unwrap().call("run", &[Val::U32(7)]);
        match live.unwrap()[..] {
            [Val::U32(live)] => live,
            _ => u32::MAX,
        }
    };
    live(&other);
    Traffic { calls: calls.into_inner(), left: live(&one) }
}

/// Runs one session, which succeeds or fails, and is finished or only dropped. Returns whether its
/// call ended as it had to.
fn session(guest: &Guest<()>, round: u64) -> bool {
    let (fails, is_finished) = (round % 2 == 1, round % 4 < 2);
    let mut session = guest.session(()).start_blocking().unwrap();
    let outcome = session.call("run", &[Val::U32(if fails { 0 } else { 7 })]);
    let is_it = match &outcome {
        Ok(values) => !fails && *values == [Val::U32(9)],
        Err(error) => fails && error.to_string().contains("unreachable"),
    };
    let mut is_told = || session.finish().is_ok_and(|left| left.iter().any(|left| left.count == 2));
    is_it && (!is_finished || is_told())
}
