//! `fetch` against a server on loopback, each case through both paths.

use std::time::Duration;

use wit_host::{FetchLimits, Functions, Grants, Val};

use crate::probe::{Case, Expected, Function, Path, bytes, check, text};
use crate::server;

pub(crate) const FETCH: Function = Function { wit: "fetch.get", env: "fetch" };
const LIMITS: FetchLimits = FetchLimits { size: 1_000, time: Duration::from_secs(20) };

#[test]
fn component() {
    cases().iter().for_each(|case| check(Path::Component, FETCH, case, functions(LIMITS)));
}

#[test]
fn module() {
    cases().iter().for_each(|case| check(Path::Module, FETCH, case, functions(LIMITS)));
}

#[test]
fn adapted() {
    cases().iter().for_each(|case| check(Path::Adapted, FETCH, case, functions(LIMITS)));
}

#[test]
fn a_server_that_does_not_answer_is_given_up() {
    let limits = FetchLimits { time: Duration::from_millis(50), ..LIMITS };
    let case = error(&server::url("silent"), "timed-out", Val::U64(50), "did not arrive in 50 ms");
    check(Path::Component, FETCH, &case, functions(limits));
    check(Path::Module, FETCH, &case, functions(limits));
}

fn functions(limits: FetchLimits) -> Functions {
    let grants = Grants::default().allow_host(&server::host()).unwrap();
    Functions::new(&grants).fetch_limits(limits)
}

fn body(page: &str, expected: &[u8]) -> Case {
    Case { args: vec![text(server::url(page))], expected: Expected::Value(bytes(expected)) }
}

fn error(url: &str, case: &str, payload: Val, trap: &str) -> Case {
    let value = Val::Variant(case.into(), Some(Box::new(payload)));
    Case { args: vec![text(url)], expected: Expected::Error { value, trap: trap.into() } }
}

fn cases() -> Vec<Case> {
    let denied = |url: &str, host: &str| {
        error(url, "denied", text(host), &format!("access to `{host}` was not granted"))
    };
    let invalid = |url: &str, reason: &str| error(url, "invalid-url", text(reason), reason);
    let failed = |page: &str, reason: &str| {
        error(&server::url(page), "failed", text(reason), &format!("the request failed: {reason}"))
    };
    let too_long = |page: &str| {
        error(&server::url(page), "too-large", Val::U64(1_000), "longer than 1000 bytes")
    };
    vec![
        body("text", "wasm für alle: wasm, Wasm und 🦀 wasm".as_bytes()),
        body("empty", b""),
        body("binary", b"\0\xff\xfe\0"),
        body("redirect", "wasm für alle: wasm, Wasm und 🦀 wasm".as_bytes()),
        too_long("long"),
        too_long("long-unannounced"),
        failed("missing", "the server answered 404 Not Found"),
        failed(
            "broken",
            "request or response body error: error reading a body from connection: \
             end of file before message length reached",
        ),
        denied(&server::url("redirect-denied"), "not-granted.invalid:80"),
        denied("http://not-granted.invalid/", "not-granted.invalid:80"),
        denied("https://127.0.0.1/", "127.0.0.1:443"),
        // The host is what follows the `@`.
        denied(
            &format!("http://{}@not-granted.invalid/", server::host()),
            "not-granted.invalid:80",
        ),
        invalid("/text", "relative URL without a base"),
        invalid("", "relative URL without a base"),
        invalid("http://", "empty host"),
        invalid("file:///etc/passwd", "`file` is neither `http` nor `https`"),
    ]
}
