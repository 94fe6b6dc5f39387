//! A guest of the contract's world `plugin`: `run` adds two numbers on the
//! host, `greet` lets the host join and change text.

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
        let name = if name.is_empty() { "world" } else { &name };
        let greeting = strings::concat("Hello, ", name);
        strings::concat(&strings::to_upper(&greeting), "!")
    }
}

export!(Component);
