//! Tests of processes that serve guests, well and badly: whatever a process does has a limit, and
//! the error says what it did.

use std::path::Path;
use std::process::Stdio;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use wit_host::{Error, Guest, LimitReached, Limits, Val};
use wit_host_providers::ProcessProvider;

use crate::support::command::{Files, command};

const GUEST: &str = include_str!("../cli/cases/imports.in/guest.wat");
const MODULE: &str = include_str!("../cli/cases/imports.in/module.wat");
const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../guest/providers");

fn guest(provider: ProcessProvider, limits: Limits) -> Guest<()> {
    let runtime = crate::support::hosts::builder().provide("shop:prices", provider).limits(limits);
    runtime.build().unwrap().load(GUEST).unwrap()
}

/// Returns a provider that runs this script in `sh`.
fn sh(script: &str) -> ProcessProvider {
    ProcessProvider::new("sh", ["-c", script]).unwrap()
}

/// Returns a script that answers `hello` correctly, and each call with this answer.
fn answering(answer: &str) -> String {
    format!(
        "while read -r line; do id=${{line#*'\"id\":'}}; id=${{id%%,*}}; case $line in \
         *'\"hello\"'*) answer='\"result\":{{\"functions\":[\"shop:prices/prices.price\"]}}';; \
         *) answer='{answer}';; esac; \
         printf '{{\"jsonrpc\":\"2.0\",\"id\":%s,%s}}\\n' \"$id\" \"$answer\"; done"
    )
}

fn call(guest: &Guest<()>) -> Result<Vec<Val>, Error> {
    guest.session(()).start_blocking().unwrap().call("total", &[])
}

#[test]
fn one_of_each_language_serves_guests_of_both_kinds() {
    for (program, file) in [("sh", "prices.sh"), ("python3", "prices.py"), ("node", "prices.js")] {
        let path = Path::new(FOLDER).join(file);
        let Ok(provider) = ProcessProvider::new(program, [&path]) else {
            assert_ne!(program, "sh", "every machine has it");
            continue;
        };
        // Some of these programs are wrapper scripts, which need `PATH`.
        let provider = provider.environment("PATH", std::env::var_os("PATH").unwrap());
        let provider = Arc::new(provider);
        let runtime = crate::support::hosts::builder::<()>()
            .contract(include_str!("../cli/cases/imports.in/shop.wit"))
            .provide("shop:prices", Arc::clone(&provider))
            .build()
            .unwrap();
        for _ in 0..2 {
            let guest = runtime.load(GUEST).unwrap();
            assert_eq!(call(&guest).unwrap(), [Val::U32(349)], "{file}");
        }
        let mut session = runtime.load(MODULE).unwrap().session(()).start_blocking().unwrap();
        assert_eq!(session.call("total", &[]).unwrap(), [Val::S32(250)], "{file}");
        let mut session = runtime.load(GUEST).unwrap().session(()).start_blocking().unwrap();
        let error = session.call("of-nothing", &[]).unwrap_err();
        assert!(matches!(error, Error::HostFunction(_)), "{file}: {error:?}");
        assert!(error.to_string().contains(": there is no "), "{file}: {error}");
        assert!(error.to_string().contains(&format!("the process `{program} ")), "{error}");
    }
}

