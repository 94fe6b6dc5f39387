//! Counts what the instances of one store take, and refuses what is over the
//! limits. The engine asks before anything grows.

use std::sync::Arc;

use wasmtime::ResourceLimiter;

use crate::kind::Kind;
use crate::limits::{LimitReached, Limits};

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
    /// What was refused. The guest then usually traps with a cause of its own,
    /// which is not the one to report.
    refused: Option<LimitReached>,
}

impl Meter {
    pub(crate) fn new(limits: &Arc<Limits>, kind: Kind) -> Self {
        let (bytes, elements, peak, host_calls) = (0, 0, 0, 0);
        let (limits, modules, refused) = (Arc::clone(limits), 1, None);
        Self { limits, kind, modules, bytes, elements, peak, host_calls, refused }
    }

    /// Counts for so many core modules, each of which may have its memories and
    /// tables.
    pub(crate) fn of_modules(self, modules: usize) -> Self {
        Self { modules, ..self }
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

    fn grow_bytes(&mut self, by: usize) -> bool {
        let bytes = self.bytes.saturating_add(by);
        if bytes > self.limits.memory {
            self.refused = Some(LimitReached::Memory(self.limits.memory));
            return false;
        }
        self.bytes = bytes;
        self.peak = self.peak.max(bytes);
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
        Ok(possible && self.grow_bytes(desired.saturating_sub(current)))
    }

    fn table_growing(
        &mut self,
        current: usize,
        desired: usize,
        maximum: Option<usize>,
    ) -> wasmtime::Result<bool> {
        // A pool's tables have no more room than the limit, which they tell as their maximum.
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
    fn a_memorys_own_maximum_is_no_breach() {
        let mut meter = Meter::new(&Arc::default(), Kind::Module);
        assert!(!meter.memory_growing(0, 60, Some(50)).expect("never fails"));
        assert_eq!(meter.refused(), None);
    }
}
