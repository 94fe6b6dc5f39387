//! Tests of the place where a file is written that a person names, and of what happens to an
//! existing file.

use std::fs::{self, File};
use std::io::Read as _;
use std::os::unix::fs::{FileTypeExt as _, MetadataExt as _, PermissionsExt as _, symlink};
use std::path::Path;
use std::process::{Command, Stdio};

use rustix::fs::{CWD, FileType, Mode, mknodat};
use tempfile::TempDir;

use crate::support::command::command;

const GUEST: &str = r#"(module (memory 1)
    (func (export "run") (result i32) (i32.const 3))
    (func (export "fail") unreachable))"#;

/// Each option that writes a file, and the exit status of its command.
const WRITERS: [(&[&str], i32); 4] = [
    (&["compile", "guest.wat", "-o", "FILE"], 0),
    (&["adapt", "guest.wat", "-o", "FILE"], 0),
    (&["run", "--trace", "FILE", "guest.wat"], 0),
    (&["call", "--coredump", "FILE", "guest.wat", "fail"], 134),
];

fn folder() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("guest.wat"), GUEST).unwrap();
    folder
}

/// Returns the command in this folder, with `FILE` replaced by the file's name.
fn writing(folder: &Path, words: &[&str], file: &str) -> Command {
    let words = words.iter().map(|word| if *word == "FILE" { file } else { word });
    let mut command = command(&folder.join("cache"));
    command.args(words).current_dir(folder);
    command
}

/// Runs the command. Checks its status, and that no unfinished file is left.
fn write(folder: &Path, (words, status): (&[&str], i32), file: &str) {
    let output = writing(folder, words, file).output().unwrap();
    let told = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(status), "{words:?} to {file}: {told}");
    for entry in fs::read_dir(folder).unwrap() {
        let name = entry.unwrap().file_name();
        assert!(!name.to_str().unwrap().starts_with('.'), "{words:?} left {name:?}");
    }
}

#[test]
fn a_new_file_has_the_usual_mode() {
    for writer in WRITERS {
        let folder = folder();
        write(folder.path(), writer, "made");
        fs::write(folder.path().join("usual"), "").unwrap();
        let [made, usual] = ["made", "usual"].map(|name| folder.path().join(name));
        assert_eq!(made.metadata().unwrap().mode(), usual.metadata().unwrap().mode());
        assert!(made.metadata().unwrap().len() > 0, "{writer:?}");
    }
}

#[test]
fn a_file_is_replaced_and_keeps_its_mode() {
    for writer in WRITERS {
        let folder = folder();
        let file = folder.path().join("file");
        fs::write(&file, "x".repeat(1 << 20)).unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o640)).unwrap();
        let mut before = File::open(&file).unwrap();
        write(folder.path(), writer, "file");
        let metadata = file.metadata().unwrap();
        assert_eq!(metadata.mode() & 0o7777, 0o640, "{writer:?}");
        assert!((1..1 << 20).contains(&metadata.len()), "{writer:?}");
        // A program that has the old file open can still read it.
        assert_eq!(before.read_to_end(&mut Vec::new()).unwrap(), 1 << 20, "{writer:?}");
    }
}

#[test]
fn a_link_stays_one() {
    for writer in WRITERS {
        let folder = folder();
        let at = |name: &str| folder.path().join(name);
        fs::create_dir(at("within")).unwrap();
        fs::write(at("within/old"), "old").unwrap();
        for (link, target) in [("one", "within/old"), ("two", "within/new"), ("three", "one")] {
            symlink(target, at(link)).unwrap();
            write(folder.path(), writer, link);
            assert_eq!(at(link).read_link().unwrap(), Path::new(target), "{writer:?}");
            assert_ne!(fs::read(at(link)).unwrap(), b"old", "{writer:?}");
        }
        assert!(at("within/new").metadata().unwrap().len() > 0, "{writer:?}");
        assert_eq!(fs::read_dir(at("within")).unwrap().count(), 2, "{writer:?}");
    }
}

#[test]
fn a_device_stays_one() {
    for writer in WRITERS {
        let folder = folder();
        symlink("/dev/null", folder.path().join("link")).unwrap();
        for name in ["/dev/null", "link"] {
            write(folder.path(), writer, name);
        }
        assert!(fs::metadata("/dev/null").unwrap().file_type().is_char_device());
    }
}

