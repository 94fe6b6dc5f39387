//! The directory of a cache. It is opened and checked once, and then used through its
//! descriptor, so that changes of its path have no effect. This module does not know what the
//! files contain.

use std::fs::{DirBuilder, File};
use std::io::{self, Write as _};
use std::os::fd::OwnedFd;
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _};
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use rustix::fs::{AtFlags, Dir, Mode, OFlags, linkat, open, openat, renameat, statat, unlinkat};
use rustix::process::geteuid;

use super::key::Key;

/// The beginning of the names of files that are being written.
const UNFINISHED: &str = "unfinished-";

/// The mode bits for all users but the owner.
const OTHERS: u32 = 0o077;

pub(super) struct Directory(OwnedFd);

/// A file with compiled code.
pub(super) struct Entry {
    pub name: String,
    pub(super) bytes: u64,
    pub(super) used: SystemTime,
}

impl Directory {
    /// Opens the directory, which has to exist.
    ///
    /// # Errors
    /// Also if another user could have put a file into it.
    pub(super) fn open(path: &Path) -> io::Result<Self> {
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let file =
            File::from(open(path, flags, Mode::empty()).map_err(|error| match io::Error::from(
                error,
            ) {
                error if error.kind() == io::ErrorKind::NotADirectory => io::Error::new(
                    error.kind(),
                    "it is a symbolic link, or a file is in the way; remove that or give another place",
                ),
                error => error,
            })?);
        owned(&file)?;
        Ok(Self(file.into()))
    }

    /// Opens the directory, and creates it if it does not exist.
    pub(super) fn create(path: &Path) -> io::Result<Self> {
        match Self::open(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                DirBuilder::new().recursive(true).mode(0o700).create(path)?;
                Self::open(path)
            }
            opened => opened,
        }
    }

    /// Opens a file for reading. It has to be a plain file that no other user can write to.
    pub(super) fn read(&self, name: &str) -> io::Result<File> {
        // Without `NONBLOCK`, opening a named pipe would wait for a writer.
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
        let file = File::from(openat(&self.0, name, flags, Mode::empty())?);
        let metadata = file.metadata()?;
        if !metadata.is_file() {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "it is no plain file"));
        }
        owned(&file).map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))?;
        Ok(file)
    }

    /// Puts a file in its place as a whole or not at all, and replaces an older one. It is not
    /// synced to the disk: a file that a loss of power has damaged fails its checksum.
    pub(super) fn replace(&self, name: &str, content: &[&[u8]]) -> io::Result<()> {
        self.put(content, |unfinished| renameat(&self.0, unfinished, &self.0, name))
    }

    /// Puts a file in its place as a whole or not at all. An existing file stays.
    pub(super) fn add(&self, name: &str, content: &[&[u8]]) -> io::Result<()> {
        let added = self.put(content, |unfinished| {
            // Unlike renaming, linking fails if the name exists.
            let linked = linkat(&self.0, unfinished, &self.0, name, AtFlags::empty());
            linked.and_then(|()| unlinkat(&self.0, unfinished, AtFlags::empty()))
        });
        match added {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
            other => other,
        }
    }

    fn put(
        &self,
        content: &[&[u8]],
        into_place: impl FnOnce(&str) -> rustix::io::Result<()>,
    ) -> io::Result<()> {
        // The content is written under another name first, so that a reader never sees a part
        // of a file.
        let name = unfinished();
        let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::CLOEXEC;
        let mut file = File::from(openat(&self.0, &*name, flags, Mode::RUSR | Mode::WUSR)?);
        let written = content.iter().try_for_each(|part| file.write_all(part));
        let put = written.and_then(|()| Ok(into_place(&name)?));
        if put.is_err() {
            // The first error says more than one of cleaning up.
            let _ = self.remove(&name);
        }
        put
    }

    /// Removes a file, unless another process already has.
    pub(super) fn remove(&self, name: &str) -> io::Result<()> {
        match unlinkat(&self.0, name, AtFlags::empty()) {
            Ok(()) | Err(rustix::io::Errno::NOENT) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// Returns the files with compiled code.
    pub(super) fn entries(&self) -> io::Result<Vec<Entry>> {
        self.named(Key::is_name)
    }

    /// Returns the files that are being written, or were left by a process that was killed.
    pub(super) fn unfinished(&self) -> io::Result<Vec<Entry>> {
        self.named(|name| name.starts_with(UNFINISHED))
    }

    fn named(&self, wanted: impl Fn(&str) -> bool) -> io::Result<Vec<Entry>> {
        let names = Dir::read_from(&self.0)?.collect::<Result<Vec<_>, _>>()?;
        let names = names.iter().filter_map(|entry| entry.file_name().to_str().ok());
        let entries = names.filter(|name| wanted(name)).filter_map(|name| self.entry(name));
        Ok(entries.collect())
    }

    /// Returns `None` if another process has removed the file meanwhile.
    fn entry(&self, name: &str) -> Option<Entry> {
        let stat = statat(&self.0, name, AtFlags::SYMLINK_NOFOLLOW).ok()?;
        let seconds = Duration::from_secs(u64::try_from(stat.st_mtime).unwrap_or(0));
        #[allow(clippy::useless_conversion, reason = "other systems have another type there")]
        let nanoseconds = Duration::from_nanos(u64::try_from(stat.st_mtime_nsec).unwrap_or(0));
        let used = UNIX_EPOCH.checked_add(seconds)?.checked_add(nanoseconds)?;
        let bytes = u64::try_from(stat.st_size).unwrap_or(0);
        Some(Entry { name: name.into(), bytes, used })
    }
}

/// Refuses a file or directory that does not belong to this user alone.
fn owned(file: &File) -> io::Result<()> {
    let (metadata, user) = (file.metadata()?, geteuid().as_raw());
    let refused = |reason| Err(io::Error::new(io::ErrorKind::PermissionDenied, reason));
    if metadata.uid() != user {
        return refused(format!("it belongs to the user {}, and not to {user}", metadata.uid()));
    }
    if metadata.mode() & OTHERS != 0 {
        let (mode, own) = (metadata.mode() & 0o777, metadata.mode() & 0o700);
        return refused(format!(
            "others may use it, since its mode is {mode:04o}; set {own:04o} if nobody else has \
             written to it, or remove it"
        ));
    }
    Ok(())
}

/// Returns a name that no other process and no other thread uses.
fn unfinished() -> String {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    let next = NEXT.fetch_add(1, Ordering::Relaxed);
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_nanos();
    format!("{UNFINISHED}{}-{now}-{next}", std::process::id())
}
