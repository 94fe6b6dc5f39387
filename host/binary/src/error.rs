//! Why bytes are refused as a guest before anything of them is compiled.

use std::path::PathBuf;

use crate::limits::{LimitReached, OverLimit};
use crate::proposals::Unsupported;
use crate::side::Side;
use wit_host_text::contain::Panicked;
use wit_host_text::shown;

/// Why bytes are no guest, or none that is compiled.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum GuestError {
    /// The guest's file could not be read.
    #[error("failed to read `{}`", shown(&path.display().to_string()))]
    Read {
        /// The file, as it was asked for.
        path: PathBuf,
        /// What the operating system said.
        source: std::io::Error,
    },

    /// The bytes are no guest at all.
    #[error(
        "this is not a WebAssembly guest: it is {found}; give a component, a core module, \
         or the text form of either"
    )]
    NotAGuest {
        /// What the bytes are instead.
        found: String,
    },

    /// The bytes claim to be a guest, and are not valid.
    #[error("this {kind} is not valid: {reason}")]
    Invalid {
        /// What the bytes claim to be: `component`, `core module`, `text form`.
        kind: &'static str,
        /// The reason, with the offset where there is one.
        reason: String,
    },

    /// The guest would cost too much to compile, or to keep.
    #[error("the guest was refused before it ran: {}", limits(limit, others))]
    OverLoadLimit {
        /// Which limit, how much of it there is, and what raises it.
        limit: OverLimit,
        /// The other limits that it is over.
        others: Vec<OverLimit>,
    },

    /// The guest is valid, and uses parts of WebAssembly that this host does not run.
    #[error(transparent)]
    UnsupportedFeature(#[from] Unsupported),

    /// The guest hands over a component as a value, whose instances cannot be counted before
    /// it runs.
    #[error("the {side} `{}` is a component that is handed over as a value", shown(name))]
    Uncounted {
        /// Whether it is imported or exported.
        side: Side,
        /// Its name.
        name: String,
    },

    /// What reads guests panicked, which is a fault of the host.
    #[error(transparent)]
    Panicked(#[from] Panicked),
}

/// The result of what looks at the bytes of guests.
pub(crate) type Result<T, E = GuestError> = std::result::Result<T, E>;

impl From<LimitReached> for GuestError {
    fn from(limit: LimitReached) -> Self {
        OverLimit::from(limit).into()
    }
}

impl From<OverLimit> for GuestError {
    fn from(limit: OverLimit) -> Self {
        Self::OverLoadLimit { limit, others: Vec::new() }
    }
}

/// Several limits stand on a line each.
fn limits(limit: &OverLimit, others: &[OverLimit]) -> String {
    if others.is_empty() {
        return limit.to_string();
    }
    let all = std::iter::once(limit).chain(others);
    let lines: String = all.map(|limit| format!("\n  {limit}")).collect();
    format!("it is over {} limits:{lines}", others.len() + 1)
}
