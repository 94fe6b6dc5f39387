//! Tests of much output, to different kinds of readers. All of it arrives in order, however the
//! guest ends and however it is read.

use std::fs::File;
use std::io::{self, Read, Seek as _};
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::net::UnixStream;
use std::process::{Command, Stdio};
use std::thread::yield_now;

use rustix::fs::{Mode, OFlags, open};
use rustix::io::ioctl_fionread;
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{OptionalActions, tcgetattr, tcsetattr};

use crate::support::command::{Files, command};

/// The number of lines that a guest writes, alternating between its two outputs. A line has 64
/// bytes.
const LINES: usize = 4_000;

/// How a guest writes.
#[derive(Clone, Copy, Debug)]
enum Guest {
    Module,
    /// A component that waits after each line.
    Component,
    /// A component that only waits when it has to, and not at the end.
    Eager,
}

/// A line with a number in it, and a function that adds one to the number.
const COUNTED: &str = r#"
    (data (i32.const 1024) "00000000-------------------------------------------------------\n")
    (func $next (local $at i32)
        (local.set $at (i32.const 1031))
        (loop $carry
            (i32.store8 (local.get $at) (i32.add (i32.load8_u (local.get $at)) (i32.const 1)))
            (if (i32.gt_u (i32.load8_u (local.get $at)) (i32.const 57)) (then
                (i32.store8 (local.get $at) (i32.const 48))
                (local.set $at (i32.sub (local.get $at) (i32.const 1)))
                (br $carry)))))"#;

impl Guest {
    const ALL: [Self; 3] = [Self::Module, Self::Component, Self::Eager];

    /// Returns a guest that writes the lines and then runs the code `then`.
    fn text(self, then: &str) -> String {
        let run = format!(
            r#"(func (export "lines") (local $left i32)
                (local.set $left (i32.const {LINES}))
                (loop $more
                    (call $next)
                    (call $line (i32.and (local.get $left) (i32.const 1)))
                    (br_if $more (local.tee $left (i32.sub (local.get $left) (i32.const 1)))))
                {then})"#
        );
        match self {
            Self::Module => format!(
                r#"(module
                (import "wasi_snapshot_preview1" "fd_write"
                    (func $write (param i32 i32 i32 i32) (result i32)))
                (memory (export "memory") 1) {COUNTED} {run}
                (data (i32.const 0) "\00\04\00\00\40\00\00\00")
                (func $line (param $error i32)
                    (if (call $write (i32.add (i32.const 1) (local.get $error)) (i32.const 0)
                        (i32.const 1) (i32.const 8)) (then unreachable))))"#
            ),
            Self::Component => component(
                &run,
                "(call $blocking (local.get $to) \
                (i32.const 1024) (i32.const 64) (i32.const 64))",
            ),
            Self::Eager => component(
                &run,
                "(loop $again
                (call $check (local.get $to) (i32.const 80))
                (if (i64.lt_u (i64.load (i32.const 88)) (i64.const 64)) (then
                    (call $flush (local.get $to) (i32.const 64))
                    (br $again))))
                (call $write (local.get $to) (i32.const 1024) (i32.const 64) (i32.const 64))",
            ),
        }
    }
}

