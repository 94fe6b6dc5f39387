//! Loading a guest.

use anyhow::Result;
use wit_host::Cache;

use super::{builder, runtime};
use crate::clock::{Clock, timed};
use crate::commands::directory;
use crate::row::Probe;
use crate::setting::Setting;

/// Checks, compiles and links a guest.
pub(crate) fn compiled(bytes: &'static [u8]) -> Result<Probe> {
    let runtime = runtime(Setting::DEFAULT)?;
    Ok(timed(Clock::Process, move |times| {
        for _ in 0..times {
            runtime.load(bytes)?;
        }
        Ok(())
    }))
}

/// Creates a runtime with a cache that has the guest on disk, and loads it.
pub(crate) fn kept_on_disk(bytes: &'static [u8]) -> Result<Probe> {
    let kept = directory()?.join("cache/library");
    let load = move || -> Result<()> {
        // A cache does not know what another one has in memory.
        builder(Setting::DEFAULT).cache(Cache::new(&kept)).build()?.load(bytes)?;
        Ok(())
    };
    load()?;
    Ok(timed(Clock::Process, move |times| (0..times).try_for_each(|_| load())))
}

/// Loads the guest in a runtime whose cache has it in memory, because a copy is in use.
pub(crate) fn kept_in_memory(bytes: &'static [u8]) -> Result<Probe> {
    let cache = Cache::new(directory()?.join("cache/library"));
    let runtime = builder(Setting::DEFAULT).cache(cache).build()?;
    let in_use = runtime.load(bytes)?;
    Ok(timed(Clock::Process, move |times| {
        for _ in 0..times {
            in_use.kind();
            runtime.load(bytes)?;
        }
        Ok(())
    }))
}
