//! The engine with wit-host's safety settings.

use std::time::Duration;

use anyhow::Result;
use wasmtime::{Collector, Config, Engine, WasmBacktraceDetails};

use crate::setting::Setting;

/// The interval at which guest code checks whether it has to end.
pub(crate) const EPOCH: Duration = Duration::from_millis(5);

/// The bytes of stack for guest code, and those for the host on a fiber.
const STACK: usize = 512 << 10;
const HOST_STACK: usize = 3 << 19;

pub(crate) fn careful(setting: Setting) -> Result<Engine> {
    let mut config = Config::new();
    config
        .epoch_interruption(true)
        .consume_fuel(setting.fuel)
        .concurrency_support(false)
        .gc_support(false)
        .collector(Collector::DeferredReferenceCounting)
        .wasm_gc(false)
        .wasm_exceptions(false)
        .wasm_function_references(false)
        .wasm_threads(false)
        .shared_memory(false)
        .wasm_memory64(false)
        .wasm_relaxed_simd(false)
        .wasm_custom_page_sizes(false)
        .wasm_wide_arithmetic(false)
        .wasm_stack_switching(false)
        .max_wasm_stack(STACK)
        .async_stack_size(STACK + HOST_STACK)
        .wasm_backtrace_details(WasmBacktraceDetails::Enable);
    if setting.pooled {
        pool(&mut config, true);
    }
    Ok(Engine::new(&config)?)
}

/// Creates the engine in its default configuration, with a pool.
pub(crate) fn as_it_comes_pooled() -> Result<Engine> {
    let mut config = Config::new();
    pool(&mut config, false);
    Ok(Engine::new(&config)?)
}

/// Configures a pool for the instances that wit-host's limits allow. A tuned one clears memory
/// as wit-host does: in place, what was written to, if the kernel tells it.
#[cfg(feature = "comparisons")]
fn pool(config: &mut Config, tuned: bool) {
    use wasmtime::{Enabled, InstanceAllocationStrategy, PoolingAllocationConfig};

    const RESIDENT: usize = 128 << 10;

    const SESSIONS: u32 = 1_000;
    let mut pool = PoolingAllocationConfig::default();
    pool.total_component_instances(SESSIONS)
        .total_core_instances(SESSIONS)
        .total_memories(SESSIONS)
        .total_tables(SESSIONS)
        .total_stacks(SESSIONS)
        .max_memory_size(64 << 20);
    if tuned {
        pool.decommit_batch_size(32);
        if PoolingAllocationConfig::is_pagemap_scan_available() {
            pool.pagemap_scan(Enabled::Yes)
                .linear_memory_keep_resident(RESIDENT)
                .table_keep_resident(RESIDENT);
        }
    }
    config.allocation_strategy(InstanceAllocationStrategy::Pooling(pool));
}

#[cfg(not(feature = "comparisons"))]
fn pool(_: &mut Config, _: bool) {}

/// Moves the epoch on for as long as the engine lives.
pub(crate) fn start_ticker(engine: &Engine) {
    let engine = engine.weak();
    std::thread::spawn(move || {
        while let Some(engine) = engine.upgrade() {
            engine.increment_epoch();
            drop(engine);
            std::thread::sleep(EPOCH);
        }
    });
}
