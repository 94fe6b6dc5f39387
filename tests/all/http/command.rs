//! Tests of `wit-host serve`, as a person runs it: from its first line to the signal that ends it.

use std::collections::BTreeSet;
use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::process::{Child, ChildStderr, Stdio};

use rustix::process::{Pid, Signal, kill_process};

use super::{Answer, Running};
use crate::support::command::{Files, check, command};

const ONE: &str = r#"(module (func (export "answer") (result i32) i32.const 1))"#;
const TWO: &str = r#"(module (func (export "answer") (result i32) i32.const 2))"#;

/// The command while it serves.
pub(super) struct Serving {
    child: Child,
    pub(super) stderr: BufReader<ChildStderr>,
    pub(super) address: SocketAddr,
    /// The lines before the one with the address.
    pub(super) told: Vec<String>,
}

impl Serving {
    fn new(files: &Files, args: &[&str]) -> Self {
        Self::with(files, args, &[])
    }

    /// Starts the command with variables of the environment.
    pub(super) fn with(files: &Files, args: &[&str], environment: &[(&str, &str)]) -> Self {
        let mut child = command(files.path())
            .current_dir(files.path())
            .args(["serve", "--listen", "127.0.0.1:0"])
            .args(args)
            .envs(environment.iter().copied())
            .stdin(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut stderr = BufReader::new(child.stderr.take().unwrap());
        let mut told = Vec::new();
        let address = loop {
            let line = read_line(&mut stderr);
            match line.trim().strip_prefix("wit-host: serving at http://") {
                Some(address) => break address.parse().unwrap(),
                None if line.is_empty() => panic!("{told:?}"),
                None => told.push(line),
            }
        };
        Self { child, stderr, address, told }
    }

    /// Returns the address for operators, which the command tells after the other one.
    fn admin(&mut self) -> SocketAddr {
        let line = read_line(&mut self.stderr);
        let address = line.trim().strip_prefix("wit-host: serving operators at http://");
        address.unwrap_or_else(|| panic!("{line}")).parse().unwrap()
    }

    pub(super) fn call(&self, path: &str) -> Answer {
        let headers = "Content-Type: application/json\r\n";
        Running::send(self.address, &format!("POST {path}"), headers, "{}")
    }

    /// Ends the command as an operator does, and returns its status and what it still wrote.
    pub(super) fn end(mut self) -> (Option<i32>, String) {
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

pub(super) fn read_line(stderr: &mut BufReader<ChildStderr>) -> String {
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

/// A core module and a component that call `add` of the host.
pub(super) const ADDS: &str = r#"(module (import "env" "add" (func $add (param i32 i32) (result i32)))
    (func (export "three") (result i32)
        (drop (call $add (i32.const 1) (i32.const 1)))
        (call $add (i32.const 1) (i32.const 2))))"#;
const ADDS_AS_COMPONENT: &str = r#"(component
    (import "wit-host:contract/math@0.1.0" (instance $math
        (export "add" (func (param "a" s32) (param "b" s32) (result s32)))))
    (core func $add (canon lower (func $math "add")))
    (core module $M
        (import "math" "add" (func $add (param i32 i32) (result i32)))
        (func (export "three") (result i32) (call $add (i32.const 1) (i32.const 2))))
    (core instance $m (instantiate $M (with "math" (instance (export "add" (func $add))))))
    (func (export "three") (result s32) (canon lift (core func $m "three"))))"#;

#[test]
fn the_time_of_host_functions_is_told_apart() {
    for (guest, import, times, count) in
        [(ADDS, "env.add", "env.add 2 times", 2), (ADDS_AS_COMPONENT, "math.add", "math.add", 1)]
    {
        let files = Files::new();
        files.file("guest.wat", guest);
        let mut serving = Serving::new(&files, &["--admin", "127.0.0.1:0", "guest.wat"]);
        let admin = serving.admin();
        let answer = serving.call("/call/three");
        assert_eq!(answer.body, "3");
        for part in ["wait;dur=", " start;dur=", " call;dur=", " guest;dur="] {
            assert!(answer.headers.contains(part), "{answer:?}");
        }
        assert!(answer.headers.contains(&format!("host;desc=\"{times}\";dur=")), "{answer:?}");
        let metrics = Running::send(admin, "GET /metrics", "", "").body;
        let count = format!(
            "wit_host_host_call_duration_seconds_count{{guest=\"guest\",import=\"{import}\"}} {count}"
        );
        assert!(metrics.contains(&count), "{count}\n{metrics}");
        assert!(metrics.contains("wit_host_cache_requests_total{result=\"miss\"}"), "{metrics}");
        assert_eq!(serving.end().0, Some(0));
    }
}

/// The dashboard that operators load into Grafana.
const DASHBOARD: &str = include_str!("../../../host/server/dashboard.json");

#[test]
fn the_dashboard_shows_figures_that_there_are() {
    let files = Files::new();
    files.file("guest.wat", ADDS);
    let mut serving = Serving::new(&files, &["--admin", "127.0.0.1:0", "guest.wat"]);
    let admin = serving.admin();
    assert_eq!(serving.call("/call/three").body, "3");
    let metrics = Running::send(admin, "GET /metrics", "", "").body;
    let told: BTreeSet<_> = metrics
        .lines()
        .filter_map(|line| line.strip_prefix("# TYPE "))
        .filter_map(|line| line.split(' ').next())
        // Whether a limit was reached is not told before one was.
        .chain(["wit_host_limits_reached"])
        .collect();
    let is_letter = |letter: char| letter.is_ascii_lowercase() || letter == '_';
    let words = DASHBOARD.split(|letter| !is_letter(letter));
    let shown: BTreeSet<_> = words
        .filter(|word| word.starts_with("faas_") || word.starts_with("wit_host_"))
        .map(|word| {
            let ends = ["_total", "_bucket", "_count", "_sum"];
            ends.iter().find_map(|end| word.strip_suffix(end)).unwrap_or(word)
        })
        .collect();
    assert_eq!(shown, told, "the dashboard, and what `/metrics` has");
}

#[test]
fn who_asks_for_no_figures_pays_for_none() {
    let files = Files::new();
    files.file("guest.wat", ADDS);
    let serving = Serving::new(&files, &["guest.wat"]);
    let answer = serving.call("/call/three");
    assert!(
        answer.headers.contains("call;dur=") && !answer.headers.contains("host;"),
        "{answer:?}"
    );
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
