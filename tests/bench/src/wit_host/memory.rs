//! Sessions that do nothing.

use anyhow::Result;

use super::sessions::guest;
use crate::executor::executor;
use crate::functions::Functions;
use crate::guests::Path;
use crate::setting::Setting;

/// Creates this number of sessions, and calls a function while they all exist.
pub(crate) fn while_idle<R>(
    path: Path,
    count: usize,
    mut now: impl FnMut() -> Result<R>,
) -> Result<(R, R)> {
    let (guest, executor) = (guest(path, Setting::DEFAULT)?, executor()?);
    // The first session creates what all of them share.
    let first = executor.block_on(guest.session(Functions).start())?;
    let before = now()?;
    let mut sessions = Vec::with_capacity(count);
    for _ in 0..count {
        sessions.push(executor.block_on(guest.session(Functions).start())?);
    }
    let after = now()?;
    drop((first, sessions));
    Ok((before, after))
}
