//! Tests of what operators see and do: figures, generations, replacement and its token.

use std::io::Write as _;
use std::net::TcpStream;

use serde_json::json;
use wit_host_server::{Access, Token};

use super::{Running, builder, live};

const ONE: &str = r#"(module (func (export "answer") (result i32) i32.const 1))"#;
const TWO: &str = r#"(module (func (export "answer") (result i32) i32.const 2))"#;

fn running(file: Option<&std::path::Path>, token: Option<Token>) -> Running {
    let admin = Access { token, ..Access::default() };
    let runtime = crate::support::hosts::builder().build().unwrap();
    let live = live(&runtime, ONE.as_bytes());
    Running::new(builder(Access::default()).admin(admin).only(live, ONE.as_bytes(), file))
}

#[test]
fn calls_are_counted() {
    let running = running(None, None);
    for _ in 0..3 {
        assert_eq!(running.call("answer", "").status, 200);
    }
    running.call("none", "");
    Running::send(running.address, "POST /call/answer", "", "");
    let metrics = Running::send(running.admin, "GET /metrics", "", "");
    assert!(metrics.headers.contains("content-type: application/openmetrics-text"), "{metrics:?}");
    for line in [
        r#"faas_invoke_duration_seconds_count{guest="guest",function="answer"} 3"#,
        r#"wit_host_answers_total{status="200"} 3"#,
        r#"wit_host_answers_total{status="404"} 1"#,
        r#"wit_host_generation{guest="guest"} 1"#,
        r#"faas_init_duration_seconds_count{guest="guest"} 3"#,
        r#"faas_mem_usage_bytes_count{guest="guest",function="answer"} 3"#,
        r#"wit_host_guest_duration_seconds_count{guest="guest",function="answer"} 3"#,
        r#"wit_host_wait_duration_seconds_count{guest="guest",function="answer"} 3"#,
        r#"faas_errors_total{guest="guest",function="answer"} 0"#,
        "wit_host_calls_refused_total 0",
        "wit_host_sessions 2",
        "wit_host_sessions_in_use 0",
        "# EOF",
    ] {
        assert!(metrics.body.contains(line), "{line}\n{}", metrics.body);
    }
    assert!(!metrics.body.contains("none"), "what a request says is no label");
}

#[test]
fn what_ends_calls_is_counted() {
    let guest = r#"(module (memory 1)
        (func (export "trap") unreachable)
        (func (export "spin") (loop (br 0)))
        (func (export "grow") (drop (memory.grow (i32.const 60000))) unreachable))"#;
    let running = super::text(builder(Access::default()), guest);
    for function in ["trap", "spin", "grow"] {
        assert!(running.call(function, "").status >= 500, "{function}");
    }
    let metrics = Running::send(running.admin, "GET /metrics", "", "").body;
    for line in [
        r#"faas_errors_total{guest="guest",function="trap"} 1"#,
        r#"faas_timeouts_total{guest="guest",function="trap"} 0"#,
        r#"faas_timeouts_total{guest="guest",function="spin"} 1"#,
        r#"wit_host_limits_reached_total{guest="guest",limit="wall_clock"} 1"#,
        r#"wit_host_limits_reached_total{guest="guest",limit="memory"} 1"#,
    ] {
        assert!(metrics.contains(line), "{line}\n{metrics}");
    }
}

#[test]
fn calls_that_are_refused_or_given_up_are_counted() {
    let guest = r#"(module (func (export "spin") (loop (br 0))))"#;
    let running = super::text(builder(Access::default()), guest);
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| running.call("spin", ""));
        }
    });
    let request = "POST /call/spin HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\
        Content-Type: application/json\r\n\r\n";
    let figure = |name: &str| {
        let metrics = Running::send(running.admin, "GET /metrics", "", "").body;
        let line = metrics.lines().find(|line| line.starts_with(name)).unwrap();
        line.rsplit(' ').next().unwrap().parse::<u64>().unwrap()
    };
    // A call may end before its client has gone.
    let is_cancelled = (0..100).any(|_| {
        let mut client = TcpStream::connect(running.address).unwrap();
        client.write_all(request.as_bytes()).unwrap();
        let _ = (0..100).any(|_| figure("wit_host_sessions_in_use") > 0);
        drop(client);
        while figure("wit_host_sessions_in_use") > 0 {}
        figure("wit_host_calls_cancelled_total") > 0
    });
    assert!(is_cancelled);
    assert!(figure("wit_host_calls_refused_total") >= 1);
}

