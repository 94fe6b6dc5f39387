//! Tests of requests that want to do harm, as a table: what is sent, and the status that comes
//! back. Where none is named, the connection is closed. After each of them the server still serves.

use wit_host_server::Access;

use super::{Running, builder, shop};

/// Any of these may come back; none is an answer that ends the connection.
type Expected = &'static [u16];

const CLOSED: Expected = &[];
const BAD: Expected = &[400];

/// Returns a request with these headers and this body, and its length where none is said.
fn post(headers: &str, body: &str) -> Vec<u8> {
    let length =
        match headers.to_lowercase().contains("content-length") || headers.contains("chunked") {
            true => String::new(),
            false => format!("Content-Length: {}\r\n", body.len()),
        };
    format!(
        "POST /call/price HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\
         Content-Type: application/json\r\n{length}{headers}\r\n{body}"
    )
    .into_bytes()
}

fn body(body: &str) -> Vec<u8> {
    post("", body)
}

fn line(line: &str) -> Vec<u8> {
    format!("{line}\r\nHost: localhost\r\nConnection: close\r\n\r\n").into_bytes()
}

#[allow(clippy::too_many_lines, reason = "a row a request")]
fn rows() -> Vec<(&'static str, Vec<u8>, Expected)> {
    let deep = |open: &str, close: &str| {
        format!(r#"{{"name": {}1{}}}"#, open.repeat(50_000), close.repeat(50_000))
    };
    vec![
        // Bytes that are no request.
        ("nothing", vec![], CLOSED),
        ("rubbish", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03".to_vec(), BAD),
        ("zeros", vec![0; 4096], BAD),
        ("no version", b"GET /\r\n\r\n".to_vec(), BAD),
        ("version 9", b"GET / HTTP/9.9\r\nHost: localhost\r\n\r\n".to_vec(), BAD),
        ("version 1.0", b"GET /healthz HTTP/1.0\r\nHost: localhost\r\n\r\n".to_vec(), &[200]),
        ("half a request line", b"GET /heal".to_vec(), &[400, 408]),
        ("half a header", b"GET / HTTP/1.1\r\nHos".to_vec(), &[400, 408]),
        ("two hosts", b"GET / HTTP/1.1\r\nHost: localhost\r\nHost: localhost\r\nConnection: close\r\n\r\n".to_vec(), BAD),
        ("no host", b"GET / HTTP/1.1\r\nConnection: close\r\n\r\n".to_vec(), &[421]),
        ("another host", b"GET / HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n".to_vec(), &[421]),
        ("a host with a line break", b"GET / HTTP/1.1\r\nHost: a\nb\r\nConnection: close\r\n\r\n".to_vec(), &[400, 421]),
        ("an absolute form for another host", line("GET http://evil.example/ HTTP/1.1"), &[421]),
        ("an absolute form for this one", line("GET http://localhost/healthz HTTP/1.1"), &[200]),
        ("an authority", line("CONNECT evil.example:443 HTTP/1.1"), &[404, 405, 421]),
        ("a line of 100 KB", line(&format!("GET /{} HTTP/1.1", "a".repeat(100_000))), &[400, 414, 431]),
        ("a header of 100 KB", post(&format!("X-Long: {}\r\n", "a".repeat(100_000)), "{}"), &[400, 431]),
        ("10,000 headers", post(&"X: y\r\n".repeat(10_000), "{}"), &[400, 431]),
        ("a header without a name", post(": x\r\n", "{}"), BAD),
        ("a header with a NUL", post("X: a\0b\r\n", "{}"), BAD),
        ("a header that is folded", post("X: a\r\n b\r\n", "{}"), BAD),
        ("a header with a space in its name", post("X Y: z\r\n", "{}"), BAD),
        // Methods and paths.
        ("an unknown method", line("BREW / HTTP/1.1"), &[405]),
        ("a method of 1,000 letters", line(&format!("{} / HTTP/1.1", "A".repeat(1000))), &[400, 405]),
        ("GET of a call", line("GET /call/price HTTP/1.1"), &[405]),
        ("PUT of a call", line("PUT /call/price HTTP/1.1"), &[405]),
        ("DELETE of the page", line("DELETE / HTTP/1.1"), &[405]),
        ("TRACE", line("TRACE / HTTP/1.1"), &[405]),
        ("dots", line("GET /../../etc/passwd HTTP/1.1"), &[404]),
        ("dots with percent signs", line("GET /%2e%2e/%2e%2e/etc/passwd HTTP/1.1"), &[404]),
        ("a NUL in the path", line("GET /call/%00 HTTP/1.1"), &[404, 405]),
        ("a path that is not UTF-8", line("POST /call/%ff%fe HTTP/1.1"), &[400, 404]),
        ("half a percent sign", line("GET /call/%4 HTTP/1.1"), &[400, 404, 405]),
        ("slashes", line("GET //////////// HTTP/1.1"), &[404]),
        ("a star", line("GET * HTTP/1.1"), &[400, 404]),
        ("a fragment", line("GET /healthz#x HTTP/1.1"), &[200, 400, 404]),
        ("a name of 10,000 letters", line(&format!("POST /call/{} HTTP/1.1", "a".repeat(10_000))), &[404, 400, 414, 431]),
        // Lengths.
        ("a length that is none", post("Content-Length: x\r\n", "{}"), BAD),
        ("a negative length", post("Content-Length: -1\r\n", "{}"), BAD),
        ("a length above 64 bits", post("Content-Length: 99999999999999999999\r\n", "{}"), BAD),
        ("two lengths", post("Content-Length: 2\r\nContent-Length: 3\r\n", "{}"), BAD),
        ("a length and chunks", post("Content-Length: 2\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"), &[400]),
        ("a length that is too long", post("Content-Length: 99999999\r\n", "{}"), &[413]),
        ("a body that is shorter", post("Content-Length: 100\r\n", "{}"), &[400, 408]),
        ("an encoding that nobody knows", post("Transfer-Encoding: rot13\r\n", "{}"), &[400, 501]),
        ("a chunk without a size", post("Transfer-Encoding: chunked\r\n", "x\r\n"), BAD),
        ("a chunk above 64 bits", post("Transfer-Encoding: chunked\r\n", "fffffffffffffffff\r\n"), BAD),
        ("a chunk that is too long", post("Transfer-Encoding: chunked\r\n", &format!("20000\r\n{}\r\n0\r\n\r\n", "a".repeat(0x20000))), &[413]),
        ("chunks without an end", post("Transfer-Encoding: chunked\r\n", "2\r\n{}\r\n"), &[400, 408]),
        ("a long extension of a chunk", post("Transfer-Encoding: chunked\r\n", &format!("2;{}\r\n{{}}\r\n0\r\n\r\n", "x".repeat(100_000))), &[400, 413]),
        ("a body above the limit", body(&format!(r#"{{"name": "{}"}}"#, "a".repeat(70_000))), &[413]),
        // Types.
        ("a form", b"POST /call/price HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 8\r\n\r\nname=tea".to_vec(), &[415]),
        ("no type", b"POST /call/price HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: 2\r\n\r\n{}".to_vec(), &[415]),
        ("a type like JSON", b"POST /call/price HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: application/jsonp\r\nContent-Length: 2\r\n\r\n{}".to_vec(), &[415]),
        ("a compressed body", post("Content-Encoding: gzip\r\n", "\x1f"), BAD),
        // JSON.
        ("no JSON", body("Dear reader"), BAD),
        ("half of JSON", body(r#"{"name": "te"#), BAD),
        ("JSON twice", body(r#"{"name": "tea"}{"name": "tea"}"#), BAD),
        ("a comment", body(r#"{"name": "tea"} // yes"#), BAD),
        ("a comma too many", body(r#"{"name": "tea",}"#), BAD),
        ("single quotes", body("{'name': 'tea'}"), BAD),
        ("a byte order mark", body("\u{feff}{\"name\": \"tea\"}"), BAD),
        ("deep lists", body(&deep("[", "]")), &[400, 413]),
        ("deep objects", body(&deep(r#"{"a":"#, "}")), &[400, 413]),
        ("deep and open", body(&"[".repeat(60_000)), BAD),
        ("a list of 30,000 texts", body(&format!("[{}1]", r#""","#.repeat(20_000))), BAD),
        ("a key twice", body(r#"{"name": "tea", "name": "salt"}"#), BAD),
        ("a key too many", body(r#"{"name": "tea", "__proto__": {}}"#), BAD),
        ("a lone surrogate", body(r#"{"name": "\ud800"}"#), BAD),
        ("surrogates in the wrong order", body(r#"{"name": "\udc00\ud800"}"#), BAD),
        ("a NUL", body(r#"{"name": "\u0000"}"#), &[200]),
        ("a raw line break", body("{\"name\": \"a\nb\"}"), BAD),
        ("another type", body(r#"{"name": 1e999}"#), BAD),
        ("a number of 10,000 digits", body(&format!(r#"{{"name": {}}}"#, "9".repeat(10_000))), BAD),
        ("null", body("null"), BAD),
        ("a list that is too long", body(r#"["tea", "tea"]"#), BAD),
        ("a list that is too short", body("[]"), BAD),
        ("a text that is not UTF-8", [post("Content-Length: 12\r\n", "{\"name\": \""), vec![0xff, 0xfe]].concat(), BAD),
        // What belongs to others.
        ("an upgrade", post("Upgrade: websocket\r\nConnection: Upgrade\r\n", r#"{"name": "tea"}"#), &[200, 400]),
        ("an upgrade to HTTP/2", post("Upgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n", r#"{"name": "tea"}"#), &[200]),
        ("an expectation", post("Expect: 100-continue\r\n", r#"{"name": "tea"}"#), &[100, 200]),
        ("an expectation that nobody knows", post("Expect: the-best\r\n", r#"{"name": "tea"}"#), &[200, 400, 417]),
        ("HTTP/2 that ends at once", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_vec(), CLOSED),
        ("HTTP/2 with rubbish", [b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_vec(), vec![0xff; 1000]].concat(), CLOSED),
    ]
}

#[test]
fn requests_that_want_to_do_harm_do_none() {
    let running = shop(builder(Access::default()));
    let rows = rows();
    assert!(rows.len() >= 80, "{}", rows.len());
    let wrong = rows.into_iter().filter_map(|(name, bytes, expected)| {
        let text = Running::raw(running.address, &bytes);
        let is_right = match Running::answer(&text) {
            // A connection may be closed without an answer to what is no HTTP.
            None => !expected.contains(&200) && !text.starts_with("left open"),
            Some(answer) => {
                let is_problem = answer.headers.contains("problem+json");
                let is_ours = answer.body.starts_with("{\"title\"");
                expected.contains(&answer.status) && is_ours == is_problem
            }
        };
        (!is_right).then(|| format!("{name}: {text:.300}"))
    });
    let wrong: Vec<_> = wrong.collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
    let answer = running.call("price", r#"{"name": "tea"}"#);
    assert_eq!((answer.status, answer.body.as_str()), (200, "250"));
}

#[test]
fn slow_requests_are_given_up() {
    use std::io::{Read as _, Write as _};
    let running = shop(builder(Access::default()));
    for beginning in [
        &b"GET / HTTP/1.1\r\nHost: loc"[..],
        b"POST /call/price HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n\
          Content-Length: 15\r\n\r\n{\"name\":",
    ] {
        let mut stream = std::net::TcpStream::connect(running.address).unwrap();
        stream.set_read_timeout(Some(std::time::Duration::from_secs(30))).unwrap();
        stream.write_all(beginning).unwrap();
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer);
        let answer = String::from_utf8_lossy(&answer);
        assert!(answer.is_empty() || answer.contains(" 408 "), "{answer}");
    }
    assert_eq!(running.call("beep", "").status, 200);
}

#[test]
fn a_client_that_goes_away_cancels_its_call() {
    use std::io::Write as _;
    // Two calls that would spin for 200 ms hold both sessions; their clients leave at once.
    let guest = r#"(module (func (export "spin") (loop (br 0))) (func (export "ok")))"#;
    let running = super::text(builder(Access::default()), guest);
    for _ in 0..8 {
        let mut stream = std::net::TcpStream::connect(running.address).unwrap();
        let request = "POST /call/spin HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\
                       Content-Type: application/json\r\n\r\n";
        stream.write_all(request.as_bytes()).unwrap();
    }
    let answer = running.call("ok", "");
    assert!([200, 503].contains(&answer.status), "{answer:?}");
    assert!(running.end(), "nothing is left of them");
}
