//! Reads and writes one cache entry: compiled code, followed by a checksum over the entry's
//! name and the code. An entry is read once to be verified, and then the same open file is
//! mapped.

use std::fs::File;
use std::io::{self, Read as _, Seek as _};
use std::os::fd::AsRawFd as _;
use std::path::PathBuf;
use std::time::SystemTime;
use wit_host_binary::blake3;

use wasmtime::component::Component;
use wasmtime::{Engine, Module};

use super::directory::Directory;
use super::key::Key;
use super::secret::Secret;
use crate::code::compile::Compiled;
use wit_host_binary::kind::Kind;

const CHECKSUM: usize = blake3::OUT_LEN;

/// A file that contains what this cache wrote.
pub(super) struct Verified {
    file: File,
    size: usize,
}

/// Returns the size of an entry with this code.
pub(super) fn size(artefact: &[u8]) -> u64 {
    u64::try_from(artefact.len().saturating_add(CHECKSUM)).unwrap_or(u64::MAX)
}

/// Writes an entry, and replaces an older one.
pub(super) fn write(
    directory: &Directory,
    key: &Key,
    secret: &Secret,
    artefact: &[u8],
) -> io::Result<()> {
    let mut hasher = hasher(key, secret);
    hasher.update(artefact);
    directory.replace(&key.to_string(), &[artefact, hasher.finalize().as_bytes()])
}

/// Opens an entry, verifies all of it, and notes that it was used.
///
/// # Errors
/// An error of the kind `NotFound` if there is no entry, and `InvalidData` if it is not what
/// was written.
pub(super) fn verify(directory: &Directory, key: &Key, secret: &Secret) -> io::Result<Verified> {
    let file = directory.read(&key.to_string())?;
    let length = usize::try_from(file.metadata()?.len()).ok();
    let size = length.and_then(|length| length.checked_sub(CHECKSUM)).ok_or_else(changed)?;
    let mut hasher = hasher(key, secret);
    hasher.update_reader((&file).take(size.try_into().map_err(|_| changed())?))?;
    let mut checksum = [0; CHECKSUM];
    (&file).read_exact(&mut checksum).map_err(|_| changed())?;
    // `blake3::Hash` compares in constant time, so the time shows nothing of the right
    // checksum.
    if hasher.finalize() != checksum {
        return Err(changed());
    }
    // Evicting goes by this time, because many systems do not note when a file is read. The entry
    // can be used even if this fails.
    let _ = file.set_modified(SystemTime::now());
    Ok(Verified { file, size })
}

fn hasher(key: &Key, secret: &Secret) -> blake3::Hasher {
    let mut hasher = blake3::Hasher::new_keyed(&secret.0);
    // With its name in the checksum, an entry cannot be renamed to serve another guest. The name
    // has a fixed length, so no other name and code have the same bytes.
    hasher.update(key.to_string().as_bytes());
    hasher
}

fn changed() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, "it is not what was written there")
}

impl Verified {
    /// Returns the size of the code as the engine counts it.
    pub(super) fn size(&self) -> usize {
        self.size
    }

    /// Maps the code into memory.
    pub(super) fn into_compiled(self, engine: &Engine, kind: Kind) -> wasmtime::Result<Compiled> {
        let same = PathBuf::from(format!("/proc/self/fd/{}", self.file.as_raw_fd()));
        #[allow(unsafe_code, reason = "machine code comes from a file")]
        // SAFETY: the engine requires code that an engine has written, in a file that does not
        // change while it is mapped.
        //
        // Written by an engine: only holders of the directory's secret can make the checksum
        // over the whole file. These are this module, which makes it over the engine's output,
        // and programs with this user's rights, which need no cache to run code as this user.
        //
        // Does not change: the descriptor that was read for the checksum is the one that is
        // mapped or read once more. `same` opens the file behind the descriptor, and no path.
        // The file belongs to this user and no other can write to it, since its mode and that
        // of its directory were checked. This module never writes to a file that has a name; it
        // replaces the file.
        //
        // The entry's name contains the version, the settings and the processor that the code
        // is for, and the engine checks them again.
        unsafe {
            match kind {
                Kind::Module => {
                    Module::deserialize_open_file(engine, self.file).map(Compiled::Module)
                }
                Kind::Component if same.exists() => {
                    Component::deserialize_file(engine, same).map(Compiled::Component)
                }
                Kind::Component => {
                    let bytes = read(self.file, self.size)?;
                    Component::deserialize(engine, bytes).map(Compiled::Component)
                }
            }
        }
    }
}

/// Reads the code, on systems where an open file cannot be opened again by a path.
fn read(mut file: File, size: usize) -> io::Result<Vec<u8>> {
    file.rewind()?;
    let mut bytes = Vec::with_capacity(size);
    file.read_to_end(&mut bytes)?;
    bytes.truncate(size);
    Ok(bytes)
}
