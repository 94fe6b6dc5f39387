//! Reports a run to a person beyond its result: the options that every command has which calls a
//! guest, and the tracing subscriber that they set up.

mod fields;
mod host_calls;
mod last_call;
mod listener;
mod progress;
mod record;
mod trace_file;
mod warnings;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context as _, Result};
use clap::Args;
use tracing::subscriber::set_global_default;
use tracing_subscriber::filter::filter_fn;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::{Layer as _, Registry};
use wit_host::{Error, Failure, Grants, Guest, LimitReached, Runtime, parse_size};
use wit_host_providers::Recording;
use wit_host_server::HostCalls as ServedHostCalls;

use crate::destination::{Destination, is_same_file, refuse_read};
use crate::options::isolation::isolation;
use crate::options::{Options, Usage};
use crate::status::{named, notice, shown_path};
use host_calls::HostCalls;
use last_call::LastCall;
use listener::Listener;
pub(crate) use record::Record;
use trace_file::TraceFile;
use warnings::Warnings;

/// Options for what is reported of a run.
#[derive(Args)]
pub(crate) struct Diagnostics {
    /// Tell on standard error what is loaded and called, each host call with its
    /// arguments, result and time, and what it cost
    #[arg(short, long)]
    verbose: bool,

    /// Write everything that happens to a file, one JSON object a line
    #[arg(long, value_name = "FILE")]
    trace: Option<PathBuf>,

    /// End the trace after this much, as 64MiB; the run goes on
    #[arg(long, value_name = "SIZE", default_value = "1GiB", value_parser = parse_size)]
    trace_size: u64,

    /// Write the guest's memory and stack to a file when it fails, as a WebAssembly
    /// coredump
    #[arg(long, value_name = "FILE")]
    coredump: Option<PathBuf>,

    #[command(flatten)]
    record: Record,
}

impl Diagnostics {
    /// Returns whether guests have to leave a coredump.
    pub(crate) fn wants_coredump(&self) -> bool {
        self.coredump.is_some()
    }

    /// Sets up the subscriber, once for the whole command. Output files must not be the guest's
    /// file or that of a module that serves it.
    pub(crate) fn begin<'a>(
        &'a self,
        guest: &'a Path,
        options: &'a Options,
    ) -> Result<Observer<'a>> {
        // Before any of these files is made, since making one empties it.
        let written = self.trace.iter().chain(&self.coredump).map(PathBuf::as_path);
        for file in written.clone().chain(self.record.path()) {
            refuse_read(file, options.modules().read_with(guest))?;
        }
        let recording = self.record.begin(options, written)?;
        let trace = self.trace.as_deref().map(|path| TraceFile::create(path, self.trace_size));
        let (trace, coredump) = (trace.transpose()?, self.coredump()?);
        let last = LastCall::default();
        let told = self.verbose.then(|| shown_path(guest));
        let calls = HostCalls::new(last.clone(), told);
        let listens = calls.listens();
        let warnings = || Warnings.with_filter(filter_fn(Warnings::listens));
        match trace {
            None if !self.verbose => set_global_default(Listener::new(last.clone(), &calls)),
            trace => {
                let calls = calls.with_filter(filter_fn(listens));
                set_global_default(Registry::default().with(calls).with(warnings()).with(trace))
            }
        }
        .context("failed to listen to the run")?;
        Ok(Observer { options: self, guest, coredump, recording, last })
    }

    /// Returns the place of the coredump. It is examined before the guest runs, because the guest
    /// may write into folders that were granted to it.
    fn coredump(&self) -> Result<Option<Destination>> {
        let Some(path) = &self.coredump else { return Ok(None) };
        if self.trace.as_ref().is_some_and(|trace| trace == path || is_same_file(trace, path)) {
            let path = shown_path(path);
            let reason = format!("`{path}` is to be the trace and the coredump; give two files");
            return Err(Usage::new(reason).into());
        }
        let failed = || format!("failed to write the coredump to `{}`", shown_path(path));
        Destination::at(path).map(Some).with_context(failed)
    }
}

/// Sets the subscriber of a command that serves guests. It prints warnings of the library. It
/// measures host calls only if figures of them are asked for, since measuring costs each call some
/// time.
pub(crate) fn listen_while_serving(notes_host_calls: bool) -> Result<()> {
    match notes_host_calls {
        true => {
            set_global_default(ServedHostCalls::new().events(Warnings::listens, Warnings::tell))
        }
        false => {
            let warnings = Warnings.with_filter(filter_fn(Warnings::listens));
            set_global_default(Registry::default().with(warnings))
        }
    }
    .context("failed to listen to what is served")
}

/// The number of characters of a message that are shown. A guest's names are part of it.
const LONGEST: usize = 500;

