//! Counts the memory, tables and instances of one store, and the memory of the host that its
//! guest uses. It refuses what is over the limits, and remembers what it refused. The engine
//! asks it before anything grows. It does not know how a refusal is reported.

use std::sync::Arc;

use wasmtime::ResourceLimiter;

use super::wasi::{Charge, HostMemory};
use crate::provider::Chain;
use wit_host_binary::kind::Kind;
use wit_host_binary::limits::{LimitReached, Limits};
use wit_host_check::engine_error::reason;

/// The number of bytes of the host that do not count towards [`Limits::memory`]. Any guest that
/// opens a few files needs as much, and a small limit should be for the guest's own memory.
const UNCOUNTED: usize = 8 << 20;

/// Counts memory and tables over a whole store. The engine's own limiter looks at each memory
/// by itself, so forty memories could be forty times as large together.
#[derive(Debug)]
pub(crate) struct Meter {
    limits: Arc<Limits>,
    kind: Kind,
    /// The number of core modules that are instantiated by themselves.
    modules: usize,
    bytes: usize,
    elements: usize,
    pub(crate) peak: usize,
    pub(crate) host_calls: u64,
    /// The sum with the guests that serve this one, or that it serves.
    chain: Option<Arc<Chain>>,
    /// The handles that are reserved in that sum.
    handles: usize,
    /// The memory of the host behind the guest's handles. Most guests have no handles, so it is
    /// made on first use.
    host: Option<HostMemory>,
    /// The size of the result that is kept for the guest to fetch.
    kept: usize,
    /// The size of the last growth that was allowed. It is taken back if the system then has no
    /// memory for it.
    granted: usize,
    /// The elements of that growth, if it was a table's.
    granted_elements: usize,
    /// The limit that a growth was refused for. The guest then usually traps for a reason of
    /// its own, such as `unreachable`, and that reason must not be the one that is reported.
    refused: Option<LimitReached>,
    /// Why the system could not provide memory that the guest was allowed to have.
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
            chain: None,
            handles: 0,
            host: None,
            kept: 0,
            granted: 0,
            granted_elements: 0,
            refused: None,
            lacking: None,
        }
    }

    /// Returns the counter of the host's memory behind the guest's handles.
    pub(crate) fn host_memory(&mut self) -> &HostMemory {
        if self.host.is_none() {
            self.host = Some(HostMemory::default());
            self.tell_host_memory();
        }
        self.host.get_or_insert_default()
    }

    /// Passes the remaining allowance on to streams, which count into it without asking the
    /// meter.
    fn tell_host_memory(&self) {
        if let Some(host) = &self.host {
            host.allow(self.allowed_in_host().saturating_sub(self.kept));
        }
    }

    /// Returns the number of bytes of the host that the guest may use beside its own memory.
    fn allowed_in_host(&self) -> usize {
        self.limits.memory.saturating_sub(self.bytes).saturating_add(UNCOUNTED)
    }

    /// Returns why the system could not provide memory that the guest was allowed to have.
    pub(crate) fn lacking(&self) -> Option<&str> {
        self.lacking.as_deref()
    }

    /// Returns the number of bytes of the host that the guest may still use.
    pub(crate) fn room_in_host(&self) -> usize {
        self.allowed_in_host().saturating_sub(self.in_host())
    }

    /// Refuses a number of bytes of the host that would be over the limit of memory.
    #[inline]
    pub(crate) fn check_host_bytes(&mut self, bytes: usize) -> Result<(), LimitReached> {
        match bytes > self.room_in_host() {
            true => Err(self.refuse_host_bytes()),
            false => Ok(()),
        }
    }

    #[cold]
    fn refuse_host_bytes(&mut self) -> LimitReached {
        let limit = LimitReached::Memory(self.limits.memory);
        self.refused = Some(limit.clone());
        limit
    }

    /// Counts bytes of the host until the returned charge is dropped.
    pub(crate) fn charge_host_bytes(&mut self, bytes: usize) -> Result<Charge, LimitReached> {
        self.check_host_bytes(bytes)?;
        Ok(self.host_memory().charge(bytes))
    }

    /// Counts the result that is kept for the guest. It replaces the result before.
    #[inline]
    pub(crate) fn keep(&mut self, bytes: usize) -> Result<(), LimitReached> {
        // The old result was dropped already, so it must not count against the new one.
        self.kept = 0;
        self.check_host_bytes(bytes)?;
        self.kept = bytes;
        self.tell_host_memory();
        Ok(())
    }

    /// Returns the sum of this guest's memory and that of those that serve it.
    pub(crate) fn chain(&mut self) -> Arc<Chain> {
        let (bytes, limit, handles) = (self.bytes, self.limits.memory, self.limits.handles);
        let chain = || Arc::new(Chain::new(bytes, limit, handles));
        Arc::clone(self.chain.get_or_insert_with(chain))
    }

    /// Returns whether the guest counts into a sum with others.
    pub(crate) fn is_in_chain(&self) -> bool {
        self.chain.is_some()
    }

    /// Returns the number of handles that this guest has reserved in the chain.
    pub(crate) fn reserved_handles(&self) -> usize {
        self.handles
    }

    /// Returns the number of handles that this guest may hold.
    pub(crate) fn allowed_handles(&self) -> usize {
        let of_chain = |chain: &Arc<Chain>| chain.free_handles().saturating_add(self.handles);
        let of_chain = self.chain.as_ref().map_or(usize::MAX, of_chain);
        self.limits.handles.min(of_chain)
    }

    /// Returns whether at most half of the chain's handles are reserved.
    pub(crate) fn has_spare_handles(&mut self) -> bool {
        let chain = self.chain();
        chain.free_handles() >= chain.most_handles / 2
    }

    /// Reserves this number of handles in the chain, in place of the number before.
    pub(crate) fn reserve_handles(&mut self, handles: usize) {
        if handles != self.handles {
            self.chain().reserve(self.handles, handles);
            self.handles = handles;
        }
    }

    pub(crate) fn handles_reached(&self) -> LimitReached {
        let of_chain = self.chain.as_ref().map_or(usize::MAX, |chain| chain.most_handles);
        LimitReached::Handles(self.limits.handles.min(of_chain))
    }

    /// Counts into another guest's sum as well.
    pub(crate) fn join(&mut self, chain: &Arc<Chain>) {
        self.chain = Some(Arc::clone(chain));
    }

    /// Returns the number of bytes of the host that the guest uses.
    fn in_host(&self) -> usize {
        self.kept.saturating_add(self.host.as_ref().map_or(0, HostMemory::bytes))
    }

    /// Sets the number of core modules. Each may have its own memories and tables.
    pub(crate) fn of_modules(mut self, modules: usize) -> Self {
        self.modules = modules;
        self
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

    /// Resets the counters of a call.
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

    /// Counts a call of a host function. The engine's own call at an epoch is counted as well at
    /// first, because both begin alike. So one call above the limit may begin if an epoch
    /// `is_due`. [`Meter::uncount_host_call`] takes the engine's call back, and
    /// [`Meter::check_host_calls`] refuses any other when it returns.
    pub(crate) fn host_call(&mut self, is_due: impl FnOnce() -> bool) -> Result<(), LimitReached> {
        self.host_calls += 1;
        match self.limits.host_calls {
            Some(limit) if self.host_calls > limit => {
                match self.host_calls == limit.saturating_add(1) && is_due() {
                    true => Ok(()),
                    false => Err(LimitReached::HostCalls(Some(limit))),
                }
            }
            _ => Ok(()),
        }
    }

    /// Refuses more calls of host functions than the limit, at the end of one of them.
    pub(crate) fn check_host_calls(&self) -> Result<(), LimitReached> {
        match self.limits.host_calls {
            Some(limit) if self.host_calls > limit => Err(LimitReached::HostCalls(Some(limit))),
            _ => Ok(()),
        }
    }

    /// Takes back the count of a call that was the engine's own.
    pub(crate) fn uncount_host_call(&mut self) {
        self.host_calls = self.host_calls.saturating_sub(1);
    }

    /// Notes that the system could not provide memory that the guest was allowed to have.
    fn not_given(&mut self, error: &wasmtime::Error) {
        // The engine also reports growth that the meter itself has refused. Then nothing was
        // granted, and the limit is the reason.
        if self.granted > 0 {
            self.bytes = self.bytes.saturating_sub(self.granted);
            if let Some(chain) = &self.chain {
                chain.sub(self.granted);
            }
            self.granted = 0;
            self.elements = self.elements.saturating_sub(self.granted_elements);
            self.granted_elements = 0;
            self.tell_host_memory();
            self.lacking = Some(reason(error));
        }
    }

    fn grow_bytes(&mut self, by: usize) -> bool {
        let bytes = self.bytes.saturating_add(by);
        // The chain is asked last, because it counts what it allows.
        let counted = bytes.saturating_add(self.in_host().saturating_sub(UNCOUNTED));
        if counted > self.limits.memory {
            self.refused = Some(LimitReached::Memory(self.limits.memory));
            return false;
        }
        if let Some(chain) = self.chain.as_ref().filter(|chain| !chain.add(by)) {
            self.refused = Some(LimitReached::Memory(chain.limit));
            return false;
        }
        (self.bytes, self.granted) = (bytes, by);
        self.lacking = None;
        self.peak = self.peak.max(bytes);
        self.tell_host_memory();
        true
    }
}

