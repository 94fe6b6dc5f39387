//! The settings of an engine. They determine the compiled code, so a process that compiles for
//! another one needs the same settings. This module knows no guest.
//!
//! Every proposal that today's toolchains do not emit is off, since each is code that an
//! attacker could reach. The engine is also made without support for concurrency. Only async
//! functions, streams and futures of components need it, and these are off as well. Without it,
//! starting a session does not set up what the engine needs in a store to run guests
//! concurrently.

use std::num::NonZeroUsize;
use std::str::FromStr;

#[cfg(feature = "isolation")]
use wasmtime::Engine;
use wasmtime::{Collector, Config, WasmBacktraceDetails};

use super::processor::Processor;
use crate::failure::coredump;
use wit_host_binary::limits::Limits;

/// The bytes of a fiber's stack that are reserved for host functions, beside the guest's part. With
/// the default of [`Limits::stack`], a fiber has 2 MiB.
const HOST_STACK: usize = (3 << 20) / 2;

/// The options of a runtime that compiled code depends on.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Settings {
    /// Whether instructions are counted.
    pub(crate) fuel: bool,
    /// Whether the same input always gives the same output.
    pub(crate) deterministic: bool,
    /// Whether guests may hold values of the host.
    pub(crate) host_values: bool,
    /// The bytes of stack for guest code.
    pub(crate) stack: usize,
    /// The processor that the code is for.
    pub(crate) processor: Processor,
}

impl Settings {
    pub(crate) fn new(limits: &Limits, deterministic: bool, host_values: bool) -> Self {
        let (fuel, stack) = (limits.fuel.is_some(), limits.stack);
        Self { fuel, deterministic, host_values, stack, processor: Processor::default() }
    }

    /// Returns the settings with another processor.
    pub(crate) fn with_processor(self, processor: Processor) -> Self {
        Self { processor, ..self }
    }

    /// Returns the configuration of an engine that runs guests. Coredumps are made from a trap,
    /// and do not change compiled code.
    pub(crate) fn session_config(&self, coredump: bool) -> wasmtime::Result<Config> {
        let mut config = self.config()?;
        coredump::configure(&mut config, coredump);
        Ok(config)
    }

    /// Creates an engine that only compiles, in parallel or on the calling thread alone.
    #[cfg(feature = "isolation")]
    pub(crate) fn compiler(&self, parallel: bool) -> wasmtime::Result<Engine> {
        Engine::new(self.config()?.parallel_compilation(parallel))
    }

    fn config(&self) -> wasmtime::Result<Config> {
        let mut config = Config::new();
        self.processor.configure(&mut config)?;
        // Tail calls, extended constants, multiple memories and multiple values stay on: guests in
        // JavaScript and Python need the first two, and the engine panics on composed components
        // without the others.
        config
            // An epoch comes at another instruction in each run, and fuel runs out at the same
            // one.
            .epoch_interruption(!self.deterministic)
            .consume_fuel(self.fuel || self.deterministic)
            .cranelift_nan_canonicalization(self.deterministic)
            .concurrency_support(false)
            .gc_support(self.host_values)
            // It frees host values that a guest has dropped while the session goes on.
            .collector(Collector::DeferredReferenceCounting)
            .wasm_gc(false)
            // Exceptions are objects on the heap of the garbage collector, which would bring it
            // into the reach of every guest.
            .wasm_exceptions(false)
            .wasm_function_references(false)
            .wasm_threads(false)
            .shared_memory(false)
            .wasm_memory64(false)
            .wasm_relaxed_simd(false)
            .wasm_custom_page_sizes(false)
            .wasm_wide_arithmetic(false)
            .wasm_stack_switching(false)
            .max_wasm_stack(self.stack)
            .async_stack_size(self.fiber_stack())
            // With details, the engine would read a guest's debug information in this process for
            // each trap. A few KiB of it can exhaust the stack or the memory.
            .wasm_backtrace_details(WasmBacktraceDetails::Disable)
            .wasm_backtrace_max_frames(NonZeroUsize::new(16));
        Ok(config)
    }

    /// Returns the bytes of stack for a call, host functions included.
    pub(crate) fn fiber_stack(&self) -> usize {
        self.stack.saturating_add(HOST_STACK)
    }

    /// Returns the settings as one word, for the command line of another process.
    #[cfg(any(feature = "cache", feature = "isolation", feature = "precompiled"))]
    pub(crate) fn to_word(&self) -> String {
        let Self { fuel, deterministic, host_values, stack, processor } = self;
        format!("{fuel},{deterministic},{host_values},{stack},{processor}")
    }
}

impl FromStr for Settings {
    type Err = String;

    fn from_str(word: &str) -> Result<Self, String> {
        let parts: Vec<_> = word.split(',').collect();
        let read = || {
            let [fuel, deterministic, host_values, stack, processor] = parts[..] else {
                return None;
            };
            Some(Self {
                fuel: fuel.parse().ok()?,
                deterministic: deterministic.parse().ok()?,
                host_values: host_values.parse().ok()?,
                stack: stack.parse().ok()?,
                processor: processor.parse().ok()?,
            })
        };
        read().ok_or_else(|| format!("`{word}` are no settings of an engine"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_survive_the_command_line() {
        let mut settings =
            Settings::new(&Limits::default(), false, true).with_processor(Processor::Baseline);
        (settings.fuel, settings.stack) = (true, 12_345);
        assert_eq!(settings.to_word().parse(), Ok(settings));
        for word in ["", "1,2", "true,true,8", "true,true,true,8", "true,true,true,8,z80"] {
            assert!(word.parse::<Settings>().is_err(), "{word:?}");
        }
    }
}
