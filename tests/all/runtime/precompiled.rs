//! Tests of guests that are compiled ahead of time. They run like other guests on a compatible host
//! that trusts them, and are refused everywhere else.
#![allow(unsafe_code, reason = "a test trusts what it has just compiled")]

use std::fs;

use serde_json::Value;
use wit_host::{
    CompiledGuest, Error, Guest, GuestError, Limits, Processor, Result, Runtime, RuntimeBuilder,
};
use wit_host_artifacts as guests;
use wit_host_contract::Functions;

use crate::support::command::{Files, check, run};

fn runtime(builder: RuntimeBuilder<Functions>) -> Runtime<Functions> {
    builder.build().unwrap()
}

fn compiled(guest: &str) -> CompiledGuest {
    runtime(crate::support::hosts::shipped()).compile_file(guest).unwrap()
}

fn load(runtime: &Runtime<Functions>, bytes: &[u8]) -> Result<Guest<Functions>> {
    // SAFETY: the bytes are what this test has compiled, or `load_compiled` refuses them.
    unsafe { runtime.load_compiled(bytes) }
}

#[test]
fn a_compiled_guest_is_the_guest() {
    for (guest, import) in [(guests::COMPONENT_WASIP2, "math"), (guests::ADD_UNKNOWN, "env.add")] {
        let CompiledGuest { bytes, manifest, .. } = compiled(guest);
        assert!(manifest.imports.iter().any(|name| name.contains(import)), "{manifest:?}");
        let runtime = runtime(crate::support::hosts::shipped());
        let whole = runtime.load_file(guest).unwrap();
        let loaded = load(&runtime, &bytes).unwrap();
        assert_eq!((loaded.kind(), loaded.exports()), (whole.kind(), whole.exports()));
        let mut session = loaded.session(Functions::default()).start_blocking().unwrap();
        assert_eq!(session.call("run", &[]).unwrap(), [wit_host::Val::S32(3)]);
        // A compiled guest is not accepted where the bytes of a guest are expected.
        assert!(matches!(runtime.load(&bytes), Err(Error::Guest(GuestError::NotAGuest { .. }))));
    }
}

#[test]
fn a_compiled_guest_is_for_one_kind_of_runtime() {
    let bytes = compiled(guests::ADD_UNKNOWN).bytes;
    let contract = crate::support::hosts::shipped;
    let refused = |builder, part: &str| {
        let error = load(&runtime(builder), &bytes).err().unwrap();
        assert!(error.to_string().contains(part), "{error}");
    };
    refused(contract().limits(Limits::default().fuel(1)), "compiled without `Limits::fuel`");
    refused(contract().deterministic(true), "compiled without `RuntimeBuilder::deterministic`");
    refused(contract().limits(Limits::default().compiled_size(100)), "`compiled_size`");
    refused(crate::support::hosts::builder(), "`env::add`");
    let limits = Limits::default().stack(256 << 10).memory(1 << 20);
    assert!(load(&runtime(contract().limits(limits).coredump(true)), &bytes).is_ok());
}

#[test]
fn code_for_less_of_a_processor_runs_where_there_is_more() {
    let compile = |processor| {
        let runtime = runtime(crate::support::hosts::shipped().processor(processor));
        let compiled = runtime.compile_file(guests::COMPONENT_WASIP2).unwrap();
        let guest = load(&runtime, &compiled.bytes).unwrap();
        let mut session = guest.session(Functions::default()).start_blocking().unwrap();
        assert_eq!(session.call("run", &[]).unwrap(), [wit_host::Val::S32(3)]);
        compiled
    };
    let here = runtime(crate::support::hosts::shipped());
    let (native, baseline) = (compile(Processor::Native), compile(Processor::Baseline));
    assert_eq!(native.manifest.features, Processor::Native.features());
    assert!(baseline.manifest.features.is_empty());
    assert_ne!(native.manifest.code, baseline.manifest.code);
    assert!(load(&here, &baseline.bytes).is_ok());
}

#[test]
fn code_is_not_made_for_what_cannot_run_here() {
    for processor in [Processor::X86_64V2, Processor::X86_64V3, Processor::X86_64V4] {
        let has_all =
            processor.features().iter().all(|one| Processor::Native.features().contains(one));
        match crate::support::hosts::shipped().processor(processor).build() {
            Ok(_) => assert!(has_all && cfg!(target_arch = "x86_64")),
            Err(error) => assert!(matches!(error, Error::Processor { .. }) && !has_all, "{error}"),
        }
    }
}

