//! Tests of files that are not overwritten, and of output that cannot be written.

use std::fs::{self, File};
use std::os::unix::fs::symlink;
use std::process::{Command, Stdio};

use crate::support::command::{Files, check, command};

const GUEST: &str = r#"(module (func (export "run") (result i32) (i32.const 3)))"#;

#[test]
fn a_file_that_is_read_is_not_written_over() {
    let files = Files::new();
    let guest = files.file("guest.wat", GUEST);
    let [hard, soft] = ["hard", "soft"].map(|name| guest.replace("guest.wat", name));
    fs::hard_link(&guest, &hard).unwrap();
    symlink("guest.wat", &soft).unwrap();
    let module = files.file("module.wat", "(module)");
    let named = format!("other={module}");
    for file in [&guest, &hard, &soft] {
        let error = "is the guest itself; write to another file";
        check(&["compile", &guest, "-o", file], 2, "", error);
        check(&["run", "--trace", file, &guest], 2, "", error);
        check(&["run", "--coredump", file, &guest], 2, "", error);
        check(&["call", "--trace", file, &guest, "run"], 2, "", error);
        check(&["adapt", &guest, "-o", file], 2, "", "is the module itself");
    }
    let error = "is a module of `--module` itself";
    check(&["run", "--module", &named, "--trace", &module, &guest], 2, "", error);
    check(&["compile", "--module", &named, "-o", &module, &guest], 2, "", error);
    let both = files.file("both", "");
    let error = "is to be the trace and the coredump";
    check(&["run", "--trace", &both, "--coredump", &both, &guest], 2, "", error);
    assert_eq!(fs::read_to_string(&guest).unwrap(), GUEST);
    assert_eq!(fs::read_to_string(&module).unwrap(), "(module)");
}

#[test]
fn a_place_that_is_none_is_told() {
    let files = Files::new();
    let guest = files.file("guest.wat", GUEST);
    for place in ["/no/such/folder/file", "/", "/dev/fd/999", "/proc/self/fd/999"] {
        for words in [
            &["compile", "-o", place, &guest][..],
            &["run", "--trace", place, &guest],
            &["run", "--coredump", place, &guest],
        ] {
            check(words, 125, "", "failed to write");
        }
    }
}

/// Runs the command with a standard output that accepts nothing.
fn full(words: &[&str]) -> (Option<i32>, String) {
    let folder = tempfile::tempdir().unwrap();
    let full = File::options().write(true).open("/dev/full").unwrap();
    let output = command(folder.path()).args(words).stdout(full).output().unwrap();
    (output.status.code(), String::from_utf8(output.stderr).unwrap())
}

#[test]
#[cfg(target_os = "linux")]
fn standard_output_that_takes_nothing_is_a_failure_of_the_host() {
    let files = Files::new();
    let guest = &*files.file("guest.wat", GUEST);
    let made = files.file("made", "");
    let project = &*files.folder("project");
    for words in [
        &["--help"][..],
        &["help"],
        &["--version"],
        &["run", "--help"],
        &["contract"],
        &["contract", "--env"],
        &["contract", "--format", "json"],
        &["run", guest],
        &["call", guest, "run"],
        &["call", "--json", guest, "run"],
        &["check", guest],
        &["check", "--format", "json", guest],
        &["inspect", guest],
        &["inspect", "--format", "json", guest],
        &["adapt", "--dry-run", guest],
        &["adapt", "-o", "/dev/stdout", guest],
        &["compile", guest, "-o", &made],
        &["compile", guest, "-o", "/dev/stdout"],
        &["new", project, "--lang", "rust"],
        &["new", "--list"],
        &["doctor"],
        &["doctor", "--format", "json"],
        &["cache", "stat"],
        &["cache", "path"],
        &["cache", "clear"],
        &["completions", "bash"],
    ] {
        let (status, told) = full(words);
        assert_eq!(status, Some(125), "{words:?}: {told}");
        assert!(told.contains("failed to write ") && told.contains("No space left"), "{told}");
    }
}

#[test]
fn a_reader_who_goes_away_is_told_nothing() {
    for words in [&["--help"][..], &["contract"], &["completions", "zsh"]] {
        let folder = tempfile::tempdir().unwrap();
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let output = command(folder.path()).args(words).stdout(writer).output().unwrap();
        let told = String::from_utf8(output.stderr).unwrap();
        assert_eq!((output.status.code(), &*told), (Some(141), ""), "{words:?}");
    }
}

/// A write beyond the system's limit of file sizes fails, and does not end the command.
#[test]
fn a_limit_of_the_files_size_fails_what_is_written_and_no_more() {
    let files = Files::new();
    let guest = files.file("guest.wat", GUEST);
    let place = files.file("place", "");
    let program = env!("CARGO_BIN_EXE_wit-host");
    let limited = |words: &[&str]| {
        let cache = files.folder(&format!("cache{}", words.len()));
        let output = Command::new("sh")
            .args(["-c", "ulimit -f 1; exec \"$@\"", "sh", program])
            .args(words)
            .env("XDG_CACHE_HOME", &cache)
            .stdin(Stdio::null())
            .output()
            .unwrap();
        let left = |entry: fs::DirEntry| entry.file_name().to_str().unwrap().to_owned();
        let kept: Vec<_> = fs::read_dir(format!("{cache}/wit-host"))
            .map(|entries| entries.map(|entry| left(entry.unwrap())).collect())
            .unwrap_or_default();
        assert!(!kept.iter().any(|name| name.starts_with("unfinished")), "{kept:?}");
        (output.status.code(), output.stdout, String::from_utf8(output.stderr).unwrap())
    };
    let (status, stdout, told) = limited(&["run", &guest]);
    assert_eq!((status, &*stdout), (Some(0), &b"3\n"[..]), "{told}");
    assert!(told.contains("guests are compiled each time") && told.lines().count() == 1, "{told}");
    let (status, stdout, told) = limited(&["run", "--no-cache", "-v", "--trace", &place, &guest]);
    assert_eq!((status, &*stdout), (Some(0), &b"3\n"[..]), "{told}");
    let (status, _, told) = limited(&["compile", &guest, "-o", &place]);
    assert_eq!(status, Some(125), "{told}");
    assert!(told.contains("failed to write `") && told.contains("File too large"), "{told}");
}
