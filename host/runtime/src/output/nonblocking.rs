//! Writes to one of this process's outputs as far as that needs no waiting: to a file, and to a
//! pipe, a socket or a terminal that has room. Most output is written in this way, without
//! another thread. A file system that delays a write delays the caller.

use std::io;
use std::os::fd::{AsFd as _, BorrowedFd, OwnedFd};
use std::sync::Arc;
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::{FileType, fstat, major};
use rustix::io::Errno;

/// The major device number on Linux of devices without hardware, such as `/dev/null`.
const MEMORY: u32 = 1;

/// The kind of an output's other end.
#[derive(Clone, Debug)]
pub(crate) enum Sink {
    /// A file, which accepts everything at once.
    File,
    Pipe,
    Socket,
    /// A terminal that was opened again in order to write without waiting. That is a setting of
    /// an open file, and the process's output is shared with other processes.
    Terminal(Arc<OwnedFd>),
    /// An output whose room cannot be determined.
    Other,
}

impl Sink {
    pub(crate) fn of(output: BorrowedFd<'_>) -> Self {
        let Ok(stat) = fstat(output) else { return Self::Other };
        match FileType::from_raw_mode(stat.st_mode) {
            FileType::RegularFile => Self::File,
            FileType::CharacterDevice if major(stat.st_rdev) == MEMORY => Self::File,
            FileType::CharacterDevice => system::terminal(output, stat.st_rdev)
                .map_or(Self::Other, |terminal| Self::Terminal(terminal.into())),
            FileType::Fifo => Self::Pipe,
            FileType::Socket => Self::Socket,
            _ => Self::Other,
        }
    }

    /// Writes what can be written without waiting, and returns the number of bytes. If it turns
    /// out that this cannot be done, the sink becomes [`Sink::Other`].
    pub(crate) fn write(&mut self, output: BorrowedFd<'_>, bytes: &[u8]) -> io::Result<usize> {
        let mut written = 0;
        while let Some(rest) = bytes.get(written..).filter(|rest| !rest.is_empty()) {
            let taken = match self {
                Self::File => rustix::io::write(output, rest),
                Self::Pipe => system::write_to_pipe(output, rest),
                Self::Socket => system::send(output, rest),
                Self::Terminal(terminal) => rustix::io::write(terminal, rest),
                Self::Other => break,
            };
            match taken {
                Ok(0) | Err(Errno::AGAIN) => break,
                Ok(count) => written += count,
                Err(Errno::INTR) => {}
                // Not every kernel can do this for every kind of file. A job writes then, and
                // waits.
                Err(Errno::OPNOTSUPP | Errno::NOSYS) => *self = Self::Other,
                Err(error) => return Err(error.into()),
            }
        }
        Ok(written)
    }

    /// Returns whether the error means that the reader has gone away.
    pub(crate) fn is_left(&self, error: &io::Error) -> bool {
        match error.kind() {
            io::ErrorKind::BrokenPipe | io::ErrorKind::ConnectionReset => true,
            // This is the error of a terminal.
            _ => {
                let is_terminal = matches!(self, Self::Terminal(_));
                is_terminal && Errno::from_io_error(error) == Some(Errno::IO)
            }
        }
    }

    /// Waits until there is room, but no longer than `longest`.
    pub(crate) fn wait(&self, output: BorrowedFd<'_>, longest: Duration) {
        let asked = match self {
            Self::Terminal(terminal) => terminal.as_fd(),
            _ => output,
        };
        let longest = Timespec::try_from(longest).ok();
        // The next write reports an error.
        let _ = poll(&mut [PollFd::new(&asked, PollFlags::OUT)], longest.as_ref());
    }
}

#[cfg(target_os = "linux")]
mod system {
    use std::io::IoSlice;
    use std::os::fd::AsRawFd as _;

    use rustix::fs::{Dev, Mode, OFlags, fstat, major, open};
    use rustix::io::{ReadWriteFlags, Result, pwritev2};
    use rustix::net::SendFlags;
    use rustix::termios::isatty;

    use super::{BorrowedFd, OwnedFd};

    /// The major device numbers of terminals that can be opened again: the system's own, and
    /// those of windows and connections. The other side of the latter is not among them, since
    /// opening it creates a new terminal.
    const OWN: u32 = 4;
    const WINDOWS: std::ops::RangeInclusive<u32> = 136..=143;

    /// Opens a terminal again. That fails for one of another user, as after `su`.
    pub(super) fn terminal(output: BorrowedFd<'_>, device: Dev) -> Option<OwnedFd> {
        let known = major(device) == OWN || WINDOWS.contains(&major(device));
        if !known || !isatty(output) {
            return None;
        }
        let path = format!("/proc/self/fd/{}", output.as_raw_fd());
        let flags = OFlags::WRONLY | OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::CLOEXEC;
        let opened = open(path, flags, Mode::empty()).ok()?;
        fstat(&opened).is_ok_and(|stat| stat.st_rdev == device).then_some(opened)
    }

    /// Writes to a pipe without waiting. Asking for room first would not do, because others may
    /// write to the pipe in between.
    pub(super) fn write_to_pipe(output: BorrowedFd<'_>, bytes: &[u8]) -> Result<usize> {
        // The offset that stands for none, since a pipe has no offsets.
        const HERE: u64 = u64::MAX;
        pwritev2(output, &[IoSlice::new(bytes)], HERE, ReadWriteFlags::NOWAIT)
    }

