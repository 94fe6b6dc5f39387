//! Tests of the command with special folders: of devices, of the kernel, and of other users. The
//! command never hangs, and the guest learns nothing that is not in the folder.

use std::process::Command;
use std::time::{Duration, Instant};

use crate::support::command::{Files, command};

/// Returns a guest that opens each of these files and reads from those that it can open. It returns
/// the number of files that it could open.
fn opens(names: &[&str], write: bool) -> String {
    let rights = if write { 66 } else { 2 };
    let mut data = String::new();
    let mut calls = String::new();
    for (index, name) in names.iter().enumerate() {
        let at = 1024 + index * 64;
        data += &format!("(data (i32.const {at}) \"{name}\")");
        calls += &format!(
            "(if (i32.eqz (call $open (i32.const 3) (i32.const 1) (i32.const {at}) \
                (i32.const {length}) (i32.const 0) (i64.const {rights}) (i64.const 0) \
                (i32.const 0) (i32.const 8)))
             (then (local.set $opened (i32.add (local.get $opened) (i32.const 1)))
                (drop (call $read (i32.load (i32.const 8)) (i32.const 16) (i32.const 1)
                    (i32.const 32)))))",
            length = name.len()
        );
    }
    format!(
        r#"(module
        (import "wasi_snapshot_preview1" "path_open"
            (func $open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
        (import "wasi_snapshot_preview1" "fd_read"
            (func $read (param i32 i32 i32 i32) (result i32)))
        (memory (export "memory") 1)
        {data}
        (func (export "run") (result i32) (local $opened i32)
            (i32.store (i32.const 16) (i32.const 8192)) (i32.store (i32.const 20) (i32.const 4096))
            {calls} (local.get $opened)))"#
    )
}

const DEVICES: &[&str] = &[
    "null",
    "zero",
    "full",
    "random",
    "urandom",
    "tty",
    "console",
    "ptmx",
    "pts/ptmx",
    "stdin",
    "stdout",
    "stderr",
    "fd/0",
    "fd/1",
    "fd/2",
    "kmsg",
    "fuse",
    "net/tun",
    "vda",
    "sda",
    "mem",
    "port",
    "watchdog",
    "tty0",
    "tty1",
    "ttyS0",
    "rtc0",
    "input/mice",
    "shm",
    "log",
    "initctl",
];

fn run(options: &[&str], guest: &str) -> (Option<i32>, String, String, Duration) {
    let files = Files::new();
    let path = files.file("guest.wat", guest);
    let began = Instant::now();
    let cache = tempfile::tempdir().unwrap();
    let output = command(cache.path()).arg("run").args(options).arg(&path).output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
    (output.status.code(), text(output.stdout), text(output.stderr), began.elapsed())
}

#[test]
fn devices_are_not_opened() {
    for (grant, write) in [("/dev::/dev", false), ("/dev::/dev:rw", true)] {
        // `/dev/shm` is a folder of ordinary files, which may be opened.
        let devices: Vec<_> = DEVICES.iter().copied().filter(|name| *name != "shm").collect();
        let (status, opened, said, took) = run(&["--dir", grant], &opens(&devices, write));
        assert_eq!((status, &*opened), (Some(0), "0\n"), "{grant}: {said}");
        assert!(took < Duration::from_secs(20), "{grant} took {took:?}");
    }
}

/// Files that the kernel generates can be read like others, and reading them does not exceed the
/// time limit.
#[test]
fn files_of_the_kernel_do_not_wait() {
    let names = [
        "version",
        "self/environ",
        "self/maps",
        "self/stack",
        "self/fd/0",
        "self/fd/1",
        "self/root/etc/passwd",
        "self/exe",
        "1/environ",
        "1/root/etc/passwd",
        "sysrq-trigger",
        "kcore",
        "kallsyms",
        "sys/kernel/hostname",
        "thread-self/mem",
        "self/pagemap",
    ];
    let (status, _, said, took) = run(&["--dir", "/proc::/proc"], &opens(&names, false));
    assert_eq!(status, Some(0), "{said}");
    assert!(took < Duration::from_secs(20), "it took {took:?}");
    // The kernel's links lead out of the folder, and are not followed.
    let links = ["self/fd/0", "self/root/etc/passwd", "self/cwd/Cargo.toml", "1/root/etc/passwd"];
    let (status, opened, said, _) = run(&["--dir", "/proc::/proc"], &opens(&links, false));
    assert_eq!((status, &*opened), (Some(0), "0\n"), "{said}");
}

/// A read that waits in the kernel is ended in time, and so is the command.
#[test]
fn a_read_that_waits_does_not_keep_the_command() {
    let (status, _, said, took) =
        run(&["--dir", "/proc::/proc", "--timeout", "300ms"], &opens(&["kmsg"], false));
    assert!(matches!(status, Some(0 | 124)), "{status:?} {said}");
    assert!(took < Duration::from_secs(20), "it took {took:?}");
}

#[test]
fn folders_of_others() {
    let files = Files::new();
    let folder = files.folder("data");
    std::fs::write(format!("{folder}/file"), "content").unwrap();
    let made = Command::new("mkfifo").arg(format!("{folder}/pipe")).status().unwrap();
    assert!(made.success());
    let owned = Command::new("chown").args(["-R", "65503:65503", &folder]).status().unwrap();
    for (access, write) in [("", false), (":rw", true)] {
        let grant = format!("{folder}::/data{access}");
        let (status, opened, said, took) =
            run(&["--dir", &grant], &opens(&["file", "pipe"], write));
        // Only root can give a folder to another user.
        if owned.success() {
            assert_eq!((status, &*opened), (Some(0), "1\n"), "{said}");
        }
        assert!(took < Duration::from_secs(20), "it took {took:?}");
    }
}

/// The path of a grant may not be a folder at all.
#[test]
fn grants_of_what_is_no_folder() {
    let files = Files::new();
    let pipe = format!("{}/pipe", files.folder("pipes"));
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    for granted in ["/dev/null", "/dev/zero", "/dev/tty", &pipe, "/proc/self/mem"] {
        let grant = format!("{granted}::/data");
        let (status, _, said, took) = run(&["--dir", &grant], &opens(&["file"], false));
        assert_eq!(status, Some(2), "{granted}: {said}");
        assert!(said.contains(granted), "{granted}: {said}");
        assert!(took < Duration::from_secs(20), "{granted} took {took:?}");
    }
}
