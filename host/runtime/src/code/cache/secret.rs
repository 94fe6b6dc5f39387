//! The secret key of the checksums, in a file of its own. A program that can put files into the
//! directory but has never read this one, as when a backup of another cache is restored, cannot
//! make an entry that is accepted.

use std::fs::File;
use std::io::{self, Read as _};
use wit_host_binary::blake3;

use super::directory::Directory;

/// The name of the file.
pub(super) const NAME: &str = "key";

/// The key that makes checksums of this directory unlike those of others.
pub(super) struct Secret(pub(super) [u8; blake3::KEY_LEN]);

/// Reads the secret.
///
/// # Errors
/// An error of the kind `NotFound` if there is no file, and `InvalidData` if it contains no
/// secret.
pub(super) fn read(directory: &Directory) -> io::Result<Secret> {
    let mut bytes = Vec::new();
    let longest = u64::try_from(blake3::KEY_LEN).unwrap_or(u64::MAX).saturating_add(1);
    directory.read(NAME)?.take(longest).read_to_end(&mut bytes)?;
    let secret = bytes.try_into().map(Secret);
    secret.map_err(|_| io::Error::new(io::ErrorKind::InvalidData, "the cache's key is broken"))
}

/// Reads the secret, and makes one if the file is missing or contains no secret.
pub(super) fn read_or_make(directory: &Directory) -> io::Result<Secret> {
    match read(directory) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) if error.kind() == io::ErrorKind::InvalidData => directory.remove(NAME)?,
        other => return other,
    }
    let mut secret = [0; blake3::KEY_LEN];
    File::open("/dev/urandom")?.read_exact(&mut secret)?;
    directory.add(NAME, &[&secret])?;
    // Another process may have been faster. Its secret is the one that counts, so the file is
    // read again.
    read(directory)
}
