//! Recognises the engine's errors that mean a lack of memory, address space, threads or
//! descriptors. They occur while a guest is loaded, started or called, and are the host's
//! failure, never the guest's. This module does not know what was being done.

use std::error::Error as StdError;
use std::io;

use rustix::io::Errno;
use wasmtime::error::OutOfMemory;

/// The errors of the system for things that it has no more of.
const LACKING: [Errno; 4] = [Errno::NOMEM, Errno::AGAIN, Errno::MFILE, Errno::NFILE];

/// Returns whether an error is caused by something that the system did not provide.
pub(crate) fn is_lacking(error: &wasmtime::Error) -> bool {
    error.chain().any(|cause| of_system(cause).is_some_and(|code| LACKING.contains(&code)))
}

/// Returns whether an error is caused by a lack of memory.
#[cfg(feature = "isolation")]
pub(crate) fn is_out_of_memory(error: &wasmtime::Error) -> bool {
    error.chain().any(|cause| of_system(cause) == Some(Errno::NOMEM))
}

/// Returns the system's error, if it is the cause.
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
