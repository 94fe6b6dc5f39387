//! The error that ends a guest when it calls a function that it is denied.

/// The guest called a host function that it is denied.
#[derive(Debug, thiserror::Error)]
#[error("`{0}` is denied to this guest")]
pub(crate) struct Denied(pub(crate) String);
