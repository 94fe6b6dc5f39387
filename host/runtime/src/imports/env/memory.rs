//! Reads and writes a guest's memory for core modules. No other place does. Pointers and
//! lengths come from the guest, so they are compared with the memory's size before they are
//! used.

use std::cell::Cell;
use std::char::REPLACEMENT_CHARACTER;

use wasmtime::{Caller, Extern, Memory};

use crate::store::state::State;

/// The name under which every toolchain exports a core module's memory.
pub(crate) const EXPORT: &str = "memory";

/// Why a pointer and a length were refused.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum BadRange {
    #[error(
        "the range at {pointer} of length {length} is outside of the guest's memory of {size} bytes"
    )]
    Outside { pointer: u32, length: usize, size: usize },
    #[error("the text at {pointer} of length {length} is not UTF-8 from index {valid_up_to} on")]
    NotUtf8 { pointer: u32, length: usize, valid_up_to: usize },
    #[error("the text at {pointer} has no NUL up to the end of the guest's memory of {size} bytes")]
    NoNul { pointer: u32, size: usize },
    #[error("the text at {pointer} has {length} bytes, which is no whole number of UTF-16 units")]
    HalfUnit { pointer: u32, length: u32 },
    #[error("{length} bytes are more than one call may take")]
    TooLong { length: usize },
    #[error("the guest exports no memory named `{EXPORT}`")]
    NoMemory,
}

/// A view of a guest's memory for one call of a host function. It limits the bytes that the
/// call may take out of the memory, because each of them is copied.
#[derive(Debug)]
pub struct GuestMemory<'m> {
    bytes: &'m [u8],
    left: Cell<Option<usize>>,
}

impl<'m> GuestMemory<'m> {
    #[inline]
    pub(crate) fn new(bytes: &'m [u8], limit: usize) -> Self {
        Self { bytes, left: Cell::new(Some(limit)) }
    }

    /// Returns whether more was asked for than the limit allows.
    #[inline]
    pub(crate) fn is_spent(&self) -> bool {
        self.left.get().is_none()
    }

    #[inline]
    pub(crate) fn bytes(&self, pointer: u32, length: u32) -> Result<&'m [u8], BadRange> {
        let (start, length) = (pointer as usize, length as usize);
        let outside = || BadRange::Outside { pointer, length, size: self.bytes.len() };
        // In two steps, so that pointer and length are never added, which could overflow.
        let range = self.bytes.get(start..).and_then(|rest| rest.get(..length));
        let range = range.ok_or_else(outside)?;
        self.count(length)?;
        Ok(range)
    }

    #[inline]
    pub(crate) fn text(&self, pointer: u32, length: u32) -> Result<&'m str, BadRange> {
        utf8(pointer, self.bytes(pointer, length)?)
    }

    /// Returns the bytes from `pointer` up to the first NUL.
    pub(crate) fn until_nul(&self, pointer: u32) -> Result<&'m [u8], BadRange> {
        let size = self.bytes.len();
        let outside = BadRange::Outside { pointer, length: 1, size };
        let rest = self.bytes.get(pointer as usize..).filter(|rest| !rest.is_empty());
        let rest = rest.ok_or(outside)?;
        // The search ends at the limit, however far away a NUL is.
        let most = self.left.get().unwrap_or_default().saturating_add(1);
        let found = rest.iter().take(most).position(|byte| *byte == 0);
        let length = match found {
            Some(length) => length,
            None if rest.len() < most => return Err(BadRange::NoNul { pointer, size }),
            // One more than is left, so that `count` below refuses it.
            None => most,
        };
        self.count(length)?;
        Ok(rest.get(..length).unwrap_or_default())
    }

    pub(crate) fn text_until_nul(&self, pointer: u32) -> Result<&'m str, BadRange> {
        utf8(pointer, self.until_nul(pointer)?)
    }

    /// Returns text in UTF-16 whose length in bytes stands before it.
    pub(crate) fn utf16(&self, pointer: u32) -> Result<String, BadRange> {
        const HEAD: usize = size_of::<u32>();
        let size = self.bytes.len();
        let outside = BadRange::Outside { pointer, length: 0, size };
        // The length stands before the text, so a pointer near 0 would lead below the memory.
        let head = (pointer as usize).checked_sub(HEAD).and_then(|at| self.bytes.get(at..));
        let head = head.and_then(|head| head.first_chunk::<HEAD>()).ok_or(outside)?;
        let length = u32::from_le_bytes(*head);
        let bytes = self.bytes(pointer, length)?;
        let (units, []) = bytes.as_chunks::<2>() else {
            return Err(BadRange::HalfUnit { pointer, length });
        };
        let units = units.iter().map(|unit| u16::from_le_bytes(*unit));
        // Strings of AssemblyScript may hold half of a pair, which is no mistake there.
        Ok(char::decode_utf16(units).map(|unit| unit.unwrap_or(REPLACEMENT_CHARACTER)).collect())
    }

    /// Checks that there is room for this number of bytes.
    pub(crate) fn room(&self, pointer: u32, length: usize) -> Result<(), BadRange> {
        let outside = BadRange::Outside { pointer, length, size: self.bytes.len() };
        let rest = self.bytes.get(pointer as usize..);
        rest.filter(|rest| rest.len() >= length).map(|_| ()).ok_or(outside)
    }

    #[inline]
    fn count(&self, length: usize) -> Result<(), BadRange> {
        self.left.set(self.left.get().and_then(|left| left.checked_sub(length)));
        if self.is_spent() { Err(BadRange::TooLong { length }) } else { Ok(()) }
    }
}

