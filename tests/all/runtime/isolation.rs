//! Tests of guests that are compiled in a separate process: how that process may end, and that it
//! ends together with its parent.

use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use std::{fs, thread};

use wit_host::{
    Denial, Error, Grants, GuestError, Isolation, LimitReached, Limits, Runtime, RuntimeBuilder,
};
use wit_host_contract::Functions;

use crate::support::hosts::shipped as builder;

use crate::runtime::session::guards::{ADD_COMPONENT, ADD_MODULE, Came, came};
use crate::support::command::Files;

fn isolated(limits: Limits) -> Runtime<Functions> {
    let program = env!("CARGO_BIN_EXE_wit-host");
    let isolation = Isolation::new(program, ["isolated-worker"]);
    builder().limits(limits).isolate(isolation).build().unwrap()
}

#[test]
fn compiling_elsewhere_gives_the_same_guest() {
    for limits in [Limits::default(), Limits::default().fuel(1_000)] {
        for text in [ADD_MODULE, ADD_COMPONENT] {
            let guest = isolated(limits.clone()).load(text).unwrap();
            let outcome = guest.session(Functions::default()).start_blocking().unwrap().main();
            assert_eq!(came(outcome), Came::Three);
        }
    }
    let invalid = isolated(Limits::default()).load("(module (func (result i32)))").err().unwrap();
    assert!(matches!(invalid, Error::Guest(GuestError::Invalid { .. })), "{invalid}");
}

#[test]
fn a_compiler_without_memory_or_time_is_told_as_such() {
    for megabytes in [1, 8, 16, 24, 32, 40] {
        let limits = Limits::default().compile_memory(megabytes << 20);
        let error = isolated(limits).load(ADD_COMPONENT).err().unwrap();
        let limit = LimitReached::CompileMemory(megabytes << 20);
        assert!(
            matches!(&error, Error::Guest(GuestError::OverLoadLimit { limit: l, .. }) if *l == limit),
            "{error}"
        );
    }
    let limits = Limits::default().loops(200).function_weight(1 << 30).code_weight(1 << 30);
    let limits = limits.compile_time(Duration::from_secs(1));
    let error = isolated(limits).load(slow()).err().unwrap();
    let limit = LimitReached::CompileTime(Duration::from_secs(1));
    assert!(
        matches!(&error, Error::Guest(GuestError::OverLoadLimit { limit: l, .. }) if *l == limit),
        "{error}"
    );
}

