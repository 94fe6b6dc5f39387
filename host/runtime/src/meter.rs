//! Counts what the instances of one store take, and what lies in the host for them, and
//! refuses what is over the limits. The engine asks before anything grows.

use std::sync::Arc;

use wasmtime::ResourceLimiter;

use crate::wasi::{Charge, HostMemory};
use wit_host_binary::kind::Kind;
use wit_host_binary::limits::{LimitReached, Limits};
use wit_host_check::engine_error::reason;

/// Bytes of the host that are not counted into [`Limits::memory`]: those that any guest
/// takes that opens a few files, so that a small limit is all its own.
const UNCOUNTED: usize = 8 << 20;

/// Counts memory and tables over one whole store. The engine's own limiter
/// counts each memory by itself, so that forty of them get forty times as much.
#[derive(Debug)]
pub(crate) struct Meter {
    limits: Arc<Limits>,
    kind: Kind,
    /// How many core modules are instantiated by themselves.
    modules: usize,
    bytes: usize,
    elements: usize,
    pub(crate) peak: usize,
    pub(crate) host_calls: u64,
    /// What lies in the host behind the guest's handles.
    host: Option<HostMemory>,
    /// The bytes of the result that is kept for the guest to fetch.
    kept: usize,
    /// The bytes that the guest was last allowed to grow by.
    granted: usize,
    /// What was refused. The guest then usually traps with a cause of its own,
    /// which is not the one to report.
    refused: Option<LimitReached>,
    /// Why the host could not give what the guest may have.
    lacking: Option<String>,
}

impl Meter {
    pub(crate) fn new(limits: &Arc<Limits>, kind: Kind) -> Self {
        Self {
            limits: Arc::clone(limits),
            kind,
            modules: 1,
            bytes: 0,
            elements: 0,
            peak: 0,
            host_calls: 0,
            host: None,
            kept: 0,
            granted: 0,
            refused: None,
            lacking: None,
        }
    }

    /// Where it is counted what lies in the host for the guest.
    pub(crate) fn host_memory(&mut self) -> &HostMemory {
        if self.host.is_none() {
            self.host = Some(HostMemory::default());
            self.tell_host_memory();
        }
        self.host.get_or_insert_default()
    }

    /// Says how much may lie in the host to those who count it there themselves.
    fn tell_host_memory(&self) {
        if let Some(host) = &self.host {
            host.allow(self.allowed_in_host().saturating_sub(self.kept));
        }
    }

    /// Bytes of the host that there may be, beside the guest's own memory.
    fn allowed_in_host(&self) -> usize {
        self.limits.memory.saturating_sub(self.bytes).saturating_add(UNCOUNTED)
    }

    /// Why the host could not give the guest what it may have.
    pub(crate) fn lacking(&self) -> Option<&str> {
        self.lacking.as_deref()
    }

    /// Bytes of the host that the guest may still take.
    pub(crate) fn room_in_host(&self) -> usize {
        self.allowed_in_host().saturating_sub(self.in_host())
    }

    /// Refuses bytes of the host that are over the limit of memory.
    pub(crate) fn check_host_bytes(&mut self, bytes: usize) -> Result<(), LimitReached> {
        if bytes > self.room_in_host() {
            let limit = LimitReached::Memory(self.limits.memory);
            self.refused = Some(limit.clone());
            return Err(limit);
        }
        Ok(())
    }

    /// Counts bytes of the host, as long as the guest holds them.
    pub(crate) fn charge_host_bytes(&mut self, bytes: usize) -> Result<Charge, LimitReached> {
        self.check_host_bytes(bytes)?;
        Ok(self.host_memory().charge(bytes))
    }

    /// Counts the result that is kept for the guest, in the place of the one before.
    #[inline]
    pub(crate) fn keep(&mut self, bytes: usize) -> Result<(), LimitReached> {
        self.kept = 0;
        self.check_host_bytes(bytes)?;
        self.kept = bytes;
        self.tell_host_memory();
        Ok(())
    }

    /// Bytes that lie in the host for the guest.
    fn in_host(&self) -> usize {
        self.kept.saturating_add(self.host.as_ref().map_or(0, HostMemory::bytes))
    }

    /// Counts for so many core modules, each of which may have its memories and
    /// tables.
    pub(crate) fn of_modules(self, modules: usize) -> Self {
        Self { modules, ..self }
    }

    pub(crate) fn set_limits(&mut self, limits: Arc<Limits>) {
        self.limits = limits;
    }

    pub(crate) fn limits(&self) -> &Arc<Limits> {
        &self.limits
    }

    pub(crate) fn refused(&self) -> Option<LimitReached> {
        self.refused.clone()
    }

    /// Begins the count of a call into the guest.
    pub(crate) fn begin(&mut self) {
        self.host_calls = 0;
        self.refused = None;
        self.lacking = None;
    }

    pub(crate) fn memories_reached(&self) -> LimitReached {
        match self.kind {
            Kind::Component => LimitReached::Memories(self.limits.memories),
            Kind::Module => LimitReached::ModuleMemories(self.limits.module_memories),
        }
    }

    pub(crate) fn tables_reached(&self) -> LimitReached {
        match self.kind {
            Kind::Component => LimitReached::Tables(self.limits.tables),
            Kind::Module => LimitReached::ModuleTables(self.limits.module_tables),
        }
    }

