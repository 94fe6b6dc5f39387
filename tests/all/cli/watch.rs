//! Tests of `run --watch` and `call --watch`. Each test writes builds, and waits for what the
//! command reports about them.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::Duration;

use tempfile::TempDir;

use crate::support::command::{Files, check};

/// The time after which an expected line counts as missing.
const PATIENCE: Duration = Duration::from_secs(120);

struct Watched {
    folder: TempDir,
    child: Child,
    lines: Receiver<String>,
}

impl Watched {
    fn new(first: Option<&str>) -> Self {
        Self::of("run", first, &[])
    }

    fn of(command: &str, first: Option<&str>, behind: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let guest = folder.path().join("guest.wat");
        first.iter().for_each(|build| fs::write(&guest, build).unwrap());
        let words = [&[command, "--watch", guest.to_str().unwrap()], behind].concat();
        Self::in_folder(folder, &words)
    }

    /// Starts the command with these words.
    fn in_folder(folder: TempDir, words: &[&str]) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_wit-host"))
            .args(words)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let (sender, lines) = channel();
        let (stdout, stderr) = (child.stdout.take().unwrap(), child.stderr.take().unwrap());
        for output in [Box::new(stdout) as Box<dyn std::io::Read + Send>, Box::new(stderr)] {
            let sender = sender.clone();
            thread::spawn(move || {
                BufReader::new(output).lines().for_each(|line| drop(sender.send(line.unwrap())));
            });
        }
        Self { folder, child, lines }
    }

    fn guest(&self) -> PathBuf {
        self.folder.path().join("guest.wat")
    }

    /// Replaces the guest by a complete new file, as a linker may do.
    fn replace(&self, build: &str) {
        let beside = self.folder.path().join("beside");
        fs::write(&beside, build).unwrap();
        fs::rename(beside, self.guest()).unwrap();
    }

    /// Returns the lines up to and including the first with this text.
    fn until(&self, text: &str) -> Vec<String> {
        let mut lines: Vec<String> = Vec::new();
        while lines.last().is_none_or(|line| !line.contains(text)) {
            match self.lines.recv_timeout(PATIENCE) {
                Ok(line) => lines.push(line),
                Err(_) => panic!("no {text:?} came; after {lines:#?}"),
            }
        }
        lines
    }

    /// Interrupts the command as a person does.
    fn interrupt(mut self) {
        let id = self.child.id().to_string();
        assert!(Command::new("kill").args(["-INT", &id]).status().unwrap().success());
        assert_eq!(self.child.wait().unwrap().code(), Some(130));
    }
}

impl Drop for Watched {
    fn drop(&mut self) {
        let _ = self.child.kill();
    }
}

