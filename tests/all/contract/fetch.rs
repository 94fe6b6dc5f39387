//! Tests of `fetch` with a server on the loopback address. Each case runs as a component and as a
//! core module.

use std::net::ToSocketAddrs as _;
use std::time::{Duration, Instant};

use wit_host::{Grants, Val};
use wit_host_contract::{FetchLimits, Functions};

use crate::support::probe::{Case, Expected, Function, Path, bytes, check, text};
use crate::support::server;

pub(crate) const FETCH: Function = Function { wit: "fetch.get", env: "fetch" };
fn limits() -> FetchLimits {
    FetchLimits::default().size(1_000).time(Duration::from_secs(20))
}

#[test]
fn component() {
    cases().iter().for_each(|case| check(Path::Component, FETCH, case, functions(limits())));
}

#[test]
fn module() {
    cases().iter().for_each(|case| check(Path::Module, FETCH, case, functions(limits())));
}

#[test]
fn adapted() {
    cases().iter().for_each(|case| check(Path::Adapted, FETCH, case, functions(limits())));
}

#[test]
fn a_server_that_does_not_answer_is_given_up() {
    let limits = limits().time(Duration::from_millis(50));
    let case = error(&server::url("silent"), "timed-out", Val::U64(50), "did not arrive in 50 ms");
    check(Path::Component, FETCH, &case, functions(limits));
    check(Path::Module, FETCH, &case, functions(limits));
}

/// The client keeps receiving interim responses, and has to stop when the time is up.
#[test]
fn a_server_that_never_comes_to_the_point_is_given_up() {
    let limits = limits().time(Duration::from_millis(50));
    let case = error(&server::url("interim"), "timed-out", Val::U64(50), "did not arrive in 50 ms");
    for path in [Path::Component, Path::Module] {
        let began = Instant::now();
        check(path, FETCH, &case, functions(limits));
        assert!(began.elapsed() < Duration::from_secs(5), "{:?}", began.elapsed());
    }
}

/// `localhost` grants this machine by name. Any other name that resolves to this machine needs its
/// address granted too.
#[test]
fn a_name_leads_to_no_address_that_was_not_granted() {
    let port = server::host().rsplit_once(':').unwrap().1.to_owned();
    let get = |grants: &[&str], name: &str, case: Case| {
        let granted = grants.iter().map(|host| format!("{host}:{port}"));
        let grants =
            granted.fold(Grants::default(), |grants, host| grants.allow_host(&host).unwrap());
        let url = format!("http://{name}:{port}/text");
        let case = Case { args: vec![text(&url)], ..case };
        for path in [Path::Component, Path::Module] {
            check(path, FETCH, &case, Functions::new(&grants).fetch_limits(limits()));
        }
    };
    let found = || body("text", "wasm für alle: wasm, Wasm und 🦀 wasm".as_bytes());
    get(&["localhost"], "localhost", found());
    let own = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    let own = own.trim().to_lowercase();
    // The machine's own name may resolve to a loopback address, or not at all.
    let leads = (&*own, 0)
        .to_socket_addrs()
        .is_ok_and(|mut found| found.all(|address| address.ip().is_loopback()));
    if leads && !own.is_empty() && own != "localhost" {
        let reason = format!(
            "`{own}` has an address that is not public, which has to be granted as well, by its \
             number"
        );
        get(&[&own], &own, error("", "failed", text(&reason), &reason));
        get(&[&own, "127.0.0.1", "127.0.1.1"], &own, found());
    }
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
        failed("unchanged", "the server answered 304 Not Modified"),
        failed("choices", "the server answered 300 Multiple Choices"),
        failed("redirect-nowhere", "the server answered 302 Found"),
        body("redirect-to-sender", b"not told"),
        // The body is not decompressed.
        body("compressed", b"as it was sent"),
        failed("headers", "client error (SendRequest): message head is too large"),
        failed("long-header", "client error (SendRequest): message head is too large"),
        denied(&server::url("redirect-denied"), "not-granted.invalid:80"),
        denied("http://not-granted.invalid/", "not-granted.invalid:80"),
        denied("https://127.0.0.1/", "127.0.0.1:443"),
        // The host is the part after the `@`.
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