#[test]
fn whatever_a_process_does_is_told() {
    let good = answering(r#""result":1"#);
    let other_type = good.replace(
        r#"["shop:prices/prices.price"]"#,
        r#"{"shop:prices/prices.price":"func(article: string) -> string"}"#,
    );
    let rows = [
        ("echo hello; cat > /dev/null".to_owned(), "it wrote what is no JSON"),
        ("echo []; cat > /dev/null".into(), "it wrote JSON that is no message"),
        ("head -c 17000000 /dev/zero; cat > /dev/null".into(), "a line of more than 16 MiB"),
        ("exit 3".into(), "it has ended, with exit status: 3"),
        ("exec > /dev/null; cat".into(), "it has closed its output"),
        ("sleep 1000 & exit 4".into(), "it has ended, with exit status: 4"),
        ("kill -9 $$".into(), "it has closed its output, or was killed"),
        (
            good.replace("prices.price", "prices.stock"),
            "it does not serve `shop:prices/prices.price`",
        ),
        (other_type, "with another type: `func(article: string) -> u32` is wanted"),
        (answering(r#""result":"x""#), "its answer is of another type"),
        (answering(r#""result":-1"#), "its answer is of another type"),
        (answering(r#""error":{"code":1,"message":"closed"}"#), "closed"),
        (answering(r#""error":{"code":-32601,"message":"no"}"#), "it does not serve it"),
        (format!("echo a note >&2; {}", answering(r#""error":{}"#)), "no reason"),
        // Values of another type, however they are written.
        (answering(r#""result":4294967296"#), "its answer is of another type"),
        (answering(r#""result":1.5"#), "its answer is of another type"),
        (answering(r#""result":1e400"#), "it wrote what is no JSON"),
        (answering(r#""result":null"#), "its answer is of another type"),
        (answering(r#""result":{"ok":1}"#), "its answer is of another type"),
        (answering(r#""result":[1]"#), "its answer is of another type"),
        (answering(r#""result":true"#), "its answer is of another type"),
        // Answers without a result, or with one of a strange form.
        (answering(r#""error":"no""#), "no reason"),
        (answering(r#""error":{"code":"x","message":"by text"}"#), "by text"),
        (answering(r#""error":{"code":1,"message":7}"#), "no reason"),
        (answering(r#""result":1}{"id":2"#), "it wrote what is no JSON"),
        (answering(r#""result":1"#).replace(r#"{"functions":"#, r#"{"others":"#), "does not tell"),
        (
            answering(r#""result":1"#)
                .replace(r#"["shop:prices/prices.price"]"#, r#""shop:prices/prices.price""#),
            "does not tell",
        ),
        (
            good.replace(
                r#""result":{"functions":["shop:prices/prices.price"]}"#,
                r#""error":{"code":9,"message":"not today"}"#,
            ),
            "it refused `hello`: not today",
        ),
        // Bytes that are no line of JSON.
        (r"printf '\377\376\n'; cat > /dev/null".into(), "it wrote what is no JSON"),
        (r"printf '\000\n'; cat > /dev/null".into(), "it wrote what is no JSON"),
        (r"printf '\n'; cat > /dev/null".into(), "it wrote what is no JSON"),
        ("head -c 1000000 /dev/zero | tr '\\0' '['; echo; cat".into(), "it wrote what is no JSON"),
        (r#"printf '{"id":0,"result":'; exit 5"#.into(), "it wrote what is no JSON"),
        // An end in the middle of a call.
        (good.replace("printf", "exit 6; printf"), "it has ended, with exit status: 6"),
        (good.replace("*) answer=", "*) exit 7; answer="), "it has ended, with exit status: 7"),
        (good.replace("*) answer=", "*) exec 1>&-; cat; answer="), "it has closed its output"),
    ];
    for (script, expected) in rows {
        let error = call(&guest(sh(&script), Limits::default())).unwrap_err();
        assert!(matches!(error, Error::HostFunction(_)), "{script}: {error:?}");
        assert!(error.to_string().contains(expected), "{script}: {error}");
    }
    // A process without `hello` is trusted to have all functions.
    let silent = good.replace(
        r#""result":{"functions":["shop:prices/prices.price"]}"#,
        r#""error":{"code":-32601,"message":"what?"}"#,
    );
    assert_eq!(call(&guest(sh(&silent), Limits::default())).unwrap(), [Val::U32(2)]);
}

#[test]
fn the_callers_time_ends_the_wait_for_a_process() {
    for script in ["cat > /dev/null", "exec sleep 1000", "trap '' TERM; while :; do :; done"] {
        let limits = Limits::default().wall_clock(Duration::from_millis(300));
        let began = Instant::now();
        let error = call(&guest(sh(script), limits)).unwrap_err();
        assert!(began.elapsed() < Duration::from_secs(30), "{script}");
        let is_time = matches!(error, Error::Limit { limit: LimitReached::WallClock(_), .. });
        assert!(is_time, "{script}: {error:?}");
    }
}

#[test]
fn standard_error_is_shown_up_to_a_limit() {
    let told = Arc::new(Mutex::new(Vec::new()));
    let listener = Arc::clone(&told);
    let script = format!("yes flood | head -c 10000000 >&2; {}", answering(r#""result":1"#));
    let provider =
        sh(&script).on_stderr(move |line| listener.lock().unwrap().push(line.to_owned()));
    assert_eq!(call(&guest(provider, Limits::default())).unwrap(), [Val::U32(2)]);
    let told = told.lock().unwrap();
    assert_eq!(told.first().map(String::as_str), Some("flood"));
    assert!(told.iter().map(String::len).sum::<usize>() <= 65 << 10, "{}", told.len());
}

#[test]
fn nothing_is_left_of_a_process_when_its_session_ends() {
    // The error contains the process ids of the process and of its child.
    let script = answering(r#""error":{"code":1,"message":"PIDS"}"#)
        .replace("answer='\"error\"", "sleep 1000 & answer='\"error\"")
        .replace("PIDS", "<'$$' '$!'>");
    let error = call(&guest(sh(&script), Limits::default())).unwrap_err().to_string();
    let pids = error.split('<').nth(1).and_then(|rest| rest.split('>').next()).unwrap().to_owned();
    for pid in pids.split(' ') {
        let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
        // The process that adopts an orphan may not have waited for it yet.
        let is_gone = stat.is_empty() || stat.contains(") Z ");
        assert!(is_gone || is_dying(pid), "{pid}: {stat}");
    }
}

/// What a process writes that no call asked for changes nothing.
#[test]
fn what_is_no_answer_is_passed_over() {
    let others = [
        r#"printf "{\"id\":1%s99,\"result\":7}\\n" "$id""#,
        r#"printf "{\"id\":\"%s\",\"result\":7}\\n" "$id""#,
        r#"printf "{\"id\":%s.0,\"result\":7}\\n" "$id""#,
        r#"printf "{\"id\":-1,\"result\":7}\\n""#,
        r#"printf "{\"method\":\"log\",\"params\":{}}\\n""#,
        r#"yes "{\"id\":77777,\"result\":7}" | head -n 20000"#,
    ];
    for other in others {
        let script = answering(r#""result":1"#).replace("printf", &format!("{other}; printf"));
        assert_eq!(call(&guest(sh(&script), Limits::default())).unwrap(), [Val::U32(2)], "{other}");
    }
    // A second answer to a call is to none.
    let again = r#"printf "{\"id\":%s,\"result\":9}\\n" "$id"; done"#;
    let twice = answering(r#""result":1"#).replace("done", again);
    assert_eq!(call(&guest(sh(&twice), Limits::default())).unwrap(), [Val::U32(2)], "{twice}");
}

/// The text of a failure is what a person reads, so that it has a length.
#[test]
fn the_text_of_an_error_has_an_end() {
    let long = "$(head -c 100000 /dev/zero | tr '\\0' y)";
    let script = answering(r#""error":{"code":1,"message":"LONG"}"#)
        .replace("LONG", &format!("'\"{long}\"'"));
    let error = call(&guest(sh(&script), Limits::default())).unwrap_err().to_string();
    assert!(error.contains(": yyyy") && error.len() < 20_000, "{}", error.len());
}

/// A process that stops answers nothing, and is killed with its session.
#[test]
fn one_that_is_stopped_does_not_outlive_the_callers_time() {
    let limits = Limits::default().wall_clock(Duration::from_millis(300));
    let error = call(&guest(sh("kill -STOP $$"), limits)).unwrap_err();
    let is_time = matches!(error, Error::Limit { limit: LimitReached::WallClock(_), .. });
    assert!(is_time, "{error:?}");
}

/// The command leaves no process behind, even if it is killed and the process reads nothing.
#[test]
fn nothing_is_left_of_a_process_when_the_command_is_killed() {
    let files = Files::new();
    let (guest, note) = (files.file("guest.wat", GUEST), files.file("pid", ""));
    let script = format!("echo $$ > {note}; exec sleep 1000");
    let import = format!("shop:prices=exec:sh -c '{script}'");
    let mut child = command(files.path())
        .args(["call", "--import", &import, &guest, "total"])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let pid = loop {
        std::thread::yield_now();
        let pid = std::fs::read_to_string(&note).unwrap();
        if pid.ends_with('\n') {
            break pid.trim().to_owned();
        }
        assert_eq!(child.try_wait().unwrap(), None, "it has to wait for an answer");
    };
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(is_dying(&pid), "{pid}");
}

/// Returns true if a killed process is gone after a short time.
fn is_dying(pid: &str) -> bool {
    (0..1_000_000).any(|_| {
        std::thread::yield_now();
        let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
        stat.is_empty() || stat.contains(") Z ")
    })
}

#[test]
fn one_that_all_share_serves_many_and_is_started_again_three_times() {
    let counting = answering(r#""result":'$((count = count + 1))'"#);
    let shared = guest(sh(&counting).shared(), Limits::default());
    assert_eq!(call(&shared).unwrap(), [Val::U32(3)]);
    assert_eq!(call(&shared).unwrap(), [Val::U32(7)]);
    let own = guest(sh(&counting), Limits::default());
    assert_eq!([call(&own).unwrap(), call(&own).unwrap()], [[Val::U32(3)], [Val::U32(3)]]);

    let dies = guest(sh("exit 1").shared(), Limits::default());
    let errors: Vec<_> = (0..6).map(|_| call(&dies).unwrap_err().to_string()).collect();
    assert!(errors[3].contains("it has ended, with exit status: 1"), "{errors:?}");
    assert!(errors[4].contains("it has ended 4 times"), "{errors:?}");
}

#[test]
fn a_program_that_is_not_there_is_refused_at_once() {
    let error = ProcessProvider::new("no-such-program-anywhere", [""; 0]).err().unwrap();
    assert!(
        error.to_string().contains("there is no program `no-such-program-anywhere`"),
        "{error}"
    );
}
