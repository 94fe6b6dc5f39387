//! Which export the host calls, and how.

/// A call into the guest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Call {
    /// `sum` of two numbers, with Rust's types.
    Sum,
    /// The same by its name, with values.
    SumByName,
    /// `reply` with a text of so many bytes, with Rust's types.
    Reply(usize),
    /// The same by its name, with values.
    ReplyByName(usize),
}

/// The text that is replied to.
pub(crate) fn text(length: usize) -> String {
    "a".repeat(length)
}
