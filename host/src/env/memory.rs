//! The one place where a guest's memory is read and written for core modules.
//! A pointer and a length come from the guest, so both are only believed once
//! they were compared with the memory's size.

use std::cell::Cell;

use wasmtime::{Caller, Extern, Memory};

use super::ImportFailed;

/// The name that a core module's memory is exported under, by every toolchain.
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
    #[error("{length} bytes are more than one call may take")]
    TooLong { length: usize },
}

/// A view of a guest's memory, for one call of a host function, which may take
/// so many bytes out of it and no more: each is copied.
#[derive(Debug)]
pub struct GuestMemory<'m> {
    bytes: &'m [u8],
    left: Cell<Option<usize>>,
}

impl<'m> GuestMemory<'m> {
    pub(crate) fn new(bytes: &'m [u8], limit: usize) -> Self {
        Self { bytes, left: Cell::new(Some(limit)) }
    }

    /// For a call that takes nothing out of memory.
    pub(crate) fn none() -> Self {
        Self::new(&[], 0)
    }

    /// Whether more was asked for than the limit.
    pub(crate) fn is_spent(&self) -> bool {
        self.left.get().is_none()
    }

    pub(crate) fn bytes(&self, pointer: u32, length: u32) -> Result<&'m [u8], BadRange> {
        let (start, length) = (pointer as usize, length as usize);
        let outside = BadRange::Outside { pointer, length, size: self.bytes.len() };
        let range = self.bytes.get(start..).and_then(|rest| rest.get(..length)).ok_or(outside)?;
        self.left.set(self.left.get().and_then(|left| left.checked_sub(length)));
        if self.is_spent() { Err(BadRange::TooLong { length }) } else { Ok(range) }
    }

    pub(crate) fn text(&self, pointer: u32, length: u32) -> Result<&'m str, BadRange> {
        let bytes = self.bytes(pointer, length)?;
        std::str::from_utf8(bytes).map_err(|error| BadRange::NotUtf8 {
            pointer,
            length: bytes.len(),
            valid_up_to: error.valid_up_to(),
        })
    }
}

/// Copies `bytes` to `pointer` in `memory`, all of them or none.
pub(crate) fn write(memory: &mut [u8], pointer: u32, bytes: &[u8]) -> Result<(), BadRange> {
    let outside = BadRange::Outside { pointer, length: bytes.len(), size: memory.len() };
    let room = memory.get_mut(pointer as usize..).and_then(|rest| rest.get_mut(..bytes.len()));
    room.ok_or(outside)?.copy_from_slice(bytes);
    Ok(())
}

/// The memory of the module that calls `import`.
pub(crate) fn of_caller<T: 'static>(
    caller: &mut Caller<'_, T>,
    import: &str,
) -> Result<Memory, ImportFailed> {
    let export = caller.get_export(EXPORT).and_then(Extern::into_memory);
    export.ok_or_else(|| ImportFailed {
        import: import.into(),
        reason: format!("the guest exports no memory named `{EXPORT}`"),
    })
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
}
