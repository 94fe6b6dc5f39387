//! Tests of conventions from the command line: modules that serve one another, state from call to
//! call, set-up, and values of the host.

use crate::support::command::{Files, check, run};

const FIB: &str = r#"(module (memory (export "memory") 1)
    (func $fib (export "fib") (param i32) (result i32)
        (if (result i32) (i32.lt_s (local.get 0) (i32.const 2)) (then (i32.const 1))
            (else (i32.add (call $fib (i32.sub (local.get 0) (i32.const 1)))
                           (call $fib (i32.sub (local.get 0) (i32.const 2))))))))"#;

/// A guest that writes a number and its fibonacci number, in two digits each.
const PRINT_VAL_AND_FIB: &str = r#"(module
    (import "wasm" "fib" (func $fib (param i32) (result i32)))
    (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
    (memory (export "memory") 1)
    (data (i32.const 0) "\10\00\00\00\06\00\00\00")
    (func $digits (param $at i32) (param $number i32)
        (i32.store8 (local.get $at)
            (i32.add (i32.const 48) (i32.div_u (local.get $number) (i32.const 10))))
        (i32.store8 offset=1 (local.get $at)
            (i32.add (i32.const 48) (i32.rem_u (local.get $number) (i32.const 10)))))
    (func (export "print_val_and_fib") (param i32) (result i32)
        (call $digits (i32.const 16) (local.get 0))
        (i32.store8 offset=2 (i32.const 16) (i32.const 32))
        (call $digits (i32.const 19) (call $fib (local.get 0)))
        (i32.store8 offset=5 (i32.const 16) (i32.const 10))
        (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8))))"#;

const ACCUMULATE: &str = r#"(module (global $n (mut i32) (i32.const 0))
    (func (export "acc") (result i32)
        (global.set $n (i32.add (global.get $n) (i32.const 1))) (global.get $n)))"#;

#[test]
fn a_second_module() {
    let files = Files::new();
    let guest = files.file("guest.wat", PRINT_VAL_AND_FIB);
    let served = format!("wasm={}", files.file("fib.wat", FIB));
    let other = format!("wasm={}", files.file("other.wat", r#"(module (func (export "f")))"#));
    let nowhere = "wasm=no-such-file.wasm";
    let call = |module: &str, status, stdout, error| {
        let args = ["call", "--module", module, &guest, "print_val_and_fib", "8"];
        check(&args, status, stdout, error);
    };
    call(&served, 0, "08 34\n0\n", "");
    call(&other, 126, "", "import `wasm.fib`: the module exports nothing of this name");
    call(nowhere, 127, "", "failed to load the module that is to serve `wasm`: failed to read");
    call("wasm", 2, "", "a name or a file is missing; give NAME=FILE");
    call(&served.replacen("wasm", "wasi_unstable", 1), 2, "", "the name is WASI's own");

    check(&["check", &guest], 126, "", "`--module wasm=FILE`");
    let fits = format!(
        "{guest} fits `wit-host:contract/plugin@0.1.0`\nit does not export `run`, which it may \
         leave out\nit does not export `greet`, which it may leave out\n"
    );
    check(&["check", "--module", &served, &guest], 0, &fits, "");
    let told = run(&["inspect", "--module", &served, &guest]).stdout;
    assert!(told.contains("wasm.fib(i32) -> i32\n    served by the core module `wasm`"), "{told}");
}

#[test]
fn state_and_set_up() {
    let files = Files::new();
    let guest = files.file("acc.wat", ACCUMULATE);
    check(&["call", "--repeat", "3", &guest, "acc"], 0, "1\n2\n3\n", "");
    for (set_up, expected) in [("_initialize", "11\n12\n"), ("_start", "11\n12\n"), ("x", "1\n2\n")]
    {
        let set_up = format!("(func (export \"{set_up}\") (global.set $n (i32.const 10)))");
        let text = format!("{} {set_up})", ACCUMULATE.strip_suffix(')').unwrap());
        let guest = files.file("set-up.wat", text);
        check(&["call", "--repeat", "2", &guest, "acc"], 0, expected, "");
    }
}

#[test]
fn values_of_the_host() {
    let files = Files::new();
    let text = r#"(module (table $held 1 externref)
        (func (export "hold") (param externref) (table.set $held (i32.const 0) (local.get 0)))
        (func (export "run") (result i32) (ref.is_null (table.get $held (i32.const 0)))))"#;
    let guest = files.file("guest.wat", text);
    // The guest imports no value of the host, so values need not be switched on.
    check(&["run", &guest], 0, "1\n", "");
    check(&["run", "--externref", &guest], 0, "1\n", "");
    // The process that compiles the guest has to know whether values of the host are allowed.
    check(&["run", "--isolate", &guest], 0, "1\n", "");
    check(&["call", &guest, "hold", "null", "--then", "run"], 0, "1\n", "");
    check(&["call", &guest, "hold", "1"], 2, "", "there is only `null`");
    let asks = text.replace("(module", r#"(module (import "env" "take" (func (param externref)))"#);
    check(&["run", &files.file("asks.wat", asks)], 126, "", "`env.take`: the host has no");
    let hidden = files.file("hidden.wat", text.replace("(export \"hold\") ", ""));
    check(&["run", &hidden], 0, "1\n", "");
}
