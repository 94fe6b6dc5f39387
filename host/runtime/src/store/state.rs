//! The content of a session's store: the embedder's data, and what the host keeps for the session.
//! It holds the parts together, and does nothing with them.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use wasmtime::Memory;
use wasmtime_wasi::p1::WasiP1Ctx;
use wasmtime_wasi::{WasiCtxView, WasiView};

use super::deadline::{Began, Deadline};
use super::grants::Grants;
use super::meter::Meter;
use super::wasi::surroundings::Surroundings;
use super::wasi::{View, Wasi};
use crate::error::Result;
use crate::provider::Provisions;
use wit_host_binary::limits::{LimitReached, Limits};

/// The state of a session: the embedder's host data `T`, which host functions work on, and the
/// host's own records.
pub struct State<T> {
    pub(crate) data: T,
    pub(crate) wasi: Wasi,
    pub(crate) meter: Meter,
    /// The result that the last function with two steps left for the guest to fetch.
    pub(crate) kept: Vec<u8>,
    /// The memory of the core module, if there is only one. Looking it up by its name in every
    /// host call would take longer.
    pub(crate) memory: Option<Memory>,
    /// The deadline of the current call.
    pub(crate) deadline: Deadline,
    /// The number of epochs that have begun.
    pub(crate) epochs: Arc<AtomicU64>,
    /// The number of epochs that had begun when the engine last called at one.
    epoch_seen: u64,
    /// Whether the current call is not async, so that it cannot yield.
    pub(crate) is_sync: bool,
    /// The import of `env` that the guest is in, by its number in the table.
    pub(crate) host_call: Option<u32>,
    /// The span of a trace that the current call belongs to, which providers are told.
    pub(crate) trace_parent: Option<Arc<str>>,
    /// What providers keep for the session.
    pub(crate) provisions: Provisions,
    /// The function over values that the guest is in.
    pub(crate) in_provider: InProvider,
    /// The exit status of a core module's `_start` that was called before another function.
    pub(crate) start_exited: Option<i32>,
}

/// The function over values, of a provider or of the embedder, that a guest is in.
#[derive(Default)]
pub(crate) struct InProvider {
    /// The full name of the last one. It stays when the call is over, because most guests call the
    /// same one again, and a name that is kept need not be counted anew.
    last: Option<Arc<str>>,
    is_in: bool,
}

impl InProvider {
    /// Notes that the guest calls a function. It stays in it if the call fails, or if its time is
    /// over.
    #[inline]
    pub(crate) fn enter(&mut self, name: &Arc<str>) {
        if !self.last.as_ref().is_some_and(|last| Arc::ptr_eq(last, name)) {
            self.last = Some(Arc::clone(name));
        }
        self.is_in = true;
    }

    /// Notes that the function has returned.
    #[inline]
    pub(crate) fn leave(&mut self) {
        self.is_in = false;
    }

    /// Returns the full name of the function that the guest is in.
    pub(crate) fn name(&self) -> Option<&str> {
        self.last.as_deref().filter(|_| self.is_in)
    }
}

impl<T> State<T> {
    pub(crate) fn new(
        data: T,
        grants: &Arc<Grants>,
        mut meter: Meter,
        epochs: &Arc<AtomicU64>,
        seed: Option<u64>,
    ) -> Result<Self> {
        let wasi = Wasi::new(grants, &mut meter, seed)?;
        // Each call sets its own beginning.
        let deadline = Deadline::new(meter.limits().wall_clock, Began::Epoch(0));
        let (kept, memory, is_sync) = (Vec::new(), None, false);
        let (host_call, start_exited) = (None, None);
        let epochs = Arc::clone(epochs);
        let epoch_seen = epochs.load(Ordering::Relaxed);
        Ok(Self {
            data,
            wasi,
            meter,
            kept,
            memory,
            deadline,
            epochs,
            epoch_seen,
            is_sync,
            host_call,
            trace_parent: None,
            provisions: Provisions::default(),
            in_provider: InProvider::default(),
            start_exited,
        })
    }

    /// Counts a call of a host function.
    ///
    /// # Errors
    /// The limit on such calls.
    pub(crate) fn count_host_call(&mut self) -> Result<(), LimitReached> {
        let Self { meter, epochs, epoch_seen, .. } = self;
        meter.host_call(|| epochs.load(Ordering::Relaxed) > *epoch_seen)
    }

    /// Notes that the engine has called at an epoch, which is not a call of the guest's.
    pub(crate) fn at_epoch(&mut self) {
        self.epoch_seen = self.epochs.load(Ordering::Relaxed);
        self.meter.uncount_host_call();
    }

    /// Sets what the calls from now on may spend.
    pub(crate) fn set_limits(&mut self, limits: Arc<Limits>) {
        self.deadline = Deadline::new(limits.wall_clock, Began::Epoch(0));
        self.meter.set_limits(limits);
    }

    /// Returns the embedder's host data.
    pub fn data(&self) -> &T {
        &self.data
    }

    /// Returns the embedder's host data, for host functions to change.
    pub fn data_mut(&mut self) -> &mut T {
        &mut self.data
    }

    /// Returns what the session's guest may touch, for host functions that depend on it, such
    /// as those that ask [`Grants::hosts`] before they use the network.
    pub fn grants(&self) -> &Grants {
        self.wasi.grants()
    }

    pub(crate) fn into_data(self) -> T {
        self.data
    }

    /// Checks that the current call has time left.
    ///
    /// # Errors
    /// If its time is up.
    pub(crate) fn in_time(&mut self) -> wasmtime::Result<()> {
        match self.deadline.passed(&self.epochs) {
            true => Err(self.deadline.reached()),
            false => Ok(()),
        }
    }

    /// Returns the context of the engine's WASI functions.
    pub(crate) fn wasi_context(&mut self) -> &mut WasiP1Ctx {
        self.wasi.context(&mut self.meter)
    }

    /// Returns who sees what the guest learns of its surroundings, if anyone does.
    pub(crate) fn surroundings(&mut self) -> Option<&mut dyn Surroundings> {
        self.wasi.surroundings()
    }

    /// Returns the context of the functions of files.
    pub(crate) fn files(&mut self) -> View<'_> {
        self.wasi.files(&mut self.meter)
    }
}

impl<T: Send> WasiView for State<T> {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        self.wasi_context().ctx()
    }
}