#[test]
fn what_is_damaged_is_refused() {
    let runtime = runtime(crate::support::hosts::shipped());
    let good = compiled(guests::ADD_UNKNOWN).bytes;
    let with = |at: usize| {
        let mut bad = good.clone();
        bad[at] ^= 1;
        bad
    };
    let length = good.len();
    let mut cases: Vec<_> = (0..length).step_by(length / 50).map(with).collect();
    cases.extend((1..=16).map(|behind| with(length - behind)));
    cases.extend([vec![], b"wit-host".to_vec(), good[..length - 1].to_vec(), good[1..].to_vec()]);
    cases.push([&u64::MAX.to_le_bytes()[..], b"wit-host"].concat());
    cases.push(fs::read(guests::ADD_UNKNOWN).unwrap());
    for (number, bad) in cases.iter().enumerate() {
        let refused = load(&runtime, bad);
        // The manifest has a name and a hash that the host does not check, so a change there may go
        // unnoticed.
        let taken_as_it_is =
            refused.is_ok() && bad.get(..length - 1500) == good.get(..length - 1500);
        assert!(
            taken_as_it_is || matches!(refused, Err(Error::IncompatibleCode { .. })),
            "{number}"
        );
    }
}

#[test]
fn what_would_not_be_loaded_is_not_compiled() {
    let runtime = runtime(crate::support::hosts::shipped().limits(Limits::default().functions(1)));
    let mismatch = runtime.compile(r#"(module (import "env" "mul" (func)))"#);
    assert!(matches!(mismatch, Err(Error::Mismatches(_))));
    let costly = runtime.compile("(module (func) (func))");
    assert!(matches!(costly, Err(Error::Guest(GuestError::OverLoadLimit { .. }))));
    assert!(matches!(runtime.compile("picture"), Err(Error::Guest(GuestError::NotAGuest { .. }))));
}

#[test]
fn the_command_runs_compiled_code_that_a_person_trusts() {
    let files = Files::new();
    for guest in [guests::COMPONENT_WASIP2, guests::ADD_UNKNOWN] {
        let output = files.file("guest.cwasm", "");
        let ran = run(&["compile", "--isolate", guest, "-o", &output]);
        assert_eq!((ran.status, &*ran.stderr), (Some(0), ""), "{guest}");
        let manifest: Value = serde_json::from_str(&ran.stdout).unwrap();
        assert!(manifest["engine"].as_str().unwrap().starts_with("wasmtime 48."), "{manifest}");
        check(&["run", "--trusted-code", &output], 0, "3\n", "");
        check(&["call", "--trusted-code", &output, "run"], 0, "3\n", "");
        check(&["run", &output], 126, "", "only taken where it is trusted, with `--trusted-code`");
        let fuel = ["run", "--trusted-code", "--fuel", "100000", &output];
        check(&fuel, 126, "", "it was compiled without `--fuel`, and is to be run with");
        run(&["compile", "--fuel", guest, "-o", &output]);
        check(&fuel, 0, "3\n", "");
        check(&["run", "--trusted-code", guest], 126, "", "it is no file of `wit-host compile`");
    }
}

#[test]
fn compiling_ends_as_running_does() {
    let files = Files::new();
    let (output, text) = (files.file("old", "old"), files.file("text", "Dear reader,"));
    check(&["compile", &text, "-o", &output], 126, "", "text, but not the text form");
    check(&["compile", "/no/such/guest", "-o", &output], 127, "", "failed to read");
    assert_eq!(fs::read(&output).unwrap(), b"old", "it stays as it was");
    let module = guests::ADD_UNKNOWN;
    check(&["compile", module, "-o", "/no/such/x"], 125, "", "failed to write `/no/such/x`");
    check(&["compile", module], 2, "", "--output <FILE>");
    check(&["compile", module, "-o", &output, "--limit", "body=1"], 126, "", "`body`");
    check(&["compile", module, "-o", &output, "--limit", "speed=1"], 2, "", "no limit `speed`");
}
