//! What a store holds: the embedder's data, and what the host keeps for one
//! session beside it.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use wasmtime_wasi::p1::WasiP1Ctx;
use wasmtime_wasi::random::Deterministic;
use wasmtime_wasi::{
    FsPerms, HostMonotonicClock, HostWallClock, WasiCtxBuilder, WasiCtxView, WasiView,
};

use crate::capture::Capture;
use crate::error::{Error, Result};
use crate::grants::{Access, Grants, Stdio};
use crate::inherit::{Inherited, Output};
use crate::limits::Limits;
use crate::meter::Meter;
use crate::tail::Tail;

/// What is behind a session: the embedder's host data `T`, which host functions
/// work on, and the host's own book-keeping.
pub struct State<T> {
    data: T,
    /// One context serves both previews of WASI.
    pub(crate) wasi: WasiP1Ctx,
    pub(crate) meter: Meter,
    /// The result that the last two-step function left for the guest to fetch.
    pub(crate) kept: Vec<u8>,
    pub(crate) stdout: Capture,
    pub(crate) stderr: Capture,
    /// The end of what was written to standard error, wherever that goes.
    pub(crate) tail: Tail,
    /// Whether that goes to this process's own standard error.
    pub(crate) stderr_was_seen: bool,
    /// The import of `env` that the guest is in, by its number in the table.
    pub(crate) host_call: Option<u32>,
    /// Whether the reader of this process's output has gone away.
    pub(crate) closed: Arc<AtomicBool>,
}

impl<T> State<T> {
    pub(crate) fn new(data: T, grants: &Grants, meter: Meter, deterministic: bool) -> Result<Self> {
        let limits = meter.limits();
        let (stdout, stderr) = (Capture::new(limits.output), Capture::new(limits.output));
        let mut wasi = context(grants, limits)?;
        let closed = Arc::new(AtomicBool::new(false));
        let inherited = |output| Inherited { output, closed: Arc::clone(&closed) };
        let tail = Tail::default();
        match grants.stdio {
            Stdio::Closed => wasi.stderr(tail.of(std::io::empty())),
            Stdio::Captured => wasi.stdout(stdout.clone()).stderr(tail.of(stderr.clone())),
            Stdio::Inherited => wasi
                .inherit_stdin()
                .stdout(inherited(Output::Stdout))
                .stderr(tail.of(inherited(Output::Stderr))),
        };
        if deterministic {
            without_chance(&mut wasi);
        }
        let mut wasi = wasi.build_p1();
        wasi.ctx().table.set_max_capacity(limits.handles);
        let (kept, host_call) = (Vec::new(), None);
        let stderr_was_seen = grants.stdio == Stdio::Inherited;
        Ok(Self {
            data,
            wasi,
            meter,
            kept,
            stdout,
            stderr,
            tail,
            stderr_was_seen,
            host_call,
            closed,
        })
    }

    /// The embedder's host data.
    pub fn data(&self) -> &T {
        &self.data
    }

    /// The embedder's host data, for host functions to change.
    pub fn data_mut(&mut self) -> &mut T {
        &mut self.data
    }

    pub(crate) fn into_data(self) -> T {
        self.data
    }
}

impl<T: Send> WasiView for State<T> {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        self.wasi.ctx()
    }
}

/// A context of WASI that has what was granted. The network is none of it: the
/// hosts in the grants are for host functions.
fn context(grants: &Grants, limits: &Limits) -> Result<WasiCtxBuilder> {
    let mut wasi = WasiCtxBuilder::new();
    wasi.allow_tcp(false).allow_udp(false);
    wasi.max_random_size(limits.random as u64);
    wasi.args(&grants.arguments).envs(&grants.environment);
    for directory in &grants.directories {
        let allowed = match directory.access {
            Access::ReadOnly => FsPerms::ReadOnly,
            Access::ReadWrite => FsPerms::ReadWrite,
        };
        wasi.preopened_dir(&directory.host, &directory.guest, allowed).map_err(|error| {
            Error::Grant {
                what: directory.host.display().to_string(),
                reason: error.root_cause().to_string(),
            }
        })?;
    }
    Ok(wasi)
}

/// Clocks that stand still and random bytes that are always the same.
fn without_chance(wasi: &mut WasiCtxBuilder) {
    let bytes: Vec<u8> = (0..=u8::MAX).collect();
    wasi.wall_clock(Stopped)
        .monotonic_clock(Stopped)
        .secure_random(Deterministic::new(bytes.clone()))
        .insecure_random(Deterministic::new(bytes))
        .insecure_random_seed(0);
}

/// A clock that stands still, at the beginning of its time.
struct Stopped;

impl HostWallClock for Stopped {
    fn resolution(&self) -> Duration {
        Duration::from_secs(1)
    }

    fn now(&self) -> Duration {
        Duration::ZERO
    }
}

impl HostMonotonicClock for Stopped {
    fn resolution(&self) -> u64 {
        1_000_000_000
    }

    fn now(&self) -> u64 {
        0
    }
}
