//! Every convention by which a core module calls the host, on guests as the
//! toolchains make them, with what each does to pointers that lead nowhere; and
//! core modules that serve one another.

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

/// Runs the guest's main and asserts what it returns, or what its error says.
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

/// An error with its causes, as the command prints it.
fn with_causes(error: &Error) -> String {
    let mut text = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(one) = cause {
        text += &format!(": {one}");
        cause = one.source();
    }
    text
}
