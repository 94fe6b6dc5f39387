//! The calls that every guest has to answer in the same way, in every language.

use std::time::Duration;

use wit_host::Kind;

use crate::support::server;

/// The limit of `fetch`, which is less than the longest page of the server.
pub(super) const LONGEST_DOCUMENT: usize = 1_000;

/// A call of `greet`, and the expected greeting.
pub(super) struct Row {
    pub(super) name: String,
    pub(super) greeting: String,
    /// The time limit of `fetch`.
    pub(super) time: Duration,
    needs: Needs,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Needs {
    Nothing,
    /// Only components have this: text with a NUL in it, and errors as values instead of traps.
    Component,
}

impl Row {
    pub(super) fn is_for(&self, kind: Kind) -> bool {
        kind == Kind::Component || self.needs == Needs::Nothing
    }
}

pub(super) fn rows() -> Vec<Row> {
    let every = |name: &str, greeting: &str| row(name, greeting, Needs::Nothing);
    let component = |name: &str, greeting: &str| row(name, greeting, Needs::Component);
    let page = |page: &str, greeting: &str| row(&server::url(page), greeting, Needs::Nothing);
    let failed = |page: &str, greeting: &str| row(&server::url(page), greeting, Needs::Component);
    let mut silent = failed("silent", "HELLO, NOBODY (NOT THERE AFTER 50 MS)!");
    silent.time = Duration::from_millis(50);
    vec![
        every("Ada", "HELLO, ADA!"),
        every("", "HELLO, WORLD!"),
        // The host maps the characters, so the language has no influence.
        every("ß", "HELLO, SS!"),
        every("ŉ 🦀 e\u{301}", "HELLO, ʼN 🦀 E\u{301}!"),
        every("Ada,Bob", "HELLO, ADA AND BOB!"),
        every(",a,,b", "HELLO,  AND A AND  AND B!"),
        every(&"ü".repeat(100_000), &format!("HELLO, {}!", "Ü".repeat(100_000))),
        every("http:/x", "HELLO, HTTP:/X!"),
        component("a\0b,\0", "HELLO, A\0B AND \0!"),
        page("text", "HELLO, WASM FÜR ALLE: WASM AND  WASM UND 🦀 WASM!"),
        page("redirect", "HELLO, WASM FÜR ALLE: WASM AND  WASM UND 🦀 WASM!"),
        page("empty", "HELLO, WORLD!"),
        failed("binary", "HELLO, NOBODY (NO TEXT AFTER 1 BYTES)!"),
        failed("long", "HELLO, NOBODY (LARGER THAN 1000 BYTES)!"),
        failed("missing", "HELLO, NOBODY (FAILED: THE SERVER ANSWERED 404 NOT FOUND)!"),
        failed("redirect-denied", "HELLO, NOBODY (DENIED: NOT-GRANTED.INVALID:80)!"),
        silent,
        component("https://127.0.0.1/", "HELLO, NOBODY (DENIED: 127.0.0.1:443)!"),
        component("http://", "HELLO, NOBODY (INVALID URL: EMPTY HOST)!"),
    ]
}

fn row(name: &str, greeting: &str, needs: Needs) -> Row {
    let time = Duration::from_secs(20);
    Row { name: name.to_owned(), greeting: greeting.to_owned(), time, needs }
}