/// The program of the compiler does not exist, so a guest that reaches the compiler fails with a
/// host error.
#[test]
fn what_does_not_fit_is_not_compiled() {
    let without_compiler =
        || builder().isolate(Isolation::new("/no/such/program", ["isolated-worker"]));
    let denied = |builder: RuntimeBuilder<Functions>, name: &str| {
        builder.grants(Grants::default().deny(name, Denial::Refuse).unwrap())
    };
    let import = |interface: &str, items: &str| {
        format!(r#"(component (import "{interface}" (instance {items})) (core module))"#)
    };
    let missing = r#"(export "fly" (func (param "to" string) (result u32)))"#;
    let add = r#"(export "add" (func (param "a" s32) (param "b" s32) (result s32)))"#;
    let wasi = |name: &str| {
        format!(r#"(module (import "wasi_snapshot_preview1" "{name}" (func (param i32))))"#)
    };
    let plain = without_compiler().build().unwrap();
    let no_math = denied(without_compiler(), "wit-host:contract/math").build().unwrap();
    let no_exit = denied(without_compiler(), "wasi:cli/exit").build().unwrap();
    for (runtime, guest, problem) in [
        (&plain, import("shop:birds/birds", missing), "no such interface"),
        (&plain, import("wit-host:contract/math@0.1.0", missing), "no such function"),
        (&plain, import("wasi:http/types@0.2.0", missing), "does not serve this part"),
        (&no_math, import("wit-host:contract/math@0.1.0", add), "is denied"),
        (&plain, wasi("fly"), "no such function"),
        (&no_exit, wasi("proc_exit"), "is denied"),
    ] {
        let error = runtime.load(&guest).err().unwrap();
        assert!(matches!(error, Error::Mismatches(_)), "{guest}: {error}");
        assert!(error.to_string().contains(problem), "{guest}: {error}");
    }
    let fits = plain.load(import("wit-host:contract/math@0.1.0", add)).err().unwrap();
    assert!(matches!(fits, Error::Host { .. }), "{fits}");
}

#[test]
fn what_cannot_compile_is_the_hosts() {
    for (program, argument, expected) in [
        ("/no/such/program", "isolated-worker", "failed to start the compiler"),
        (env!("CARGO_BIN_EXE_wit-host"), "no-such-word", "not as one does that calls"),
        ("/bin/false", "", "not as one does that calls"),
        ("/bin/true", "", "failed to take back the compiled code"),
    ] {
        let isolation = Isolation::new(program, [argument]);
        let runtime = builder().isolate(isolation).build().unwrap();
        let error = runtime.load(ADD_MODULE).err().unwrap();
        assert!(matches!(error, Error::Host { .. }), "{error}");
        assert!(error.to_string().contains(expected), "{error}");
    }
}

/// Returns a module that takes the compiler minutes.
fn slow() -> String {
    let locals: String = (0..1_000)
        .map(|local| format!("(local.set {local} (i32.add (local.get {local}) (i32.const 1)))"))
        .collect();
    let branches: String = (0..100).map(|label| format!("(br_if {label} (i32.const 0))")).collect();
    format!(
        "(module (func (export \"run\") (local {}) {} {locals} {branches} {}))",
        "i32 ".repeat(1_000),
        "loop ".repeat(100),
        "end ".repeat(100)
    )
}

/// Starts a command that compiles. Returns it, and the process in which it compiles.
fn compiling(files: &Files) -> (Child, u32) {
    let guest = files.file("slow.wat", slow());
    let child = Command::new(env!("CARGO_BIN_EXE_wit-host"))
        .args(["compile", &guest, "-o", &format!("{guest}.out"), "--limit", "loops=200"])
        .args(["--limit", "function-weight=1000000000", "--limit", "code-weight=1000000000"])
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let worker = worker_of(child.id());
    (child, worker)
}

/// Returns the process that `process` has started to compile in, once its threads run.
fn worker_of(process: u32) -> u32 {
    let began = Instant::now();
    loop {
        assert!(began.elapsed() < Duration::from_secs(60), "no process was started");
        let threads = fs::read_dir(format!("/proc/{process}/task")).into_iter().flatten();
        let children: String = threads
            .filter_map(|thread| fs::read_to_string(thread.ok()?.path().join("children")).ok())
            .collect();
        if let Some(worker) = children.split_whitespace().next() {
            let worker = worker.parse().unwrap();
            // Once it has a second thread, it has arranged to end with its parent.
            if fs::read_dir(format!("/proc/{worker}/task")).is_ok_and(|all| all.count() > 1) {
                return worker;
            }
        }
        thread::sleep(Duration::from_millis(1));
    }
}

fn kill(signal: &str, process: u32) {
    let killed = Command::new("kill").args([signal, &process.to_string()]).status().unwrap();
    assert!(killed.success());
}

#[test]
fn the_compiler_ends_with_the_command() {
    let files = Files::new();
    for (signal, stopped) in [("-KILL", false), ("-INT", false), ("-TERM", false), ("-KILL", true)]
    {
        let (mut command, worker) = compiling(&files);
        if stopped {
            kill("-STOP", worker);
        }
        kill(signal, command.id());
        command.wait().unwrap();
        let began = Instant::now();
        while is_alive(worker) {
            assert!(began.elapsed() < Duration::from_secs(10), "it is still there after {signal}");
            thread::sleep(Duration::from_millis(1));
        }
    }
}

/// Returns whether a process still runs. A zombie does not.
fn is_alive(process: u32) -> bool {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
    stat.rsplit_once(") ").is_some_and(|(_, fields)| !fields.starts_with(['Z', 'X']))
}

#[test]
fn a_compiler_that_somebody_killed_has_not_run_out_of_time() {
    let files = Files::new();
    for (signal, status, expected) in [
        ("-KILL", 125, "killed by signal 9, as the system does when memory runs out"),
        ("-TERM", 125, "ended by signal 15"),
        ("-ABRT", 126, "the compiler failed on this core module"),
    ] {
        let (command, worker) = compiling(&files);
        kill(signal, worker);
        let output = command.wait_with_output().unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(status), "{signal}: {said}");
        assert!(said.contains(expected), "{signal}: {said}");
    }
}
