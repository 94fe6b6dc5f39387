//! Tests of `wit-host serve`, as a person runs it: from its first line to the signal that ends it.

use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::process::{Child, ChildStderr, Stdio};

use rustix::process::{Pid, Signal, kill_process};

use super::{Answer, Running};
use crate::support::command::{Files, check, command};

const ONE: &str = r#"(module (func (export "answer") (result i32) i32.const 1))"#;
const TWO: &str = r#"(module (func (export "answer") (result i32) i32.const 2))"#;

/// The command while it serves.
struct Serving {
    child: Child,
    stderr: BufReader<ChildStderr>,
    address: SocketAddr,
}

impl Serving {
    fn new(files: &Files, args: &[&str]) -> Self {
        let mut child = command(files.path())
            .current_dir(files.path())
            .args(["serve", "--listen", "127.0.0.1:0"])
            .args(args)
            .stdin(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut stderr = BufReader::new(child.stderr.take().unwrap());
        let line = read_line(&mut stderr);
        let address = line.trim().strip_prefix("wit-host: serving at http://");
        let address = address.unwrap_or_else(|| panic!("{line}")).parse().unwrap();
        Self { child, stderr, address }
    }

    fn call(&self, path: &str) -> Answer {
        let headers = "Content-Type: application/json\r\n";
        Running::send(self.address, &format!("POST {path}"), headers, "{}")
    }

    /// Ends the command as an operator does, and returns its status and what it still wrote.
    fn end(mut self) -> (Option<i32>, String) {
        kill_process(Pid::from_child(&self.child), Signal::TERM).unwrap();
        let status = self.child.wait().unwrap().code();
        let mut rest = String::new();
        std::io::Read::read_to_string(&mut self.stderr, &mut rest).unwrap();
        (status, rest)
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn read_line(stderr: &mut BufReader<ChildStderr>) -> String {
    let mut line = String::new();
    stderr.read_line(&mut line).unwrap();
    line
}

#[test]
fn a_guest_is_served_until_a_signal_ends_it() {
    let files = Files::new();
    files.file("guest.wat", ONE);
    let serving = Serving::new(&files, &["guest.wat"]);
    assert_eq!(serving.call("/call/answer").body, "1");
    assert_eq!(serving.call("/call/anwser").status, 404);
    let mut child = serving;
    let lines = [read_line(&mut child.stderr), read_line(&mut child.stderr)];
    assert!(lines[0].starts_with("wit-host: POST /call/answer 200 "), "{lines:?}");
    assert!(lines[1].starts_with("wit-host: POST /call/anwser 404 "), "{lines:?}");
    let (status, rest) = child.end();
    assert_eq!(status, Some(0), "{rest}");
    assert!(rest.contains("ending: "), "{rest}");
}

#[test]
fn a_changed_file_takes_the_old_ones_place_if_it_can() {
    let files = Files::new();
    files.file("guest.wat", ONE);
    let mut serving = Serving::new(&files, &["--watch", "--log", "none", "guest.wat"]);
    assert_eq!(serving.call("/call/answer").body, "1");
    files.file("guest.wat", TWO);
    let told = read_line(&mut serving.stderr);
    assert_eq!(told, "wit-host: guest.wat: generation 2 serves\n");
    assert_eq!(serving.call("/call/answer").body, "2");
    files.file("guest.wat", "(module)");
    let told = read_line(&mut serving.stderr);
    assert!(told.contains("generation 2 goes on: callers use what"), "{told}");
    assert_eq!(serving.call("/call/answer").body, "2");
    assert_eq!(serving.end().0, Some(0));
}

#[test]
fn guests_of_a_folder_come_and_go() {
    let files = Files::new();
    let folder = files.folder("plugins");
    let path = |name: &str| std::path::Path::new(&folder).join(name);
    std::fs::write(path("one.wat"), ONE).unwrap();
    check(&["serve", &folder], 2, "", "is a folder; `--watch` serves");
    let mut serving = Serving::new(&files, &["--watch", "--log", "none", "plugins"]);
    assert_eq!(read_line(&mut serving.stderr), "wit-host: one is served at /guests/one/\n");
    assert_eq!(serving.call("/guests/one/call/answer").body, "1");
    std::fs::write(path("two.wat"), "(module").unwrap();
    let told = read_line(&mut serving.stderr);
    assert!(told.starts_with("wit-host: plugins/two.wat: "), "{told}");
    assert_eq!(serving.call("/guests/two/call/answer").status, 404);
    std::fs::write(path("two.wat"), TWO).unwrap();
    loop {
        let told = read_line(&mut serving.stderr);
        if told == "wit-host: two is served at /guests/two/\n" {
            break;
        }
        assert!(!told.is_empty(), "it has ended");
    }
    assert_eq!(serving.call("/guests/two/call/answer").body, "2");
    std::fs::write(path("one.wat"), TWO).unwrap();
    assert_eq!(read_line(&mut serving.stderr), "wit-host: plugins/one.wat: generation 2 serves\n");
    assert_eq!(serving.call("/guests/one/call/answer").body, "2");
    std::fs::remove_file(path("one.wat")).unwrap();
    assert_eq!(read_line(&mut serving.stderr), "wit-host: one is served no more\n");
    assert_eq!(serving.call("/guests/one/call/answer").status, 404);
    assert_eq!(serving.end().0, Some(0));
}

#[test]
fn the_guests_of_a_host_file_have_paths_of_their_own() {
    let files = Files::new();
    files.file("one.wat", ONE);
    files.file("two.wat", TWO);
    let names = "[guests.one]\nfile = \"one.wat\"\n[guests.two]\nfile = \"two.wat\"\n";
    files.file("wit-host.toml", names);
    let serving = Serving::new(&files, &["--log", "json"]);
    assert_eq!(serving.call("/guests/one/call/answer").body, "1");
    assert_eq!(serving.call("/guests/two/call/answer").body, "2");
    assert_eq!(serving.call("/guests/three/call/answer").status, 404);
    assert_eq!(serving.call("/call/answer").status, 404, "which one is meant is not said");
    let mut serving = serving;
    let line: serde_json::Value = serde_json::from_str(&read_line(&mut serving.stderr)).unwrap();
    assert_eq!((&line["status"], &line["function"]), (&200.into(), &"answer".into()), "{line}");
}

#[test]
fn what_served_guests_learn_is_recorded() {
    let files = Files::new();
    files.file(
        "guest.wat",
        r#"(module
            (import "wasi_snapshot_preview1" "clock_time_get"
                (func $clock (param i32 i64 i32) (result i32)))
            (memory (export "memory") 1)
            (func (export "time") (result i64)
                (drop (call $clock (i32.const 0) (i64.const 0) (i32.const 0)))
                (i64.load (i32.const 0))))"#,
    );
    let record = ["--record", "calls.toml", "--record-wasi", "clocks", "guest.wat"];
    let serving = Serving::new(&files, &record);
    let time = serving.call("/call/time").body;
    assert_eq!(serving.end().0, Some(0));
    let serving = Serving::new(&files, &["--import", "wasi:clocks=calls.toml", "guest.wat"]);
    assert_eq!(serving.call("/call/time").body, time);
}

#[test]
fn host_calls_of_all_callers_are_recorded() {
    let files = Files::new();
    files.file("guest.wat", include_str!("../cli/cases/imports.in/guest.wat"));
    files.file("prices.wat", include_str!("../cli/cases/imports.in/prices.wat"));
    let record = ["--record", "calls.toml", "--import", "shop:prices=prices.wat", "guest.wat"];
    let serving = Serving::new(&files, &record);
    let total = serving.call("/call/total").body;
    std::thread::scope(|scope| {
        let callers = [(); 4].map(|()| scope.spawn(|| serving.call("/call/total").status));
        assert!(callers.into_iter().all(|caller| caller.join().unwrap() == 200));
    });
    assert_eq!(serving.end().0, Some(0));
    let recorded = std::fs::read_to_string(files.path().join("calls.toml")).unwrap();
    assert_eq!(recorded.matches("[[call]]").count(), 10, "{recorded}");
    let replay = ["--import", "shop:prices=calls.toml", "guest.wat"];
    let serving = Serving::new(&files, &replay);
    assert_eq!(serving.call("/call/total").body, total);
    let (guest, file) = (files.path().join("guest.wat"), files.path().join("./guest.wat"));
    let [guest, file] = [guest, file].map(|path| path.to_str().unwrap().to_owned());
    check(&["serve", "--record", &file, &guest], 2, "", "guest.wat");
}

#[test]
fn what_cannot_be_served_is_refused() {
    let files = Files::new();
    let guest = files.file("guest.wat", ONE);
    let (empty, token) = (files.file("empty", "\n"), files.file("token", "secret"));
    check(&["serve", "--listen", "0.0.0.0:0", &guest], 2, "", "`--token-file FILE`");
    check(&["serve", "--token-file", &empty, &guest], 2, "", "is empty");
    check(&["serve", "--token-file", "/no/such", &guest], 125, "", "failed to read the token");
    check(&["serve", "--admin-token-file", &token, &guest], 2, "", "--admin");
    check(&["serve", "--no-config"], 2, "", "a guest is missing");
    check(&["serve", "--body", "much", &guest], 2, "", "'--body'");
    check(&["serve", "--drain", "long", &guest], 2, "", "--drain");
    check(&["serve", "/dev/zero"], 126, "", "file_size");
    check(&["serve", "/no/such.wasm"], 127, "", "failed to read `");
    check(&["serve", &files.file("text", "Dear reader")], 126, "", "not a WebAssembly guest");
}
