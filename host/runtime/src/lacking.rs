//! Which of the engine's errors are the host's own lack of memory, address space, threads
//! or descriptors. They come about while a guest is loaded, started or called, and are
//! never its failure. It does not know what was being done.

use std::error::Error as StdError;
use std::io;

use rustix::io::Errno;
use wasmtime::error::OutOfMemory;

/// What the system says where it has no more of something.
const LACKING: [Errno; 4] = [Errno::NOMEM, Errno::AGAIN, Errno::MFILE, Errno::NFILE];

/// Whether an error comes down to what the host could not get from the system.
pub(crate) fn is_lacking(error: &wasmtime::Error) -> bool {
    error.chain().any(|cause| of_system(cause).is_some_and(|code| LACKING.contains(&code)))
}

/// Whether that is memory.
#[cfg(feature = "isolation")]
pub(crate) fn is_out_of_memory(error: &wasmtime::Error) -> bool {
    error.chain().any(|cause| of_system(cause) == Some(Errno::NOMEM))
}

/// What the system said, where it is the cause.
fn of_system(cause: &(dyn StdError + 'static)) -> Option<Errno> {
    if cause.is::<OutOfMemory>() {
        return Some(Errno::NOMEM);
    }
    if let Some(errno) = cause.downcast_ref() {
        return Some(*errno);
    }
    let error: &io::Error = cause.downcast_ref()?;
    match error.kind() {
        io::ErrorKind::OutOfMemory => Some(Errno::NOMEM),
        _ => error.raw_os_error().map(Errno::from_raw_os_error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_system_could_not_give_is_told_from_the_rest() {
        let of_system = |code: Errno| io::Error::from_raw_os_error(code.raw_os_error());
        let lacking: [wasmtime::Error; 4] = [
            Errno::NOMEM.into(),
            of_system(Errno::MFILE).into(),
            wasmtime::Error::from(of_system(Errno::AGAIN)).context("mmap failed"),
            io::Error::from(io::ErrorKind::OutOfMemory).into(),
        ];
        for error in lacking {
            assert!(is_lacking(&error), "{error:#}");
        }
        let others: [wasmtime::Error; 3] = [
            wasmtime::Trap::StackOverflow.into(),
            of_system(Errno::NOENT).into(),
            wasmtime::Error::msg("out of memory"),
        ];
        for error in others {
            assert!(!is_lacking(&error), "{error:#}");
        }
    }
}
