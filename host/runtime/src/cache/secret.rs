//! The secret that checksums are made with, in a file of its own: who could put a
//! file into the directory, as a restored copy of another's, but never read this
//! one, cannot make an entry that is taken.

use std::fs::File;
use std::io::{self, Read as _};
use wit_host_binary::blake3;

use super::directory::Directory;

/// The file's name.
pub(super) const NAME: &str = "key";

/// What makes checksums this directory's own.
pub(super) struct Secret(pub(super) [u8; blake3::KEY_LEN]);

/// Reads the secret.
///
/// # Errors
/// Of the kind `NotFound` where there is none, `InvalidData` where it is none.
pub(super) fn read(directory: &Directory) -> io::Result<Secret> {
    let mut bytes = Vec::new();
    let longest = u64::try_from(blake3::KEY_LEN).unwrap_or(u64::MAX).saturating_add(1);
    directory.read(NAME)?.take(longest).read_to_end(&mut bytes)?;
    let secret = bytes.try_into().map(Secret);
    secret.map_err(|_| io::Error::new(io::ErrorKind::InvalidData, "the cache's key is broken"))
}

/// The same, but a secret that is not there, or is none, is made.
pub(super) fn read_or_make(directory: &Directory) -> io::Result<Secret> {
    match read(directory) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) if error.kind() == io::ErrorKind::InvalidData => directory.remove(NAME)?,
        other => return other,
    }
    let mut secret = [0; blake3::KEY_LEN];
    File::open("/dev/urandom")?.read_exact(&mut secret)?;
    directory.add(NAME, &[&secret])?;
    // Another process may have been first.
    read(directory)
}