fn returning(number: i32) -> String {
    format!(r#"(module (func (export "run") (result i32) (i32.const {number})))"#)
}

const WATCHING: &str = "watching for changes";

#[test]
fn each_build_is_run() {
    let watched = Watched::new(Some(&returning(1)));
    // The two pipes have no common order, so this line is awaited first.
    watched.until("1");
    for number in [2, 3] {
        watched.replace(&returning(number));
        watched.until(&number.to_string());
    }
    fs::write(watched.guest(), returning(4)).unwrap();
    watched.until("4");
    watched.interrupt();
}

#[test]
fn each_build_is_called() {
    let watched = Watched::of("call", Some(&returning(1)), &["run", "--then", "run"]);
    watched.until("1");
    watched.replace("(module)");
    watched.until("exports no function `run`");
    watched.replace(&returning(2));
    watched.until("2");
    watched.interrupt();
}

#[test]
fn a_build_that_does_not_load_is_told_once_and_waited_for_to_be_mended() {
    let watched = Watched::new(Some(&returning(1)));
    watched.until(WATCHING);
    let mismatch = r#"(module (import "env" "mul" (func)))"#;
    watched.replace(mismatch);
    let told = watched.until("this build is not run; the build before it is kept").join("\n");
    assert!(told.contains("`env.mul`"), "{told}");
    // The mismatch is written again, followed by a build that loads.
    watched.replace(mismatch);
    watched.replace(&returning(2));
    let told = watched.until(WATCHING).join("\n");
    assert!(!told.contains("`env.mul`"), "{told}");
    watched.interrupt();
}

#[test]
fn a_run_that_fails_does_not_end_it() {
    let watched = Watched::new(Some(r#"(module (func (export "run") unreachable))"#));
    watched.until("trapped");
    watched.until(WATCHING);
    watched.replace(&returning(7));
    watched.until("7");
    watched.interrupt();
}

#[test]
fn a_guest_that_is_not_there_yet_is_waited_for() {
    let watched = Watched::new(None);
    let told = watched.until("this build is not run; watching for changes").join("\n");
    assert!(told.contains("failed to read `"), "{told}");
    watched.replace(&returning(5));
    watched.until("5");
    watched.interrupt();
}

#[test]
fn a_folder_that_goes_ends_it() {
    let mut watched = Watched::new(Some(&returning(1)));
    watched.until(WATCHING);
    fs::remove_dir_all(watched.folder.path()).unwrap();
    watched.until("was watched, and is gone");
    assert_eq!(watched.child.wait().unwrap().code(), Some(125));
}

#[test]
fn what_is_no_file_is_not_watched() {
    let files = Files::new();
    let reason = "cannot be watched: it is no file, which a build could write anew";
    for path in ["-", "/dev/stdin", &files.folder("folder")] {
        check(&["run", "--watch", path], 2, "", reason);
    }
    let nowhere = "failed to watch the folder of `/no/such/folder/guest.wasm`";
    check(&["run", "--watch", "/no/such/folder/guest.wasm"], 125, "", nowhere);
}

/// A file of tests of a guest whose function returns a number, and calls what nobody has.
fn tests(number: i32, more: &str) -> String {
    format!(
        "guest = \"guest.wat\"\n[[test]]\nname = \"a\"\nsteps = [{{ call = 'run()', returns = \
         '{number}' }}]\n{more}"
    )
}

fn watched_tests(tests: &str) -> Watched {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("guest.wat"), returning(1)).unwrap();
    let file = folder.path().join("a.test.toml");
    fs::write(&file, tests).unwrap();
    Watched::in_folder(folder, &["test", "--watch", "--jobs", "1", file.to_str().unwrap()])
}

#[test]
fn tests_run_again_with_each_change() {
    let watched = watched_tests(&tests(1, ""));
    let write = |text: &str| fs::write(watched.folder.path().join("a.test.toml"), text).unwrap();
    watched.until("1 passed");
    watched.replace(&returning(2));
    watched.until("1 failed");
    write(&tests(2, ""));
    watched.until("1 passed");
    write("[[tests]]");
    watched.until("there is no key `tests`");
    let fixture = watched.folder.path().join("b.toml");
    let answer = |number| {
        let call = "[[call]]\nfunction = \"a:b/c.f\"\n";
        fs::write(&fixture, format!("{call}returns = '{number}'\n")).unwrap();
    };
    answer(5);
    let wit = "package a:b; interface c { f: func() -> u32; } world plugin { import c; }";
    fs::write(watched.folder.path().join("a.wit"), wit).unwrap();
    watched.replace(
        r#"(module (import "env" "f" (func $f (result i32)))
            (func (export "run") (result i32) (call $f)))"#,
    );
    write(&format!("contract = \"a.wit\"\nimports = \"b.toml\"\n{}", tests(5, "")));
    watched.until("1 passed");
    answer(6);
    watched.until("1 failed");
    watched.interrupt();
}

#[test]
fn what_changes_while_tests_run_is_not_lost() {
    let spins = "[[test]]\nname = \"b\"\nlimits = { wall-clock = \"1s\" }\nsteps = [{ call = 'spin()', \
                 fails = '' }]\n";
    let watched = watched_tests(&tests(1, ""));
    watched.until("1 passed");
    let spinning = |number: i32| {
        format!(
            "(module (func (export \"run\") (result i32) (i32.const {number}))
                (func (export \"spin\") (loop $again (br $again))))"
        )
    };
    watched.replace(&spinning(1));
    fs::write(watched.folder.path().join("a.test.toml"), tests(1, spins)).unwrap();
    // The first test has ended, and the second goes on.
    watched.until("  ok   a");
    watched.replace(&spinning(2));
    watched.until("  FAIL a");
    watched.interrupt();
}
