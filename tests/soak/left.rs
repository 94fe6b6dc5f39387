//! What a process holds, as the kernel tells it.

use std::fs;

/// What this process holds.
pub(crate) struct Left {
    pub(crate) kib: usize,
    pub(crate) threads: usize,
    pub(crate) files: usize,
}

impl Left {
    pub(crate) fn now() -> Self {
        let files = fs::read_dir("/proc/self/fd").expect("Linux").count();
        Self { kib: of_status("VmRSS:"), threads: of_status("Threads:"), files }
    }
}

/// A number that the kernel has of this process.
pub(crate) fn of_status(name: &str) -> usize {
    let status = fs::read_to_string("/proc/self/status").expect("Linux");
    let line = status.lines().find(|line| line.starts_with(name)).expect(name);
    line.split_whitespace().nth(1).expect(name).parse().expect(name)
}
