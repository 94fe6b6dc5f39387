//! Decides the exit status for each end of the command, and prints errors. It does not know what
//! the command did.

use std::io::{self, IsTerminal as _};
use std::path::Path;
use std::process::ExitCode;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::Duration;

use anyhow::Context as _;
use rustix::process::Signal;
use signal_hook::consts::SIGINT;
use wit_host::terminal::{Output, within_line, write_own};
use wit_host::{ContractError, Error, GuestError, LimitReached};
use wit_host_adapt::AdaptError;
use wit_host_config::ConfigError;
use wit_host_providers::FixtureError;
use wit_host_scaffold::ProjectError;
use wit_host_testing::TestFileError;

use crate::options::Usage;
use crate::remedies::in_options;

/// An exit status, from one table for the whole command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Status {
    /// The guest's own, as it gave it.
    Guest(i32),
    Usage,
    TimeLimit,
    HostFailed,
    Refused,
    NotFound,
    Trapped,
    SpendingLimit,
    Interrupted,
    OutputClosed,
}

/// The status of a run that a person interrupted, as in shells.
const INTERRUPTED: u8 = 130;

/// The status of a call that ran out of time.
pub(crate) const OUT_OF_TIME: u8 = 124;

/// Makes an interrupt end the command with a status of its own.
pub(crate) fn interruptible() -> anyhow::Result<()> {
    let always = Arc::new(AtomicBool::new(true));
    signal_hook::flag::register_conditional_shutdown(SIGINT, INTERRUPTED.into(), always)
        .context("failed to listen for interrupts")?;
    Ok(())
}

/// Makes an interrupt set the flag, or end the command if the flag is set already.
pub(crate) fn interrupting(flag: &Arc<AtomicBool>) -> anyhow::Result<()> {
    // The order matters: an interrupt that sets the flag must not end the command at once.
    signal_hook::flag::register_conditional_shutdown(SIGINT, INTERRUPTED.into(), Arc::clone(flag))
        .and_then(|_| signal_hook::flag::register(SIGINT, Arc::clone(flag)))
        .context("failed to listen for interrupts")?;
    Ok(())
}

/// Makes a write that exceeds the system's limit on file size fail, where it would otherwise end
/// the command.
pub(crate) fn survive_large_files() -> anyhow::Result<()> {
    // The flag is never read. Ignoring the signal instead would be inherited by the programs that
    // this one starts.
    signal_hook::flag::register(Signal::XFSZ.as_raw(), Arc::default())
        .context("failed to have large files be refused")?;
    Ok(())
}

/// The largest status that a guest can have. Those above it have meanings of the command.
const LARGEST_OF_GUEST: u8 = 123;

impl From<Status> for ExitCode {
    fn from(status: Status) -> Self {
        Self::from(match status {
            Status::Guest(status) => match u8::try_from(status) {
                Ok(own) if own <= LARGEST_OF_GUEST => own,
                _ => {
                    notice(&format!(
                        "the guest exited with status {status}, \
                         which is passed on as {LARGEST_OF_GUEST}"
                    ));
                    LARGEST_OF_GUEST
                }
            },
            Status::Usage => 2,
            Status::TimeLimit => OUT_OF_TIME,
            Status::HostFailed => 125,
            Status::Refused => 126,
            Status::NotFound => 127,
            Status::Trapped => 134,
            Status::SpendingLimit => 137,
            Status::Interrupted => INTERRUPTED,
            // The status that a shell gives for the signal, which this command does not receive.
            Status::OutputClosed => 141,
        })
    }
}

/// Prints the error, with what was under way when it happened, and returns the status.
pub(crate) fn report(error: &anyhow::Error) -> Status {
    let closed = |error: &io::Error| error.kind() == io::ErrorKind::BrokenPipe;
    if error.chain().filter_map(|cause| cause.downcast_ref()).any(closed) {
        return Status::OutputClosed;
    }
    if matches!(error.downcast_ref(), Some(Error::OutputClosed { .. })) {
        return Status::OutputClosed;
    }
    let status = status_of(error);
    let name = if is_coloured() { "\x1b[1;31mwit-host:\x1b[0m" } else { "wit-host:" };
    tell(name, &text(error));
    status
}

/// Returns the text of the error with its causes. It ends at an error of the library, which
/// describes its own causes.
fn text(error: &anyhow::Error) -> String {
    let mut causes = Vec::new();
    for cause in error.chain() {
        let error: Option<&Error> = cause.downcast_ref();
        if let Some(failure) = error.and_then(Error::failure) {
            causes.push(failure.report());
            break;
        }
        causes.push(cause.to_string());
    }
    causes.join(": ")
}

/// Prints an error as [`report`] does. If a call ran out of time, it waits a second at most for a
/// reader of standard error, because that reader may be what kept the call waiting.
pub(crate) fn report_in_time(error: anyhow::Error) -> Status {
    const LONGEST: Duration = Duration::from_secs(1);
    let is_late = error.downcast_ref().is_some_and(|error| status(error) == Status::TimeLimit);
    if !is_late {
        return report(&error);
    }
    let (sender, receiver) = mpsc::channel();
    let error = Arc::new(error);
    let reported = Arc::clone(&error);
    let reporter = thread::Builder::new().spawn(move || sender.send(report(&reported)));
    match reporter {
        Ok(_) => receiver.recv_timeout(LONGEST).unwrap_or(Status::TimeLimit),
        // The system could not start a thread.
        Err(_) => report(&error),
    }
}

