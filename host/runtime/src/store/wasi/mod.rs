//! WASI for a session's guest: a context with what was granted to it, and the connection of its
//! output. Most guests of a contract never use WASI, so the context is made on first use.

mod files;
mod host_memory;
pub(crate) mod preview1;
pub(crate) mod preview1_functions;
pub(crate) mod surroundings;
mod weighed;

use std::sync::Arc;
use std::time::Duration;

use wasmtime::component::{Linker, Resource};
use wasmtime_wasi::filesystem::WasiFilesystemView as _;
use wasmtime_wasi::p1::WasiP1Ctx;
use wasmtime_wasi::p2::pipe::MemoryInputPipe;
use wasmtime_wasi::random::Deterministic;
use wasmtime_wasi::{FsPerms, HostMonotonicClock, HostWallClock, WasiCtxBuilder};

use crate::error::{Error, Result};
use crate::output::capture::Capture;
use crate::output::direct::Direct;
use crate::output::inherit::Inherited;
use crate::output::outlet::Outlets;
use crate::output::stderr_tail::Tail;
use crate::output::terminal::Output;
use crate::store::grants::{Access, Grants, Stdio};
use crate::store::meter::Meter;
use crate::store::state::State;
use files::Listings;
pub(crate) use files::View;
pub(crate) use host_memory::{Charge, HostMemory};
use surroundings::{Around, Surroundings};
use wit_host_check::engine_error;
use wit_host_text::shown;

/// WASI for one session.
pub(crate) struct Wasi {
    grants: Arc<Grants>,
    /// The seed of random bytes, if the guest is to be deterministic.
    seed: Option<u64>,
    /// The environment variables that the guest gets.
    environment: Vec<(String, String)>,
    surroundings: Vec<Box<dyn Surroundings>>,
    made: Option<Box<Made>>,
}

struct Made {
    /// The context, which serves both previews.
    context: WasiP1Ctx,
    listings: Listings,
    stdout: Capture,
    stderr: Capture,
    /// The end of what was written to standard error, wherever that is connected.
    tail: Tail,
    /// The outlets of the output, if that is this process's own.
    outlets: Option<Outlets>,
}

impl Wasi {
    /// Creates WASI with what was granted.
    ///
    /// # Errors
    /// [`Error::Grant`] for a directory that cannot be opened.
    pub(crate) fn new(grants: &Arc<Grants>, meter: &mut Meter, seed: Option<u64>) -> Result<Self> {
        let mut surroundings: Vec<_> = grants.surroundings.iter().map(Around::create).collect();
        let environment = surroundings.environment(grants.environment.clone());
        let environment = environment.map_err(|reason| {
            let what = "the environment".into();
            Error::Grant { what, reason }
        })?;
        let grants = Arc::clone(grants);
        let mut wasi = Self { grants, environment, seed, surroundings, made: None };
        // With directories, the context is made at once, so that a missing directory is
        // reported at once.
        if !wasi.grants.directories.is_empty() {
            let mut context = WasiCtxBuilder::new();
            open(&mut context, &wasi.grants)?;
            wasi.made = Some(Box::new(wasi.make(context, meter)));
        }
        Ok(wasi)
    }

    /// Returns what was granted.
    pub(crate) fn grants(&self) -> &Grants {
        &self.grants
    }

    /// Returns the context of the engine's WASI functions.
    pub(crate) fn context(&mut self, meter: &mut Meter) -> &mut WasiP1Ctx {
        &mut self.made(meter).context
    }

    /// Returns the context of the functions of files.
    pub(crate) fn files<'a>(&'a mut self, meter: &'a mut Meter) -> View<'a> {
        let waits = self.grants.waits_for_files;
        let made = self.made(meter);
        View { engine: made.context.filesystem(), meter, listings: &mut made.listings, waits }
    }

