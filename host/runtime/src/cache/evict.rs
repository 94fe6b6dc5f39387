//! Keeping a cache's directory small: what has not been used for longest goes
//! first. Other processes may do the same at the same time; what one of them has
//! removed is not missed.

use std::io;
use std::time::{Duration, SystemTime};

use super::directory::Directory;
use super::secret;

/// How old a file is that nobody writes any more.
const ABANDONED: Duration = Duration::from_secs(3600);

/// Removes entries until no more than `size` bytes are left, and what processes
/// left that were killed.
pub(super) fn down_to(directory: &Directory, size: u64) -> io::Result<()> {
    let now = SystemTime::now();
    for file in directory.unfinished()? {
        if now.duration_since(file.used).is_ok_and(|age| age > ABANDONED) {
            directory.remove(&file.name)?;
        }
    }
    let mut entries = directory.entries()?;
    entries.sort_by_key(|entry| entry.used);
    let mut bytes: u64 = entries.iter().map(|entry| entry.bytes).sum();
    for entry in entries {
        if bytes <= size {
            break;
        }
        directory.remove(&entry.name)?;
        bytes = bytes.saturating_sub(entry.bytes);
    }
    Ok(())
}

/// Removes all that a cache has put there, and nothing else.
pub(super) fn everything(directory: &Directory) -> io::Result<()> {
    for file in directory.entries()?.iter().chain(&directory.unfinished()?) {
        directory.remove(&file.name)?;
    }
    directory.remove(secret::NAME)
}
