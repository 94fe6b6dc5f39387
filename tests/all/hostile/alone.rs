//! Tests that rows leave no thread, no descriptor and no process behind in the process that runs
//! them. The counting runs in a process of its own, because other tests have threads and
//! descriptors too.

use std::fs;
use std::process::Command;
use std::time::{Duration, Instant};

use super::rows;

const ITSELF: &str = "hostile::alone::nothing_is_left_by_what_waits";

/// Returns the number of threads, descriptors and child processes of this process.
fn counts() -> [usize; 3] {
    let count = |path: &str| fs::read_dir(path).unwrap().count();
    let children = fs::read_dir("/proc/self/task").unwrap().map(|task| {
        let path = task.unwrap().path().join("children");
        fs::read_to_string(path).unwrap_or_default().split_whitespace().count()
    });
    [count("/proc/self/task"), count("/proc/self/fd"), children.sum()]
}

#[test]
#[ignore = "it counts what its process has, and is run in one of its own by the test below"]
fn nothing_is_left_by_what_waits() {
    let rows = rows("waits");
    // The first row starts what every process starts once and keeps.
    rows[0].check().unwrap();
    let before = counts();
    for row in rows.iter().chain(&rows) {
        row.check().unwrap();
    }
    let began = Instant::now();
    // A thread may end some time after its work.
    while counts().iter().zip(before).any(|(now, before)| *now > before) {
        assert!(began.elapsed() < Duration::from_secs(20), "{before:?} {:?}", counts());
        std::thread::sleep(Duration::from_millis(10));
    }
}

#[test]
fn nothing_is_left_in_a_process_of_its_own() {
    let itself = std::env::current_exe().unwrap();
    let ran = Command::new(itself).args(["--exact", ITSELF, "--ignored"]).output().unwrap();
    let said = String::from_utf8_lossy(&ran.stdout);
    assert!(ran.status.success() && said.contains("1 passed"), "{said}");
}
