//! Tests of what operators see and do: figures, generations, replacement and its token.

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
        "wit_host_sessions_in_use 0",
        "# EOF",
    ] {
        assert!(metrics.body.contains(line), "{line}\n{}", metrics.body);
    }
    assert!(!metrics.body.contains("none"), "what a request says is no label");
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
    let guests = Running::send(running.admin, "GET /guests", "", "").json();
    assert_eq!(guests["guest"]["current"]["generation"], 1, "{guests}");
    assert_eq!(guests["guest"]["previous"]["generation"], 2, "{guests}");
}

#[test]
fn without_a_token_nothing_is_changed() {
    let running = running(None, None);
    let refused = Running::send(running.admin, "POST /guests/guest/rollback", "", "");
    assert_eq!(refused.status, 403);
    let page = Running::send(running.admin, "GET /guests", "Origin: http://evil.example\r\n", "");
    assert_eq!(page.status, 403);
}

#[test]
fn a_guest_is_replaced_by_the_program_as_well() {
    let running = running(None, None);
    assert_eq!(running.server.reload("guest", TWO.as_bytes()).unwrap().unwrap(), 2);
    assert_eq!(running.call("answer", "").json(), json!(2));
    assert!(running.server.reload("guest", b"(module)").unwrap().is_err());
    assert!(running.server.reload("other", TWO.as_bytes()).is_none());
}