    fn made(&mut self, meter: &mut Meter) -> &mut Made {
        // Taken out and put back, because the borrow checker does not let `make` look at `self`
        // within the entry.
        let made = self.made.take();
        let made = made.unwrap_or_else(|| Box::new(self.make(WasiCtxBuilder::new(), meter)));
        self.made.insert(made)
    }

    /// Returns what was captured of standard output and of standard error.
    pub(crate) fn output(&self) -> (Vec<u8>, Vec<u8>) {
        let made = self.made.as_ref();
        made.map(|made| (made.stdout.contents(), made.stderr.contents())).unwrap_or_default()
    }

    /// Returns the last lines that were written to standard error, safe to print.
    pub(crate) fn last_lines(&self) -> Vec<String> {
        self.made.as_ref().map(|made| made.tail.lines()).unwrap_or_default()
    }

    /// Returns the last lines as [`Wasi::last_lines`] does, and forgets them.
    pub(crate) fn take_last_lines(&self) -> Vec<String> {
        let lines = self.last_lines();
        if let Some(made) = &self.made {
            made.tail.clear();
        }
        lines
    }

    /// Returns whether standard error is this process's own.
    pub(crate) fn stderr_was_seen(&self) -> bool {
        matches!(self.grants.stdio, Stdio::Inherited | Stdio::InheritedRaw)
    }

    /// Returns whether the reader of this process's output has gone away.
    pub(crate) fn is_closed(&self) -> bool {
        self.outlets().is_some_and(Outlets::is_closed)
    }

    /// Returns the outlets, if output is this process's own and the guest has used it.
    pub(crate) fn outlets(&self) -> Option<&Outlets> {
        self.made.as_ref()?.outlets.as_ref()
    }

    /// Returns who sees what the guest learns of its surroundings, if anyone does.
    pub(crate) fn surroundings(&mut self) -> Option<&mut dyn Surroundings> {
        let is_seen = !self.surroundings.is_empty();
        is_seen.then_some(&mut self.surroundings as _)
    }

    fn make(&self, mut wasi: WasiCtxBuilder, meter: &mut Meter) -> Made {
        let (grants, limits) = (&self.grants, Arc::clone(meter.limits()));
        // The network is not granted through WASI: the hosts in the grants are for host
        // functions.
        wasi.allow_tcp(false).allow_udp(false);
        wasi.max_random_size(limits.random as u64);
        wasi.args(&grants.arguments).envs(&self.environment);
        let mut capture = || Capture::new(&limits, meter.host_memory());
        let (stdout, stderr) = (capture(), capture());
        let (tail, mut outlets) = (Tail::default(), None);
        match grants.stdio {
            Stdio::Closed => wasi.stderr(tail.of(std::io::empty())),
            Stdio::Captured => {
                wasi.stdout(Direct(stdout.clone())).stderr(tail.of(Direct(stderr.clone())))
            }
            Stdio::Inherited | Stdio::InheritedRaw => {
                let outlets = outlets.insert(Outlets::new(grants.stdio == Stdio::Inherited));
                let inherited = |output| Inherited { output, outlets: outlets.clone() };
                wasi.inherit_stdin()
                    .stdout(inherited(Output::Stdout))
                    .stderr(tail.of(inherited(Output::Stderr)))
            }
        };
        // After `stdio`, parts of which these three replace.
        if let Some(bytes) = &grants.stdin {
            wasi.stdin(MemoryInputPipe::new(bytes.clone()));
        }
        if let Some(function) = &grants.stdout {
            wasi.stdout(Direct(function.clone()));
        }
        if let Some(function) = &grants.stderr {
            wasi.stderr(tail.of(Direct(function.clone())));
        }
        if let Some(seed) = self.seed {
            without_chance(&mut wasi, seed);
        }
        let mut context = wasi.build_p1();
        // The engine's limit on handles is for those of components. This table also holds what core
        // modules open, and what WASI makes for itself.
        wasmtime_wasi::WasiView::ctx(&mut context).table.set_max_capacity(limits.handles);
        let listings = Listings::new();
        Made { context, listings, stdout, stderr, tail, outlets }
    }
}

