//! What ends a guest that calls a function which is withheld from it.

/// A host function was called that is withheld from the guest.
#[derive(Debug, thiserror::Error)]
#[error("`{0}` is denied to this guest")]
pub(crate) struct Denied(pub(crate) String);
