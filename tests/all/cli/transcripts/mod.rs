//! Tests of `call`, `shell` and `check`, as a person uses them. Each `.trycmd` file in this folder is
//! a transcript. Its commands are typed into a shell, in a temporary folder with the guests of
//! [`FILES`]. Standard output comes first, and each line of standard error has `! ` before it.
//! Times and sizes, which differ from run to run, are `…`. How what is printed today is written into
//! the files is in CONTRIBUTING.md.

mod closed;
mod interrupted;

use std::env;
use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Command;

use tempfile::TempDir;
use trycmd::TestCases;
use trycmd::schema::Bin;
use wit_component::{ComponentEncoder, StringEncoding, embed_component_metadata};
use wit_parser::Resolve;

use crate::support::typed::Typed;

/// A program of the command's name, which the shell finds first. It runs the command, and marks the
/// lines of standard error.
const MARKS_ERRORS: &str = include_str!("marks-errors.sh");

/// What stands for `\` while `trycmd` compares, which takes that for the separator of a path and
/// makes `/` of it.
const BACKSLASH: &str = "⧵";

/// Returns the command, which stores nothing outside of the folder.
fn command(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_wit-host"));
    command.current_dir(folder).env("XDG_STATE_HOME", folder).env("HOME", folder);
    command
}

/// Guests, contracts, and files that can be given as an argument.
const FILES: &[(&str, &[u8])] = &[
    ("module.wat", include_bytes!("module.wat")),
    (
        "spins.wat",
        br#"(module (func (export "count") (result i32) (i32.const 1))
            (func $spin (export "spin") (loop (br 0))))"#,
    ),
    (
        "misfit.wat",
        br#"(component
            (import "wit-host:contract/maths@0.1.0" (instance (export "add" (func)))))"#,
    ),
    ("own.wat", include_bytes!("own.wat")),
    ("word.wat", br#"(module (import "env" "mul" (func)))"#),
    ("prose.txt", b"Dear reader,"),
    ("name.txt", b"Ann\n"),
    ("data.bin", b"\x00\xffa"),
    ("point.json", br#"{"x": 1, "y": 2.5}"#),
    ("old.wit", b"package a:b@1.0.0;\nworld plugin { import price: func() -> u32; }"),
    ("minor.wit", b"package a:b@1.1.0;\nworld plugin { import price: func() -> u64; }"),
    ("major.wit", b"package a:b@2.0.0;\nworld plugin { import price: func() -> u64; }"),
    ("two.wit", b"package a:b;\nworld one {}\nworld two { export letter: func() -> u8; }"),
    ("wrong.wit", b"package a:b;\nworld plugin { import price: fun() -> u32; }"),
];

fn folder() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    fill(folder.path());
    folder
}

fn fill(folder: &Path) {
    let [shop, shapes] = [
        (include_str!("shop.wit"), include_str!("shop.wat")),
        (include_str!("shapes.wit"), include_str!("shapes.wat")),
    ];
    fs::write(folder.join("shop.wasm"), component(shop)).unwrap();
    fs::write(folder.join("shapes.wasm"), component(shapes)).unwrap();
    for (name, content) in FILES {
        fs::write(folder.join(name), content).unwrap();
    }
}

/// Returns a component of the world in `wit`.
fn component((wit, module): (&str, &str)) -> Vec<u8> {
    let mut resolve = Resolve::default();
    let package = resolve.push_source("guest.wit", wit).unwrap();
    let world = resolve.select_world(&[package], None).unwrap();
    let mut module = wat::parse_str(module).unwrap();
    embed_component_metadata(&mut module, &resolve, world, StringEncoding::UTF8).unwrap();
    ComponentEncoder::default().module(&module).unwrap().validate(true).encode().unwrap()
}

fn check(transcript: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../tests/all/cli/transcripts")
        .join(transcript);
    let typed = Typed::read(&fs::read_to_string(&path).unwrap(), |line| Some(line.to_owned()));
    let scratch = tempfile::tempdir().unwrap();
    let copy = scratch.path().join(transcript);
    fs::write(&copy, printed(&typed.for_shell, |line| line.replace('\\', BACKSLASH))).unwrap();
    fs::create_dir(copy.with_extension("in")).unwrap();
    fill(&copy.with_extension("in"));
    let cases = TestCases::new();
    cases
        .register_bin("sh", Bin::Path("/bin/sh".into()))
        .env("PATH", marking(scratch.path()))
        .env("WIT_HOST", env!("CARGO_BIN_EXE_wit-host"))
        .env("HOME", scratch.path().to_str().unwrap())
        .env("XDG_STATE_HOME", scratch.path().to_str().unwrap())
        .case(&copy);
    cases.run();
    let played = fs::read_to_string(copy).unwrap();
    let played = printed(&played, |line| line.replace(BACKSLASH, "\\"));
    if played != typed.for_shell {
        fs::write(&path, typed.restored(&played)).unwrap();
    }
}

/// Returns a text with everything but its commands changed.
fn printed(text: &str, change: impl Fn(&str) -> String) -> String {
    let line = |line: &str| match line.starts_with("$ ") {
        true => line.to_owned(),
        false => change(line),
    };
    text.split_inclusive('\n').map(line).collect()
}

/// Returns the places of programs, the first of which has the one that marks errors.
fn marking(folder: &Path) -> String {
    let program = folder.join("wit-host");
    fs::write(&program, MARKS_ERRORS).unwrap();
    fs::set_permissions(&program, Permissions::from_mode(0o700)).unwrap();
    let others = env::var_os("PATH").unwrap();
    let all = env::join_paths([folder.to_owned()].into_iter().chain(env::split_paths(&others)));
    all.unwrap().into_string().unwrap()
}

#[test]
fn arguments_and_results() {
    check("values.trycmd");
}

#[test]
fn names_of_types() {
    check("types.trycmd");
}

#[test]
fn names_of_functions() {
    check("names.trycmd");
}

#[test]
fn handles_and_sequences_of_calls() {
    check("sequences.trycmd");
}

#[test]
fn ways_to_end() {
    check("endings.trycmd");
}

#[test]
fn a_shell() {
    check("shell.trycmd");
}

#[test]
fn whether_guests_fit() {
    check("check.trycmd");
}
