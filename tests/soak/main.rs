//! `make soak`: long runs that look for what is left behind. There are many sessions that fail
//! in every way, sessions that wait for the system or hold many handles, many sessions at once
//! under a deadline or with handles of shared providers, a server under load, and the corpus of
//! hostile guests, each with its memory measured. The cost of the guards is measured as well. The program prints its
//! figures, and fails if they miss their goals. A word after `--` selects one part.

#![allow(clippy::unwrap_used, reason = "a figure that cannot be had ends the soak")]
#![allow(clippy::cast_precision_loss, reason = "figures are printed with a few digits")]

#[path = "../all/hostile/after_error.rs"]
mod after_error;
mod cost;
#[path = "../all/providers/counters.rs"]
#[allow(dead_code, reason = "the tests have more providers")]
mod counters;
#[path = "../all/hostile/dwarf.rs"]
mod dwarf;
#[path = "../all/hostile/folder.rs"]
mod folder;
#[path = "../all/providers/forward.rs"]
#[allow(dead_code, reason = "the tests have more guests")]
mod forward;
#[path = "../all/support/hosts.rs"]
#[allow(dead_code, reason = "the tests have more hosts")]
mod hosts;
mod late;
mod left;
#[path = "../all/http/load.rs"]
mod load;
mod memory;
#[path = "../all/hostile/row.rs"]
mod row;
/// What the rows share with the tests.
mod support {
    pub(crate) use crate::hosts;
}
mod server;
#[path = "../all/providers/traffic.rs"]
mod traffic;
#[path = "../all/hostile/within.rs"]
#[allow(dead_code, reason = "the tests have more rows")]
mod within;

use std::fs;
use std::path::Path;
use std::process::ExitCode;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use wit_host::{Error, Guest, Limits};
use wit_host_contract::{Functions, builder};

use left::Left;

const SESSIONS: usize = 1_000_000;
pub(crate) const CORPUS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/all/hostile");

