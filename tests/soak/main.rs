//! `make soak`: many sessions with failures of every kind among them, to see
//! that nothing is left behind; many at once under a deadline, to see by how
//! much it is overrun; the corpus of hostile guests, to see how much memory each
//! takes; and what the guards cost. It prints its figures, and fails where they are over the goals.

#![allow(clippy::unwrap_used, reason = "a figure that cannot be had ends the soak")]
#![allow(clippy::cast_precision_loss, reason = "figures are printed with a few digits")]

mod cost;
mod left;
#[path = "../all/hostile/row.rs"]
mod row;

use std::fs;
use std::path::Path;
use std::process::{Command, ExitCode};
use std::sync::Arc;
use std::time::{Duration, Instant};

use wit_host::{Error, Functions, Guest, Limits, contract};

use left::{Left, of_status};

const SESSIONS: usize = 1_000_000;
const AT_ONCE: usize = 1_000;
const DEADLINE: Duration = Duration::from_millis(100);
const CORPUS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/all/hostile");

fn main() -> ExitCode {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    if let [flag, file, index] = &arguments[..]
        && flag == "--row"
    {
        // A child: what comes of the row is the tests' to judge.
        let row = rows(Path::new(file)).swap_remove(index.parse().expect("an index"));
        let _ = row.check();
        println!("{}", of_status("VmHWM:"));
        return ExitCode::SUCCESS;
    }
    let mut met = true;
    met &= leftovers();
    met &= overshoot();
    met &= resident_memory();
    met &= cost::cost();
    if met { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Prints a figure with its goal, and says whether it is met.
pub(crate) fn report(what: &str, found: &str, goal: &str, met: bool) -> bool {
    println!("{what:<52} {found:>14}   goal {goal:<10} {}", if met { "met" } else { "MISSED" });
    met
}

/// Guests by how they end; the last two cost a deadline each, and are rare.
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
const SPIN: &str = r#"(module (func (export "run") (loop (br 0))))"#;
const SLEEP: &str = r#"(module
    (import "wasi_snapshot_preview1" "poll_oneoff"
        (func $poll (param i32 i32 i32 i32) (result i32)))
    (memory (export "memory") 1)
    (data (i32.const 16) "\01")
    (data (i32.const 24) "\ff\ff\ff\ff\ff\ff\00\00")
    (func (export "run")
        (drop (call $poll (i32.const 0) (i32.const 64) (i32.const 1) (i32.const 128)))))"#;
const FILL: &str = r#"(module (memory 1000)
    (func (export "run") (loop
        (memory.fill (i32.const 0) (i32.const 1) (i32.const 65536000)) (br 0))))"#;

fn load(text: &str, limits: Limits) -> Guest<Functions> {
    contract().limits(limits).build().expect("a runtime").load(text).expect("a guest")
}

async fn run(guest: &Guest<Functions>) -> Result<(), Error> {
    guest.session(Functions::default()).await?.main().await.map(|_| ())
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
    let threads = after.threads.saturating_sub(before.threads);
    met &= report("threads left", &threads.to_string(), "0", threads == 0);
    let files = after.files.saturating_sub(before.files);
    met & report("files left open", &files.to_string(), "0", files == 0)
}

fn overshoot() -> bool {
    println!("\nwhat passes after a deadline of {DEADLINE:?}");
    let limits = || Limits::default().wall_clock(DEADLINE);
    let mut met = true;
    for (what, text, goal) in [
        ("a loop", SPIN, 10),
        ("a host call that sleeps", SLEEP, 10),
        ("filling 62.5 MiB", FILL, 50),
    ] {
        let guest = Arc::new(load(text, limits()));
        let late = overshoots(&guest, 40, 1, 1);
        met &= quantiles(&format!("{what}, by itself"), late, Some(goal));
    }
    for (what, text) in [("loops", SPIN), ("host calls that sleep", SLEEP)] {
        let guest = Arc::new(load(text, limits()));
        let late = overshoots(&guest, AT_ONCE, AT_ONCE, 2);
        met &= quantiles(&format!("{AT_ONCE} {what} at once, on two threads"), late, None);
    }
    met
}

/// By how much `count` calls were late, with `at_once` of them under way.
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
                            guest.session(Functions::default()).await.expect("a session");
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

fn quantiles(what: &str, mut late: Vec<Duration>, goal: Option<u64>) -> bool {
    late.sort();
    let at = |percent: usize| late[(late.len() - 1) * percent / 100].as_secs_f64() * 1e3;
    let found = format!("{:.1}/{:.1}/{:.1} ms", at(50), at(95), at(100));
    match goal {
        Some(goal) => report(what, &found, &format!("p95 {goal} ms"), at(95) <= goal as f64),
        None => {
            println!("{what:<52} {found:>14}   (p50/p95/max)");
            true
        }
    }
}

fn rows(file: &Path) -> Vec<row::Row> {
    row::parse(&fs::read_to_string(file).expect("a file of the corpus"))
}

/// Runs each row of the corpus in a process of its own.
fn resident_memory() -> bool {
    println!("\nmemory of the process that runs a row of the corpus, over its limit");
    let itself = std::env::current_exe().expect("this program");
    let peak = |file: &Path, index: usize| {
        let mut row = Command::new(&itself);
        row.arg("--row").arg(file).arg(index.to_string());
        let ended = row.output().expect("a child");
        assert!(ended.status.success(), "row {index} of {} crashed the host", file.display());
        let kib = String::from_utf8(ended.stdout).expect("a number");
        kib.trim().parse::<usize>().expect("a number") << 10
    };
    let idle = tempfile::NamedTempFile::with_suffix(".wat").expect("a file");
    fs::write(&idle, ";;; nothing\n;;; expect: no-function\n(module)").expect("a file");
    let idle = peak(idle.path(), 0);

    let mut worst = (0, String::new());
    let mut count = 0;
    for entry in fs::read_dir(CORPUS).expect("the corpus") {
        let file = entry.expect("the corpus").path();
        if file.extension().is_none_or(|extension| extension != "wat") {
            continue;
        }
        for (index, row) in rows(&file).iter().enumerate() {
            count += 1;
            let over = peak(&file, index).saturating_sub(idle).saturating_sub(row.memory());
            if over > worst.0 {
                worst = (over, row.name.clone());
            }
        }
    }
    println!("{:<52} {count:>14}", "rows");
    println!("{:<52} {:>10} MiB", "a process that runs nothing", idle >> 20);
    let found = format!("{:.1} MiB", worst.0 as f64 / f64::from(1 << 20));
    report(&format!("worst: {}", worst.1), &found, "16 MiB", worst.0 <= 16 << 20)
}
