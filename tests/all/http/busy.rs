//! Short forms of what `make soak` does with a server: too many calls, and replacements under
//! callers.

use std::time::{Duration, Instant};

use super::load::{Served, answering, counting};

#[test]
fn who_is_too_many_is_refused_and_all_others_are_answered() {
    // Each call lets others run at the next epoch, which then find the slot taken.
    let served = Served::new(&counting(20_000_000), 1, 1);
    let began = Instant::now();
    let answers = served.call(8, |_| began.elapsed() < Duration::from_millis(700));
    assert!(answers.wrong.is_empty(), "{answers:?}");
    assert!(answers.returned > 0 && answers.refused > 0, "{answers:?}");
}

#[test]
fn no_call_is_lost_or_answered_wrongly_while_a_guest_is_replaced() {
    let served = Served::new(&answering(0), 8, 8);
    let reloads = served.reload(50, 4);
    assert!(reloads.answers.wrong.is_empty(), "{reloads:?}");
    assert_eq!((reloads.replaced, reloads.refused, reloads.answers.refused), (10, 40, 0));
    assert!(reloads.answers.returned > 0, "{reloads:?}");
}