#[test]
fn a_descriptor_is_written_to_where_it_stands() {
    for writer in WRITERS {
        let folder = folder();
        for name in ["/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"] {
            let path = folder.path().join("out");
            let mut out = File::create(&path).unwrap();
            std::io::Write::write_all(&mut out, b"before\n").unwrap();
            let mut child = writing(folder.path(), writer.0, name);
            let child = child.stdout(out).stderr(Stdio::null()).status().unwrap();
            assert_eq!(child.code(), Some(writer.1), "{writer:?} to {name}");
            let written = fs::read(&path).unwrap();
            let rest = written.strip_prefix(b"before\n").expect("what was there");
            assert!(rest.len() > 100, "{writer:?} to {name}: {written:?}");
        }
    }
}

#[test]
fn what_is_compiled_can_be_piped() {
    let folder = folder();
    let code = folder.path().join("guest.cwasm");
    let words = ["compile", "guest.wat", "-o", "/dev/stdout"];
    let mut child = writing(folder.path(), &words, "");
    assert!(child.stdout(File::create(&code).unwrap()).status().unwrap().success());
    let words = ["run", "--trusted-code", "guest.cwasm"];
    assert_eq!(writing(folder.path(), &words, "").output().unwrap().stdout, b"3\n");
}

fn pipe(folder: &Path) -> std::path::PathBuf {
    let pipe = folder.join("pipe");
    mknodat(CWD, &pipe, FileType::Fifo, Mode::RUSR | Mode::WUSR, 0).unwrap();
    pipe
}

#[test]
fn a_named_pipe_waits_for_its_reader() {
    for writer in WRITERS {
        let folder = folder();
        let pipe = pipe(folder.path());
        let mut child = writing(folder.path(), writer.0, "pipe");
        let child = child.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let read = fs::read(&pipe).unwrap();
        assert!(read.len() > 100, "{writer:?}: {read:?}");
        assert_eq!(child.wait_with_output().unwrap().status.code(), Some(writer.1));
        assert!(pipe.metadata().unwrap().file_type().is_fifo(), "{writer:?}");
    }
}

#[test]
fn a_named_pipe_without_a_reader_is_given_up() {
    let folder = folder();
    pipe(folder.path());
    let output = writing(folder.path(), WRITERS[0].0, "pipe").output().unwrap();
    let told = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(125), "{told}");
    assert!(told.contains("it is a named pipe that is read by nothing"), "{told}");
}

/// A guest that may write into a folder must not be able to redirect the host's files or its trace
/// elsewhere.
#[test]
fn what_a_guest_puts_into_the_place_is_not_followed() {
    let link = r#"(module
        (import "wasi_snapshot_preview1" "path_symlink"
            (func $link (param i32 i32 i32 i32 i32) (result i32)))
        (memory (export "memory") 1) (data (i32.const 0) "../secretcore")
        (func (export "run") (drop (call $link (i32.const 0) (i32.const 9) (i32.const 3)
            (i32.const 9) (i32.const 4))) unreachable))"#;
    let folder = folder();
    let at = |name: &str| folder.path().join(name);
    fs::write(at("link.wat"), link).unwrap();
    fs::write(at("secret"), "kept").unwrap();
    fs::create_dir(at("granted")).unwrap();
    let words = ["run", "--dir", "granted::/:rw", "--coredump", "granted/core", "link.wat"];
    let output = writing(folder.path(), &words, "").output().unwrap();
    let told = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(134), "{told}");
    assert_eq!(at("granted/core").read_link().unwrap(), Path::new("../secret"), "{told}");
    assert!(told.contains("something else was put there meanwhile"), "{told}");
    assert_eq!(fs::read(at("secret")).unwrap(), b"kept");
}

#[test]
fn a_trace_ends_at_its_size() {
    let folder = folder();
    let words = ["run", "--trace-size", "300", "--trace", "FILE", "guest.wat"];
    let output = writing(folder.path(), &words, "trace").output().unwrap();
    assert_eq!((output.status.code(), &*output.stdout), (Some(0), &b"3\n"[..]));
    let told = String::from_utf8(output.stderr).unwrap();
    assert_eq!(told, "wit-host: the trace ends here, after 300 B; `--trace-size` allows more\n");
    let trace = fs::read_to_string(folder.path().join("trace")).unwrap();
    let last: serde_json::Value = serde_json::from_str(trace.lines().last().unwrap()).unwrap();
    assert_eq!((&last["kind"], &last["size"]), (&"end".into(), &300.into()), "{trace}");
    assert!(trace.len() < 300 + 250, "{trace}");
}
