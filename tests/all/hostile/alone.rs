//! What rows leave behind in the process that runs them: no thread, no descriptor and no
//! other process. They are counted in a process of their own, since other tests have some.

use std::fs;
use std::process::Command;
use std::time::{Duration, Instant};

use super::rows;

const ITSELF: &str = "hostile::alone::nothing_is_left_by_what_waits";

/// How many threads, descriptors and child processes this process has.
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
    // What is started once in a process stays in it.
    rows[0].check().unwrap();
    let before = counts();
    for row in rows.iter().chain(&rows) {
        row.check().unwrap();
    }
    let began = Instant::now();
    // A thread ends some time after what it did.
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