    /// Writes to a socket without the signal that ends a process whose reader has gone away.
    pub(super) fn send(output: BorrowedFd<'_>, bytes: &[u8]) -> Result<usize> {
        rustix::net::send(output, bytes, SendFlags::DONTWAIT | SendFlags::NOSIGNAL)
    }
}

/// On other systems, only writing to files is known not to wait.
#[cfg(not(target_os = "linux"))]
mod system {
    use rustix::fs::Dev;
    use rustix::io::{Errno, Result};

    use super::{BorrowedFd, OwnedFd};

    pub(super) fn terminal(_: BorrowedFd<'_>, _: Dev) -> Option<OwnedFd> {
        None
    }

    pub(super) fn write_to_pipe(_: BorrowedFd<'_>, _: &[u8]) -> Result<usize> {
        Err(Errno::OPNOTSUPP)
    }

    pub(super) fn send(_: BorrowedFd<'_>, _: &[u8]) -> Result<usize> {
        Err(Errno::OPNOTSUPP)
    }
}

#[cfg(test)]
mod tests {
    use std::fs::File;
    use std::io::Read as _;
    use std::os::fd::AsFd;

    use rustix::fs::{Mode, OFlags, fcntl_getfl, open};
    use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};

    use super::*;

    /// Writes until there is no more room.
    fn fill(sink: &mut Sink, output: &impl AsFd) -> usize {
        let mut filled = 0;
        loop {
            let written = sink.write(output.as_fd(), &[b'-'; 10_000]).expect("a reader");
            filled += written;
            if written < 10_000 {
                return filled;
            }
        }
    }

    #[test]
    fn a_pipe_takes_what_there_is_room_for() {
        let (mut reader, writer) = io::pipe().expect("a pipe");
        let mut sink = Sink::of(writer.as_fd());
        assert!(matches!(sink, Sink::Pipe));
        let filled = fill(&mut sink, &writer);
        // Linux before 6.4 or so cannot write to a pipe in this way.
        if matches!(sink, Sink::Other) {
            assert_eq!(filled, 0);
            return;
        }
        assert_eq!(sink.write(writer.as_fd(), b"more").expect("a reader"), 0);
        let mut read = vec![0; filled];
        reader.read_exact(&mut read).expect("what was written");
        assert!(read.iter().all(|byte| *byte == b'-'));
        assert_eq!(sink.write(writer.as_fd(), b"more").expect("a reader"), 4);
        drop(reader);
        let error = sink.write(writer.as_fd(), b"more").expect_err("nobody reads it");
        assert_eq!(error.kind(), io::ErrorKind::BrokenPipe);
    }

    #[test]
    fn a_socket_takes_what_there_is_room_for() {
        let (mut reader, writer) = std::os::unix::net::UnixStream::pair().expect("a socket");
        let mut sink = Sink::of(writer.as_fd());
        assert!(matches!(sink, Sink::Socket));
        let filled = fill(&mut sink, &writer);
        if matches!(sink, Sink::Other) {
            return;
        }
        let mut read = vec![0; filled];
        reader.read_exact(&mut read).expect("what was written");
        assert_eq!(sink.write(writer.as_fd(), b"more").expect("a reader"), 4);
        drop(reader);
        let error = sink.write(writer.as_fd(), b"more").expect_err("nobody reads it");
        assert_eq!(error.kind(), io::ErrorKind::BrokenPipe);
    }

    #[test]
    fn a_terminal_takes_what_there_is_room_for() {
        let master = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).expect("a terminal");
        grantpt(&master).and_then(|()| unlockpt(&master)).expect("a terminal");
        let name = ptsname(&master, Vec::new()).expect("its name");
        let flags = OFlags::RDWR | OFlags::NOCTTY;
        let terminal = open(&*name, flags, Mode::empty()).expect("its other side");
        let mut sink = Sink::of(terminal.as_fd());
        if cfg!(not(target_os = "linux")) {
            return;
        }
        assert!(matches!(sink, Sink::Terminal(_)));
        let filled = fill(&mut sink, &terminal);
        assert!(filled > 0);
        assert_eq!(sink.write(terminal.as_fd(), b"more").expect("a reader"), 0);
        let (mut master, mut read) = (File::from(master), vec![0; filled]);
        master.read_exact(&mut read).expect("what was written");
        sink.wait(terminal.as_fd(), Duration::from_secs(5));
        assert_eq!(sink.write(terminal.as_fd(), b"more").expect("a reader"), 4);
        // Other users of the terminal wait as before.
        let flags = fcntl_getfl(&terminal).expect("its settings");
        assert!(!flags.contains(OFlags::NONBLOCK));
        // The reading side of a terminal cannot be opened again.
        assert!(matches!(Sink::of(master.as_fd()), Sink::Other));
    }

    #[test]
    fn a_file_takes_everything() {
        let mut file = tempfile::tempfile().expect("a file");
        let mut sink = Sink::of(file.as_fd());
        assert!(matches!(sink, Sink::File));
        assert_eq!(sink.write(file.as_fd(), &[7; 10_000]).expect("room"), 10_000);
        io::Seek::rewind(&mut file).expect("a beginning");
        let mut read = Vec::new();
        file.read_to_end(&mut read).expect("what was written");
        assert_eq!(read.len(), 10_000);
        assert_eq!(Sink::Other.write(file.as_fd(), b"more").expect("nothing"), 0);
        let null = File::options().write(true).open("/dev/null").expect("a device");
        if cfg!(target_os = "linux") {
            assert!(matches!(Sink::of(null.as_fd()), Sink::File));
        }
    }
}
