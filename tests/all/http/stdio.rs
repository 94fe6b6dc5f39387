//! Tests of guests that are served to the program at the other end of two streams: what it gets,
//! what it is asked for, and whatever it does wrong.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::Shutdown;
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};
use wit_host::{Limits, Runtime};
use wit_host_providers::Client;
use wit_host_server::{Bounds, Server};

use super::live;
use crate::providers::{self, Shop};
use crate::support::command::{Files, check, command};

const TOTAL: &str = include_str!("../cli/cases/imports.in/guest.wat");
const CLIENTS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../host/server/clients");

/// A core module with functions that are well and badly behaved.
const MODULE: &str = r#"(module
    (func (export "add") (param i32 i32) (result i32) (i32.add (local.get 0) (local.get 1)))
    (func (export "wide") (result i64) i64.const 9007199254740993)
    (func (export "nothing"))
    (func (export "trap") unreachable)
    (func (export "spin") (loop (br 0)))
    (func (export "vector") (result v128) v128.const i64x2 0 0))"#;

/// A client, and the server that it talks to.
struct Talk {
    to_host: UnixStream,
    from_host: BufReader<UnixStream>,
    server: JoinHandle<Result<bool, String>>,
}

impl Talk {
    fn new(runtime: &Runtime<Shop>, guest: &[u8], client: Arc<Client>) -> Self {
        let mut bounds = Bounds::default();
        (bounds.sessions, bounds.queue, bounds.body) = (2, 4, 64 << 10);
        (bounds.request, bounds.drain) = (Duration::from_millis(500), Duration::from_secs(20));
        let server = Server::builder(bounds).only(live(runtime, guest), guest, None);
        Self::with(server, client)
    }

    fn with(server: Server<Shop>, client: Arc<Client>) -> Self {
        let (to_host, input) = UnixStream::pair().unwrap();
        let (output, from_host) = UnixStream::pair().unwrap();
        from_host.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
        let server = std::thread::spawn(move || {
            let mut runtime = tokio::runtime::Builder::new_multi_thread();
            let runtime = runtime.worker_threads(2).enable_all().build().unwrap();
            let requests = client.connect(input, output).unwrap();
            runtime.block_on(server.serve_client(&client, requests, std::future::pending()))
        });
        Self { to_host, from_host: BufReader::new(from_host), server }
    }

    /// Serves the module, with a short time for its calls.
    fn module() -> Self {
        let limits = Limits::default().wall_clock(Duration::from_millis(300));
        let runtime = crate::support::hosts::builder().limits(limits).build().unwrap();
        Self::new(&runtime, MODULE.as_bytes(), Arc::default())
    }

    /// Serves a guest whose imports the client serves.
    fn served(guest: &[u8], limits: Limits) -> Self {
        let client = Arc::new(Client::new());
        let builder = crate::support::hosts::builder().limits(limits);
        let runtime = builder.provide("shop:prices", Arc::clone(&client)).build().unwrap();
        Self::new(&runtime, guest, client)
    }

    fn write(&mut self, bytes: &[u8]) {
        self.to_host.write_all(bytes).unwrap();
    }

    fn send(&mut self, message: &Value) {
        self.write(format!("{message}\n").as_bytes());
    }

    fn ask(&mut self, id: u32, method: &str, params: Value) {
        self.send(&json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params }));
    }

    /// Returns the next message of the host. Null if it writes no more.
    fn next(&mut self) -> Value {
        let mut line = String::new();
        self.from_host.read_line(&mut line).unwrap();
        if line.is_empty() {
            return Value::Null;
        }
        let message: Value = serde_json::from_str(&line).unwrap();
        assert_eq!(message["jsonrpc"], "2.0", "{message}");
        message
    }

    /// Makes a call that asks the client for nothing.
    fn call(&mut self, method: &str, params: Value) -> Value {
        self.ask(7, method, params);
        let answer = self.next();
        assert_eq!(answer["id"], 7, "{answer}");
        answer
    }

    /// Answers `hello`, which is the first that the host asks for.
    fn greet(&mut self, functions: Value) {
        let hello = self.next();
        assert_eq!(hello["method"], "hello", "{hello}");
        self.send(&json!({ "id": hello["id"], "result": { "functions": functions } }));
    }

    /// Closes what the client writes, and returns the messages that still come, and how the server
    /// has ended.
    fn end(mut self) -> (Vec<Value>, Result<bool, String>) {
        self.to_host.shutdown(Shutdown::Write).unwrap();
        let messages = std::iter::from_fn(|| Some(self.next()).filter(|next| !next.is_null()));
        let messages = messages.collect();
        (messages, self.server.join().unwrap())
    }
}

