//! Tests of source lines in the stack of a failed guest. The command and the library find them if
//! the guest has debug information, and otherwise say why they are missing.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;
use wit_host::{Isolation, Runtime};
use wit_host_contract::Functions;

use crate::support::hosts::shipped as builder;

use crate::support::command::run_with;

/// A program that fails in its fifth line, in a function that is called from the third.
const SOURCE: &str = "\
fn main() {
    let numbers: Vec<usize> = std::env::args().map(|word| word.len()).collect();
    println!(\"{}\", nth(&numbers, 7));
}
#[inline(never)] fn nth(numbers: &[usize], n: usize) -> usize { numbers[n] }
";

/// Compiles a Rust program for `target` with debug information.
fn guest(target: &str) -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let (source, guest) = (folder.path().join("failing.rs"), folder.path().join("guest.wasm"));
    fs::write(&source, SOURCE).unwrap();
    let mut rustc = Command::new("rustc");
    rustc.args(["--edition=2024", "-g", "--target", target, "-o"]).arg(&guest).arg(&source);
    assert!(rustc.status().unwrap().success(), "rustc failed");
    (folder, guest)
}

fn isolation() -> Isolation {
    Isolation::new(env!("CARGO_BIN_EXE_wit-host"), ["isolated-worker"])
}

#[test]
fn the_command_names_the_line() {
    for target in ["wasm32-wasip1", "wasm32-wasip2"] {
        let (folder, guest) = guest(target);
        let path = guest.to_str().unwrap();
        // The first run compiles the guest, and the second finds it in the cache.
        for _ in 0..2 {
            let ran = run_with(folder.path(), &["run", path]);
            assert_eq!(ran.status, Some(134), "{}", ran.stderr);
            for frame in ["at failing::nth (", "failing.rs:5)", "at failing::main (", "rs:3)"] {
                assert!(ran.stderr.contains(frame), "{target}: {frame}\n{}", ran.stderr);
            }
        }
    }
}

#[test]
fn the_library_adds_lines_where_it_is_asked() {
    let (_folder, path) = guest("wasm32-wasip2");
    let bytes = fs::read(&path).unwrap();
    let runtime: Runtime<Functions> = builder().build().unwrap();
    let failed = |bytes: &[u8]| {
        let guest = runtime.load(bytes).unwrap();
        guest.session(Functions::default()).start_blocking().unwrap().main().unwrap_err()
    };
    let mut error = failed(&bytes);
    let failure = error.failure_mut().unwrap();
    assert!(failure.backtrace.iter().any(|frame| frame == "failing::nth"), "{failure}");
    failure.locate(&bytes, &isolation());
    assert!(failure.backtrace.iter().any(|frame| frame.ends_with("failing.rs:5)")), "{failure}");
    assert_eq!(failure.lines_left_out, None);

    let other = fs::read(guest("wasm32-wasip1").1).unwrap();
    let mut error = failed(&bytes);
    let failure = error.failure_mut().unwrap();
    failure.locate(&other, &isolation());
    let reason = failure.lines_left_out.clone().unwrap();
    assert!(reason.contains("has changed since it was loaded"), "{reason}");
}

/// Returns a guest that fails, with a unit of debug information whose entries are nested to this
/// depth.
fn nested(depth: usize) -> Vec<u8> {
    let module = r#"(module (func (export "run") unreachable))"#;
    let mut guest = wat::parse_str(module).unwrap();
    let range = |entry: &mut Vec<u8>| {
        entry.extend(0_u32.to_le_bytes());
        entry.extend([0x80, 0x80, 0x04]);
    };
    // Three kinds of entries: a unit with a range, a function with a range, and an inlined function
    // without one.
    let abbreviations = b"\x01\x11\x01\x11\x01\x12\x0f\0\0\x02\x2e\x01\x11\x01\x12\x0f\0\0\
                          \x03\x1d\x01\0\0\0";
    let mut entries = vec![1];
    range(&mut entries);
    entries.push(2);
    range(&mut entries);
    entries.extend(vec![3; depth]);
    entries.extend(vec![0; depth + 2]);
    let mut unit = vec![4, 0, 0, 0, 0, 0, 4];
    unit.extend(entries);
    let mut info = u32::try_from(unit.len()).unwrap().to_le_bytes().to_vec();
    info.extend(unit);
    for (name, content) in [(".debug_abbrev", &abbreviations[..]), (".debug_info", &info)] {
        let mut section = vec![u8::try_from(name.len()).unwrap()];
        section.extend(name.bytes());
        section.extend(content);
        guest.push(0);
        // The length is written as a number of exactly three bytes.
        let length = section.len();
        let bits = |shift: usize| u8::try_from(length >> shift & 0x7f).unwrap();
        guest.extend([bits(0) | 0x80, bits(7) | 0x80, bits(14)]);
        guest.extend(section);
    }
    guest
}

#[test]
fn what_breaks_the_reader_costs_the_lines_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("nested.wasm");
    fs::write(&path, nested(40_000)).unwrap();
    let ran = run_with(folder.path(), &["run", path.to_str().unwrap()]);
    assert_eq!(ran.status, Some(134), "{}", ran.stderr);
    let parts = ["`run` trapped: it reached an `unreachable`", "lines are left out: ", "spent "];
    for part in parts {
        assert!(ran.stderr.contains(part), "{part}\n{}", ran.stderr);
    }
}

#[test]
fn a_guest_is_kept_without_its_debug_information() {
    let (folder, path) = guest("wasm32-wasip2");
    let size = |path: &Path| fs::metadata(path).unwrap().len();
    run_with(folder.path(), &["run", path.to_str().unwrap()]);
    let kept = fs::read_dir(folder.path().join("wit-host")).unwrap();
    let largest = kept.map(|entry| size(&entry.unwrap().path())).max().unwrap();
    assert!(size(&path) > 2_000_000 && largest < 1_000_000, "{largest} bytes are kept");
}
