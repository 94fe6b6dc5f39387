//! `make limits`: measures what each kind of item costs the compiler at its limit, and what a guest
//! at nine tenths of every limit costs. It prints the table in SECURITY.md, and fails if the goals
//! are missed.

#![allow(clippy::unwrap_used, reason = "a figure that cannot be had ends the bench")]
#![allow(clippy::cast_precision_loss, reason = "figures are printed with a few digits")]

#[path = "../all/hostile/kinds.rs"]
mod kinds;

use std::fs;
use std::path::Path;
use std::process::{Command, ExitCode};

use wit_host::Limits;
use wit_host_contract::builder;

use kinds::{KINDS, component, everything};

/// The goals for a guest at nine tenths of every limit: seconds of CPU time, and MiB of memory.
const SECONDS: f64 = 10.0;
const MIB: f64 = 512.0;

/// The cost of compiling a guest, in seconds of CPU time and MiB of memory.
#[derive(Clone, Copy)]
struct Cost {
    seconds: f64,
    mib: f64,
}

fn main() -> ExitCode {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    if let [flag, file] = &arguments[..]
        && flag == "--guest"
    {
        compile(Path::new(file));
        return ExitCode::SUCCESS;
    }
    let limits = Limits::default();
    let nothing = cost(&component(""));
    println!("| limit | default | at the limit | for each |");
    println!("| --- | --- | --- | --- |");
    for kind in KINDS {
        let limit = (kind.value)(&limits);
        // A little less than the limit, because some kinds cannot be made in exact numbers.
        let count = limit * 99 / 100;
        let Cost { seconds, mib } = cost(&component(&(kind.made)(count)));
        let (seconds, mib) = ((seconds - nothing.seconds).max(0.0), (mib - nothing.mib).max(0.0));
        let each = 1.0 / count as f64;
        println!(
            "| `{}` | {limit} | {seconds:.2} s, {mib:.0} MiB | {:.1} µs, {:.0} B |",
            kind.limit,
            seconds * each * 1e6,
            mib * each * f64::from(1 << 20),
        );
    }
    let Cost { seconds, mib } = cost(&everything(&limits, 90));
    let met = seconds <= SECONDS && mib <= MIB;
    println!(
        "\nnine tenths of every limit at once: {seconds:.1} s of CPU time, {mib:.0} MiB; \
         goal {SECONDS} s, {MIB} MiB: {}",
        if met { "met" } else { "MISSED" }
    );
    if met { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Compiles a guest in a process, and returns what that has cost.
fn cost(guest: &[u8]) -> Cost {
    let file = tempfile::NamedTempFile::new().unwrap();
    fs::write(file.path(), guest).unwrap();
    let itself = std::env::current_exe().unwrap();
    let output = Command::new(itself).arg("--guest").arg(file.path()).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let said = String::from_utf8(output.stdout).unwrap();
    let mut numbers = said.split_whitespace().map(|number| number.parse().unwrap());
    Cost { seconds: numbers.next().unwrap(), mib: numbers.next().unwrap() }
}

fn compile(file: &Path) {
    let guest = builder().allow_text_format(true).build().unwrap().load(fs::read(file).unwrap());
    guest.unwrap();
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    let kib: f64 = peak.split_whitespace().next().unwrap().parse().unwrap();
    let stat = fs::read_to_string("/proc/self/stat").unwrap();
    let fields = stat.rsplit_once(')').unwrap().1.split_whitespace().skip(11).take(2);
    // The kernel reports times in hundredths of a second.
    let ticks: f64 = fields.map(|field| field.parse::<f64>().unwrap()).sum();
    println!("{} {}", ticks / 100.0, kib / 1024.0);
}
