//! Writing to one of this process's outputs as far as that cannot wait: to a file, and to
//! a pipe that has room. Most output is taken that way, for which no thread is needed. A
//! file system that keeps a write waiting keeps the caller waiting as well.

use std::io;
use std::os::fd::BorrowedFd;

use rustix::fs::{FileType, fstat, major};
use rustix::io::Errno;

/// The major number of the devices that are no hardware, as `/dev/null`, on Linux.
const MEMORY: u32 = 1;

/// What is at the other end of an output.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sink {
    /// It takes everything at once.
    File,
    Pipe,
    /// A terminal, a socket: nobody can tell how much it takes.
    Other,
}

impl Sink {
    pub(crate) fn of(output: BorrowedFd<'_>) -> Self {
        let Ok(stat) = fstat(output) else { return Self::Other };
        match FileType::from_raw_mode(stat.st_mode) {
            FileType::RegularFile => Self::File,
            FileType::CharacterDevice if major(stat.st_rdev) == MEMORY => Self::File,
            FileType::Fifo => Self::Pipe,
            _ => Self::Other,
        }
    }

    /// Writes what can be written without waiting, and gives how many bytes that was.
    pub(crate) fn write(self, output: BorrowedFd<'_>, bytes: &[u8]) -> io::Result<usize> {
        let mut written = 0;
        while let Some(rest) = bytes.get(written..).filter(|rest| !rest.is_empty()) {
            let taken = match self {
                Self::File => rustix::io::write(output, rest),
                Self::Pipe => write_what_has_room(output, rest),
                Self::Other => break,
            };
            match taken {
                Ok(0) | Err(Errno::AGAIN | Errno::OPNOTSUPP | Errno::NOSYS) => break,
                Ok(count) => written += count,
                Err(Errno::INTR) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(written)
    }
}

/// Whether a pipe has room cannot be asked first: others may write to it as well.
#[cfg(target_os = "linux")]
fn write_what_has_room(output: BorrowedFd<'_>, bytes: &[u8]) -> rustix::io::Result<usize> {
    use rustix::io::{ReadWriteFlags, pwritev2};

    // At no offset of its own, of which a pipe has none.
    const HERE: u64 = u64::MAX;
    pwritev2(output, &[io::IoSlice::new(bytes)], HERE, ReadWriteFlags::NOWAIT)
}

#[cfg(not(target_os = "linux"))]
fn write_what_has_room(_: BorrowedFd<'_>, _: &[u8]) -> rustix::io::Result<usize> {
    Err(Errno::OPNOTSUPP)
}

#[cfg(test)]
mod tests {
    use std::fs::File;
    use std::io::{PipeWriter, Read as _};
    use std::os::fd::AsFd as _;

    use super::*;

    /// Writes again and again, until there is no more room.
    fn fill(pipe: &PipeWriter, bytes: &[u8]) -> usize {
        let mut filled = 0;
        loop {
            let written = Sink::Pipe.write(pipe.as_fd(), bytes).expect("a reader");
            filled += written;
            if written < bytes.len() {
                return filled;
            }
        }
    }

    #[test]
    fn a_pipe_takes_what_there_is_room_for() {
        let (mut reader, writer) = io::pipe().expect("a pipe");
        assert_eq!(Sink::of(writer.as_fd()), Sink::Pipe);
        let filled = fill(&writer, &[7; 10_000]);
        // Before Linux 6.4 or so, nobody can tell.
        if filled == 0 {
            return;
        }
        assert_eq!(Sink::Pipe.write(writer.as_fd(), b"more").expect("a reader"), 0);
        let mut read = vec![0; filled];
        reader.read_exact(&mut read).expect("what was written");
        assert!(read.iter().all(|byte| *byte == 7));
        assert_eq!(Sink::Pipe.write(writer.as_fd(), b"more").expect("a reader"), 4);
        drop(reader);
        let error = Sink::Pipe.write(writer.as_fd(), b"more").expect_err("nobody reads it");
        assert_eq!(error.kind(), io::ErrorKind::BrokenPipe);
    }

    #[test]
    fn a_file_takes_everything_and_others_nothing() {
        let mut file = tempfile::tempfile().expect("a file");
        assert_eq!(Sink::of(file.as_fd()), Sink::File);
        assert_eq!(Sink::File.write(file.as_fd(), &[7; 10_000]).expect("room"), 10_000);
        io::Seek::rewind(&mut file).expect("a beginning");
        let mut read = Vec::new();
        file.read_to_end(&mut read).expect("what was written");
        assert_eq!(read.len(), 10_000);
        let (socket, _other) = std::os::unix::net::UnixStream::pair().expect("a socket");
        assert_eq!(Sink::of(socket.as_fd()), Sink::Other);
        assert_eq!(Sink::Other.write(socket.as_fd(), b"more").expect("nothing"), 0);
        let null = File::options().write(true).open("/dev/null").expect("a device");
        if cfg!(target_os = "linux") {
            assert_eq!(Sink::of(null.as_fd()), Sink::File);
        }
    }
}
