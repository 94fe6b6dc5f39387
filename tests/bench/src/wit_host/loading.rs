//! Loading a guest.

use anyhow::Result;

use super::runtime;
use crate::clock::{Clock, timed};
use crate::row::Probe;
use crate::setting::Setting;

/// Checks, compiles and links it.
pub(crate) fn compiled(bytes: &'static [u8]) -> Result<Probe> {
    let runtime = runtime(Setting::DEFAULT)?;
    Ok(timed(Clock::Process, move |times| {
        for _ in 0..times {
            runtime.load(bytes)?;
        }
        Ok(())
    }))
}
