//! The ways in which a guest can break its convention. They are failures of the guest, as traps
//! are, and each names the number that was wrong.

use std::fmt;

use crate::imports::env::BadRange;

/// A guest broke the convention that it was called by.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Broken {
    #[error(
        "`{allocator}` returned 0 for {size} bytes, which means that there is no room for them \
         in the guest's memory of {memory} bytes"
    )]
    NoRoom { allocator: String, size: u32, memory: usize },
    #[error(
        "`{allocator}` returned {pointer} for {size} bytes, and that block is outside of the \
         guest's memory of {memory} bytes"
    )]
    BlockOutside { allocator: String, pointer: u32, size: u32, memory: usize },
    #[error(
        "`{allocator}` returned {pointer} for {size} bytes, and that block overlaps the one of \
         {other_size} bytes at {other}, which is in use (the guest's memory has {memory} bytes)"
    )]
    BlockOverlaps {
        allocator: String,
        pointer: u32,
        size: u32,
        other: u32,
        other_size: u32,
        memory: usize,
    },
    #[error("{place}: {bad}")]
    Range { place: Place, bad: BadRange },
    #[error("{place}: it is a null pointer, in a memory of {memory} bytes")]
    Null { place: Place, memory: usize },
    #[error(
        "{place}: the text at {pointer} has no end, since no NUL follows in the guest's memory \
         of {memory} bytes"
    )]
    NoEnd { place: Place, pointer: u32, memory: usize },
    #[error("it returned {0} as the flag that says whether it failed, which is 0 or 1")]
    Flag(u8),
    #[error(
        "{place}: {code} is not the code of a type; there are 1 to 12 for numbers, 21 to 28 for \
         arrays, and 31 for text"
    )]
    TypeCode { place: Place, code: u32 },
    #[error("{place}: a length of {length} bytes does not fit its type, which takes {width} each")]
    Length { place: Place, length: u32, width: usize },
    #[error("{place}: the bytes {bytes:?} are no value of its type")]
    Value { place: Place, bytes: Vec<u8> },
}

/// The part of a guest's answer that is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// The result of a function that may also return a number.
    Returned,
    /// The array with this number among the arguments, counted from 1.
    Array(usize),
    /// The nine bytes that say how a call by `bindgen` ended.
    Outcome,
    /// The list of results, or one of the results, counted from 1.
    Results,
    Result(usize),
    /// The text of an error.
    ErrorText,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Returned => f.write_str(
                "what it returned was taken for a text (`Returns::Number` takes it for a \
                 number)",
            ),
            Self::Array(number) => write!(f, "the argument {number}, an array"),
            Self::Outcome => f.write_str("what it returned, which is 9 bytes by `bindgen`"),
            Self::Results => f.write_str("the list of its results"),
            Self::Result(number) => write!(f, "its result {number}"),
            Self::ErrorText => f.write_str("the text of its error"),
        }
    }
}
