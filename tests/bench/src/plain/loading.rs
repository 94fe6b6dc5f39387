//! Loading a guest.

use anyhow::Result;

use super::Plain;
use crate::clock::{Clock, timed};
use crate::row::Probe;
use crate::setting::{Mode, Setting};

/// Compiles and links a guest.
pub(crate) fn compiled(bytes: &'static [u8]) -> Result<Probe> {
    let plain = Plain::new(Setting::DEFAULT)?;
    Ok(timed(Clock::Process, move |times| {
        for _ in 0..times {
            plain.component(bytes, Mode::Blocking)?;
        }
        Ok(())
    }))
}