impl Drop for Meter {
    fn drop(&mut self) {
        if let Some(chain) = &self.chain {
            chain.sub(self.bytes);
            chain.reserve(self.handles, 0);
        }
    }
}

impl ResourceLimiter for Meter {
    fn memory_growing(
        &mut self,
        current: usize,
        desired: usize,
        maximum: Option<usize>,
    ) -> wasmtime::Result<bool> {
        // Growing over the memory's own maximum is a mistake of the guest, not a breach of a
        // limit.
        let possible = maximum.is_none_or(|maximum| desired <= maximum);
        (self.granted, self.granted_elements) = (0, 0);
        Ok(possible && self.grow_bytes(desired.saturating_sub(current)))
    }

    fn table_growing(
        &mut self,
        current: usize,
        desired: usize,
        maximum: Option<usize>,
    ) -> wasmtime::Result<bool> {
        // The tables of a pool have exactly the limit as their maximum. A breach of that is
        // reported as one of the limit, so only a smaller maximum is the table's own.
        (self.granted, self.granted_elements) = (0, 0);
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
        // An element takes as much as a pointer of the host, at most.
        let fits = self.grow_bytes(by.saturating_mul(size_of::<usize>()));
        if fits {
            (self.elements, self.granted_elements) = (elements, by);
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
    fn elements_that_were_not_given_are_not_counted() {
        let limits = Limits::default().table_elements(10);
        let mut meter = Meter::new(&Arc::new(limits), Kind::Module);
        assert!(meter.table_growing(0, 4, None).expect("never fails"));
        assert!(meter.table_growing(4, 10, None).expect("never fails"));
        meter.table_grow_failed(wasmtime::Error::msg("no room")).expect("never fails");
        assert!(meter.table_growing(4, 10, None).expect("never fails"), "6 are left");
        meter.memory_growing(0, 1, None).expect("never fails");
        meter.memory_grow_failed(wasmtime::Error::msg("no room")).expect("never fails");
        assert!(!meter.table_growing(10, 11, None).expect("never fails"), "none is left");
    }

    #[test]
    fn a_memorys_own_maximum_is_no_breach() {
        let mut meter = Meter::new(&Arc::default(), Kind::Module);
        assert!(!meter.memory_growing(0, 60, Some(50)).expect("never fails"));
        assert_eq!(meter.refused(), None);
    }
}
