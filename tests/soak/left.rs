//! Reads from the kernel what a process holds.

use std::fs;
use std::time::{Duration, Instant};

use crate::report;

/// What this process holds.
pub(crate) struct Left {
    pub(crate) kib: usize,
    pub(crate) threads: usize,
    pub(crate) files: usize,
    pub(crate) processes: usize,
}

impl Left {
    pub(crate) fn now() -> Self {
        let files = fs::read_dir("/proc/self/fd").expect("Linux").count();
        let processes = children();
        Self { kib: of_status("VmRSS:"), threads: of_status("Threads:"), files, processes }
    }

    /// Prints what there is more than before: threads, files and processes. They get some time
    /// to end.
    pub(crate) fn report(before: &Self) -> bool {
        let began = Instant::now();
        let mut after = Self::now();
        while after.is_more_than(before) && began.elapsed() < Duration::from_secs(20) {
            std::thread::sleep(Duration::from_millis(10));
            after = Self::now();
        }
        let mut met = true;
        for (what, before, after) in [
            ("threads left", before.threads, after.threads),
            ("files left open", before.files, after.files),
            ("processes left", before.processes, after.processes),
        ] {
            let left = after.saturating_sub(before);
            met &= report(what, &left.to_string(), "0", left == 0);
        }
        met
    }

    fn is_more_than(&self, before: &Self) -> bool {
        self.threads > before.threads
            || self.files > before.files
            || self.processes > before.processes
    }
}

/// Returns the number of processes that this one has started and that still exist.
fn children() -> usize {
    let of_task = |task: std::io::Result<fs::DirEntry>| {
        let path = task.expect("Linux").path().join("children");
        fs::read_to_string(path).unwrap_or_default().split_whitespace().count()
    };
    fs::read_dir("/proc/self/task").expect("Linux").map(of_task).sum()
}

/// Returns a number from the kernel's status of this process.
pub(crate) fn of_status(name: &str) -> usize {
    let status = fs::read_to_string("/proc/self/status").expect("Linux");
    let line = status.lines().find(|line| line.starts_with(name)).expect(name);
    line.split_whitespace().nth(1).expect(name).parse().expect(name)
}
