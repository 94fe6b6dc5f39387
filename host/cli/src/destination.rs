//! Writes files to places that a person names: compiled or generated files, a trace, a coredump. A
//! place is examined once, before a guest runs that could change it. A regular file appears there
//! as a whole. A device or a pipe is written to directly. It does not know what is written.

use std::fs::{self, File, OpenOptions};
use std::hash::{BuildHasher as _, Hasher as _, RandomState};
use std::io::{self, Write};
use std::os::fd::{AsFd as _, OwnedFd};
use std::os::unix::fs::{FileTypeExt as _, MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use rustix::fs::{AtFlags, FileType, Gid, Mode, OFlags, Stat, Uid};
use rustix::io::Errno;

use crate::options::Usage;
use crate::status::shown_path;

/// The time for which opening a named pipe waits for its reader.
const PATIENCE: Duration = Duration::from_secs(5);

/// A place for output.
pub(crate) enum Destination {
    /// A file in a folder. It may exist already.
    Place(Place),
    /// Something other than a regular file, or a file that this process was started with.
    Direct(File),
}

/// A name in a folder. The folder stays the same even if its path is changed to lead elsewhere.
pub(crate) struct Place {
    folder: OwnedFd,
    name: PathBuf,
    /// The status of the existing file.
    before: Option<Stat>,
}

impl Destination {
    /// Examines what is at `path`. Nothing is changed there, with one exception: if it is a link to
    /// a missing file, that file is created empty.
    pub(crate) fn at(path: &Path) -> io::Result<Self> {
        if let Some((number, path)) = descriptor(path) {
            return of_descriptor(number, &path).map(Self::Direct);
        }
        let is_link = path.is_symlink();
        let mut options = File::options();
        let file = match open(path, options.write(true)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound && !is_link => {
                return Place::of(path, None).map(Self::Place);
            }
            // The system creates the file, because it has rules about links that other users have
            // made.
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                open(path, options.create(true))?
            }
            opened => opened?,
        };
        if file.metadata()?.is_file() {
            let before = rustix::fs::fstat(&file)?;
            return Place::of(&path.canonicalize()?, Some(before)).map(Self::Place);
        }
        waiting(file).map(Self::Direct)
    }

    /// Writes the content. A regular file appears as a whole or not at all.
    pub(crate) fn write(&self, content: &[u8]) -> io::Result<()> {
        match self {
            Self::Direct(file) => (&mut &*file).write_all(content),
            Self::Place(place) => place.put(|file| file.write_all(content)).map(drop),
        }
    }

    /// Returns a file for writing in several steps: a new empty file, which is in its place
    /// already, or the existing device or pipe.
    pub(crate) fn begin(self) -> io::Result<File> {
        match self {
            Self::Direct(file) => Ok(file),
            Self::Place(place) => place.put(|_| Ok(())),
        }
    }
}

impl Place {
    fn of(path: &Path, before: Option<Stat>) -> io::Result<Self> {
        let name = path.file_name().ok_or(io::ErrorKind::IsADirectory)?;
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let folder = rustix::fs::open(folder.unwrap_or(Path::new(".")), flags, Mode::empty())?;
        Ok(Self { folder, name: name.into(), before })
    }

    /// Creates a new file, fills it, and moves it to its place.
    fn put(&self, fill: impl FnOnce(&mut File) -> io::Result<()>) -> io::Result<File> {
        let (mut file, beside) = self.beside().map_err(no_room_beside)?;
        let put = fill(&mut file).and_then(|()| {
            self.check()?;
            Ok(rustix::fs::renameat(&self.folder, &beside, &self.folder, &self.name)?)
        });
        if put.is_err() {
            // The first error says more than a failure to remove the file.
            let _ = rustix::fs::unlinkat(&self.folder, &beside, AtFlags::empty());
        }
        put.map(|()| file)
    }

    /// Creates a file in the folder, with a name that cannot be guessed, and with the owner and
    /// mode of the existing file.
    fn beside(&self) -> io::Result<(File, String)> {
        let flags = OFlags::RDWR | OFlags::CREATE | OFlags::EXCL | OFlags::CLOEXEC;
        let mode = match self.before {
            Some(_) => Mode::RUSR | Mode::WUSR,
            None => Mode::from_raw_mode(0o666),
        };
        loop {
            let name = format!(".wit-host-{:016x}", RandomState::new().build_hasher().finish());
            let file = match rustix::fs::openat(&self.folder, &name, flags, mode) {
                Err(Errno::EXIST) => continue,
                opened => opened?,
            };
            if let Some(before) = &self.before {
                keep_owner_and_mode(&file, before);
            }
            return Ok((file.into(), name));
        }
    }

    /// Refuses to replace anything but a regular file that was put into the place since it was
    /// examined. A guest or another user may have put it there on purpose.
    fn check(&self) -> io::Result<()> {
        match rustix::fs::statat(&self.folder, &self.name, AtFlags::SYMLINK_NOFOLLOW) {
            Err(Errno::NOENT) => Ok(()),
            Ok(now) if FileType::from_raw_mode(now.st_mode) == FileType::RegularFile => Ok(()),
            Ok(_) => Err(io::Error::other("something else was put there meanwhile")),
            Err(error) => Err(error.into()),
        }
    }
}

