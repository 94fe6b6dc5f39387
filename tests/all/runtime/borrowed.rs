//! Tests of text and bytes that host functions borrow from the guest's memory, whatever happens to
//! that memory meanwhile.

use wit_host::env::HostRef;
use wit_host::{Error, Runtime, Val};

/// What the host functions have borrowed, in order.
#[derive(Default)]
struct Host {
    lent: Vec<String>,
}

impl Host {
    /// Changes the host's data while it borrows from the guest's memory.
    fn note(&mut self, text: &str, bytes: &[u8]) -> u32 {
        self.lent.push(format!("{text} {bytes:?}"));
        bytes.iter().copied().map(u32::from).sum()
    }

    fn join(&mut self, left: &str, right: String) -> String {
        left.to_owned() + &right
    }

    /// Takes one parameter of each kind.
    fn each(&mut self, value: Option<HostRef<u8>>, text: &str, number: u64) -> u64 {
        value.map_or(0, |value| u64::from(*value)) + text.len() as u64 + number
    }
}

fn runtime() -> Runtime<Host> {
    let runtime =
        crate::support::hosts::builder::<Host>().host_values(true).module_imports(|env| {
            env.func("note", Host::note)?;
            env.func("join", Host::join)?;
            env.func("each", Host::each)?;
            env.func("length", |_: &mut Host, text: &str| text.len() as u64)?;
            env.func_async("later", async |_: &mut Host, text: String| text.len() as u64)?;
            env.define_result_writer("fetch")
        });
    // This module has a memory of its own.
    let provided = r#"(module
        (import "env" "length" (func $length (param i32 i32) (result i64)))
        (import "env" "note" (func $note (param i32 i32 i32 i32) (result i32)))
        (memory (export "memory") 1) (data (i32.const 0) "provided")
        (func (export "note") (result i32)
            (call $note (i32.const 0) (i32.const 8) (i32.const 0) (i32.const 1))))"#;
    runtime.provide_module("provided", provided).build().unwrap()
}

/// Returns a guest that imports the host functions, with this memory and these functions.
fn guest(memory: &str, functions: &str) -> String {
    format!(
        r#"(module
            (import "env" "note" (func $note (param i32 i32 i32 i32) (result i32)))
            (import "env" "join" (func $join (param i32 i32 i32 i32) (result i32)))
            (import "env" "each" (func $each (param externref i32 i32 i64) (result i64)))
            (import "env" "later" (func $later (param i32 i32) (result i64)))
            (import "env" "fetch" (func $fetch (param i32)))
            {memory} {functions})"#
    )
}

/// Calls `run`. Returns its results or the error's text, and what the host functions have borrowed.
fn run(text: &str) -> (Result<Vec<Val>, String>, Vec<String>) {
    let guest = runtime().load(text).unwrap();
    let mut session = guest.session(Host::default()).start_blocking().unwrap();
    let outcome = session.call("run", &[]).map_err(|error| match error {
        Error::Trapped(failure) => failure.to_string(),
        other => panic!("{other}"),
    });
    (outcome, std::mem::take(&mut session.data_mut().lent))
}

const MEMORY: &str = r#"(memory (export "memory") 1) (data (i32.const 0) "guest\ff")"#;

#[test]
fn what_is_lent_is_what_is_there() {
    let all = "(i32.const 0) (i32.const 5)";
    let note = format!("(call $note {all} (i32.const 4) (i32.const 2))");
    let moved = "(i32.const 65536) (i32.const 5)";
    let cases = [
        (format!("(result i32) {note}"), Val::S32(0x74 + 0xff), vec!["guest [116, 255]"]),
        // The memory grows, and may move, between the two calls.
        (
            format!(
                "(result i32) {note} (drop (memory.grow (i32.const 700)))
                (memory.copy (i32.const 65536) {all})
                (call $note {moved} (i32.const 0) (i32.const 0)) i32.add"
            ),
            Val::S32(0x74 + 0xff),
            vec!["guest [116, 255]", "guest []"],
        ),
        // One call has borrowed and owned text, and its result overwrites the borrowed text.
        (
            format!(
                "(result i32) (call $fetch (call $join {all} {all})) \
                (call $note (i32.const 10) (i32.const 10) (i32.const 0) (i32.const 0))"
            ),
            Val::S32(0),
            vec!["guestguest []"],
        ),
        (
            format!("(result i64) (call $each (ref.null extern) {all} (i64.const 7))"),
            Val::S64(12),
            Vec::<&str>::new(),
        ),
        (format!("(result i64) (call $later {all})"), Val::S64(5), vec![]),
    ];
    for (body, expected, lent) in cases {
        let text = guest(MEMORY, &format!(r#"(func (export "run") {body})"#));
        let (outcome, found) = run(&text);
        assert_eq!(outcome, Ok(vec![expected]), "{body}");
        assert_eq!(found, lent, "{body}");
    }
}

#[test]
fn what_cannot_be_lent_is_a_trap() {
    let cases = [
        (MEMORY, "0 6 0 0", "the text at 0 of length 6 is not UTF-8 from index 5 on"),
        (MEMORY, "0 5 65536 1", "the range at 65536 of length 1 is outside"),
        (MEMORY, "-1 2 0 0", "the range at 4294967295 of length 2 is outside"),
        ("", "0 0 0 0", "the guest exports no memory named `memory`"),
        ("(memory 1)", "0 0 0 0", "the guest exports no memory named `memory`"),
    ];
    for (memory, arguments, expected) in cases {
        let arguments: Vec<_> =
            arguments.split(' ').map(|number| format!("(i32.const {number})")).collect();
        let body = format!("(result i32) (call $note {})", arguments.join(" "));
        let (outcome, lent) = run(&guest(memory, &format!(r#"(func (export "run") {body})"#)));
        let error = outcome.unwrap_err();
        assert!(error.contains(expected), "{error}");
        assert!(lent.is_empty(), "{lent:?}");
    }
}

/// With several modules, a host function borrows from the memory of the module that calls it, also
/// while that module is set up.
#[test]
fn each_module_lends_its_own_memory() {
    let text = r#"(module
        (import "provided" "note" (func $theirs (result i32)))
        (import "env" "note" (func $note (param i32 i32 i32 i32) (result i32)))
        (memory (export "memory") 1) (data (i32.const 0) "guest")
        (func $note_ours (drop (call $note (i32.const 0) (i32.const 5) (i32.const 0) (i32.const 1))))
        (start $note_ours)
        (func (export "run") (drop (call $theirs)) (call $note_ours)))"#;
    let (outcome, lent) = run(text);
    assert_eq!(outcome, Ok(vec![]));
    assert_eq!(lent, ["guest [103]", "provided [112]", "guest [103]"]);
}