/// Returns a component with the function `run`, which writes a line with the code in `write`.
fn component(run: &str, write: &str) -> String {
    let lowered = |function: &str| {
        format!(
            "(canon lower (func $streams \"[method]output-stream.{function}\")
                (memory (core memory $memory \"memory\")))"
        )
    };
    let [blocking, check, just, flush] =
        ["blocking-write-and-flush", "check-write", "write", "blocking-flush"].map(lowered);
    let run = run.replace("(call $line", "(call $to_one");
    format!(
        r#"(component
        (import "wasi:io/error@0.2.0" (instance $errors
            (export "error" (type (sub resource)))))
        (alias export $errors "error" (type $error))
        (import "wasi:io/streams@0.2.0" (instance $streams
            (export "output-stream" (type $output (sub resource)))
            (alias outer 1 $error (type $error'))
            (export "error" (type $error'' (eq $error')))
            (type $failure' (variant (case "last-operation-failed" (own $error'')) (case "closed")))
            (export "stream-error" (type $failure (eq $failure')))
            (export "[method]output-stream.check-write" (func
                (param "self" (borrow $output)) (result (result u64 (error $failure)))))
            (export "[method]output-stream.write" (func (param "self" (borrow $output))
                (param "contents" (list u8)) (result (result (error $failure)))))
            (export "[method]output-stream.blocking-flush" (func
                (param "self" (borrow $output)) (result (result (error $failure)))))
            (export "[method]output-stream.blocking-write-and-flush" (func
                (param "self" (borrow $output)) (param "contents" (list u8))
                (result (result (error $failure)))))))
        (alias export $streams "output-stream" (type $output))
        (import "wasi:cli/stdout@0.2.0" (instance $stdout
            (alias outer 1 $output (type $output'))
            (export "output-stream" (type $output'' (eq $output')))
            (export "get-stdout" (func (result (own $output''))))))
        (import "wasi:cli/stderr@0.2.0" (instance $stderr
            (alias outer 1 $output (type $output'))
            (export "output-stream" (type $output'' (eq $output')))
            (export "get-stderr" (func (result (own $output''))))))
        (core module $Memory (memory (export "memory") 1))
        (core instance $memory (instantiate $Memory))
        (core func $stdout (canon lower (func $stdout "get-stdout")))
        (core func $stderr (canon lower (func $stderr "get-stderr")))
        (core func $blocking {blocking}) (core func $check {check})
        (core func $write {just}) (core func $flush {flush})
        (core module $M
            (import "memory" "memory" (memory 1))
            (import "host" "stdout" (func $get_stdout (result i32)))
            (import "host" "stderr" (func $get_stderr (result i32)))
            (import "host" "blocking" (func $blocking (param i32 i32 i32 i32)))
            (import "host" "check" (func $check (param i32 i32)))
            (import "host" "write" (func $write (param i32 i32 i32 i32)))
            (import "host" "flush" (func $flush (param i32 i32)))
            (global $stdout (mut i32) (i32.const 0)) (global $stderr (mut i32) (i32.const 0))
            {COUNTED} {run}
            (func $to_one (param $error i32) (local $to i32)
                (if (i32.eqz (global.get $stdout)) (then
                    (global.set $stdout (call $get_stdout))
                    (global.set $stderr (call $get_stderr))))
                (local.set $to
                    (select (global.get $stderr) (global.get $stdout) (local.get $error)))
                {write}
                (if (i32.load8_u (i32.const 64)) (then unreachable))))
        (core instance $m (instantiate $M
            (with "memory" (instance $memory))
            (with "host" (instance
                (export "stdout" (func $stdout)) (export "stderr" (func $stderr))
                (export "blocking" (func $blocking)) (export "check" (func $check))
                (export "write" (func $write)) (export "flush" (func $flush))))))
        (func (export "lines") (canon lift (core func $m "lines"))))"#
    )
}

/// What both outputs lead to.
#[derive(Clone, Copy, Debug, PartialEq)]
enum To {
    File,
    Pipe,
    Socket,
    Terminal,
    /// The controlling side of a terminal. Its free space cannot be queried.
    OtherSide,
}

impl To {
    const ALL: [Self; 5] = [Self::File, Self::Pipe, Self::Socket, Self::Terminal, Self::OtherSide];

    /// Returns the end to write to, and the end to read from.
    fn pair(self) -> (OwnedFd, File) {
        match self {
            Self::File => {
                let file = tempfile::tempfile().unwrap();
                (file.try_clone().unwrap().into(), file)
            }
            Self::Pipe => {
                let (reader, writer) = io::pipe().unwrap();
                (writer.into(), File::from(OwnedFd::from(reader)))
            }
            Self::Socket => {
                let (reader, writer) = UnixStream::pair().unwrap();
                (writer.into(), File::from(OwnedFd::from(reader)))
            }
            Self::Terminal => terminal(),
            Self::OtherSide => {
                let (slave, master) = terminal();
                let mut settings = tcgetattr(&slave).unwrap();
                settings.make_raw();
                tcsetattr(&slave, OptionalActions::Now, &settings).unwrap();
                (master.into(), File::from(slave))
            }
        }
    }
}

/// Returns both sides of a terminal: the one to write to, and the one to read from.
pub(super) fn terminal() -> (OwnedFd, File) {
    // The command must not inherit the other side.
    let flags = OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC;
    let master = openpt(flags).unwrap();
    grantpt(&master).unwrap();
    unlockpt(&master).unwrap();
    let name = ptsname(&master, Vec::new()).unwrap();
    let flags = OFlags::RDWR | OFlags::NOCTTY | OFlags::CLOEXEC;
    let slave = open(&*name, flags, Mode::empty()).unwrap();
    (slave, File::from(master))
}

/// Connects both outputs of a command.
fn both_to(mut command: Command, to: OwnedFd) -> Command {
    command.stdin(Stdio::null()).env("TERM", "dumb");
    command.stdout(to.try_clone().unwrap()).stderr(to);
    command
}

/// Waits until there is output to read, and until no more arrives.
fn until_full(reader: &impl AsFd) {
    let (mut before, mut same) = (0, 0);
    while before < 4_000 || same < 20_000 {
        let now = ioctl_fionread(reader).unwrap();
        same = if now == before { same + 1 } else { 0 };
        before = now;
        yield_now();
    }
}

/// Reads to the end, at most `at_once` bytes at a time.
fn read(mut reader: impl Read, at_once: usize) -> String {
    let (mut all, mut some) = (Vec::new(), vec![0; at_once]);
    // Linux reports the end of a terminal as an error.
    while let Ok(length @ 1..) = reader.read(&mut some) {
        all.extend_from_slice(&some[..length]);
    }
    String::from_utf8_lossy(&all).replace("\r\n", "\n")
}

#[test]
fn everything_arrives_in_its_order() {
    let files = Files::new();
    let ends = [
        ("", 0, ""),
        ("unreachable", 134, "wit-host: "),
        ("(loop $ever (br $ever))", 137, "wit-host: "),
    ];
    let expected: String = (1..=LINES).map(|line| format!("{line:08}{:->55}\n", "")).collect();
    for guest in Guest::ALL {
        for (then, status, said) in ends {
            let path = files.file("guest.wat", guest.text(then));
            for to in To::ALL {
                let cache = tempfile::tempdir().unwrap();
                let (writer, mut reader) = to.pair();
                // Output on its way to this side is lost once the other side is closed everywhere,
                // so one copy is kept open.
                let other_side = (to == To::OtherSide).then(|| writer.try_clone().unwrap());
                let mut command = both_to(command(cache.path()), writer);
                command.args(["call", "--fuel", "20000000", &path, "lines"]);
                let mut child = command.spawn().unwrap();
                // The command has a copy of the other side as well.
                drop(command);
                let (read, ended) = match to {
                    To::File => {
                        let ended = child.wait().unwrap();
                        reader.rewind().unwrap();
                        (read(reader, 1 << 16), ended)
                    }
                    To::OtherSide => {
                        until_full(&reader);
                        let mut all = vec![0; expected.len()];
                        reader.read_exact(&mut all).unwrap();
                        drop(other_side);
                        drop(child.wait());
                        assert_eq!(String::from_utf8(all).unwrap(), expected, "{guest:?} {then:?}");
                        continue;
                    }
                    _ => {
                        // The reader stops for a while, and then reads a little at a time.
                        until_full(&reader);
                        (read(reader, 1_000), child.wait().unwrap())
                    }
                };
                assert_eq!(
                    ended.code(),
                    Some(status),
                    "{guest:?} {then:?} {to:?}: {}",
                    &read[..read.len().min(2_000)]
                );
                let rest = read.strip_prefix(&expected).unwrap_or_else(|| {
                    let wrong = read.lines().zip(expected.lines()).position(|(is, was)| is != was);
                    panic!("{guest:?} {then:?} {to:?}: line {wrong:?} of {}", read.lines().count())
                });
                assert!(rest.starts_with(said), "{guest:?} {then:?} {to:?}: {rest}");
                assert_eq!(rest.is_empty(), said.is_empty(), "{guest:?} {then:?} {to:?}: {rest}");
            }
        }
    }
}

/// A reader that does not read makes a write wait. The clock keeps running.
#[test]
fn a_reader_who_stops_does_not_stop_the_clock() {
    let files = Files::new();
    for guest in Guest::ALL {
        let path = files.file("guest.wat", guest.text("(loop $ever (br $ever))"));
        for to in [To::Pipe, To::Socket, To::Terminal, To::OtherSide] {
            let (writer, _not_read) = to.pair();
            let cache = tempfile::tempdir().unwrap();
            let mut command = both_to(command(cache.path()), writer);
            command.args(["call", "--timeout", "200ms", &path, "lines"]);
            let status = command.status().unwrap();
            assert_eq!(status.code(), Some(124), "{guest:?} {to:?}");
        }
    }
}

/// A reader that closes the output ends the guest without a message.
#[test]
fn a_reader_who_goes_away_ends_the_guest() {
    let files = Files::new();
    for guest in Guest::ALL {
        // The guest ignores the result of its writes.
        let text =
            guest.text("").replace("unreachable", "nop").replace("i32.const 4000", "i32.const -1");
        let path = files.file("guest.wat", text);
        for to in [To::Pipe, To::Socket, To::Terminal] {
            let (writer, mut reader) = to.pair();
            let cache = tempfile::tempdir().unwrap();
            let mut command = command(cache.path());
            command.args(["call", "--timeout", "60s", &path, "lines"]).stdin(Stdio::null());
            let mut child = command.stdout(writer).stderr(Stdio::null()).spawn().unwrap();
            drop(command);
            reader.read_exact(&mut [0; 1_000]).unwrap();
            drop(reader);
            assert_eq!(child.wait().unwrap().code(), Some(141), "{guest:?} {to:?}");
        }
    }
}