/// Copies the owner and mode of the existing file. If that fails, the file belongs to this user and
/// other users cannot access it, which is not worth an error.
fn keep_owner_and_mode(file: &OwnedFd, before: &Stat) {
    let now = rustix::fs::fstat(file).ok();
    let is_same = now.is_some_and(|now| (now.st_uid, now.st_gid) == (before.st_uid, before.st_gid));
    let owner = (Uid::from_raw(before.st_uid), Gid::from_raw(before.st_gid));
    if is_same || rustix::fs::fchown(file, Some(owner.0), Some(owner.1)).is_ok() {
        let _ = rustix::fs::fchmod(file, Mode::from_raw_mode(before.st_mode & 0o777));
    }
}

fn no_room_beside(error: io::Error) -> io::Error {
    let reason = "a new file cannot be made in its folder, to be put in its place; give a place \
                  in a folder that can be written to, or `/dev/stdout`";
    match error.kind() {
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
            io::Error::new(error.kind(), format!("{error}: {reason}"))
        }
        _ => error,
    }
}

/// Opens an existing file for writing. It waits for nothing except, for a limited time, the reader
/// of a named pipe.
fn open(path: &Path, options: &mut OpenOptions) -> io::Result<File> {
    let flags = OFlags::NONBLOCK | OFlags::NOCTTY;
    let options = options.custom_flags(i32::try_from(flags.bits()).unwrap_or_default());
    let began = Instant::now();
    loop {
        let opened = options.open(path);
        let Err(error) = opened else { return opened };
        let is_pipe = || fs::metadata(path).is_ok_and(|there| there.file_type().is_fifo());
        if error.raw_os_error() != Some(Errno::NXIO.raw_os_error()) || !is_pipe() {
            return Err(error);
        }
        if began.elapsed() >= PATIENCE {
            return Err(io::Error::other("it is a named pipe that is read by nothing"));
        }
        thread::sleep(Duration::from_millis(10));
    }
}

/// Makes writes wait for room. Opening the file must not wait, so it was opened without.
fn waiting(file: File) -> io::Result<File> {
    let flags = rustix::fs::fcntl_getfl(&file)? - OFlags::NONBLOCK;
    rustix::fs::fcntl_setfl(&file, flags)?;
    Ok(file)
}

/// Returns whether output to `path` goes to this command's standard output.
pub(crate) fn is_standard_output(path: &Path) -> bool {
    descriptor(path).is_some_and(|(number, _)| number == 1)
}

/// Returns the number and the path of the descriptor that `path` leads to, if it is one of this
/// process's, such as `/dev/stdout` or `/proc/self/fd/3`. A descriptor is written to at its current
/// position.
fn descriptor(path: &Path) -> Option<(u32, PathBuf)> {
    /// The number of links that the system follows.
    const LINKS: usize = 40;
    let mut path = path.to_owned();
    for _ in 0..LINKS {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
        let folder = folder.unwrap_or(Path::new("."));
        let number = path.file_name().and_then(|name| name.to_str()?.parse().ok());
        if let Some(number) = number.filter(|_| is_of_descriptors(folder)) {
            return Some((number, path));
        }
        path = folder.join(path.read_link().ok()?);
    }
    None
}

fn of_descriptor(number: u32, path: &Path) -> io::Result<File> {
    match number {
        // A copy of the descriptor shares its position in the file with everything else that is
        // written to it.
        1 => io::stdout().as_fd().try_clone_to_owned().map(File::from),
        2 => io::stderr().as_fd().try_clone_to_owned().map(File::from),
        _ => open(path, File::options().append(true)).and_then(waiting),
    }
}

/// Returns whether the names in a folder are the numbers of this process's descriptors.
fn is_of_descriptors(folder: &Path) -> bool {
    let places = ["/dev/fd", "/proc/self/fd", "/proc/thread-self/fd"];
    let places = places.iter().filter_map(|place| Path::new(place).canonicalize().ok());
    let found = folder.canonicalize();
    found.is_ok_and(|folder| places.into_iter().any(|place| place == folder))
}

/// Refuses to write to one of the files that will be read, under whatever name.
///
/// # Errors
/// [`Usage`], which names the file.
pub(crate) fn refuse_read<'a>(
    path: &Path,
    read: impl IntoIterator<Item = (&'a Path, &'static str)>,
) -> Result<(), Usage> {
    for (other, what) in read {
        if is_same_file(path, other) {
            let path = shown_path(path);
            return Err(Usage::new(format!("`{path}` is {what} itself; write to another file")));
        }
    }
    Ok(())
}

/// Returns whether both paths lead to one regular file. A device may be both read and written.
pub(crate) fn is_same_file(one: &Path, other: &Path) -> bool {
    let (Ok(one), Ok(other)) = (one.metadata(), other.metadata()) else { return false };
    one.is_file() && (one.dev(), one.ino()) == (other.dev(), other.ino())
}