    /// Counts a call of a host function.
    pub(crate) fn host_call(&mut self) -> Result<(), LimitReached> {
        self.host_calls += 1;
        match self.limits.host_calls {
            Some(limit) if self.host_calls > limit => Err(LimitReached::HostCalls(Some(limit))),
            _ => Ok(()),
        }
    }

    /// Notes that the host could not give what the guest was allowed to have.
    fn not_given(&mut self, error: &wasmtime::Error) {
        if self.granted > 0 {
            self.bytes = self.bytes.saturating_sub(self.granted);
            self.granted = 0;
            self.tell_host_memory();
            self.lacking = Some(reason(error));
        }
    }

    fn grow_bytes(&mut self, by: usize) -> bool {
        let bytes = self.bytes.saturating_add(by);
        let counted = bytes.saturating_add(self.in_host().saturating_sub(UNCOUNTED));
        if counted > self.limits.memory {
            self.refused = Some(LimitReached::Memory(self.limits.memory));
            return false;
        }
        (self.bytes, self.granted) = (bytes, by);
        self.lacking = None;
        self.peak = self.peak.max(bytes);
        self.tell_host_memory();
        true
    }
}

impl ResourceLimiter for Meter {
    fn memory_growing(
        &mut self,
        current: usize,
        desired: usize,
        maximum: Option<usize>,
    ) -> wasmtime::Result<bool> {
        // More than the memory's own maximum is the guest's mistake, no breach.
        let possible = maximum.is_none_or(|maximum| desired <= maximum);
        self.granted = 0;
        Ok(possible && self.grow_bytes(desired.saturating_sub(current)))
    }

    fn table_growing(
        &mut self,
        current: usize,
        desired: usize,
        maximum: Option<usize>,
    ) -> wasmtime::Result<bool> {
        // A pool's tables have no more room than the limit, which they tell as their maximum.
        self.granted = 0;
        let own = maximum.filter(|maximum| *maximum < self.limits.table_elements);
        if own.is_some_and(|maximum| desired > maximum) {
            return Ok(false);
        }
        let by = desired.saturating_sub(current);
        let elements = self.elements.saturating_add(by);
        if elements > self.limits.table_elements {
            self.refused = Some(LimitReached::TableElements(self.limits.table_elements));
            return Ok(false);
        }
        let fits = self.grow_bytes(by.saturating_mul(size_of::<usize>()));
        if fits {
            self.elements = elements;
        }
        Ok(fits)
    }

    fn memory_grow_failed(&mut self, error: wasmtime::Error) -> wasmtime::Result<()> {
        self.not_given(&error);
        Ok(())
    }

    fn table_grow_failed(&mut self, error: wasmtime::Error) -> wasmtime::Result<()> {
        self.not_given(&error);
        Ok(())
    }

    fn instances(&self) -> usize {
        self.limits.instances
    }

    fn tables(&self) -> usize {
        match self.kind {
            Kind::Component => self.limits.tables,
            Kind::Module => self.limits.module_tables.saturating_mul(self.modules),
        }
    }

    fn memories(&self) -> usize {
        match self.kind {
            Kind::Component => self.limits.memories,
            Kind::Module => self.limits.module_memories.saturating_mul(self.modules),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memories_and_tables_are_summed() {
        let mut meter = Meter::new(&Arc::new(Limits::default().memory(100)), Kind::Component);
        assert!(meter.memory_growing(0, 60, None).expect("never fails"));
        assert!(meter.table_growing(0, 5, None).expect("never fails"));
        assert!(!meter.memory_growing(60, 61, None).expect("never fails"));
        assert_eq!(meter.refused(), Some(LimitReached::Memory(100)));
        assert_eq!(meter.peak, 60 + 5 * size_of::<usize>());
    }

    #[test]
    fn what_lies_in_the_host_is_in_the_sum() {
        let limit = 16 << 20;
        let mut meter = Meter::new(&Arc::new(Limits::default().memory(limit)), Kind::Component);
        let few = meter.charge_host_bytes(UNCOUNTED).expect("not counted");
        assert!(meter.memory_growing(0, limit / 2, None).expect("never fails"));
        let many = meter.charge_host_bytes(limit / 2).expect("half of it is left");
        assert!(meter.charge_host_bytes(1).is_err() && meter.keep(1).is_err());
        assert!(!meter.memory_growing(0, 1, None).expect("never fails"));
        drop((few, many));
        assert!(meter.memory_growing(0, limit / 2, None).expect("never fails"));
        assert!(meter.keep(UNCOUNTED).is_ok() && meter.keep(UNCOUNTED + 1).is_err());
    }

    #[test]
    fn what_was_not_given_is_not_counted_and_is_the_hosts() {
        let mut meter = Meter::new(&Arc::new(Limits::default().memory(100)), Kind::Module);
        assert!(!meter.memory_growing(0, 101, None).expect("never fails"));
        meter.memory_grow_failed(wasmtime::Error::msg("refused")).expect("never fails");
        assert_eq!(meter.lacking(), None, "it was the limit");
        assert!(meter.memory_growing(0, 60, None).expect("never fails"));
        meter.memory_grow_failed(wasmtime::Error::msg("no room")).expect("never fails");
        assert_eq!(meter.lacking(), Some("no room"));
        assert!(meter.memory_growing(0, 100, None).expect("never fails"), "none is taken");
    }

    #[test]
    fn a_memorys_own_maximum_is_no_breach() {
        let mut meter = Meter::new(&Arc::default(), Kind::Module);
        assert!(!meter.memory_growing(0, 60, Some(50)).expect("never fails"));
        assert_eq!(meter.refused(), None);
    }
}
