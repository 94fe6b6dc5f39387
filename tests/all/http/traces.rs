//! Tests of the traces that calls belong to: what comes in with a request goes on to providers, the
//! log and a collector.

use std::net::TcpListener;
use std::time::{Duration, Instant};

use super::collector::{Collector, attributes, hex};
use super::command::{ADDS, Serving, read_line};
use super::{Answer, Running};
use crate::support::command::Files;

const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
const SPAN: &str = "00f067aa0ba902b7";

/// Calls a function as a part of a trace.
fn call(serving: &Serving, path: &str, trace_parent: &str) -> Answer {
    let headers = format!("Content-Type: application/json\r\nTraceparent: {trace_parent}\r\n");
    Running::send(serving.address, &format!("POST {path}"), &headers, "{}")
}

fn log(serving: &mut Serving) -> serde_json::Value {
    let line = read_line(&mut serving.stderr);
    serde_json::from_str(&line).unwrap_or_else(|_| panic!("{line}"))
}

#[test]
fn a_collector_gets_a_span_for_each_call_and_host_call() {
    let (files, collector) = (Files::new(), Collector::new());
    files.file("guest.wat", ADDS);
    let endpoint = format!("http://{}", collector.address);
    let environment = [
        ("OTEL_EXPORTER_OTLP_ENDPOINT", &*endpoint),
        ("OTEL_SERVICE_NAME", "shop"),
        ("OTEL_BSP_SCHEDULE_DELAY", "10"),
        ("OTEL_METRIC_EXPORT_INTERVAL", "50"),
    ];
    let mut serving = Serving::with(&files, &["--log", "json", "guest.wat"], &environment);
    let parent = format!("00-{TRACE}-{SPAN}-01");
    assert_eq!(call(&serving, "/call/three", &parent).body, "3");
    let (logged, spans) = (log(&mut serving), collector.wait(vec!["three", "env.add"]));
    collector.wait(vec![
        "faas.invoke_duration",
        "faas.init_duration",
        "faas.mem_usage",
        "wit_host.guest.duration",
        "wit_host.host_call.duration",
        "wit_host.wait.duration",
        "wit_host.sessions.in_use",
        "wit_host.calls.waiting",
        "wit_host.generation",
    ]);
    let named = |name: &str| spans.iter().find(|(_, span)| span.name == name).unwrap();
    let (service, three) = named("three");
    assert_eq!((service.as_str(), hex(&three.trace_id)), ("shop", TRACE.to_owned()));
    assert_eq!((hex(&three.parent_span_id), three.kind), (SPAN.to_owned(), 2), "of the server");
    assert_eq!(logged["trace_id"], TRACE);
    assert_eq!(logged["span_id"], hex(&three.span_id), "{logged}");
    let (_, add) = named("env.add");
    assert_eq!((&add.trace_id, &add.parent_span_id), (&three.trace_id, &three.span_id));
    assert!(three.start_time_unix_nano <= add.start_time_unix_nano);
    assert!(add.end_time_unix_nano <= three.end_time_unix_nano);
    let told = attributes(&three.attributes);
    assert_eq!((&*told["faas.name"], &*told["http.response.status_code"]), ("guest", "200"));
    assert_eq!(told["wit_host.host_calls"], "2");

    // What fails is an error, and belongs to a trace of its own if the caller has none.
    let failed = serving.call("/call/none");
    let trace = failed.json()["trace"].as_str().unwrap().to_owned();
    let spans = collector.wait(vec!["call"]);
    assert_eq!(hex(&spans[0].1.trace_id), trace);
    assert_eq!(log(&mut serving)["trace_id"], trace);
    // The last spans are sent before the command ends.
    assert_eq!(serving.call("/call/three").body, "3");
    let (status, rest) = serving.end();
    assert_eq!(status, Some(0), "{rest}");
    assert!(!rest.contains("did not reach"), "{rest}");
    collector.wait(vec!["three"]);
}