/// Reports the run of one guest.
pub(crate) struct Observer<'a> {
    options: &'a Diagnostics,
    guest: &'a Path,
    coredump: Option<Destination>,
    recording: Option<Arc<Recording>>,
    last: LastCall,
}

impl Observer<'_> {
    /// Loads the guest, with a line on the terminal if it takes long. If `trusted` is set, the file
    /// is compiled code, which the person has declared to trust.
    pub(crate) fn load<T: Send + 'static>(
        &self,
        runtime: &Runtime<T>,
        trusted: bool,
    ) -> Result<Guest<T>> {
        let compiling = format!("compiling {}", shown_path(self.guest));
        let loaded = progress::during(&compiling, || match trusted {
            false => runtime.load_file(self.guest),
            #[allow(unsafe_code, reason = "nobody but the person can know what the file is")]
            // SAFETY: with `--trusted-code` the person has declared that `wit-host compile` wrote
            // the file.
            true => unsafe { runtime.load_compiled_file(self.guest) },
        });
        let guest = loaded.map_err(|error| self.explain(error))?;
        let exports = || guest.exports().join(", ");
        self.tell(|| format!("a {} that exports {}", guest.kind(), exports()));
        Ok(guest)
    }

    /// Writes a notice with the guest's name before it.
    pub(crate) fn notice(&self, text: &str) {
        notice(&format!("{}: {text}", shown_path(self.guest)));
    }

    /// Reports that the guest was refused memory in a call that succeeded. If `went_wrong` is set,
    /// the guest itself reports a failure, which may follow from that. Otherwise it is only
    /// reported with `--verbose`.
    pub(crate) fn tell_refused(&self, refused: Option<LimitReached>, went_wrong: bool) {
        match refused {
            Some(limit) if went_wrong => {
                self.notice(&format!(
                    "this may follow from memory that the guest was refused: {limit}"
                ));
            }
            Some(limit) => {
                self.tell(|| format!("the guest was refused memory, and went on: {limit}"))
            }
            None => {}
        }
    }

    /// Returns whether guests have to leave a coredump.
    pub(crate) fn wants_coredump(&self) -> bool {
        self.options.wants_coredump()
    }

    /// Returns what records the guest's calls, if anything does.
    pub(crate) fn recording(&self) -> Option<&Arc<Recording>> {
        self.recording.as_ref()
    }

    /// Has the recording see what the guest learns of its surroundings, if it is to.
    pub(crate) fn recorded(&self, grants: Grants) -> Grants {
        self.options.record.seen(grants, self.recording.as_ref())
    }

    /// Returns the guest's file.
    pub(crate) fn guest(&self) -> &Path {
        self.guest
    }

    /// Reports what happens, with `--verbose`. The text contains names that the guest chose, so it
    /// is cut and escaped.
    pub(crate) fn tell(&self, text: impl FnOnce() -> String) {
        if self.options.verbose {
            let text: String = text().chars().take(LONGEST).collect();
            notice(&format!("{}: {}", shown_path(self.guest), text.escape_debug()));
        }
    }

    /// Returns the error with the guest's name before it, and with the host call in which it
    /// happened. Writes the coredump.
    pub(crate) fn explain(&self, mut error: Error) -> anyhow::Error {
        let failed = !matches!(error, Error::Limit { .. });
        if let Some(failure) = error.failure_mut() {
            if failure.host_call.is_none() {
                failure.host_call = self.last.unfinished(failed && failure.trap.is_none());
            }
            locate(failure, self.guest);
            if let (Some(path), Some(place)) = (&self.options.coredump, &self.coredump) {
                write_coredump(path, place, failure.coredump.take());
            }
        }
        named(self.guest, error)
    }
}

/// Adds source lines to a failure's stack, as far as they can be found.
fn locate(failure: &mut Failure, guest: &Path) {
    // A file that is not a regular one may only be readable once.
    if failure.backtrace.is_empty() || !guest.is_file() {
        return;
    }
    match (isolation(), fs::read(guest)) {
        (Ok(isolation), Ok(bytes)) => failure.locate(&bytes, &isolation),
        (Err(error), _) => failure.lines_left_out = Some(format!("{error:#}")),
        // If the file can no longer be read, there are no lines to add.
        (_, Err(_)) => {}
    }
}

/// Writes the coredump and reports the result. If writing fails, the report follows beside the
/// guest's failure, which is more important.
fn write_coredump(path: &Path, place: &Destination, coredump: Option<Vec<u8>>) {
    let path_shown = shown_path(path);
    notice(&match coredump.map(|bytes| place.write(&bytes)) {
        Some(Ok(())) => format!("the coredump is in `{path_shown}`"),
        Some(Err(error)) => format!("failed to write the coredump to `{path_shown}`: {error}"),
        None => "there is no coredump, since the guest's stack was gone before it ended".into(),
    });
}
