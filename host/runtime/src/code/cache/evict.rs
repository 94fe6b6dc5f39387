//! Keeps a cache's directory small by removing the entries that have not been used for longest.
//! Other processes may do the same at the same time, so a file that is gone already is no
//! error.

use std::io;
use std::time::{Duration, SystemTime};

use super::directory::Directory;
use super::secret;

/// The age at which an unfinished file counts as abandoned.
const ABANDONED: Duration = Duration::from_secs(3600);

/// Removes entries until at most `size` bytes are left, and files that processes left when they
/// were killed.
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

/// Removes everything that a cache has written, and nothing else.
pub(super) fn everything(directory: &Directory) -> io::Result<()> {
    for file in directory.entries()?.iter().chain(&directory.unfinished()?) {
        directory.remove(&file.name)?;
    }
    directory.remove(secret::NAME)
}
