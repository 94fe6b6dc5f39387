//! The calls into the guest that are measured.

/// A call into the guest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Call {
    /// `sum` of two numbers, with Rust's types.
    Sum,
    /// `sum` by its name, with values.
    SumByName,
    /// `reply` with a text of this number of bytes, with Rust's types.
    Reply(usize),
    /// `reply` by its name, with values.
    ReplyByName(usize),
}

/// Returns the text that is sent.
pub(crate) fn text(length: usize) -> String {
    "a".repeat(length)
}
