//! A guest of the contract's world `plugin`: `run` adds two numbers on the
//! host, `greet` lets the host fetch, join and change text.

use wit_host::contract::fetch::{self, FetchError};
use wit_host::contract::{math, strings};

wit_bindgen::generate!({
    path: "../../wit",
    world: "plugin",
});

struct Component;

impl Guest for Component {
    fn run() -> i32 {
        math::add(1, 2)
    }

    fn greet(name: String) -> String {
        let is_url = name.starts_with("http://") || name.starts_with("https://");
        let name = if is_url { fetched(&name) } else { name };
        let name = if name.is_empty() { "world".to_owned() } else { name };
        let greeting = strings::concat("Hello, ", &joined(&name));
        strings::concat(&strings::to_upper(&greeting), "!")
    }
}

/// The document at `url` as text, or who is greeted where there is none.
fn fetched(url: &str) -> String {
    match fetch::get(url) {
        Ok(body) => strings::from_utf8(&body)
            .unwrap_or_else(|error| format!("nobody (no text after {} bytes)", error.valid_up_to)),
        Err(FetchError::Denied(host)) => format!("nobody (denied: {host})"),
        Err(FetchError::InvalidUrl(reason)) => format!("nobody (invalid URL: {reason})"),
        Err(FetchError::TooLarge(limit)) => format!("nobody (larger than {limit} bytes)"),
        Err(FetchError::TimedOut(limit)) => format!("nobody (not there after {limit} ms)"),
        Err(FetchError::Failed(reason)) => format!("nobody (failed: {reason})"),
    }
}

/// `a,b` as `a and b`.
fn joined(names: &str) -> String {
    let names = strings::split(names, ",").into_iter();
    names
        .reduce(|all, name| strings::concat(&strings::concat(&all, " and "), &name))
        .unwrap_or_default()
}

export!(Component);
