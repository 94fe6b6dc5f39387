//! Text behind one pointer: with a NUL at its end, as C has it, or with its length
//! before it, as AssemblyScript has it.

use std::fmt;

use wasmtime::ValType;

use super::memory::{BadRange, GuestMemory};
use super::param::{Param, found_flat};

/// Text or bytes that end at the first NUL, which is not a part of them:
/// `NulTerminated<String>` is UTF-8, `NulTerminated<Vec<u8>>` anything.
///
/// Its flat parameter is the pointer. The guest traps where that is null, where
/// there is no NUL from there to the end of its memory, and where text is not
/// UTF-8. How far the host looks is limited by
/// [`Limits::host_call_bytes`](wit_host_binary::limits::Limits::host_call_bytes). An `Option` of it
/// is `None` for a null pointer.
#[derive(Clone, PartialEq, Eq)]
pub struct NulTerminated<T>(pub T);

/// Text as AssemblyScript lays it out: UTF-16 whose length in bytes is the `u32`
/// before it. Halves of a character that stand alone become U+FFFD, since a string
/// of that language may have them.
///
/// Its flat parameter is the pointer to the text. The guest traps where that is
/// null, or the text is not within its memory. An `Option` of it is `None` for a
/// null pointer.
#[derive(Clone, PartialEq, Eq)]
pub struct Utf16(pub String);

/// A type behind one pointer, which may be null in an `Option`.
pub(super) trait Pointed: Sized + Send + fmt::Debug {
    fn read(pointer: u32, memory: &GuestMemory<'_>) -> Result<Self, BadRange>;
}

impl Pointed for NulTerminated<String> {
    fn read(pointer: u32, memory: &GuestMemory<'_>) -> Result<Self, BadRange> {
        memory.text_until_nul(pointer).map(|text| Self(text.to_owned()))
    }
}

impl Pointed for NulTerminated<Vec<u8>> {
    fn read(pointer: u32, memory: &GuestMemory<'_>) -> Result<Self, BadRange> {
        memory.until_nul(pointer).map(|bytes| Self(bytes.to_vec()))
    }
}

impl Pointed for Utf16 {
    fn read(pointer: u32, memory: &GuestMemory<'_>) -> Result<Self, BadRange> {
        memory.utf16(pointer).map(Self)
    }
}

macro_rules! pointed_params {
    ($($pointed:ty),*) => {$(
        impl Param for $pointed {
            type Flat = (u32,);
            const TYPES: &'static [ValType] = &[ValType::I32];
            const IN_MEMORY: bool = true;
            type Lent<'m> = Self;
            found_flat!();

            fn lift<'m>((pointer,): Self::Found, memory: &GuestMemory<'m>) -> Result<Self, String> {
                match pointer {
                    0 => Err("the pointer to a text is null".into()),
                    some => Self::read(some, memory).map_err(|bad| bad.to_string()),
                }
            }
        }

        impl Param for Option<$pointed> {
            type Flat = (u32,);
            const TYPES: &'static [ValType] = &[ValType::I32];
            const IN_MEMORY: bool = true;
            type Lent<'m> = Self;
            found_flat!();

            fn lift<'m>((pointer,): Self::Found, memory: &GuestMemory<'m>) -> Result<Self, String> {
                match pointer {
                    0 => Ok(None),
                    some => <$pointed>::lift((some,), memory).map(Some),
                }
            }
        }
    )*};
}

pointed_params!(NulTerminated<String>, NulTerminated<Vec<u8>>, Utf16);

impl<T: fmt::Debug> fmt::Debug for NulTerminated<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Debug for Utf16 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
