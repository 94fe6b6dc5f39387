//! Loads a server: for its memory, with three times as many calls as it can answer, and with
//! replacements under callers.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use crate::left::Left;
use crate::load::{Served, answering, counting};
use crate::report;

const MINUTE: Duration = Duration::from_secs(60);
/// The number of slots: some more than the machine has cores.
const SESSIONS: usize = 4;

/// Calls for a minute, and reports what is left behind.
pub(crate) fn load() -> bool {
    println!("\ncalls of a server over {SESSIONS} connections, for a minute");
    let served = Served::new(&answering(1), SESSIONS, 256);
    let run = |time: Duration| {
        let began = Instant::now();
        served.call(SESSIONS, |_| began.elapsed() < time)
    };
    run(MINUTE / 12);
    let (before, answers) = (Left::now(), run(MINUTE));
    println!("{:<52} {:>11.0} /s", "calls", answers.returned as f64 / MINUTE.as_secs_f64());
    let grown = Left::now().kib.saturating_sub(before.kib);
    let wrong = answers.wrong.len() as u64 + answers.refused;
    let met = report("calls lost or answered wrongly", &wrong.to_string(), "0", wrong == 0);
    report("memory gained", &format!("{grown} KiB"), "4096 KiB", grown <= 4096) && met
}

/// Calls three times as often as the server can answer, for a minute.
pub(crate) fn overload() -> bool {
    println!("\nthree times as many calls as a server can answer, for a minute");
    // Each takes some epochs, in which others run, and so long that what refusing costs is small.
    let served = Served::new(&counting(20_000_000), SESSIONS, 2 * SESSIONS);
    let began = Instant::now();
    let alone = served.call(SESSIONS, |_| began.elapsed() < MINUTE / 6);
    let capacity = alone.returned as f64 / began.elapsed().as_secs_f64();
    println!("{:<52} {capacity:>11.0} /s", "calls that it can answer");
    let began = Instant::now();
    let answers = served.call(16 * SESSIONS, paced(MINUTE, 3.0 * capacity));
    let took = began.elapsed().as_secs_f64();
    let asked = answers.returned + answers.refused;
    println!("{:<52} {:>11.0} /s", "calls that were made", asked as f64 / took);
    let share = answers.returned as f64 / took / capacity;
    let wrong = answers.wrong.len();
    answers.wrong.iter().take(3).for_each(|wrong| println!("{wrong}"));
    let mut met = report("neither answered nor refused", &wrong.to_string(), "0", wrong == 0);
    met &= report("answered, of what it can", &format!("{share:.2}"), "0.90", share >= 0.9);
    met & report("refused", &answers.refused.to_string(), "some", answers.refused > 0)
}

/// Replaces a guest a thousand times under four callers.
pub(crate) fn reloads() -> bool {
    println!("\na thousand replacements, four of five unfit, under four callers");
    let served = Served::new(&answering(0), 8, 8);
    served.reload(100, 4);
    let served = Served::new(&answering(0), 8, 8);
    let before = Left::now();
    let mut reloads = served.reload(1_000, 4);
    println!("{:<52} {:>14}", "calls", reloads.answers.returned);
    let wrong = reloads.answers.wrong.len() as u64 + reloads.answers.refused;
    reloads.answers.wrong.iter().take(3).for_each(|wrong| println!("{wrong}"));
    let mut met = report("calls lost or answered wrongly", &wrong.to_string(), "0", wrong == 0);
    reloads.swaps.sort();
    let at = |percent: usize| {
        reloads.swaps[(reloads.swaps.len() - 1) * percent / 100].as_secs_f64() * 1e3
    };
    let found = format!("{:.2}/{:.2} ms", at(50), at(95));
    met &= report("a swap beyond loading (p50/p95)", &found, "5 ms", at(95) <= 5.0);
    let grown = Left::now().kib.saturating_sub(before.kib);
    report("memory gained", &format!("{grown} KiB"), "8192 KiB", grown <= 8192) && met
}

/// Calls for some time at this number of calls a second at most, by the callers together.
fn paced(time: Duration, rate: f64) -> impl Fn(usize) -> bool + Sync {
    let (began, made) = (Instant::now(), AtomicU64::new(0));
    move |_| {
        let due = Duration::from_secs_f64(made.fetch_add(1, Ordering::Relaxed) as f64 / rate);
        std::thread::sleep(due.saturating_sub(began.elapsed()));
        began.elapsed() < time
    }
}