/// Offers WASI 0.2 to components.
pub(crate) fn link<T: Send + 'static>(linker: &mut Linker<State<T>>) -> wasmtime::Result<()> {
    wasmtime_wasi::p2::add_to_linker_async(linker)?;
    linker.allow_shadowing(true);
    files::link(linker)?;
    surroundings::link(linker)?;
    errors(linker)?;
    linker.allow_shadowing(false);
    Ok(())
}

/// Replaces the function that describes an error to a guest. The engine's text contains the
/// host's stack if backtraces are switched on.
fn errors<T: Send + 'static>(linker: &mut Linker<State<T>>) -> wasmtime::Result<()> {
    let mut interface = linker.instance(&format!("wasi:io/error@{VERSION}"))?;
    interface.func_wrap(
        "[method]error.to-debug-string",
        |mut store, (error,): (Resource<wasmtime::Error>,)| {
            let context = store.data_mut().wasi_context();
            let error = wasmtime_wasi::WasiView::ctx(context).table.get(&error)?;
            Ok((engine_error::reason(error),))
        },
    )
}

/// The version of the engine's WASI for components. All of its interfaces have this version.
pub(crate) const VERSION: &str = "0.2.12";

/// Opens the granted directories.
fn open(wasi: &mut WasiCtxBuilder, grants: &Grants) -> Result<()> {
    // The setting applies to directories that are opened after it.
    wasi.allow_blocking_current_thread(grants.waits_for_files);
    for directory in &grants.directories {
        let allowed = match directory.access {
            Access::ReadOnly => FsPerms::ReadOnly,
            Access::ReadWrite => FsPerms::ReadWrite,
        };
        wasi.preopened_dir(&directory.host, &directory.guest, allowed).map_err(|error| {
            Error::Grant {
                what: shown(&directory.host.display().to_string()),
                reason: error.root_cause().to_string(),
            }
        })?;
    }
    Ok(())
}

/// Makes clocks stand still and random bytes predictable.
fn without_chance(wasi: &mut WasiCtxBuilder, seed: u64) {
    let bytes = bytes_of(seed);
    wasi.wall_clock(Stopped)
        .monotonic_clock(Stopped)
        .secure_random(Deterministic::new(bytes.clone()))
        .insecure_random(Deterministic::new(bytes))
        .insecure_random_seed(seed.into());
}

/// Returns the bytes that a guest gets over and over. With the seed 0, all are different.
fn bytes_of(seed: u64) -> Vec<u8> {
    let mut bytes: Vec<u8> = (0..=u8::MAX).collect();
    let mut state = seed;
    // A shuffle by a generator that is written out here, because the bytes have to be the same in
    // every version of the host. The low bits repeat soon, so the high ones are used.
    for place in (1..bytes.len()).rev().filter(|_| seed != 0) {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let other = usize::try_from(state >> 33).unwrap_or_default() % (place + 1);
        bytes.swap(place, other);
    }
    bytes
}

/// A clock that stands still. It is not at 0, because some languages take that for a broken
/// clock: Go's runtime ends.
struct Stopped;

/// The time of the calendar: the first second of 2000, in seconds after 1970.
const CALENDAR: Duration = Duration::from_secs(946_684_800);

/// The time of the monotonic clock in nanoseconds, which is also its resolution.
const MONOTONIC: u64 = 1_000_000_000;

impl HostWallClock for Stopped {
    fn resolution(&self) -> Duration {
        Duration::from_secs(1)
    }

    fn now(&self) -> Duration {
        CALENDAR
    }
}

impl HostMonotonicClock for Stopped {
    fn resolution(&self) -> u64 {
        MONOTONIC
    }

    fn now(&self) -> u64 {
        MONOTONIC
    }
}
