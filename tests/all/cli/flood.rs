//! Tests of a guest that writes without end, and of what ends it: an interrupt, a reader that
//! closes the pipe, and the clock.

use std::io::Read as _;
use std::process::{Child, ChildStdout, Command, Stdio};

use crate::support::command::Files;

/// A guest that writes a line again and again.
const FLOOD: &str = r#"(module
    (import "wasi_snapshot_preview1" "fd_write"
        (func $write (param i32 i32 i32 i32) (result i32)))
    (memory (export "memory") 1)
    (data (i32.const 0) "\10\00\00\00\05\00\00\00")
    (data (i32.const 16) "line\n")
    (func (export "run")
        (loop $again
            (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8)))
            (br $again))))"#;

/// Starts a guest that floods standard output, and waits until it has written something.
fn flooding(path: &str) -> (Child, ChildStdout) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_wit-host"))
        .args(["run", "--no-cache", "--timeout", "60s", path])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdout = child.stdout.take().unwrap();
    stdout.read_exact(&mut [0]).unwrap();
    (child, stdout)
}

#[test]
fn an_interrupt_ends_a_run() {
    let files = Files::new();
    // The reader does not read on, so the guest waits in a host call.
    let (child, _stdout) = flooding(&files.file("flood.wat", FLOOD));
    let killed = Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(killed.success());
    assert_eq!(child.wait_with_output().unwrap().status.code(), Some(130));
}

#[test]
fn a_closed_output_ends_a_run_quietly() {
    let files = Files::new();
    let (child, stdout) = flooding(&files.file("flood.wat", FLOOD));
    drop(stdout);
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(141));
    assert_eq!(String::from_utf8(output.stderr).unwrap(), "");
}

/// A reader that does not read makes a write wait. The clock keeps running.
#[test]
fn an_output_that_nobody_reads_does_not_stop_the_clock() {
    let files = Files::new();
    let path = files.file("flood.wat", FLOOD);
    let mut child = Command::new(env!("CARGO_BIN_EXE_wit-host"))
        .args(["run", "--no-cache", "--timeout", "200ms", &path])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let _not_read = child.stdout.take();
    assert_eq!(child.wait().unwrap().code(), Some(124));
}
