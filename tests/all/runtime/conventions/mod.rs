//! Tests of every convention by which a core module calls the host, with guests as toolchains make
//! them and with invalid pointers, and tests of core modules that serve one another.

mod calls;
mod command;
mod exits;
mod host_values;
mod hostile;
mod provided;
mod served;
mod shapes;

use wit_host::blocking::Session;
use wit_host::{Error, Outcome, Runtime, Val};

use served::Host;

fn session(runtime: &Runtime<Host>, guest: &str) -> Result<Session<Host>, Error> {
    runtime.load(guest)?.session(Host::default()).start_blocking()
}

/// Runs the guest's main, and checks the number that it returns, or a part of its error.
fn check(runtime: &Runtime<Host>, guest: &str, expected: Result<i32, &str>) {
    let ended = session(runtime, guest).and_then(|mut session| session.main());
    match (&ended, expected) {
        (Ok(Outcome::Returned(found)), Ok(number)) => {
            assert_eq!(found[..], [Val::S32(number)], "{guest}");
        }
        (Err(error), Err(part)) => {
            let text = with_causes(error);
            assert!(text.contains(part), "expected {part:?}\n{text}\n{guest}");
        }
        _ => panic!("expected {expected:?}\n{ended:?}\n{guest}"),
    }
}

/// Returns an error and its causes, as the command prints them.
fn with_causes(error: &Error) -> String {
    let mut text = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(one) = cause {
        text += &format!(": {one}");
        cause = one.source();
    }
    text
}
