//! What a store holds: the embedder's data, and what the host keeps for one
//! session beside it.

use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use wasmtime::Memory;
use wasmtime_wasi::p1::WasiP1Ctx;
use wasmtime_wasi::{WasiCtxView, WasiView};

use crate::deadline::{Began, Deadline};
use crate::error::Result;
use crate::grants::Grants;
use crate::meter::Meter;
use crate::wasi::{View, Wasi};
use wit_host_binary::limits::Limits;

/// What is behind a session: the embedder's host data `T`, which host functions
/// work on, and the host's own book-keeping.
pub struct State<T> {
    data: T,
    pub(crate) wasi: Wasi,
    pub(crate) meter: Meter,
    /// The result that the last two-step function left for the guest to fetch.
    pub(crate) kept: Vec<u8>,
    /// The memory of the one core module that there is, so that it need not be
    /// looked up by its name in every host call.
    pub(crate) memory: Option<Memory>,
    /// When the call under way has to be over.
    pub(crate) deadline: Deadline,
    /// How many epochs have begun.
    pub(crate) epochs: Arc<AtomicU64>,
    /// Whether the call under way is not async, and cannot yield.
    pub(crate) is_sync: bool,
    /// The import of `env` that the guest is in, by its number in the table.
    pub(crate) host_call: Option<u32>,
    /// The status that a core module's `_start` ended it with, ahead of another function.
    pub(crate) start_exited: Option<i32>,
}

impl<T> State<T> {
    pub(crate) fn new(
        data: T,
        grants: &Arc<Grants>,
        mut meter: Meter,
        epochs: &Arc<AtomicU64>,
        deterministic: bool,
    ) -> Result<Self> {
        let wasi = Wasi::new(grants, &mut meter, deterministic)?;
        let deadline = Deadline::new(meter.limits().wall_clock, Began::Epoch(0));
        let (kept, memory, is_sync) = (Vec::new(), None, false);
        let (host_call, start_exited) = (None, None);
        let epochs = Arc::clone(epochs);
        Ok(Self {
            data,
            wasi,
            meter,
            kept,
            memory,
            deadline,
            epochs,
            is_sync,
            host_call,
            start_exited,
        })
    }

    /// Sets what is spent from now on, by the call to come.
    pub(crate) fn set_limits(&mut self, limits: Arc<Limits>) {
        self.deadline = Deadline::new(limits.wall_clock, Began::Epoch(0));
        self.meter.set_limits(limits);
    }

    /// The embedder's host data.
    pub fn data(&self) -> &T {
        &self.data
    }

    /// The embedder's host data, for host functions to change.
    pub fn data_mut(&mut self) -> &mut T {
        &mut self.data
    }

    /// What the session's guest may touch: for host functions that are bounded by it, as
    /// those that ask [`Grants::hosts`] before they reach for the network.
    pub fn grants(&self) -> &Grants {
        self.wasi.grants()
    }

    pub(crate) fn into_data(self) -> T {
        self.data
    }

    /// Whether there is time left for the call under way.
    ///
    /// # Errors
    /// That there is none.
    pub(crate) fn in_time(&mut self) -> wasmtime::Result<()> {
        match self.deadline.passed(&self.epochs) {
            true => Err(self.deadline.reached()),
            false => Ok(()),
        }
    }

    /// What the engine's functions of WASI work on.
    pub(crate) fn wasi_context(&mut self) -> &mut WasiP1Ctx {
        self.wasi.context(&mut self.meter)
    }

    /// What the functions of files work on.
    pub(crate) fn files(&mut self) -> View<'_> {
        self.wasi.files(&mut self.meter)
    }
}

impl<T: Send> WasiView for State<T> {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        self.wasi_context().ctx()
    }
}
