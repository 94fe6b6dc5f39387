//! The size of a pool: for each session what its limits allow, and a little more for memory
//! that is being cleared while all sessions exist.

use wasmtime::{Config, Enabled, InstanceAllocationStrategy, PoolingAllocationConfig};

use super::Pool;
use super::error::PoolError;
use crate::error::{Error, Result};
use wit_host_binary::limits::Limits;

/// The bytes of addresses that the engine reserves for one memory, with the guard pages that
/// catch accesses out of bounds.
const MEMORY_SLOT: u64 = (4 << 30) + (32 << 20);

/// The bytes of addresses that a process can use on today's processors. They have 128 TiB for
/// programs, of which some are taken.
const ADDRESSES: u64 = 127 << 40;

/// The number of memories that are cleared together, which saves calls of the operating system.
const CLEARED_AT_ONCE: usize = 32;

/// The bytes of a memory and of a table that are cleared in place when a session ends, if the
/// operating system tells which pages were written to.
const KEPT_RESIDENT: usize = 128 << 10;

/// The size of a pool. Runtimes that share an engine need the same one.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Room {
    pub(crate) sessions: usize,
    memories: usize,
    tables: usize,
    instances: usize,
    /// The bytes of one memory.
    memory: usize,
    /// The elements of one table.
    elements: usize,
    /// The bytes of one stack.
    stack: usize,
}

impl Room {
    /// Computes the size for `limits`. A core module has this number of other modules beside
    /// it, and host values take a memory of their own.
    pub(crate) fn new(
        pool: &Pool,
        limits: &Limits,
        modules: usize,
        host_values: bool,
        stack: usize,
    ) -> Self {
        let of_modules = |each: usize| each.saturating_mul(modules.saturating_add(1));
        let memories = limits.memories.max(of_modules(limits.module_memories));
        Self {
            sessions: pool.sessions,
            memories: memories.saturating_add(usize::from(host_values)),
            tables: limits.tables.max(of_modules(limits.module_tables)),
            instances: limits.instances,
            // Memories have addresses of 32 bits.
            memory: limits.memory.min(4 << 30),
            elements: limits.table_elements,
            stack,
        }
    }

    /// Configures the engine to create the pool.
    ///
    /// # Errors
    /// [`PoolError::NoRoom`] if there are not as many addresses.
    pub(crate) fn configure(&self, config: &mut Config) -> Result<()> {
        let allocator = self.allocator()?;
        config.allocation_strategy(InstanceAllocationStrategy::Pooling(allocator));
        Ok(())
    }

    fn allocator(&self) -> Result<PoolingAllocationConfig, PoolError> {
        let addresses = self.addresses();
        if self.sessions == 0 {
            return Err(self.error("it is a pool for no session"));
        }
        if addresses > ADDRESSES {
            return Err(self.error("a process has 128 TiB"));
        }
        let count = |each: usize, more: usize| {
            let count = each.checked_mul(self.sessions).and_then(|all| all.checked_add(more));
            count.and_then(|count| u32::try_from(count).ok()).ok_or_else(|| self.error("it is"))
        };
        let each = |each: usize| u32::try_from(each).unwrap_or(u32::MAX);
        let is_told = PoolingAllocationConfig::is_pagemap_scan_available();
        let kept = if is_told { KEPT_RESIDENT } else { 0 };
        let mut config = PoolingAllocationConfig::new();
        config
            .total_memories(count(self.memories, being_cleared())?)
            .total_tables(count(self.tables, being_cleared())?)
            .total_core_instances(count(self.instances, 0)?)
            // A session is one component, with one stack and one heap for host values.
            .total_component_instances(count(1, 0)?)
            .total_stacks(count(1, 0)?)
            .total_gc_heaps(count(1, 0)?)
            .max_memory_size(self.memory)
            .table_elements(self.elements)
            // The memories of a component are counted when it is linked.
            .max_memories_per_module(each(self.memories))
            .max_tables_per_module(each(self.tables))
            .max_core_instances_per_component(each(self.instances))
            // Instances are allocated one by one, with a pool as well.
            .max_core_instance_size(isize::MAX.unsigned_abs())
            .max_component_instance_size(isize::MAX.unsigned_abs())
            .decommit_batch_size(CLEARED_AT_ONCE)
            .pagemap_scan(if is_told { Enabled::Yes } else { Enabled::No })
            .linear_memory_keep_resident(kept)
            .table_keep_resident(kept);
        Ok(config)
    }

    /// Returns the error for a pool that cannot be created.
    pub(crate) fn no_room(&self, reason: String) -> Error {
        self.error(reason).into()
    }

    fn error(&self, reason: impl Into<String>) -> PoolError {
        let (sessions, addresses, reason) = (self.sessions, self.addresses(), reason.into());
        PoolError::NoRoom { sessions, addresses, reason }
    }

    /// Returns the bytes of addresses, as far as they can be counted.
    fn addresses(&self) -> u64 {
        let wide = |count: usize| u64::try_from(count).unwrap_or(u64::MAX);
        let all = |each: usize| wide(each).saturating_mul(wide(self.sessions));
        let table = wide(self.elements).saturating_mul(wide(size_of::<usize>()));
        let cleared = wide(being_cleared());
        let memories = all(self.memories).saturating_add(cleared).saturating_mul(MEMORY_SLOT);
        let tables = all(self.tables).saturating_add(cleared).saturating_mul(table);
        memories.saturating_add(tables).saturating_add(all(self.stack))
    }
}

/// Returns the number of memories and of tables to add for those that are being cleared. A
/// thread may still be clearing what an ended session used, while its slot is free already.
fn being_cleared() -> usize {
    let threads = std::thread::available_parallelism().map_or(1, usize::from).min(16);
    2 * CLEARED_AT_ONCE * threads
}
