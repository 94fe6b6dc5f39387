//! Tests of `run`: exit status, standard output, and the beginning of standard error.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::Stdio;

use wit_host_artifacts as guests;

use crate::support::command::{Files, check, command, run};
use crate::support::server;

#[test]
fn the_guests_that_we_ship() {
    check(&["run", guests::COMPONENT_WASIP2], 0, "3\n", "");
    check(&["run", guests::ADD_UNKNOWN], 0, "3\n", "");
    check(&["run", "-v", guests::ADD_UNKNOWN], 0, "3\n", "a core module that exports run");
}

#[test]
fn a_page_is_fetched_where_it_was_granted() {
    let (url, guest) = (format!("URL={}", server::url("text")), guests::COUNT_WORDS_WASIP1);
    let host = server::host();
    check(&["run", "--allow-host", &host, "--env", &url, guest], 0, "3\n", "");
    let denied = "`env.fetch`: access to";
    check(&["run", "--env", &url, guest], 134, "", denied);
    check(&["run", "--allow-host", "example.com", "--env", &url, guest], 134, "", denied);
}

#[test]
fn what_is_no_guest_is_refused() {
    let files = Files::new();
    let cases = [
        files.file("empty.wasm", ""),
        files.file("picture.wasm", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"),
        files.file("text.wasm", "Dear reader,"),
        files.file("short.wasm", b"\0asm\x01\0\0\0\x01"),
        files.file("wrong.wat", "(module (func (result i32)))"),
        files.file("misfit.wat", r#"(module (import "env" "mul" (func)))"#),
    ];
    let errors = [
        "it is empty",
        "a file of type image/png",
        "text, but not the text form",
        "is not valid",
        "is not valid",
        "`env.mul`",
    ];
    for (path, error) in cases.iter().zip(errors) {
        check(&["run", path], 126, "", error);
    }
    check(&["run", "/no/such/guest.wasm"], 127, "", "failed to read `");
    let folder = files.0.path().to_str().unwrap();
    check(&["run", folder], 125, "", "failed to read `");
}

#[test]
fn every_way_to_end() {
    let files = Files::new();
    let run = |name: &str, module: &str, options: &[&str], status: i32, out: &str, error: &str| {
        let path = files.file(name, module);
        check(&[&["run"], options, &[&path]].concat(), status, out, error);
    };
    let exits = |status: i64| {
        format!(
            r#"(module (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
                (memory (export "memory") 1)
                (func (export "_start") (call $exit (i32.const {status}))))"#
        )
    };
    let spin = r#"(module (func (export "run") (loop (br 0))))"#;
    let grow = r#"(module (memory 200) (func (export "run")))"#;
    let number = r#"(module (func (export "run") (result i64) (i64.const -9223372036854775808)))"#;
    run("number", number, &[], 0, "-9223372036854775808\n", "");
    run("nothing", r#"(module (func (export "run")))"#, &[], 0, "", "");
    run("exit0", &exits(0), &[], 0, "", "");
    run("exit7", &exits(7), &[], 7, "", "");
    run("exit123", &exits(123), &[], 123, "", "");
    let passed_on = "which is passed on as 123";
    run("exit124", &exits(124), &[], 123, "", passed_on);
    run("exit255", &exits(255), &[], 123, "", passed_on);
    run("exit-1", &exits(-1), &[], 123, "", passed_on);
    run("trap", r#"(module (func (export "run") unreachable))"#, &[], 134, "", "trapped");
    run("empty", "(module)", &[], 127, "", "no entry point, which is `run`");
    run(
        "spin",
        spin,
        &["--timeout", "20ms"],
        124,
        "",
        "the limit `wall_clock` of 20ms was reached; `--timeout`",
    );
    run(
        "fuel",
        spin,
        &["--fuel", "1000"],
        137,
        "",
        "the limit `fuel` of 1000 was reached; `--fuel`",
    );
    run(
        "grow",
        grow,
        &["--memory", "1MiB"],
        137,
        "",
        "the limit `memory` of 1.0 MiB was reached; `--memory`",
    );
    let args = r#"(module (func (export "run") (param i32)))"#;
    run("args", args, &[], 2, "", "it takes (i32)");
}

#[test]
fn wrong_usage() {
    check(&["run"], 2, "", "required arguments were not provided");
    check(&["fly"], 2, "", "unrecognized subcommand 'fly'");
    check(&["run", "--timeout", "soon", "x"], 2, "", "invalid value 'soon'");
    check(&["run", "--memory", "much", "x"], 2, "", "invalid value 'much' for '--memory'");
    check(&["run", "--limit", "speed=1", "x"], 2, "", "there is no limit `speed`; there are");
    check(&["run", "--timeout", "abc", "x"], 2, "", "`abc` is not a time; give one as 500ms");
    check(&["run", "--memory", "none", "x"], 2, "", "`none` is not a size; give one as 512KiB");
    check(&["run", "--deny", "math", "x"], 2, "", "it names no functions");
    check(&["run", "--deny", "wit-host:contract/mat", "x"], 2, "", "there is nothing to deny");
    check(&["run", "--isloate", "x"], 2, "", "unexpected argument '--isloate'");
    check(&["run", "--limit", "speed", "x"], 2, "", "a value is missing; give NAME=VALUE");
    check(&["run", "--dir", "::", "x"], 2, "", "a path is missing");
    check(&["run", "--allow-host", "a/b", "x"], 2, "", "this is not one host");
    let missing = ["run", "--dir", "/no/such/place", guests::ADD_UNKNOWN];
    check(&missing, 2, "", "failed to grant or deny `/no/such/place`");
}

#[test]
fn a_guest_on_standard_input() {
    let cache = tempfile::tempdir().unwrap();
    let guest = r#"(module (func (export "run") (result i32) (i32.const 7)))"#;
    let compiled = cache.path().join("guest.cwasm");
    for (args, expected) in [
        (&["run", "-"][..], "7\n"),
        (&["call", "-", "run"], "7\n"),
        (&["check", "-"], "/dev/stdin fits"),
        (&["inspect", "-"], "core module"),
        (&["compile", "-", "-o", compiled.to_str().unwrap()], "core module"),
    ] {
        let mut child = command(cache.path())
            .args(args)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        child.stdin.take().unwrap().write_all(guest.as_bytes()).unwrap();
        let output = child.wait_with_output().unwrap();
        let stdout = String::from_utf8(output.stdout).unwrap();
        assert!(output.status.success() && stdout.contains(expected), "{args:?}: {stdout}");
    }
    check(&["run", "--watch", "-"], 2, "", "cannot be watched");
}

/// A shell that is told to restart loads the build that is then in the file.
#[test]
fn a_shell_loads_the_file_again() {
    let (cache, files) = (tempfile::tempdir().unwrap(), Files::new());
    let build =
        |number: u32| format!("(module (func (export \"n\") (result i32) i32.const {number}))");
    let guest = files.file("guest.wat", build(1));
    let mut child = command(cache.path())
        .args(["shell", &guest])
        .env("XDG_STATE_HOME", cache.path())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = child.stdin.take().unwrap();
    let mut output = BufReader::new(child.stdout.take().unwrap());
    let mut answer = |lines: &str| {
        input.write_all(lines.as_bytes()).unwrap();
        let mut line = String::new();
        output.read_line(&mut line).unwrap();
        line
    };
    assert!(answer("n\n").ends_with("1\n"));
    files.file("guest.wat", build(2));
    assert!(answer(":reset\nn\n").ends_with("2\n"));
    files.file("guest.wat", "(module");
    assert!(answer(":reset\nn\n").ends_with("2\n"), "the build before it is kept");
    drop(input);
    let ended = child.wait_with_output().unwrap();
    let told = String::from_utf8(ended.stderr).unwrap();
    assert!(ended.status.success() && told.contains("this build is not used"), "{told}");
}

/// A WASI command that prints its arguments and the variable `A`, one a line.
#[test]
fn arguments_and_environment() {
    let print = r#"(module
        (import "wasi_snapshot_preview1" "args_sizes_get"
            (func $arg_sizes (param i32 i32) (result i32)))
        (import "wasi_snapshot_preview1" "args_get" (func $args (param i32 i32) (result i32)))
        (import "wasi_snapshot_preview1" "environ_sizes_get"
            (func $env_sizes (param i32 i32) (result i32)))
        (import "wasi_snapshot_preview1" "environ_get" (func $env (param i32 i32) (result i32)))
        (import "wasi_snapshot_preview1" "fd_write"
            (func $write (param i32 i32 i32 i32) (result i32)))
        (memory (export "memory") 1)
        (func $print (param $length i32)
            (i32.store (i32.const 0) (i32.const 1024))
            (i32.store (i32.const 4) (local.get $length))
            (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8))))
        (func (export "_start")
            (drop (call $arg_sizes (i32.const 16) (i32.const 20)))
            (drop (call $args (i32.const 512) (i32.const 1024)))
            (call $print (i32.load (i32.const 20)))
            (drop (call $env_sizes (i32.const 16) (i32.const 20)))
            (drop (call $env (i32.const 512) (i32.const 1024)))
            (call $print (i32.load (i32.const 20)))))"#;
    let path = Files::new();
    let path = (path.file("print.wat", print), path);
    // All words after the guest are passed to the guest, even options of this command.
    let args = ["run", "--env", "A=1", &path.0, "-x", "--timeout", "--", "y"];
    check(&args, 0, "print.wat\0-x\0--timeout\0--\0y\0A=1\0", "");
    check(&["run", &path.0], 0, "print.wat\0", "");
}

#[test]
fn a_guest_is_denied_and_isolated_by_options() {
    let add = guests::ADD_UNKNOWN;
    check(&["run", "--isolate", add], 0, "3\n", "");
    check(&["run", "--deterministic", guests::COMPONENT_WASIP2], 0, "3\n", "");
    check(&["run", "--deny", "wit-host:contract/math", add], 126, "", "it is denied");
    check(&["run", "--deny-calls", "env.add", add], 134, "", "`env.add` is denied");
    check(&["run", "--limit", "body=1", add], 126, "", "the limit `body` of 1 B was reached");
    let died = ["run", "--isolate", "--limit", "compile-memory=40MiB", add];
    check(&died, 126, "", "compile-memory");
}

#[test]
fn the_contract_is_printed() {
    let ran = run(&["contract"]);
    assert_eq!((ran.status, ran.stdout.as_str()), (Some(0), wit_host_contract::WIT));
    let ran = run(&["contract", "--env"]);
    assert_eq!(ran.status, Some(0));
    let rows = "env.add(i32, i32) -> i32               wit-host:contract/math.add\nenv.concat(";
    assert!(ran.stdout.contains(rows), "{}", ran.stdout);
}
