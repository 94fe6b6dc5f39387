//! Describes the machine that the figures were measured on.

use std::fs;
use std::thread;

/// Returns the machine and the versions, as names and values.
pub(crate) fn description() -> Vec<(&'static str, String)> {
    let cores = thread::available_parallelism().map_or(1, usize::from);
    vec![
        ("processor", format!("{}, {cores} cores", processor())),
        ("memory", memory()),
        (
            "kernel",
            format!(
                "{} {}",
                first_line("/proc/sys/kernel/ostype"),
                first_line("/proc/sys/kernel/osrelease")
            ),
        ),
        ("compiler", env!("COMPILER").to_owned()),
        ("wit-host", env!("CARGO_PKG_VERSION").to_owned()),
        ("wasmtime", WASMTIME.to_owned()),
    ]
}

/// The engine's version, as this workspace has it.
const WASMTIME: &str = env!("WASMTIME");

fn processor() -> String {
    let information = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = information.lines().find_map(|line| line.strip_prefix("model name"));
    let model = model.map(|rest| rest.trim_start_matches([' ', '\t', ':']));
    model.unwrap_or(std::env::consts::ARCH).to_owned()
}

fn memory() -> String {
    let information = fs::read_to_string("/proc/meminfo").unwrap_or_default();
    let total = information.lines().find_map(|line| line.strip_prefix("MemTotal:"));
    let kibibytes = total.and_then(|total| total.split_whitespace().next()?.parse::<u64>().ok());
    kibibytes.map_or_else(|| "unknown".into(), |kibibytes| format!("{} GiB", kibibytes >> 20))
}

fn first_line(file: &str) -> String {
    let content = fs::read_to_string(file).unwrap_or_default();
    content.lines().next().unwrap_or("unknown").to_owned()
}
