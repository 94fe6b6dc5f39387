//! Measures by how much a deadline is overrun, by what the guest is doing.

use std::sync::Arc;
use std::time::{Duration, Instant};

use wit_host::{Error, Guest, Limits};
use wit_host_contract::Functions;

use crate::{SPIN, load, report, within};

const AT_ONCE: usize = 1_000;
/// The number of runs of each guest alone.
const TIMES: usize = 100;
const DEADLINE: Duration = Duration::from_millis(100);

const SLEEP: &str = include_str!("../all/runtime/failures/waiting.module.wat");

/// Makes a core module that calls a function of the host in a line, without a loop.
fn straight(call: &str, count: usize) -> String {
    let calls = call.repeat(count);
    within::module(&format!("(func (export \"run\") (drop (memory.grow (i32.const 240))) {calls})"))
}

/// Makes a component that calls a function of the host in a line, without a loop.
fn straight_component(call: &str, count: usize) -> Vec<u8> {
    let calls = call.repeat(count);
    within::component(&format!("(func (export \"run\") (result i32) {calls} unreachable)"))
}

fn fill(pages: u32) -> String {
    let bytes = pages << 16;
    format!(
        "(module (memory {pages}) (func (export \"run\") (loop
            (memory.fill (i32.const 0) (i32.const 1) (i32.const {bytes})) (br 0))))"
    )
}

/// Prints by how much deadlines are overrun, and returns whether the goals are met.
pub(crate) fn overshoot() -> bool {
    println!("\nwhat passes after a deadline of {DEADLINE:?} (p50/p95/p99)");
    let text = "(drop (call $to_upper (i32.const 0) (i32.const 15000000)))";
    let random = "(drop (call $random_get (i32.const 0) (i32.const 65536)))";
    let import = "(call $random.get-random-bytes (i64.const 65536) (i32.const 0))";
    let mut met = true;
    for (what, guest, goal) in [
        ("a loop", SPIN.into(), 25.0),
        ("a host call that sleeps", SLEEP.into(), 25.0),
        ("host calls in a row: `env.to_upper` of 15 MB", straight(text, 5_000).into_bytes(), 25.0),
        ("`random_get` of 64 KiB", straight(random, 15_000).into_bytes(), 25.0),
        ("an import of a component, of 64 KiB", straight_component(import, 15_000), 25.0),
        // The time allowed is one millisecond for each 4 MiB.
        ("filling 62.5 MiB", fill(1_000).into_bytes(), 62.5 / 4.0),
        ("filling 250 MiB", fill(4_000).into_bytes(), 250.0 / 4.0),
    ] {
        let memory = 256 << 20;
        let limits = Limits::default().wall_clock(DEADLINE).memory(memory).text_size(4 << 20);
        // The guest makes more calls in a line than the default limits allow.
        let limits = limits.checks(1_000_000).function_weight(usize::MAX).code_weight(usize::MAX);
        let guest = load(guest, limits);
        let late = overshoots(&Arc::new(guest), TIMES, 1, 1);
        met &= quantiles(what, late, Some(goal));
    }
    for (what, text) in [("loops", SPIN), ("host calls that sleep", SLEEP)] {
        let guest = Arc::new(load(text, Limits::default().wall_clock(DEADLINE)));
        let late = overshoots(&guest, AT_ONCE, AT_ONCE, 2);
        met &= quantiles(&format!("{AT_ONCE} {what} at once, on two threads"), late, None);
    }
    met
}

/// Measures by how much `count` calls were late, with `at_once` of them running together.
fn overshoots(
    guest: &Arc<Guest<Functions>>,
    count: usize,
    at_once: usize,
    threads: usize,
) -> Vec<Duration> {
    let executor = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(threads)
        .enable_all()
        .build()
        .expect("an executor");
    executor.block_on(async {
        let mut late = Vec::new();
        for _ in 0..count / at_once {
            let calls: Vec<_> = (0..at_once)
                .map(|_| {
                    let guest = Arc::clone(guest);
                    tokio::spawn(async move {
                        let mut session =
                            guest.session(Functions::default()).start().await.expect("a session");
                        let began = Instant::now();
                        let ended = session.main().await;
                        assert!(matches!(ended, Err(Error::Limit { .. })), "it did not end");
                        began.elapsed().saturating_sub(DEADLINE)
                    })
                })
                .collect();
            for call in calls {
                late.push(call.await.expect("no panic"));
            }
        }
        late
    })
}

fn quantiles(what: &str, mut late: Vec<Duration>, goal: Option<f64>) -> bool {
    late.sort();
    let at = |percent: usize| late[(late.len() - 1) * percent / 100].as_secs_f64() * 1e3;
    let found = format!("{:.1}/{:.1}/{:.1} ms", at(50), at(95), at(99));
    match goal {
        Some(goal) => report(what, &found, &format!("p99 {goal:.1} ms"), at(99) <= goal),
        None => {
            println!("{what:<52} {found:>14}");
            true
        }
    }
}