#[test]
fn nothing_is_sent_unless_it_is_asked_for() {
    let (files, collector) = (Files::new(), Collector::new());
    files.file("guest.wat", ADDS);
    let endpoint = format!("http://{}", collector.address);
    let disabled = [("OTEL_EXPORTER_OTLP_ENDPOINT", &*endpoint), ("OTEL_SDK_DISABLED", "true")];
    let mut serving = Serving::with(&files, &["--log", "json", "guest.wat"], &disabled);
    let parent = format!("00-{TRACE}-{SPAN}-00");
    assert_eq!(call(&serving, "/call/three", &parent).status, 200);
    let logged = log(&mut serving);
    assert_eq!((&logged["trace_id"], &logged["span_id"]), (&TRACE.into(), &SPAN.into()));
    assert_eq!(call(&serving, "/call/three", "00-nonsense").status, 200);
    assert!(log(&mut serving)["trace_id"].is_null());
    assert_eq!(serving.end().0, Some(0));
    assert!(collector.is_empty());

    let by_grpc =
        [("OTEL_EXPORTER_OTLP_ENDPOINT", &*endpoint), ("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc")];
    let serving = Serving::with(&files, &["--log", "none", "guest.wat"], &by_grpc);
    let told = "`OTEL_EXPORTER_OTLP_PROTOCOL` is `grpc`, and has to be `http/protobuf`";
    assert!(serving.told.concat().contains(told), "{:?}", serving.told);
    assert_eq!(serving.call("/call/three").body, "3");
    assert_eq!(serving.end().0, Some(0));
    assert!(collector.is_empty());
}

#[test]
fn a_collector_that_does_not_answer_keeps_nobody_waiting() {
    let files = Files::new();
    files.file("guest.wat", ADDS);
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let endpoint = format!("http://{}", silent.local_addr().unwrap());
    let environment = [("OTEL_EXPORTER_OTLP_ENDPOINT", &*endpoint)];
    let serving = Serving::with(&files, &["guest.wat"], &environment);
    assert_eq!(serving.call("/call/three").body, "3");
    let began = Instant::now();
    let (status, rest) = serving.end();
    assert!(began.elapsed() < Duration::from_secs(8), "{:?}", began.elapsed());
    assert_eq!(status, Some(0), "{rest}");
    assert!(rest.contains("did not reach their collector"), "{rest}");
}

/// A component whose one function is that of a process.
const ASKS: &str = r#"(component
    (import "test:trace/trace" (instance $trace (export "first" (func (result u32)))))
    (core func $first (canon lower (func $trace "first")))
    (core module $M
        (import "trace" "first" (func $first (result i32)))
        (func (export "first") (result i32) (call $first)))
    (core instance $m (instantiate $M (with "trace" (instance (export "first" (func $first))))))
    (func (export "first") (result u32) (canon lift (core func $m "first"))))"#;

/// A process that answers with the first digits of the trace.
const ANSWERS: &str = r#"
import json, sys
for line in sys.stdin:
    asked = json.loads(line)
    if asked["method"] == "hello":
        result = {"functions": ["test:trace/trace.first"]}
    else:
        result = int(asked.get("traceparent", "00-00000000")[3:11], 16)
    print(json.dumps({"jsonrpc": "2.0", "id": asked["id"], "result": result}), flush=True)
"#;

#[test]
fn providers_are_told_the_trace() {
    let files = Files::new();
    files.file("guest.wat", ASKS);
    files.file("answers.py", ANSWERS);
    let import = "test:trace/trace=exec:python3 answers.py";
    let serving = Serving::with(&files, &["--import", import, "guest.wat"], &[]);
    let first = u32::from_str_radix(&TRACE[..8], 16).unwrap().to_string();
    assert_eq!(call(&serving, "/call/first", &format!("00-{TRACE}-{SPAN}-01")).body, first);
    assert_eq!(serving.call("/call/first").body, "0", "the next call is of no trace");
}
