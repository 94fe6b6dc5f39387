//! Text behind one pointer: with a NUL at its end, as in C, or with its length before it, as in
//! AssemblyScript. Where text ends is found in `memory`.

use std::fmt;

use wasmtime::ValType;

use super::memory::{BadRange, GuestMemory};
use super::param::{Param, found_flat};

/// Text or bytes that end before the first NUL: `NulTerminated<String>` is UTF-8,
/// `NulTerminated<Vec<u8>>` any bytes.
///
/// Its flat parameter is the pointer. The guest traps if it is null, if there is no NUL from
/// there to the end of its memory, and if text is not UTF-8. The number of bytes that the host
/// reads is limited by
/// [`Limits::host_call_bytes`](wit_host_binary::limits::Limits::host_call_bytes). An `Option`
/// of it is `None` for a null pointer.
#[derive(Clone, PartialEq, Eq)]
pub struct NulTerminated<T>(pub T);

/// Text in the layout of AssemblyScript: UTF-16 whose length in bytes is the `u32` before it.
/// Unpaired surrogates become U+FFFD, since strings of that language may contain them.
///
/// Its flat parameter is the pointer to the text. The guest traps if it is null, or if the text
/// is not within its memory. An `Option` of it is `None` for a null pointer.
#[derive(Clone, PartialEq, Eq)]
pub struct Utf16(pub String);

/// A type behind one pointer. The pointer of an `Option` of it may be null.
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
                    // Zero is a valid address in WebAssembly. Reading there would succeed, with
                    // whatever happens to be there, where the guest's language has said that there
                    // is no text.
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