fn total(limits: Limits) -> Talk {
    Talk::served(TOTAL.as_bytes(), limits)
}

const PRICE: &str = "shop:prices/prices.price";

#[test]
fn calls_are_answered() {
    let mut talk = Talk::module();
    for (method, params, expected) in [
        ("add", json!([1, 2]), json!(3)),
        ("add", json!({ "1": 2, "0": -1 }), json!(1)),
        ("wide", json!([]), json!(9_007_199_254_740_993_i64)),
        ("wide", Value::Null, json!(9_007_199_254_740_993_i64)),
        ("nothing", json!({}), Value::Null),
    ] {
        let answer = talk.call(method, params);
        assert_eq!(answer.get("result"), Some(&expected), "{answer}");
    }
    talk.send(&json!({ "id": "a \" text", "method": "nothing" }));
    assert_eq!(talk.next(), json!({ "jsonrpc": "2.0", "id": "a \" text", "result": null }));
    let hello = talk.call("hello", json!({ "protocol": 1, "functions": ["add"] }));
    assert_eq!(hello["result"]["functions"]["add"], "func(0: s32, 1: s32) -> s32", "{hello}");
    assert!(hello["result"]["functions"].get("vector").is_none(), "{hello}");
    assert_eq!(talk.end(), (vec![], Ok(true)));
}

#[test]
fn every_type_crosses_in_both_directions() {
    let mut talk = Talk::served(&providers::guest(), Limits::default());
    let functions = [
        ("price", json!({ "name": "tea" }), json!(250)),
        ("find", json!({ "name": "oil" }), json!(null)),
        ("find", json!({ "name": "x" }), json!({ "name": "x", "cents": 1, "tags": ["hot"] })),
        (
            "take",
            json!({ "article": { "name": "a", "cents": 1, "tags": [] }, "count": 2 }),
            json!({ "err": { "too-few": 3 } }),
        ),
        ("label", json!({ "name": "grün", "upper": true }), json!("GRÜN")),
        ("reversed", json!({ "data": "data:;base64,AAH/" }), json!("data:;base64,/wEA")),
        (
            "pick",
            json!({ "size": "small", "marks": ["fresh"], "at": [1.5, "é"] }),
            json!(["large", ["organic"], true]),
        ),
        ("weigh", json!({ "grams": i64::MIN, "factor": 0.5 }), json!({ "err": "no weight" })),
        ("beep", json!({}), json!(null)),
    ];
    let hello = talk.next();
    let names = hello["params"]["functions"].as_object().unwrap();
    assert_eq!(names[PRICE], "func(name: string) -> u32", "{hello}");
    let names: Vec<_> = names.keys().collect();
    talk.send(&json!({ "id": hello["id"], "result": { "functions": names } }));
    for (function, arguments, result) in functions {
        talk.ask(7, function, arguments.clone());
        let asked = talk.next();
        assert_eq!(asked["method"], format!("shop:prices/prices.{function}"), "{asked}");
        assert_eq!(asked["params"], arguments, "{asked}");
        talk.send(&json!({ "id": asked["id"], "result": result }));
        let answer = talk.next();
        assert_eq!(answer.get("result"), Some(&result), "{answer}");
    }
    assert_eq!(talk.end(), (vec![], Ok(true)));
}

