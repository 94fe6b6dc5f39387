//! Tests of what a person sees of a guest's output and of the host's own lines on a terminal.

use std::io::Read as _;
use std::process::Stdio;

use super::flow::terminal;
use crate::support::command::{Files, check, command, run};

/// The bytes that a guest writes to its outputs (1 or 2), and what is shown.
type Row<'a> = (&'a [(u8, &'a [u8])], &'a str);

/// Returns a core module that writes these bytes to these outputs (1 or 2) one after another, and
/// then runs the code `then`.
fn writer(writes: &[(u8, &[u8])], then: &str) -> String {
    let (mut data, mut calls, mut at) = (String::new(), String::new(), 1024);
    for (output, bytes) in writes {
        let escaped: String = bytes.iter().map(|byte| format!("\\{byte:02x}")).collect();
        data += &format!("(data (i32.const {at}) \"{escaped}\")\n");
        calls += &format!(
            "(call $write (i32.const {output}) (i32.const {at}) (i32.const {}))\n",
            bytes.len()
        );
        at += bytes.len();
    }
    format!(
        r#"(module
        (import "wasi_snapshot_preview1" "fd_write"
            (func $fd_write (param i32 i32 i32 i32) (result i32)))
        (memory (export "memory") 2) {data}
        (func $write (param $fd i32) (param $at i32) (param $length i32)
            (i32.store (i32.const 0) (local.get $at))
            (i32.store (i32.const 4) (local.get $length))
            (drop (call $fd_write (local.get $fd) (i32.const 0) (i32.const 1) (i32.const 8))))
        (func (export "run") {calls} {then}))"#
    )
}

/// Returns what a terminal gets of both outputs of the command, with line breaks as they were
/// written.
fn shown(words: &[&str]) -> String {
    let (slave, mut master) = terminal();
    let cache = tempfile::tempdir().unwrap();
    let mut command = command(cache.path());
    command.args(words).env("TERM", "dumb").stdin(Stdio::null());
    let mut child = command.stdout(slave.try_clone().unwrap()).stderr(slave).spawn().unwrap();
    // The command has a copy of the other side as well.
    drop(command);
    let mut shown = Vec::new();
    let mut some = [0; 4096];
    // Linux reports the end of a terminal, when its other side is closed, as an error.
    while let Ok(length @ 1..) = master.read(&mut some) {
        shown.extend_from_slice(&some[..length]);
    }
    child.wait().unwrap();
    String::from_utf8_lossy(&shown).replace("\r\n", "\n")
}

#[test]
fn what_steers_a_terminal_is_seen_and_is_passed_on_elsewhere() {
    let files = Files::new();
    let rows: [Row; 9] = [
        (
            &[(1, "Grüße\t\u{1b}[1;31mred\u{1b}[0m\n".as_bytes())],
            "Grüße\t\u{1b}[1;31mred\u{1b}[0m\n",
        ),
        (&[(1, b"\x1b]52;c;YQ==\x07")], "\\u{1b}]52;c;YQ==\\u{7}"),
        (&[(2, b"\x1b[2J\x1b[H")], "\\u{1b}[2J\\u{1b}[H"),
        // An escape sequence and a character that are cut in two.
        (&[(1, b"\x1b"), (1, b"[2J"), (1, b"\x1b[3"), (1, b"1m")], "\\u{1b}[2J\u{1b}[31m\u{1b}[0m"),
        (&[(1, b"\xc3"), (1, b"\xbc\x9b"), (1, b"\xc2"), (1, b"\x9b")], "ü\\x9b\\u{9b}"),
        (&[(1, "a\u{202e}b\u{200b}".as_bytes())], "a\\u{202e}b\\u{200b}"),
        (&[(1, b"1 %\r"), (1, b"2 %\r\n")], "1 %\r\u{1b}[2K2 %\r\n"),
        (&[(1, b"wit-"), (2, b"host: all is well\n")], "wit-host\\u{3a} all is well\n"),
        (&[(1, b"a\x08b")], "a\\u{8}b"),
    ];
    for (writes, expected) in rows {
        let guest = files.file("guest.wat", writer(writes, ""));
        assert_eq!(shown(&["run", &guest]), expected, "{writes:?}");
        let all: Vec<u8> = writes.iter().flat_map(|(_, bytes)| bytes.to_vec()).collect();
        let raw = shown(&["run", "--stdio", "raw", &guest]);
        assert_eq!(raw, String::from_utf8_lossy(&all), "{writes:?}");
    }
}

