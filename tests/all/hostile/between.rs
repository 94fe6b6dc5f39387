//! Tests that the host checks the time before each host function. The engine only checks it in
//! loops and when a function is entered. Each guest here spends its time in one long instruction,
//! calls one host function, and traps. If the time is checked between the two, the guest is ended
//! there, and its stack is known. Otherwise the call is found to be too long only after it has
//! ended, without a stack.

use super::check_all;
use super::row::Row;
use super::within::{Import, LATE, LATE_PAGES, component, module, of_components, of_modules};

const LIMITS: &str = "limits: wall-clock=5ms memory=129MiB";

/// Returns a row whose time is up when it calls a host function.
fn row(name: &str, guest: impl AsRef<[u8]>) -> Row {
    Row::new(name, "limit wall_clock:     at ", guest).with(LIMITS)
}

/// The calls by which a component gets a handle of each resource.
const HANDLES: &[(&str, &str)] = &[
    ("input-stream", "(call $stdin.get-stdin)"),
    ("output-stream", "(call $stdout.get-stdout)"),
    ("pollable", "(call $monotonic-clock.subscribe-duration (i64.const 0))"),
    ("network", "(call $instance-network.instance-network)"),
    (
        "descriptor",
        "(block (result i32) (call $preopens.get-directories (i32.const 1024))
            (i32.load (i32.load (i32.const 1024))))",
    ),
    (
        "directory-entry-stream",
        "(block (result i32) (call $preopens.get-directories (i32.const 1024))
            (call $descriptor.read-directory (i32.load (i32.load (i32.const 1024)))
                (i32.const 1024)) (i32.load (i32.const 1028)))",
    ),
    (
        "tcp-socket",
        "(block (result i32) (call $tcp-create-socket.create-tcp-socket
            (i32.const 0) (i32.const 1024)) (i32.load (i32.const 1028)))",
    ),
    (
        "udp-socket",
        "(block (result i32) (call $udp-create-socket.create-udp-socket
            (i32.const 0) (i32.const 1024)) (i32.load (i32.const 1028)))",
    ),
];

/// Functions that do not return to the guest, or that need something which no guest has here.
const ENDS: &[&str] = &[
    "exit.exit",
    // The guests look up no address, have no bound socket, and cause no stream to fail.
    "resolve-address-stream.",
    "incoming-datagram-stream.",
    "outgoing-datagram-stream.",
    "error.to-debug-string",
    "drop-error",
    "drop-resolve-address-stream",
    "drop-incoming-datagram-stream",
    "drop-outgoing-datagram-stream",
    "drop-terminal-input",
    "drop-terminal-output",
    "network.network-error-code",
    "types.filesystem-error-code",
    // The engine does not call the host if the list has nothing to poll.
    "poll.poll",
];

fn handle(resource: &str) -> Option<&'static str> {
    HANDLES.iter().find(|(name, _)| *name == resource).map(|(_, call)| *call)
}

/// Returns a component's call of the function with valid handles, and the code that gets them.
fn call(import: &Import) -> Option<(String, String)> {
    if ENDS.iter().any(|name| import.name.starts_with(name)) {
        return None;
    }
    let Some(resource) = &import.resource else {
        return Some((String::new(), import.call(None)));
    };
    let handle = handle(resource).unwrap_or_else(|| panic!("no handle for `{}`", import.name));
    let got = format!("(local $handle i32) (local.set $handle {handle})");
    Some((got, import.call(Some("(local.get $handle)"))))
}

#[test]
fn the_guest_is_not_ended_where_nothing_asks() {
    let body = format!("(func (export \"run\") (result i32) {LATE} unreachable)");
    for row in [row("a module", module(&body)), row("a component", component(&body))] {
        let error = row.check().unwrap_err();
        let (_, found) = error.split_once("found").unwrap();
        assert!(found.starts_with(" `limit wall_clock") && !found.contains("    at "), "{error}");
    }
}