#[inline]
fn utf8(pointer: u32, bytes: &[u8]) -> Result<&str, BadRange> {
    std::str::from_utf8(bytes).map_err(|error| BadRange::NotUtf8 {
        pointer,
        length: bytes.len(),
        valid_up_to: error.valid_up_to(),
    })
}

/// Copies `bytes` to `pointer` in `memory`, all of them or none.
#[inline]
pub(crate) fn write(memory: &mut [u8], pointer: u32, bytes: &[u8]) -> Result<(), BadRange> {
    let outside = BadRange::Outside { pointer, length: bytes.len(), size: memory.len() };
    let room = memory.get_mut(pointer as usize..).and_then(|rest| rest.get_mut(..bytes.len()));
    room.ok_or(outside)?.copy_from_slice(bytes);
    Ok(())
}

/// Writes at several addresses, all of it or nothing.
pub(crate) fn write_all(memory: &mut [u8], writes: &[(u32, Vec<u8>)]) -> Result<(), BadRange> {
    // All ranges are checked before the first one is written.
    let view = GuestMemory::new(memory, 0);
    writes.iter().try_for_each(|(pointer, bytes)| view.room(*pointer, bytes.len()))?;
    writes.iter().try_for_each(|(pointer, bytes)| write(memory, *pointer, bytes))
}

/// Returns the memory of the module that calls an import.
#[inline(always)]
pub(crate) fn of_caller<T: 'static>(caller: &mut Caller<'_, State<T>>) -> Result<Memory, BadRange> {
    match caller.data().memory {
        // A memory that is known needs no search by name, which each host call would pay for.
        Some(memory) => Ok(memory),
        None => caller.get_export(EXPORT).and_then(Extern::into_memory).ok_or(BadRange::NoMemory),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_at_the_edges() {
        let memory = GuestMemory::new(b"abcdef", 100);
        let cases: [(u32, u32, Option<&[u8]>); 9] = [
            (0, 6, Some(b"abcdef")),
            (0, 0, Some(b"")),
            (6, 0, Some(b"")),
            (5, 1, Some(b"f")),
            (5, 2, None),
            (7, 0, None),
            (u32::MAX, 0, None),
            (1, u32::MAX, None),
            (u32::MAX, u32::MAX, None),
        ];
        for (pointer, length, expected) in cases {
            let bytes = memory.bytes(pointer, length).ok();
            assert_eq!(bytes, expected, "{length} bytes at {pointer}");
        }
    }

    #[test]
    fn text_that_is_not_utf8_says_where() {
        let error = GuestMemory::new(b"ab\xff", 3).text(0, 3).expect_err("not UTF-8");
        assert_eq!(error, BadRange::NotUtf8 { pointer: 0, length: 3, valid_up_to: 2 });
    }

    #[test]
    fn ranges_add_up_to_the_limit() {
        let memory = GuestMemory::new(b"abcdef", 7);
        assert!(memory.bytes(0, 6).is_ok() && !memory.is_spent());
        assert_eq!(memory.bytes(0, 2), Err(BadRange::TooLong { length: 2 }));
        assert!(memory.is_spent() && memory.bytes(0, 1).is_err());
    }

    #[test]
    fn a_write_that_does_not_fit_changes_nothing() {
        let mut memory = *b"abcdef";
        assert!(write(&mut memory, 4, b"xyz").is_err());
        assert!(write(&mut memory, u32::MAX, b"x").is_err());
        assert_eq!(&memory, b"abcdef");
        write(&mut memory, 3, b"xyz").expect("fits");
        assert_eq!(&memory, b"abcxyz");
    }

    #[test]
    fn text_up_to_a_nul() {
        let memory = b"ab\0\0c";
        type Found = Result<&'static [u8], BadRange>;
        let cases: [(u32, usize, Found); 7] = [
            (0, 2, Ok(b"ab")),
            (2, 0, Ok(b"")),
            (3, 9, Ok(b"")),
            (4, 9, Err(BadRange::NoNul { pointer: 4, size: 5 })),
            (5, 9, Err(BadRange::Outside { pointer: 5, length: 1, size: 5 })),
            (u32::MAX, 9, Err(BadRange::Outside { pointer: u32::MAX, length: 1, size: 5 })),
            (0, 1, Err(BadRange::TooLong { length: 2 })),
        ];
        for (pointer, limit, expected) in cases {
            let found = GuestMemory::new(memory, limit).until_nul(pointer);
            assert_eq!(found, expected, "at {pointer}, {limit} bytes at most");
        }
    }

    #[test]
    fn several_writes_are_done_or_not_done_together() {
        let mut memory = *b"abcdef";
        let error = write_all(&mut memory, &[(0, b"xy".to_vec()), (5, b"zz".to_vec())]);
        assert_eq!(error, Err(BadRange::Outside { pointer: 5, length: 2, size: 6 }));
        assert_eq!(&memory, b"abcdef");
        write_all(&mut memory, &[(0, b"xy".to_vec()), (5, b"z".to_vec())]).expect("fits");
        assert_eq!(&memory, b"xycdez");
    }
}