#[test]
fn the_hosts_lines_stand_apart() {
    let files = Files::new();
    let rows: [Row; 4] = [
        (&[(2, b"wit-host: g: fine\n")], "wit-host\\u{3a} g: fine\nwit-host: "),
        (&[(1, b"abc")], "abc\nwit-host: "),
        // Hidden text, or text in the colour of its background.
        (&[(1, b"abc\x1b[8;30;40m")], "abc\u{1b}[8;30;40m\u{1b}[0m\nwit-host: "),
        (&[(2, b"abc\r")], "abc\nwit-host: "),
    ];
    for (writes, expected) in rows {
        let guest = files.file("guest.wat", writer(writes, "unreachable"));
        let shown = shown(&["run", &guest]);
        assert!(shown.starts_with(expected), "{writes:?}: {shown:?}");
        assert_eq!(shown.matches("wit-host: ").count(), 1, "{shown}");
    }
}

/// A guest's results and messages are also written by the guest, so they are escaped like its
/// output.
#[test]
fn results_are_shown_as_output_is() {
    let files = Files::new();
    let text = "\u{1b}]0;a\u{7}wit-host: fine";
    let greet = returning(text);
    let guest = files.file("guest.wat", greet);
    let expected = "\\u{1b}]0;a\\u{7}wit-host\\u{3a} fine\n";
    assert_eq!(shown(&["call", "--raw", &guest, "text"]), expected);
    assert_eq!(shown(&["call", "--raw", "--stdio", "raw", &guest, "text"]), format!("{text}\n"));
    assert_eq!(shown(&["call", &guest, "text"]), format!("\"{}\"\n", expected.trim_end()));
    check(&["call", "--raw", &guest, "text"], 0, &format!("{text}\n"), "");
}

/// A trace may be shown on a terminal too, and has names that the guest chose.
#[test]
fn a_trace_on_a_terminal_is_plain() {
    let files = Files::new();
    let guest = r#"(module (func (export "a\1b[2J\c2\9b2J\e2\80\aeb")))"#;
    let guest = files.file("guest.wat", guest);
    let shown = shown(&["call", "--trace", "/dev/stderr", &guest, "a\u{1b}[2J\u{9b}2J\u{202e}b"]);
    assert!(shown.contains("\"kind\":\"span\""), "{shown:?}");
    assert!(shown.bytes().all(|byte| byte == b'\n' || (b' '..=b'~').contains(&byte)), "{shown:?}");
}

/// Output to a pipe is not changed, and no line break is added before the host's lines.
#[test]
fn a_pipe_gets_everything_as_it_is() {
    let files = Files::new();
    let bytes = b"\x1b[2Jwit-host: \xe2\x80\xae";
    let guest = files.file("guest.wat", writer(&[(1, bytes), (2, bytes)], "unreachable"));
    let ran = run(&["run", &guest]);
    assert_eq!(ran.stdout.as_bytes(), bytes);
    let rest = ran.stderr.as_bytes().strip_prefix(bytes).expect("what the guest wrote");
    assert!(rest.starts_with(b"wit-host: "), "{}", ran.stderr);
}

/// Returns a component whose `text` returns this text.
fn returning(text: &str) -> String {
    let escaped: String = text.bytes().map(|byte| format!("\\{byte:02x}")).collect();
    let length = text.len();
    format!(
        r#"(component
        (core module $m
            (memory (export "memory") 1)
            (data (i32.const 0) "\10\00\00\00") (data (i32.const 4) "\{length:02x}\00\00\00")
            (data (i32.const 16) "{escaped}")
            (func (export "text") (result i32) (i32.const 0)))
        (core instance $i (instantiate $m))
        (func (export "text") (result string)
            (canon lift (core func $i "text") (memory (core memory $i "memory")))))"#
    )
}
