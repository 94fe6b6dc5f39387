//! Tests of command-line words that are not text, or that name endless input, or numbers that are
//! too large.

use std::ffi::{OsStr, OsString};
use std::fs::{self, File};
use std::os::unix::ffi::OsStrExt as _;
use std::process::Stdio;

use crate::support::command::{Files, check, command};

const GUEST: &str = r#"(component
    (core module $m
        (memory (export "memory") 1)
        (func (export "len") (param i32 i32) (result i32) (local.get 1))
        (func (export "realloc") (param i32 i32 i32 i32) (result i32) (i32.const 64)))
    (core instance $i (instantiate $m))
    (func (export "len") (param "text" string) (result u32)
        (canon lift (core func $i "len") (memory (core memory $i "memory"))
            (realloc (core func $i "realloc")))))"#;

/// Runs the command in a folder. Returns its status and both outputs.
fn ran(folder: &str, words: &[&[u8]], input: Stdio) -> (Option<i32>, String, String) {
    let cache = tempfile::tempdir().unwrap();
    let words = words.iter().map(|word| OsStr::from_bytes(word));
    let output = command(cache.path()).args(words).current_dir(folder).stdin(input).output();
    let output = output.unwrap();
    let text = |bytes| String::from_utf8(bytes).expect("what is printed is UTF-8");
    (output.status.code(), text(output.stdout), text(output.stderr))
}

#[test]
fn a_path_need_not_be_text() {
    let files = Files::new();
    let folder = files.folder("folder");
    let at = |name: &[u8]| [folder.as_bytes(), b"/", name].concat();
    let path = |name: &[u8]| OsStr::from_bytes(&at(name)).to_owned();
    let run = r#"(module (func (export "run") (result i32) (i32.const 3)))"#;
    let names: [(&[u8], &str); 3] =
        [(b"run\xff.wat", run), (b"len\xff.wat", GUEST), (b"text\xff", "four")];
    for (name, content) in names {
        fs::write(path(name), content).unwrap();
    }
    fs::create_dir(path(b"dir\xff")).unwrap();
    for (words, expected) in [
        (&[&b"run"[..], b"run\xff.wat"][..], "3\n"),
        (&[b"run", b"--dir", b"dir\xff::/dir", b"run\xff.wat"], "3\n"),
        (&[b"run", b"--module", b"other=run\xff.wat", b"run\xff.wat"], "3\n"),
        (&[b"run", b"--trace", b"trace\xff", b"run\xff.wat"], "3\n"),
        (&[b"call", b"run\xff.wat", b"run"], "3\n"),
        (&[b"call", b"len\xff.wat", b"len", b"@text\xff"], "4\n"),
        (&[b"check", b"run\xff.wat"], "run\u{fffd}.wat fits `wit-host:contract/plugin@0.1.0`"),
    ] {
        let (status, stdout, stderr) = ran(&folder, words, Stdio::null());
        assert_eq!((status, &*stderr), (Some(0), ""), "{words:?}");
        assert!(stdout.starts_with(expected), "{words:?}: {stdout}");
    }
    let error = "is no UTF-8 text, which it has to be";
    for words in [
        &[&b"run"[..], b"run\xff.wat", b"a\xff"][..],
        &[b"call", b"len\xff.wat", b"len", b"a\xff"],
        &[b"call", b"len\xff.wat", b"len\xff", b"a"],
    ] {
        let (status, _, stderr) = ran(&folder, words, Stdio::null());
        assert!(status == Some(2) && stderr.contains(error), "{words:?}: {stderr}");
    }
    let words: &[&[u8]] = &[b"run", b"--dir", b"dir\xff", b"run\xff.wat"];
    let (status, _, stderr) = ran(&folder, words, Stdio::null());
    assert!(status == Some(2) && stderr.contains("give HOST::GUEST"), "{stderr}");
}