#[test]
fn who_counts_nothing_has_no_figures() {
    let runtime = crate::support::hosts::builder().build().unwrap();
    let live = live(&runtime, ONE.as_bytes());
    let server = builder(Access::default()).uncounted().only(live, ONE.as_bytes(), None);
    let running = Running::new(server);
    assert_eq!(running.call("answer", "").status, 200);
    assert_eq!(Running::send(running.admin, "GET /metrics", "", "").status, 404);
}

#[test]
fn a_guest_is_replaced_and_taken_back_by_who_has_the_token() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("guest.wat");
    std::fs::write(&file, TWO).unwrap();
    let running = running(Some(&file), Token::new("secret"));
    let post = |path: &str, token: &str| {
        let headers = format!("Authorization: Bearer {token}\r\n");
        Running::send(running.admin, &format!("POST /guests/{path}"), &headers, "")
    };
    assert_eq!(post("guest/reload", "other").status, 401);
    assert_eq!(post("other/reload", "secret").status, 404);
    assert_eq!(running.call("answer", "").json(), json!(1));
    assert_eq!(post("guest/reload", "secret").json()["generation"], 2);
    assert_eq!(running.call("answer", "").json(), json!(2));
    assert_eq!(post("guest/rollback", "secret").json()["generation"], 1);
    assert_eq!(running.call("answer", "").json(), json!(1));
    std::fs::write(&file, "(module)").unwrap();
    let refused = post("guest/reload", "secret");
    assert_eq!(refused.status, 422);
    assert!(refused.body.contains("callers use"), "{refused:?}");
    assert_eq!(running.call("answer", "").json(), json!(1));
    let metrics = Running::send(running.admin, "GET /metrics", "", "").body;
    for line in [
        r#"wit_host_reloads_total{guest="guest"} 1"#,
        r#"wit_host_reloads_refused_total{guest="guest"} 1"#,
        r#"wit_host_rollbacks_total{guest="guest",by="operator"} 1"#,
        r#"wit_host_rollbacks_total{guest="guest",by="itself"} 0"#,
    ] {
        assert!(metrics.contains(line), "{line}\n{metrics}");
    }
    let guests = Running::send(running.admin, "GET /guests", "", "").json();
    assert_eq!(guests["guest"]["current"]["generation"], 1, "{guests}");
    assert_eq!(guests["guest"]["previous"]["generation"], 2, "{guests}");
}

#[test]
fn without_a_token_nothing_is_changed() {
    let running = running(None, None);
    let refused = Running::send(running.admin, "POST /guests/guest/rollback", "", "");
    assert_eq!(refused.status, 403);
    // Only the page of this server reads it, and no page of another one, whatever its port is.
    let port = running.address.port();
    for (host, status) in [
        (format!("127.0.0.1:{port}"), 200),
        (format!("localhost:{port}"), 200),
        ("evil.example".to_owned(), 403),
        (format!("evil.example:{port}"), 403),
        (format!("203.0.113.5:{port}"), 403),
        (format!("[2001:db8::1]:{port}"), 403),
        ("127.0.0.1:1".to_owned(), 403),
    ] {
        let origin = format!("Host: localhost\r\nOrigin: http://{host}\r\n");
        for path in ["GET /guests", "GET /metrics", "OPTIONS /guests/guest/reload"] {
            let answer = Running::send(running.admin, path, &origin, "");
            let expected = if status == 200 && path.starts_with("OPTIONS") { 204 } else { status };
            assert_eq!(answer.status, expected, "{path} {host}: {answer:?}");
        }
    }
}

#[test]
fn a_guest_is_replaced_by_the_program_as_well() {
    let running = running(None, None);
    assert_eq!(running.server.reload("guest", TWO.as_bytes()).unwrap().unwrap(), 2);
    assert_eq!(running.call("answer", "").json(), json!(2));
    assert!(running.server.reload("guest", b"(module)").unwrap().is_err());
    assert!(running.server.reload("other", TWO.as_bytes()).is_none());
}