#[test]
fn every_function_for_modules_asks_for_the_time() {
    let rows: Vec<_> = of_modules()
        .iter()
        .map(|import| {
            let call = import.call(None);
            let body = format!("(func (export \"run\") {LATE} {call} unreachable)");
            row(&import.name, module(&body)).with("grants: read")
        })
        .collect();
    assert_eq!(rows.len(), 50);
    check_all(&rows);
}

#[test]
fn every_function_for_components_asks_for_the_time() {
    let mut rows = Vec::new();
    for import in of_components() {
        let Some((got, call)) = call(&import) else { continue };
        let body = format!("(func (export \"run\") (result i32) {got} {LATE} {call} unreachable)");
        let row = row(&import.name, component(&body)).with("grants: read");
        // A call that waits is ended while it waits, so it has no stack of the guest's function.
        let waits = import.name == "pollable.block";
        rows.push(if waits { row.with("expect: limit wall_clock") } else { row });
    }
    assert!(rows.len() > 100, "only {} functions are called", rows.len());
    check_all(&rows);
}

#[test]
fn every_way_to_a_host_function_asks_for_the_time() {
    let imports = of_modules();
    let of = |name: &str| imports.iter().find(|import| import.name == name).unwrap();
    let mut rows = Vec::new();
    for import in ["add", "random_get", "fd_read"].map(of) {
        let (name, signature) = (&import.name, import.signature());
        let (zeros, call) = (import.zeros(), import.call(None));
        let mut add = |how: &str, body: &str| {
            rows.push(row(&format!("{name} {how}"), module(body)));
        };
        add(
            "behind an indirect call",
            &format!(
                "(type $t (func {signature})) (table funcref (elem ${name} ))
                (func (export \"run\") {LATE}
                    (drop (call_indirect (type $t) {zeros} (i32.const 0))) unreachable)"
            ),
        );
        add(
            "as the last call of a function",
            &format!(
                "(func $last (result i32) {LATE} (return_call ${name} {zeros}))
                (func (export \"run\") (result i32) (call $last) unreachable)"
            ),
        );
        add(
            "as the last call of a function, behind an indirect one",
            &format!(
                "(type $t (func {signature})) (table funcref (elem ${name} ))
                (func $last (result i32) {LATE}
                    (return_call_indirect (type $t) {zeros} (i32.const 0)))
                (func (export \"run\") (result i32) (call $last) unreachable)"
            ),
        );
        let ended = format!("{LATE} {call} unreachable");
        add(
            "in a start function",
            &format!("(func $start {ended}) (start $start) (func (export \"run\"))"),
        );
        add(
            "in a set-up",
            &format!("(func (export \"_initialize\") {ended}) (func (export \"run\"))"),
        );
        add("in a command", &format!("(func (export \"_start\") {ended})"));
        add(
            "in one branch of many",
            &format!(
                "(func (export \"run\") (block (block (block (br_table 0 1 2 (i32.const 0))) \
                 {ended}) unreachable) unreachable)"
            ),
        );
    }
    check_all(&rows);
}

#[test]
fn modules_that_serve_imports_ask_for_the_time() {
    let calls = "(module (import \"lib\" \"f\" (func $f)) (func (export \"run\") (call $f)))";
    let rows: Vec<_> = ["add", "to_upper", "sched_yield", "random_get", "fd_write"]
        .iter()
        .map(|name| {
            let imports = of_modules();
            let import = imports.iter().find(|import| import.name == *name).unwrap();
            let call = import.call(None);
            let body = format!("(func (export \"f\") {LATE} {call} unreachable)");
            row(&format!("{name}, in a module that serves another"), calls)
                .provided("lib", &module(&body))
        })
        .collect();
    check_all(&rows);
}

#[test]
fn every_place_in_a_component_asks_for_the_time() {
    let returns = "(func (export \"run\") (result i32) (i32.const 0))";
    let ended = format!("{LATE} (drop (call $random.get-random-u64)) unreachable");
    let within = [
        ("in a start function", format!("{returns} (func $start {ended}) (start $start)")),
        (
            "behind an indirect call",
            format!(
                "(table funcref (elem $random.get-random-u64 ))
                (func (export \"run\") (result i32) {LATE}
                    (drop (call_indirect (result i64) (i32.const 0))) unreachable)"
            ),
        ),
        (
            "as the last call of a function",
            format!(
                "(func $last (result i64) {LATE} (return_call $random.get-random-u64))
                (func (export \"run\") (result i32) (drop (call $last)) unreachable)"
            ),
        ),
    ];
    let mut rows: Vec<_> = within.iter().map(|(name, body)| row(name, component(body))).collect();
    // No host function can be called after a call has returned, so the time cannot be checked
    // there.
    let after = "(func (export \"cabi_post_run\") (param i32)
        (drop (call $random.get-random-u64)))";
    rows.push(Row::new(
        "after a call has returned",
        "trapped cannot leave component instance",
        component(&format!("{returns} {after}")),
    ));
    // `realloc` is called during a call of the host, and nothing long follows it.
    let making_room = row("in what makes room for a result", making_room());
    rows.push(making_room.with("expect: limit wall_clock"));
    rows.push(row("in an instance that serves another", serving_another()));
    check_all(&rows);
}

/// Returns a component that spends its time in its `realloc`, which the host calls for a text.
fn making_room() -> String {
    format!(
        r#"(component
        (import "wit-host:contract/strings@0.1.0" (instance $strings
            (export "to-upper" (func (param "text" string) (result string)))))
        (core module $Memory (memory (export "memory") {LATE_PAGES})
            (func (export "realloc") (param i32 i32 i32 i32) (result i32)
                {LATE} (i32.const 1024)))
        (core instance $memory (instantiate $Memory))
        (core func $f (canon lower (func $strings "to-upper")
            (memory (core memory $memory "memory")) (realloc (core func $memory "realloc"))))
        (core module $M
            (import "host" "f" (func $f (param i32 i32 i32)))
            (func (export "run") (result i32)
                (call $f (i32.const 0) (i32.const 1) (i32.const 512)) unreachable))
        (core instance $m (instantiate $M (with "host" (instance (export "f" (func $f))))))
        (func (export "run") (result s32) (canon lift (core func $m "run"))))"#
    )
}

/// Returns a component with two instances, one of which calls the host for the other.
fn serving_another() -> String {
    format!(
        r#"(component
        (import "wit-host:contract/math@0.1.0" (instance $math
            (export "add" (func (param "a" s32) (param "b" s32) (result s32)))))
        (component $Serving
            (import "math" (instance $math
                (export "add" (func (param "a" s32) (param "b" s32) (result s32)))))
            (core func $add (canon lower (func $math "add")))
            (core module $M
                (import "host" "add" (func $add (param i32 i32) (result i32)))
                (memory {LATE_PAGES})
                (func (export "f") (result i32)
                    {LATE} (drop (call $add (i32.const 1) (i32.const 2))) unreachable))
            (core instance $m (instantiate $M
                (with "host" (instance (export "add" (func $add))))))
            (func (export "f") (result s32) (canon lift (core func $m "f"))))
        (instance $serving (instantiate $Serving (with "math" (instance $math))))
        (component $Calling
            (import "f" (func $f (result s32)))
            (core func $lowered (canon lower (func $f)))
            (core module $M
                (import "host" "f" (func $f (result i32)))
                (func (export "run") (result i32) (call $f)))
            (core instance $m (instantiate $M
                (with "host" (instance (export "f" (func $lowered))))))
            (func (export "run") (result s32) (canon lift (core func $m "run"))))
        (instance $calling (instantiate $Calling (with "f" (func $serving "f"))))
        (export "run" (func $calling "run")))"#
    )
}