#[test]
fn what_fails_is_an_error_with_a_code() {
    let mut talk = Talk::module();
    let large = json!(["x".repeat(70_000)]);
    for (method, params, code, status, expected) in [
        ("ad", json!([1, 2]), -32601, 404, r#""nearest":["add""#),
        ("vector", json!([]), -32601, 404, "is not served: "),
        ("", json!([]), -32601, 404, ""),
        ("add", json!([1]), -32602, 400, r#""path":"#),
        ("add", json!([1, "x"]), -32602, 400, r#""path":"$[1]""#),
        ("add", json!([1, 2_u64.pow(32)]), -32602, 400, ""),
        ("add", json!("x"), -32602, 400, ""),
        ("add", large, -32602, 413, "more than 65536 bytes"),
        ("trap", json!([]), 1, 500, r#""report":"#),
        ("spin", json!([]), 1, 504, ""),
        ("hello", json!({ "protocol": 2 }), 1, 409, "the protocol is 1"),
        ("hello", json!({ "functions": ["sub"] }), 1, 409, "it does not serve `sub`"),
        ("hello", json!({ "functions": { "add": "func()" } }), 1, 409, "with another type"),
    ] {
        let answer = talk.call(method, params);
        let error = &answer["error"];
        assert_eq!((&error["code"], &error["data"]["status"]), (&json!(code), &json!(status)));
        assert!(error.to_string().contains(expected), "{expected}: {error}");
    }
    assert_eq!(talk.call("add", json!([1, 2]))["result"], 3, "all of that changed nothing");
}

#[test]
fn a_client_is_asked_for_what_the_guest_imports() {
    let mut talk = total(Limits::default());
    talk.greet(json!({ PRICE: "func(article: string) -> u32" }));
    talk.ask(1, "total", json!({}));
    for (article, price) in [("tea", 250), ("salt", 99)] {
        let asked = talk.next();
        assert_eq!(
            (&asked["method"], &asked["params"]["article"]),
            (&json!(PRICE), &json!(article))
        );
        talk.send(&json!({ "jsonrpc": "2.0", "id": asked["id"], "result": price }));
    }
    assert_eq!(talk.next()["result"], 349);
    // Calls within a call: each has a session of its own.
    talk.ask(1, "total", json!({}));
    let outer = talk.next();
    talk.ask(2, "total", json!({}));
    let inner = [talk.next(), {
        talk.send(&json!({ "id": 99, "result": 1 }));
        talk.ask(3, "hello", json!({}));
        talk.next()
    }];
    assert_eq!((&inner[0]["method"], &inner[1]["id"]), (&json!(PRICE), &json!(3)), "{inner:?}");
    talk.send(&json!({ "id": inner[0]["id"], "result": 2 }));
    let second = talk.next();
    talk.send(&json!({ "id": second["id"], "result": 3 }));
    let answer = talk.next();
    assert_eq!((&answer["id"], &answer["result"]), (&json!(2), &json!(5)), "{answer}");
    talk.send(&json!({ "id": outer["id"], "result": 10 }));
    let second = talk.next();
    talk.send(&json!({ "id": second["id"], "error": { "code": 1, "message": "sold out" } }));
    let failed = talk.next();
    assert_eq!(failed["id"], 1, "{failed}");
    let message = failed["error"]["message"].as_str().unwrap();
    assert!(
        message.contains("the client, which serves `shop:prices/prices.price`, failed: sold out")
    );
    assert_eq!(talk.end(), (vec![], Ok(true)));
}

#[test]
fn what_a_client_does_not_serve_is_told_before_the_guest_runs() {
    let hello = |answer: Value| {
        let mut talk = total(Limits::default());
        let hello = talk.next();
        let mut message = answer;
        message["id"] = hello["id"].clone();
        talk.send(&message);
        talk.call("total", json!({}))
    };
    for (answer, expected) in [
        (json!({ "result": { "functions": [] } }), "it does not serve `shop:prices/prices.price`"),
        (json!({ "result": { "functions": { PRICE: "func()" } } }), "with another type: "),
        (json!({ "result": 7 }), "does not tell its `functions`"),
        (json!({ "error": { "code": 1, "message": "closed" } }), "it refused `hello`: closed"),
    ] {
        let failed = hello(answer);
        let message = failed["error"]["message"].as_str().unwrap();
        assert!(message.contains(expected), "{expected}: {failed}");
    }
    // One that does not answer has little time to.
    let mut talk = total(Limits::default());
    talk.ask(1, "total", json!({}));
    let failed = std::iter::repeat_with(|| talk.next())
        .find(|message| message["id"] == 1 && message.get("method").is_none());
    let failed = failed.unwrap()["error"]["message"].to_string();
    assert!(failed.contains("it gave no answer to `hello` in 500ms"), "{failed}");
    // And one without `hello` is taken at its word.
    let mut talk = total(Limits::default());
    let asked = talk.next();
    talk.send(&json!({ "id": asked["id"], "error": { "code": -32601, "message": "what?" } }));
    talk.ask(1, "total", json!({}));
    assert_eq!(talk.next()["method"], PRICE);
}

#[test]
fn a_wrong_answer_of_a_client_fails_the_call() {
    let mut talk = total(Limits::default());
    talk.greet(json!([PRICE]));
    for (answer, expected) in [
        (json!({ "result": "x" }), "its answer is of another type"),
        (json!({ "result": -1 }), "its answer is of another type"),
        (json!({ "result": null }), "its answer is of another type"),
        (json!({ "error": {} }), "no reason"),
        (json!({ "error": { "code": -32601, "message": "no" } }), "it does not serve it"),
    ] {
        talk.ask(1, "total", json!({}));
        let asked = talk.next();
        let mut answer = answer;
        answer["id"] = asked["id"].clone();
        talk.send(&answer);
        let failed = talk.next();
        let message = failed["error"]["message"].as_str().unwrap();
        assert!(message.contains(expected), "{expected}: {failed}");
    }
}

#[test]
fn a_call_is_cancelled_by_either_side() {
    // The host cancels what it has asked for when the time of the call is over.
    let mut talk = total(Limits::default().wall_clock(Duration::from_millis(300)));
    talk.greet(json!([PRICE]));
    talk.ask(1, "total", json!({}));
    let asked = talk.next();
    let mut rest = [talk.next(), talk.next()];
    rest.sort_by_key(|message| message["method"] != "cancel");
    assert_eq!(rest[0]["params"]["id"], asked["id"], "{rest:?}");
    assert_eq!(rest[1]["error"]["data"]["status"], 504, "{rest:?}");
    // An answer that comes after that is to nothing.
    talk.send(&json!({ "id": asked["id"], "result": 1 }));
    assert_eq!(talk.end(), (vec![], Ok(true)));

    // The client cancels a call that would go on without end, and its session is free again.
    let runtime = crate::support::hosts::builder().build().unwrap();
    let mut talk = Talk::new(&runtime, MODULE.as_bytes(), Arc::default());
    for id in 100..120 {
        talk.ask(id, "spin", json!([]));
        talk.send(&json!({ "method": "cancel", "params": { "id": id } }));
    }
    talk.send(&json!({ "method": "cancel", "params": { "id": "none" } }));
    talk.ask(1, "add", json!([1, 2]));
    loop {
        let answer = talk.next();
        match (answer["id"].as_u64(), answer["error"]["data"]["status"].as_u64()) {
            // The sessions of those before are not all gone yet.
            (Some(1), Some(503)) => talk.ask(1, "add", json!([1, 2])),
            (Some(1), _) => break assert_eq!(answer["result"], 3, "{answer}"),
            (_, status) => assert_eq!(status, Some(503), "{answer}"),
        }
    }
    assert_eq!(talk.end(), (vec![], Ok(true)));
}

#[test]
fn an_id_is_used_once_at_a_time() {
    let mut talk = Talk::module();
    talk.ask(1, "spin", json!([]));
    talk.ask(1, "add", json!([1, 2]));
    let refused = talk.next();
    assert_eq!((&refused["id"], &refused["error"]["code"]), (&json!(1), &json!(-32600)));
    assert_eq!(talk.next()["error"]["data"]["status"], 504);
    talk.ask(1, "add", json!([1, 2]));
    assert_eq!(talk.next()["result"], 3);
    for (wrong, expected) in [
        (json!({ "id": [1], "method": "add" }), "the id has to be"),
        (json!({ "id": "x".repeat(300), "method": "add" }), "the id has to be"),
        (json!({ "id": 1, "method": ["add"] }), "the method has to be a text"),
    ] {
        talk.send(&wrong);
        let refused = talk.next();
        assert!(refused["error"]["message"].as_str().unwrap().contains(expected), "{refused}");
    }
    // What is no request has no answer.
    talk.send(&json!({ "method": "add", "params": [1, 2] }));
    talk.send(&json!({ "id": 99, "result": 1 }));
    talk.send(&json!({}));
    assert_eq!(talk.end(), (vec![], Ok(true)));
}

#[test]
fn who_asks_for_too_much_is_told_so() {
    let mut talk = Talk::module();
    for id in 0..200 {
        talk.ask(id, "spin", json!([]));
    }
    let statuses: Vec<_> =
        (0..200).map(|_| talk.next()["error"]["data"]["status"].clone()).collect();
    assert!(statuses.iter().all(|status| [503, 504].contains(&status.as_u64().unwrap())));
    assert!(statuses.contains(&json!(503)) && statuses.contains(&json!(504)), "{statuses:?}");
}

#[test]
fn what_is_no_message_ends_the_exchange() {
    let deep = format!("{}\n", "[".repeat(100_000));
    let long = format!(r#"{{"id":1,"method":"{}"}}"#, "x".repeat(17 << 20));
    for (bytes, expected) in [
        (&b"hello\n"[..], "it wrote what is no JSON"),
        (b"[]\n", "it wrote JSON that is no message"),
        (b"[{\"id\":1,\"method\":\"add\"}]\n", "it wrote JSON that is no message"),
        (b"7\n", "it wrote JSON that is no message"),
        (b"\n", "it wrote what is no JSON"),
        (b"\xff\xfe\n", "it wrote what is no JSON"),
        (b"\0\n", "it wrote what is no JSON"),
        (b"{\"id\":1,\"method\":\"add\"}{}\n", "it wrote what is no JSON"),
        (b"{\"id\":1,\"id\":2,\"method\":\"add\"}\n", "it wrote JSON that is no message"),
        (b"{\"id\":1,\"method\":\"add\"", "it wrote what is no JSON"),
        (deep.as_bytes(), "it wrote what is no JSON"),
        (long.as_bytes(), "it wrote a line of more than 16 MiB"),
    ] {
        let mut talk = Talk::module();
        // The host may stop reading before all is written.
        let _ = talk.to_host.write_all(bytes);
        let (messages, ended) = talk.end();
        let shown = String::from_utf8_lossy(&bytes[..bytes.len().min(50)]);
        assert!(ended.as_ref().unwrap_err().contains(expected), "{shown}: {ended:?}");
        let last = messages.last().unwrap_or(&Value::Null);
        assert_eq!(
            (&last["id"], &last["error"]["code"]),
            (&Value::Null, &json!(-32700)),
            "{shown}"
        );
    }
}

#[test]
fn the_end_of_the_input_ends_what_comes_and_not_what_is_under_way() {
    let mut talk = total(Limits::default());
    talk.greet(json!([PRICE]));
    talk.ask(1, "total", json!({}));
    let asked = talk.next();
    talk.ask(2, "hello", json!({}));
    talk.next();
    let (messages, ended) = talk.end();
    assert_eq!((messages.len(), ended), (1, Ok(true)), "{messages:?} {asked}");
    let message = messages[0]["error"]["message"].as_str().unwrap();
    assert!(message.contains("failed: it has ended"), "{message}");
}

#[test]
fn a_client_that_goes_away_ends_its_calls() {
    let runtime = crate::support::hosts::builder().build().unwrap();
    let mut talk = Talk::new(&runtime, MODULE.as_bytes(), Arc::default());
    talk.ask(1, "spin", json!([]));
    talk.ask(2, "hello", json!({}));
    assert_eq!(talk.next()["id"], 2, "the other one is under way");
    let Talk { to_host, from_host, server } = talk;
    drop((to_host, from_host));
    // Its default time is much longer than that of the test.
    assert_eq!(server.join().unwrap(), Ok(true));
}

/// The command with pipes for its input and output.
fn serving(files: &Files, args: &[&str]) -> Child {
    let mut command = command(files.path());
    command.current_dir(files.path()).args(["serve", "--stdio"]).args(args);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

/// Writes to the command, and returns its status and what it wrote.
fn exchanged(mut child: Child, input: &str) -> (Option<i32>, String, String) {
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.code(), text(output.stdout), text(output.stderr))
}

#[test]
fn the_command_serves_its_standard_streams() {
    let files = Files::new();
    files.file("guest.wat", MODULE);
    let call = "{\"id\":1,\"method\":\"add\",\"params\":[1,2]}\n";
    let (status, stdout, stderr) = exchanged(serving(&files, &["guest.wat"]), call);
    assert_eq!(stdout, "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":3}\n");
    assert_eq!((status, &*stderr), (Some(0), ""));
    let logging = serving(&files, &["--log", "text", "guest.wat"]);
    let (_, _, stderr) = exchanged(logging, call);
    assert!(stderr.starts_with("wit-host: CALL add 200 "), "{stderr}");
    let (status, stdout, stderr) = exchanged(serving(&files, &["guest.wat"]), "hello\n");
    assert_eq!((status, stdout.contains("-32700")), (Some(2), true), "{stdout}");
    assert!(stderr.contains("the client is not understood: it wrote what is no JSON"), "{stderr}");

    files.file("two.wat", MODULE);
    files.file(
        "wit-host.toml",
        "[guests.one]\nfile = \"guest.wat\"\n[guests.two]\nfile = \"two.wat\"\n",
    );
    let calls = call.replace("\"add\"", "\"two/add\"") + &call.replace(":1,", ":2,");
    let (status, stdout, _) = exchanged(serving(&files, &[]), &calls);
    assert_eq!(status, Some(0));
    assert!(
        stdout.contains("\"result\":3") && stdout.contains("\"guests\":[\"one\",\"two\"]"),
        "{stdout}"
    );

    let mut child = serving(&files, &["guest.wat"]);
    // Waiting for the command would close its input, which ends it as well.
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(call.as_bytes()).unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
    kill_process(Pid::from_child(&child), Signal::TERM).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(0), "{line}");
    let mut stderr = String::new();
    child.stderr.take().unwrap().read_to_string(&mut stderr).unwrap();
    assert!(stderr.contains("ending: "), "{stderr}");
    drop(stdin);
}

#[test]
fn only_a_command_with_a_client_gives_imports_to_it() {
    let files = Files::new();
    let guest = files.file("guest.wat", TOTAL);
    check(
        &["call", "--import", "shop:prices=client", &guest, "total"],
        2,
        "",
        "only `wit-host serve --stdio` has a client",
    );
    check(&["serve", "--stdio", "--listen", "127.0.0.1:0", &guest], 2, "", "cannot be used with");
    let file = files.file("wit-host.toml", "[imports]\n\"shop:prices\" = \"client\"\n");
    check(&["call", "--config", &file, &guest, "total"], 125, "", "failed: no client is connected");
}

#[test]
fn the_clients_that_the_page_names_call_and_serve() {
    let files = Files::new();
    let guest = files.file("guest.wat", TOTAL);
    let program = Path::new(env!("CARGO_BIN_EXE_wit-host")).parent().unwrap().to_owned();
    let path = std::env::var_os("PATH").unwrap();
    let path = std::env::join_paths(std::iter::once(program).chain(std::env::split_paths(&path)));
    let path = path.unwrap();
    for (program, file) in [("python3", "shop.py"), ("node", "shop.mjs")] {
        let client = Path::new(CLIENTS).join(file);
        let lines = std::fs::read_to_string(&client).unwrap().lines().count();
        assert!(lines < 60, "{file} has {lines} lines");
        let mut command = Command::new(program);
        command.arg(&client).arg(&guest).env("PATH", &path).env("XDG_CACHE_HOME", files.path());
        let Ok(output) = command.output() else {
            assert!(std::env::var_os("CI").is_none(), "{program} is not there");
            continue;
        };
        let stdout = String::from_utf8(output.stdout).unwrap();
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{file}: {stderr}");
        let mut lines = stdout.lines();
        assert_eq!(lines.next(), Some("349"), "{file}: {stdout}{stderr}");
        let failed = lines.next().unwrap_or_default();
        assert!(
            failed.contains("the client, which serves `shop:prices/prices.price`, failed"),
            "{file}: {failed}"
        );
    }
}
