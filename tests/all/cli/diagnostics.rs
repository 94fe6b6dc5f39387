//! Tests of what the command reports about a run: `-v`, `--trace`, `--coredump`, and the host call
//! in which an error happened.

use std::fs;

use serde_json::Value;
use wit_host_artifacts as guests;

use crate::runtime::failures::MESSAGE_MODULE;
use crate::support::command::{Files, run};

const WAITING_COMPONENT: &str = include_str!("../runtime/failures/waiting.component.wat");
const WAITING_MODULE: &str = include_str!("../runtime/failures/waiting.module.wat");
const SPLIT_COMPONENT: &str = include_str!("../runtime/failures/split.component.wat");

/// A guest that adds numbers, joins a text with terminal control characters and a text of a
/// megabyte, and fetches a page without a grant.
const BUSY: &str = r#"(module
    (import "env" "add" (func $add (param i32 i32) (result i32)))
    (import "env" "concat" (func $concat (param i32 i32 i32 i32) (result i32)))
    (import "env" "fetch" (func $fetch (param i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "sched_yield" (func $yield (result i32)))
    (memory (export "memory") 20)
    (data (i32.const 0) "\1b[2Jhttp://a/")
    (func (export "run")
        (drop (call $add (i32.const 1) (i32.const -2)))
        (drop (call $yield))
        (drop (call $concat (i32.const 0) (i32.const 4) (i32.const 64) (i32.const 1048576)))
        (drop (call $fetch (i32.const 4) (i32.const 9)))))"#;

/// Returns the lines on standard error that report host calls, without their times.
fn host_calls(stderr: &str) -> Vec<&str> {
    let told = stderr.lines().filter_map(|line| line.split_once(": host call "));
    told.map(|(_, call)| call.rsplit_once(" in ").unwrap().0).collect()
}

#[test]
fn host_calls_are_told_in_one_line_each() {
    let files = Files::new();
    let ran = run(&["run", "-v", &files.file("busy.wat", BUSY)]);
    let calls = host_calls(&ran.stderr);
    assert_eq!(
        calls[..2],
        ["env.add(1, -2) = -1", "wasi_snapshot_preview1.sched_yield() = Ok(())"]
    );
    assert!(calls[2].starts_with("env.concat(\"\\u{1b}[2J\", \"\\0\\0"), "{}", ran.stderr);
    assert!(calls[3].starts_with("env.fetch(\"http://a/\") = Err(\"access to `a:80`"), "{calls:?}");
    assert_eq!(calls.len(), 4);
    assert!(ran.stderr.len() < 4_000 && !ran.stderr.contains('\u{1b}'), "{}", ran.stderr);

    let ran = run(&["run", "-v", guests::COMPONENT_WASIP2]);
    assert_eq!(host_calls(&ran.stderr), ["math.add(a=1, b=2) = 3"], "{}", ran.stderr);
}

#[test]
fn a_trace_is_one_json_object_a_line() {
    let files = Files::new();
    let (busy, trace) = (files.file("busy.wat", BUSY), files.file("trace", ""));
    assert_eq!(run(&["run", "--trace", &trace, &busy]).status, Some(134));
    let text = fs::read_to_string(&trace).unwrap();
    let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert!(text.len() < 20_000, "a megabyte is cut: {}", text.len());
    let spans: Vec<_> = lines.iter().filter(|line| line["kind"] == "span").collect();
    let of = |name| spans.iter().filter(move |span| span["name"] == name);
    for (name, around) in [("load", ""), ("link", "load"), ("session", ""), ("call", "session")] {
        let span = of(name).next().unwrap_or_else(|| panic!("no span `{name}` in\n{text}"));
        let innermost =
            span["spans"].as_array().unwrap().last().map_or("", |span| span.as_str().unwrap());
        assert_eq!(innermost, around, "{span}");
        assert!(span["microseconds"].is_u64(), "{span}");
    }
    let failures: Vec<_> =
        of("call").filter_map(|span| span["fields"]["failure"].as_str()).collect();
    assert!(matches!(failures[..], [failure] if failure.starts_with("`run` trapped: ")), "{text}");
    let functions: Vec<_> = of("host_call").map(|span| &span["fields"]["function"]).collect();
    assert_eq!(functions, ["add", "concat", "fetch"]);
    let arguments = lines.iter().find(|line| line["fields"]["message"] == "call").unwrap();
    assert_eq!(arguments["fields"]["arguments"], "1, -2");
    assert_eq!(arguments["spans"], serde_json::json!(["session", "call", "host_call"]));
}

#[test]
fn a_trace_that_cannot_be_written_is_an_error() {
    let ran = run(&["run", "--trace", "/no/such/file", guests::ADD_UNKNOWN]);
    assert_eq!(ran.status, Some(125));
    assert!(ran.stderr.contains("failed to write the trace to `/no/such/file`"), "{}", ran.stderr);
}

#[test]
fn a_coredump_is_written_and_named() {
    let files = Files::new();
    let (guest, core) = (files.file("guest.wat", MESSAGE_MODULE), files.file("core", ""));
    let ran = run(&["run", "--coredump", &core, &guest]);
    assert_eq!(ran.status, Some(134));
    let trapped = "`run` trapped: it reached an `unreachable` instruction";
    for part in [&*format!("the coredump is in `{core}`"), trapped] {
        assert!(ran.stderr.contains(part), "{}", ran.stderr);
    }
    // The command fails before the guest runs.
    let ran = run(&["run", "--coredump", "/no/such/file", &guest]);
    assert_eq!(ran.status, Some(125));
    let told = "failed to write the coredump to `/no/such/file`: ";
    assert!(ran.stderr.contains(told) && !ran.stderr.contains(trapped), "{}", ran.stderr);
    assert!(fs::read(core).unwrap().starts_with(b"\0asm"));
}

#[test]
fn an_error_in_a_host_function_says_which() {
    let cases = [
        (WAITING_MODULE, 124, "wasi_snapshot_preview1.poll_oneoff"),
        (WAITING_COMPONENT, 124, "poll.[method]pollable.block"),
        (SPLIT_COMPONENT, 134, "strings.split"),
    ];
    for (text, status, call) in cases {
        let files = Files::new();
        let ran = run(&["run", "--timeout", "500ms", &files.file("guest.wat", text)]);
        assert_eq!(ran.status, Some(status), "{}", ran.stderr);
        let line = format!("\n    in the host function `{call}`\n");
        assert!(ran.stderr.contains(&line), "{}", ran.stderr);
    }
}
