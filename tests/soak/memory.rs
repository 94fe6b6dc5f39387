//! Measures how much memory a process that runs a row of the corpus takes beyond the row's
//! limits, and what it leaves behind.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::{Command, ExitCode};

use crate::left::{Left, of_status};
use crate::row::Row;
use crate::{CORPUS, after_error, report, rows};

/// The name of the rows that are generated and not read from a file.
const MADE: &str = "made";

fn all(file: &str) -> Vec<Row> {
    match file {
        MADE => after_error::rows(),
        file => rows(Path::new(file)),
    }
}

/// Runs a row in a child process, and prints the memory that it took. Whether its outcome is
/// right is checked by the tests.
pub(crate) fn of_row(file: &str, index: usize) -> ExitCode {
    let row = all(file).swap_remove(index);
    // Runs a guest first, since what a process starts once stays in it. The threads that
    // compile are only started for a guest that is not small.
    let filler = "x".repeat(16 << 10);
    let guest = format!("(module (memory 1) (data (i32.const 0) \"{filler}\"))");
    let nothing = Row::new("nothing", "no-function", guest);
    let _ = nothing.check();
    let before = Left::now();
    let _ = row.check();
    println!("{}", of_status("VmHWM:"));
    if Left::report(&before) { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Returns the most memory in bytes of a process that runs the row.
fn peak(file: &str, index: usize) -> usize {
    let itself = std::env::current_exe().expect("this program");
    let mut row = Command::new(itself);
    row.args(["--row", file, &index.to_string()]);
    let ended = row.output().expect("a child");
    let said = String::from_utf8(ended.stdout).expect("text");
    assert!(ended.status.success(), "row {index} of {file} crashed or left something: {said}");
    said.lines().next().unwrap_or_default().parse::<usize>().expect("a number") << 10
}

/// Runs each row of the corpus in a process of its own.
pub(crate) fn resident() -> bool {
    println!("\nmemory of the process that runs a row of the corpus, over its limit");
    let nothing = tempfile::NamedTempFile::with_suffix(".wat").expect("a file");
    fs::write(&nothing, ";;; nothing\n;;; expect: no-function\n(module)").expect("a file");
    let idle = peak(nothing.path().to_str().expect("a path"), 0);

    let mut files: Vec<_> = fs::read_dir(CORPUS)
        .expect("the corpus")
        .map(|entry| entry.expect("the corpus").path())
        .filter(|file| file.extension().is_some_and(|extension| extension == "wat"))
        .map(|file| file.to_str().expect("a path").to_owned())
        .collect();
    files.push(MADE.into());
    // For each way to end: the largest excess over the limit, and its row.
    let mut ways: BTreeMap<String, (usize, String)> = BTreeMap::new();
    let mut count = 0;
    for file in &files {
        let of_file = Path::new(file).file_stem().and_then(|stem| stem.to_str()).unwrap_or(file);
        for (index, row) in all(file).iter().enumerate() {
            count += 1;
            let over = peak(file, index).saturating_sub(idle).saturating_sub(row.memory());
            let way = row.spends().unwrap_or(of_file).replace('_', " ");
            let worst = ways.entry(way).or_default();
            if over >= worst.0 {
                *worst = (over, row.name.clone());
            }
        }
    }
    println!("{:<52} {count:>14}", "rows");
    println!("{:<52} {:>10} MiB", "a process that runs nothing", idle >> 20);
    ways.into_iter().fold(true, |met, (way, (over, row))| {
        let found = format!("{:.1} MiB", over as f64 / f64::from(1 << 20));
        println!("{row}");
        report(&format!("  {way}"), &found, "16 MiB", over <= GOAL) && met
    })
}

/// The number of bytes that a row may exceed its limit by.
const GOAL: usize = 16 << 20;
