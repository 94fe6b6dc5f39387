//! Why a guest was not replaced.

use crate::error::Error;
use wit_host_text::list;

/// Why a [`Live`](crate::Live) guest was not replaced. The generation that served goes on.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum NotReplaced {
    /// The new guest cannot be loaded, or does not fit.
    #[error("the new guest was refused: {0}")]
    Guest(#[source] Box<Error>),
    /// The new guest lacks exports that callers have used, or has them with another type.
    #[error("callers use what the new guest does not have: {}", list(.0))]
    Exports(Vec<String>),
    /// The new guest does not start.
    #[error("the new guest does not start: {0}")]
    Start(#[source] Box<Error>),
    /// The probe failed.
    #[error("the new guest does not pass its probe: {0}")]
    Probe(#[source] Box<Error>),
    /// There is no generation to go back to.
    #[error("there is no generation before this one")]
    NoPrevious,
}
