//! The content of a store, and the limits on what its guest takes.

use wasmtime::{Memory, ResourceLimiter};
use wasmtime_wasi::p1::WasiP1Ctx;
use wasmtime_wasi::{WasiCtxBuilder, WasiCtxView, WasiView};

use crate::functions::Functions;

/// The host data, and what the host keeps beside it.
pub(crate) struct Data {
    pub(crate) functions: Functions,
    pub(crate) limiter: Limiter,
    /// A core module's memory.
    pub(crate) memory: Option<Memory>,
    /// The result that a core module has not fetched yet.
    pub(crate) kept: Vec<u8>,
    pub(crate) wasi: WasiP1Ctx,
    host_calls: u64,
}

impl Data {
    pub(crate) fn new() -> Self {
        let mut wasi = WasiCtxBuilder::new().allow_tcp(false).allow_udp(false).build_p1();
        wasi.ctx().table.set_max_capacity(1_000);
        Self {
            functions: Functions,
            limiter: Limiter::default(),
            memory: None,
            kept: Vec::new(),
            wasi,
            host_calls: 0,
        }
    }

    /// Counts a call of the host.
    pub(crate) fn count(&mut self) -> wasmtime::Result<()> {
        self.host_calls += 1;
        match self.host_calls {
            u64::MAX => wasmtime::bail!("too many host calls"),
            _ => Ok(()),
        }
    }
}

impl WasiView for Data {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        self.wasi.ctx()
    }
}

/// Limits memory and tables, summed over the whole store.
#[derive(Debug, Default)]
pub(crate) struct Limiter {
    bytes: usize,
    elements: usize,
}

impl ResourceLimiter for Limiter {
    fn memory_growing(
        &mut self,
        current: usize,
        desired: usize,
        maximum: Option<usize>,
    ) -> wasmtime::Result<bool> {
        self.bytes = self.bytes.saturating_add(desired.saturating_sub(current));
        Ok(self.bytes <= 64 << 20 && maximum.is_none_or(|maximum| desired <= maximum))
    }

    fn table_growing(
        &mut self,
        current: usize,
        desired: usize,
        maximum: Option<usize>,
    ) -> wasmtime::Result<bool> {
        self.elements = self.elements.saturating_add(desired.saturating_sub(current));
        Ok(self.elements <= 100_000 && maximum.is_none_or(|maximum| desired <= maximum))
    }

    fn instances(&self) -> usize {
        64
    }

    fn tables(&self) -> usize {
        32
    }

    fn memories(&self) -> usize {
        16
    }
}