/// Returns a path for an error: on one line, with control characters escaped.
pub(crate) fn shown_path(path: &Path) -> String {
    /// Longer paths are cut, because a person does not read them.
    const LONGEST: usize = 300;
    let path = path.display().to_string();
    let cut = path.chars().nth(LONGEST).is_some();
    let shown: String = path.chars().take(LONGEST).flat_map(escaped).collect();
    if cut { shown + "…" } else { shown }
}

fn escaped(character: char) -> impl Iterator<Item = char> {
    let plain = matches!(character, '"' | '\'' | '\\').then_some(character);
    let escaped = plain.is_none().then(|| character.escape_debug());
    plain.into_iter().chain(escaped.into_iter().flatten())
}

/// Adds the guest's name to an error that does not have it.
pub(crate) fn named(guest: &Path, error: impl Into<anyhow::Error>) -> anyhow::Error {
    let error = error.into();
    let names_a_file = match error.downcast_ref() {
        Some(
            Error::Guest(GuestError::Read { .. })
            | Error::Contract(_)
            | Error::Module { .. }
            | Error::ModuleName { .. },
        ) => true,
        Some(_) => false,
        None => {
            matches!(error.downcast_ref(), Some(AdaptError::Guest(GuestError::Read { .. })))
        }
    };
    if names_a_file { error } else { error.context(shown_path(guest)) }
}

/// Returns true if standard error is a terminal that shows colours and the person wants them.
fn is_coloured() -> bool {
    let set = |name| std::env::var_os(name).unwrap_or_default();
    io::stderr().is_terminal() && set("NO_COLOR").is_empty() && set("TERM") != "dumb"
}

/// Writes a line to standard error. If standard error is closed, that is no error.
pub(crate) fn notice(text: &str) {
    tell("wit-host:", text);
}

/// Writes a text of the library, with the command's options in place of Rust items. On a terminal
/// the text is escaped, so that a part of it that comes from a guest or a file cannot look like the
/// beginning of another line of this command.
fn tell(name: &str, text: &str) {
    let text = &in_options(text);
    let text = if io::stderr().is_terminal() { &within_line(text) } else { text };
    let _ = write_own(Output::Stderr, &format!("{name} {text}\n"));
}

/// Returns the status of an error of the library, or of another error.
fn status_of(error: &anyhow::Error) -> Status {
    if let Some(error) = error.downcast_ref() {
        return status(error);
    }
    if let Some(error) = error.downcast_ref() {
        return status_of_guest(error);
    }
    match error.downcast_ref() {
        Some(AdaptError::Guest(error)) => return status_of_guest(error),
        Some(AdaptError::NotAModule | AdaptError::Unmappable(_)) => return Status::Refused,
        _ => {}
    }
    if let Some(TestFileError::Load { source, .. }) = error.downcast_ref() {
        return status(source);
    }
    let is_usage = match error.downcast_ref() {
        Some(
            ProjectError::Name { .. } | ProjectError::Occupied { .. } | ProjectError::World { .. },
        ) => true,
        Some(ProjectError::Contract(error)) => is_unreadable(error),
        _ if is_host_file(error) || error.is::<FixtureError>() || error.is::<TestFileError>() => {
            true
        }
        _ => error.is::<Usage>() || error.downcast_ref().is_some_and(is_unreadable),
    };
    if is_usage { Status::Usage } else { Status::HostFailed }
}

fn is_host_file(error: &anyhow::Error) -> bool {
    matches!(error.downcast_ref(), Some(ConfigError::Read { .. } | ConfigError::Invalid { .. }))
}

fn is_unreadable(error: &ContractError) -> bool {
    matches!(error, ContractError::Unreadable { .. })
}

fn status_of_guest(error: &GuestError) -> Status {
    match error {
        GuestError::Read { source, .. } if source.kind() == io::ErrorKind::NotFound => {
            Status::NotFound
        }
        GuestError::NotAGuest { .. }
        | GuestError::Invalid { .. }
        | GuestError::OverLoadLimit { .. }
        | GuestError::UnsupportedFeature(_)
        | GuestError::Uncounted { .. } => Status::Refused,
        _ => Status::HostFailed,
    }
}

/// Returns the status of an error of the library.
pub(crate) fn status(error: &Error) -> Status {
    match error {
        Error::Guest(error) => status_of_guest(error),
        Error::CompilerFailed { .. } | Error::IncompatibleCode { .. } | Error::Mismatches(_) => {
            Status::Refused
        }
        Error::NoSuchFunction { .. }
        | Error::NoEntryPoint { .. }
        | Error::AmbiguousFunction { .. } => Status::NotFound,
        Error::Module { source, .. } => status(source),
        Error::InvalidCall { .. }
        | Error::ModuleName { .. }
        | Error::Import { .. }
        | Error::Argument(_)
        | Error::Grant { .. }
        | Error::Processor { .. }
        | Error::Limits { .. } => Status::Usage,
        Error::Contract(error) if is_unreadable(error) => Status::Usage,
        Error::Exited(status) => Status::Guest(*status),
        Error::Interrupted { .. } => Status::Interrupted,
        Error::Trapped { .. } | Error::SessionEnded { .. } => Status::Trapped,
        Error::Limit { limit: LimitReached::WallClock(_), .. } => Status::TimeLimit,
        Error::Limit { .. } => Status::SpendingLimit,
        _ => Status::HostFailed,
    }
}
