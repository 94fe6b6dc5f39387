//! Sessions that are there and do nothing.

use anyhow::Result;

use super::sessions::guest;
use crate::executor::executor;
use crate::functions::Functions;
use crate::guests::Path;
use crate::setting::Setting;

/// Makes so many sessions, and does something while they are all there.
pub(crate) fn while_idle<R>(
    path: Path,
    count: usize,
    mut now: impl FnMut() -> Result<R>,
) -> Result<(R, R)> {
    let (guest, executor) = (guest(path, Setting::DEFAULT)?, executor()?);
    // The first has what is made once for all of them.
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
