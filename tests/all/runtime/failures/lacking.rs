//! Tests of a host that lacks address space, descriptors or processes. The error is always the
//! host's, whatever the guest does, and never the guest's.

use std::process::Command;

use crate::runtime::session::guards::{ADD_COMPONENT, ADD_MODULE};
use crate::support::command::Files;

const TRAPS: &str = r#"(module (func (export "run") unreachable))"#;
const RECURS: &str = r#"(module (func $f (export "run") (call $f)))"#;
const GROWS: &str = r#"(module (memory 1) (func (export "run")
    (loop $more (br_if $more (i32.ne (memory.grow (i32.const 160)) (i32.const -1))))
    unreachable))"#;

/// Guests, and the exit status of each on a host that lacks nothing.
const GUESTS: [(&str, &str, i32); 5] = [
    ("module.wat", ADD_MODULE, 0),
    ("component.wat", ADD_COMPONENT, 0),
    ("traps.wat", TRAPS, 134),
    ("recurs.wat", RECURS, 137),
    ("grows.wat", GROWS, 137),
];

/// Runs the command under a limit of the system, as `prlimit` sets it. Returns `None` if the system
/// cannot start the command at all.
fn run(limit: &str, options: &[&str], guest: &str) -> Option<(Option<i32>, String)> {
    let mut command = Command::new("prlimit");
    command.args([limit, env!("CARGO_BIN_EXE_wit-host")]);
    let started = Command::new("prlimit")
        .args([limit, env!("CARGO_BIN_EXE_wit-host"), "--version"])
        .output()
        .unwrap();
    if !started.status.success() {
        return None;
    }
    command.args(["run", "--no-cache", "--memory", "1GiB"]).args(options).arg(guest);
    // For a backtrace, the standard library would load symbols, which needs more memory than
    // everything else.
    let output = command.env("RUST_BACKTRACE", "0").output().unwrap();
    Some((output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned()))
}

/// Runs every guest under each limit. It has to end as usual, or with a host error.
fn check(limits: &[String], options: &[&str]) {
    let files = Files::new();
    let mut failures = String::new();
    for (name, text, expected) in GUESTS {
        let guest = files.file(name, text);
        for limit in limits {
            let Some((status, said)) = run(limit, options, &guest) else { continue };
            let is_right = status == Some(expected) || status == Some(125);
            if !is_right || said.contains("panicked") {
                failures += &format!("{name} with {limit} {options:?}: {status:?} {said}\n");
            }
        }
    }
    assert!(failures.is_empty(), "{failures}");
}

#[test]
fn address_space() {
    let megabytes = [80, 100, 150, 200, 400, 800, 1_600, 3_200, 4_100, 4_400, 6_000, 9_000];
    let limits: Vec<_> = megabytes.iter().map(|size| format!("--as={size}000000")).collect();
    check(&limits, &["--no-isolate"]);
    check(&limits[4..], &[]);
}

#[test]
fn descriptors() {
    let limits: Vec<_> = (3..16).map(|count| format!("--nofile={count}")).collect();
    check(&limits, &[]);
    check(&limits, &["--no-isolate"]);
}

/// The limit does not apply to processes of root, so the command runs as another user.
#[test]
fn processes() {
    let files = Files::new();
    let guest = files.file("module.wat", ADD_MODULE);
    for count in 1..12 {
        let run = format!(
            "exec prlimit --nproc={count} {} run --no-cache {guest}",
            env!("CARGO_BIN_EXE_wit-host")
        );
        let is_root = std::fs::read_to_string("/proc/self/status").unwrap().contains("Uid:\t0\t0");
        let mut command = match is_root {
            true => Command::new("setpriv"),
            false => Command::new("env"),
        };
        if is_root {
            command.args(["--reuid", "65502", "--clear-groups"]);
        }
        let output = command.args(["sh", "-c", &run]).output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        // The other user may not have access to the folder with the command.
        let started = !said.contains("Permission denied");
        let is_right = matches!(output.status.code(), Some(0 | 125));
        assert!(!started || is_right, "{count}: {:?} {said}", output.status);
    }
}