fn main() -> ExitCode {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    if let [flag, file, index] = &arguments[..]
        && flag == "--row"
    {
        return memory::of_row(file, index.parse().expect("an index"));
    }
    let parts: [(&str, Part); 9] = [
        ("sessions", leftovers),
        ("handles", handles),
        ("providers", providers),
        ("load", server::load),
        ("overload", server::overload),
        ("reloads", server::reloads),
        ("deadline", late::overshoot),
        ("memory", memory::resident),
        ("cost", cost::cost),
    ];
    let named = arguments.iter().find(|argument| !argument.starts_with("--"));
    let chosen = parts.iter().filter(|(name, _)| named.is_none_or(|named| named == name));
    let met = chosen.fold(true, |met, (_, part)| part() && met);
    if met { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// A part of the soak. It prints figures, and returns whether all goals are met.
type Part = fn() -> bool;

/// Prints a figure with its goal, and returns whether it is met.
pub(crate) fn report(what: &str, found: &str, goal: &str, met: bool) -> bool {
    println!("{what:<52} {found:>14}   goal {goal:<10} {}", if met { "met" } else { "MISSED" });
    met
}

/// Guests by the way in which they end. Each of the last two takes as long as its deadline, so
/// they are rare.
const ENDS: [(&str, &str); 6] = [
    ("returns", r#"(module (func (export "run") (result i32) i32.const 7))"#),
    ("traps", r#"(module (memory 1) (func (export "run") unreachable))"#),
    (
        "returns, a component",
        r#"(component (core module $M (func (export "run") (result i32) i32.const 7))
            (core instance $m (instantiate $M))
            (func (export "run") (result s32) (canon lift (core func $m "run"))))"#,
    ),
    (
        "fails in a host function",
        r#"(module (import "env" "from_utf8" (func $f (param i32 i32) (result i32)))
            (memory (export "memory") 1) (data (i32.const 0) "\ff")
            (func (export "run") (drop (call $f (i32.const 0) (i32.const 1)))))"#,
    ),
    (
        "reaches the memory limit",
        r#"(module (memory 1) (func (export "run")
            (drop (memory.grow (i32.const 60000))) unreachable))"#,
    ),
    ("overflows its stack", r#"(module (func $f (export "run") (call $f)))"#),
];
pub(crate) const SPIN: &str = r#"(module (func (export "run") (loop (br 0))))"#;
/// Loads a guest with limits.
pub(crate) fn load(text: impl AsRef<[u8]>, limits: Limits) -> Guest<Functions> {
    builder()
        .allow_text_format(true)
        .limits(limits)
        .build()
        .expect("a runtime")
        .load(text)
        .expect("a guest")
}

async fn run(guest: &Guest<Functions>) -> Result<(), Error> {
    guest.session(Functions::default()).start().await?.main().await.map(|_| ())
}

fn leftovers() -> bool {
    println!("{SESSIONS} sessions, one after another, that end in {} ways", ENDS.len() + 1);
    let executor = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let executor = executor.expect("an executor");
    let short = Limits::default().wall_clock(Duration::from_millis(1));
    let guests: Vec<_> = ENDS.iter().map(|(_, text)| load(text, Limits::default())).collect();
    let late = load(SPIN, short);
    let sessions = |count: usize| {
        executor.block_on(async {
            for index in 0..count {
                let guest =
                    if index % 1_000 == 999 { &late } else { &guests[index % guests.len()] };
                let _ = run(guest).await;
            }
        });
    };
    sessions(SESSIONS / 10);
    let (before, began) = (Left::now(), Instant::now());
    sessions(SESSIONS - SESSIONS / 10);
    let (after, took) = (Left::now(), began.elapsed());
    let rate = (SESSIONS - SESSIONS / 10) as f64 / took.as_secs_f64();
    println!("{:<52} {rate:>11.0} /s", "rate");
    let grown = after.kib.saturating_sub(before.kib);
    let mut met = report(
        "memory gained after the first tenth",
        &format!("{grown} KiB"),
        "1024 KiB",
        grown <= 1024,
    );
    met &= Left::report(&before);
    met
}

/// Runs guests that wait for the system, and guests that hold many handles, several times each.
fn handles() -> bool {
    let files = ["waits", "host_memory"].map(|name| Path::new(CORPUS).join(name));
    let rows: Vec<_> = files.iter().flat_map(|file| rows(&file.with_extension("wat"))).collect();
    println!("\n{} guests that wait for the system or hold many handles", rows.len());
    let run = |times: usize| {
        for row in std::iter::repeat_n(&rows, times).flatten() {
            let _ = row.check();
        }
    };
    run(1);
    let before = Left::now();
    run(5);
    let grown = Left::now().kib.saturating_sub(before.kib);
    println!("{:<52} {grown:>10} KiB", "memory gained after the first time");
    Left::report(&before)
}

/// Runs sessions on eight threads whose handles are those of two providers that all share.
fn providers() -> bool {
    println!("\nguests of two providers that all share, on eight threads, for a minute");
    let run = |time: Duration| {
        let began = Instant::now();
        traffic::traffic(move |_| began.elapsed() < time)
    };
    run(Duration::from_secs(5));
    let before = Left::now();
    let began = Instant::now();
    let minute = Duration::from_secs(60);
    let rounds = AtomicU64::new(0);
    let traffic = traffic::traffic(|_| {
        let goes_on = began.elapsed() < minute;
        rounds.fetch_add(u64::from(goes_on), Ordering::Relaxed);
        goes_on
    });
    let sessions = 2 * rounds.into_inner();
    let rate = sessions as f64 / minute.as_secs_f64();
    println!("{:<52} {rate:>11.0} /s", "sessions");
    let lost = sessions.saturating_sub(traffic.calls);
    let mut met = report("calls lost", &lost.to_string(), "0", lost == 0);
    met &= report("handles left", &traffic.left.to_string(), "0", traffic.left == 0);
    let grown = Left::now().kib.saturating_sub(before.kib);
    met &= report("memory gained", &format!("{grown} KiB"), "4096 KiB", grown <= 4096);
    met & Left::report(&before)
}

/// Reads the rows of a file of the corpus.
pub(crate) fn rows(file: &Path) -> Vec<row::Row> {
    row::parse(&fs::read_to_string(file).expect("a file of the corpus"))
}
