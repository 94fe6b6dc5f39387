//! Tests that an interrupt ends a call that was typed into a shell, and the shell goes on. At the
//! prompt, it ends the shell.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::process::{Child, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use wit_host::blocking::Interrupt;
use wit_host::{Error, Grants};
use wit_host_contract::Functions;

use super::{command, folder};

/// A guest that writes a byte to show that it has started, and then computes or sleeps without end.
const ENDLESS: &str = r#"(module
    (import "wasi_snapshot_preview1" "fd_write"
        (func $write (param i32 i32 i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "poll_oneoff"
        (func $poll (param i32 i32 i32 i32) (result i32)))
    (memory (export "memory") 1)
    (data (i32.const 0) "\08\00\00\00\01\00\00\00.")
    (func $tell (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 16))))
    (func (export "spin") (call $tell) (loop (br 0)))
    (func (export "sleep") (call $tell)
        ;; An hour of the monotonic clock.
        (i32.store (i32.const 80) (i32.const 1))
        (i64.store (i32.const 88) (i64.const 3600000000000))
        (drop (call $poll (i32.const 64) (i32.const 128) (i32.const 1) (i32.const 160))))
    (func (export "three") (result i32) (i32.const 3)))"#;

/// A guest that computes without end and has no WASI, so that its calls need not be async.
const SPIN: &str = r#"(module
    (func (export "spin") (loop (br 0)))
    (func (export "three") (result i32) (i32.const 3)))"#;

fn interrupt(child: &Child) {
    let process = Pid::from_raw(i32::try_from(child.id()).unwrap()).unwrap();
    kill_process(process, Signal::INT).unwrap();
}

#[test]
fn a_call_is_ended_and_the_shell_goes_on() {
    let folder = folder();
    std::fs::write(folder.path().join("endless.wat"), ENDLESS).unwrap();
    for function in ["spin", "sleep"] {
        let mut child = command(folder.path())
            .args(["shell", "--timeout", "none", "endless.wat"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let (mut input, mut output) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
        let mut errors = BufReader::new(child.stderr.take().unwrap());
        let mut line = || {
            let mut line = String::new();
            errors.read_line(&mut line).unwrap();
            line
        };
        writeln!(input, "three\n{function}").unwrap();
        let mut told = [0; 3];
        output.read_exact(&mut told).unwrap();
        assert_eq!(&told, b"3\n.");
        interrupt(&child);
        assert_eq!(line(), format!("wit-host: endless.wat: `{function}` was interrupted\n"));
        assert_eq!(line(), "wit-host: the guest was started anew\n");
        writeln!(input, "three").unwrap();
        output.read_exact(&mut told[..2]).unwrap();
        assert_eq!(&told[..2], b"3\n");
        // No call is running, so the interrupt ends the shell.
        interrupt(&child);
        assert_eq!(child.wait().unwrap().code(), Some(130), "{function}");
    }
}

#[test]
fn a_session_is_interrupted_from_another_thread() {
    let guest = crate::support::hosts::shipped().build().unwrap().load(SPIN).unwrap();
    let interrupt: Interrupt = AtomicBool::new(false).into();
    let start = || {
        guest
            .session(Functions::default())
            .grants(Grants::default())
            .interrupt(&interrupt)
            .start_blocking()
    };
    let mut session = start().unwrap();
    let other = interrupt.clone();
    let setting = std::thread::spawn(move || {
        std::thread::sleep(Duration::from_millis(50));
        other.store(true, Ordering::Relaxed);
    });
    let ended = session.call("spin", &[]);
    setting.join().unwrap();
    assert!(
        matches!(&ended, Err(Error::Interrupted { function }) if function == "spin"),
        "{ended:?}"
    );
    interrupt.store(false, Ordering::Relaxed);
    let ended = session.call("three", &[]);
    assert!(matches!(ended, Err(Error::SessionEnded { .. })), "{ended:?}");
    assert_eq!(start().unwrap().call("three", &[]).unwrap(), [wit_host::Val::S32(3)]);
    // An interrupt that is set already ends whatever starts.
    interrupt.store(true, Ordering::Relaxed);
    assert!(matches!(start().map(drop), Err(Error::Interrupted { .. })));
}