#[test]
fn a_path_is_shown_on_one_line() {
    let files = Files::new();
    let name: OsString = "a\u{1b}[2J\n\u{202e}.wat".into();
    let guest = files.file(name.to_str().unwrap(), r#"(module (func (export "run")))"#);
    for words in [
        &["check", &guest][..],
        &["check", "--wit", &guest, &guest],
        &["inspect", "--format", "wit", &guest],
        &["run", "-v", &guest],
        &["call", &guest, "none"],
        &["compile", &guest, "-o", &guest],
        &["compile", &guest, "-o", &format!("{guest}/none")],
        &["run", "--trace", &format!("{guest}/none"), &guest],
        &["run", "--coredump", &format!("{guest}/none"), &guest],
        &["run", "--dir", &guest, &guest],
        &["adapt", &guest, "-o", &format!("{guest}/none")],
        &["new", &guest, "--lang", "rust"],
    ] {
        let words: Vec<_> = words.iter().map(|word| word.as_bytes()).collect();
        let (_, stdout, stderr) = ran("/", &words, Stdio::null());
        let told = format!("{stdout}{stderr}");
        assert!(told.contains("a\\u{1b}[2J\\n\\u{202e}.wat"), "{words:?}: {told:?}");
        assert!(!told.contains(['\u{1b}', '\u{202e}']), "{words:?}: {told:?}");
    }
}

#[test]
fn an_argument_has_an_end() {
    let files = Files::new();
    let guest = files.file("guest.wat", GUEST);
    let zero = || Stdio::from(File::open("/dev/zero").unwrap());
    let more = "there is more than the guest may have memory for, 1.0 MiB; `--memory` allows more";
    for argument in ["@/dev/zero", "-"] {
        let words = ["call", "--memory", "1MiB", &guest, "len", argument];
        let words: Vec<_> = words.iter().map(|word| word.as_bytes()).collect();
        let (status, _, stderr) = ran("/", &words, zero());
        assert!(status == Some(2) && stderr.contains(more), "{stderr}");
    }
    let (status, stdout, stderr) =
        ran("/", &[b"shell", b"--memory", b"1MiB", guest.as_bytes()], Stdio::null());
    assert_eq!((status, &*stdout, &*stderr), (Some(0), "", ""));
    let wit = ["check", "--wit", "/dev/zero", &guest];
    check(&wit, 2, "", "it is neither a file nor a folder");
    // And so has each file in a folder.
    for (file, target) in [("a.wit", "/dev/zero"), ("deps/b.wit", "/dev/zero")] {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path();
        std::fs::create_dir_all(path.join("deps/c")).unwrap();
        std::fs::write(path.join("own.wit"), "package a:b; world w {}").unwrap();
        std::os::unix::fs::symlink(target, path.join(file)).unwrap();
        let wit = ["check", "--wit", path.to_str().unwrap(), &guest];
        check(&wit, 2, "", "it is neither a file nor a folder");
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    std::fs::create_dir_all(path.join("deps/c")).unwrap();
    std::fs::write(path.join("own.wit"), "package a:b; world w {}").unwrap();
    for name in ["deps/c/one.wit", "deps/c/two.wit"] {
        File::create(path.join(name)).unwrap().set_len(9 << 20).unwrap();
    }
    let wit = ["check", "--wit", path.to_str().unwrap(), &guest];
    check(&wit, 2, "", "it is longer than 16 MiB, which no contract is");
}

#[test]
fn what_is_more_than_there_can_be_is_refused() {
    let files = Files::new();
    let guest = files.file("guest.wat", r#"(module (func (export "run")))"#);
    for (option, value) in [
        ("--memory", "99999999999999999999GiB"),
        ("--memory", "16EiB"),
        ("--timeout", "99999999999999999999h"),
        ("--fuel", "99999999999999999999"),
        ("--limit", "handles=99999999999999999999"),
        ("--limit", "host-calls=99999999999999999999"),
        ("--limit", "compile-time=99999999999999999999h"),
        ("--trace-size", "16EiB"),
    ] {
        check(&["run", option, value, &guest], 2, "", "is more than there can be");
    }
    for (option, value) in [
        ("--memory", "1e999GiB"),
        ("--memory", "NaN"),
        ("--memory", "-1"),
        ("--timeout", "-1s"),
        ("--timeout", "NaNs"),
        ("--fuel", "1e9"),
        ("--limit", "handles=-1"),
        ("--limit", "stack=15EiB"),
        ("--limit", "stack=0"),
        ("--trace-size", "inf"),
    ] {
        let option = format!("{option}={value}");
        check(&["run", &option, &guest], 2, "", "invalid value");
    }
}
