//! Finds what to say about a guest without a function that `run` can call: which functions
//! would do, and what its exports look like instead. It also says what to do about a program
//! that has ended and is called again.

use wit_host_text::list;

/// The function that `run` calls.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Main {
    /// `run`, which returns the text to print.
    Run(String),
    /// `run` of `wasi:cli/run`, which returns whether it succeeded.
    Command(String),
    /// `_start`, which returns nothing or exits.
    Start(String),
}

impl Main {
    /// Returns the function's name among the guest's exports.
    pub fn name(&self) -> &str {
        let (Self::Run(name) | Self::Command(name) | Self::Start(name)) = self;
        name
    }

    /// Returns whether a name is that of `run` of `wasi:cli/run`.
    pub fn is_of_wasi(name: &str) -> bool {
        name.starts_with("wasi:cli/run@0.2.") && name.ends_with(".run")
    }
}

/// Advice on how to build a program whose functions can be called one after another.
pub const REACTOR: &str = "to call functions of it, build it as a reactor \
     (`-mexec-model=reactor` for C and C++, `-buildmode=c-shared` for Go and TinyGo, a `cdylib` \
     for Rust)";

/// The interface of commands, up to its version.
const COMMAND: &str = "wasi:cli/run@";

/// Exports that are entry points for other hosts, with the name of what calls them.
const ELSEWHERE: [(&str, &str); 4] = [
    ("wasi:http/incoming-handler@", "it answers HTTP requests, and needs a server that calls it"),
    ("wasi:http/handler@", "it answers HTTP requests, and needs a server that calls it"),
    (COMMAND, "it is a command, but of another WASI than 0.2; build it for wasm32-wasip2"),
    ("main", "a `main` is called by `_start`, which the toolchains for wasm32-wasip1 add"),
];

/// Describes what the guest exports instead of an entry point.
pub fn instead(exports: &[String]) -> String {
    let is_other = |name: &String| name.ends_with(".run") && !Main::is_of_wasi(name);
    let known = |(begins, what): &(&str, &'static str)| {
        let is_meant = |name: &String| match *begins {
            COMMAND => name.starts_with(COMMAND) && is_other(name),
            begins if begins.ends_with('@') => name.starts_with(begins),
            begins => name == begins,
        };
        exports.iter().any(is_meant).then_some(*what)
    };
    match (exports, ELSEWHERE.iter().find_map(known)) {
        ([], _) => "it exports no function at all".into(),
        (_, None) => format!("it exports {}", list(exports)),
        (_, Some(what)) => format!("it exports {} ({what})", list(exports)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_there_is_instead() {
        let cases: [(&[&str], &str); 6] = [
            (&[], "it exports no function at all"),
            (&["add"], "it exports `add`"),
            (&["wasi:cli/run@0.2.0.walk"], "it exports `wasi:cli/run@0.2.0.walk`"),
            (&["main", "add"], "a `main` is called by `_start`"),
            (&["wasi:cli/run@0.3.0.run"], "it is a command, but of another WASI than 0.2"),
            (&["wasi:http/incoming-handler@0.2.0.handle"], "it answers HTTP requests"),
        ];
        for (exports, expected) in cases {
            let exports: Vec<_> = exports.iter().map(|name| (*name).to_owned()).collect();
            let text = instead(&exports);
            assert!(text.ends_with(expected) || text.contains(&format!("({expected}")), "{text}");
        }
    }
}
