//! Errors for bytes that are refused as a guest before anything is compiled.

use std::path::PathBuf;

use crate::limits::{LimitReached, OverLimit};
use crate::proposals::Unsupported;
use crate::side::Side;
use wit_host_text::contain::Panicked;
use wit_host_text::shown;

/// Why bytes are not a guest, or not one that this host compiles.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum GuestError {
    /// The guest's file could not be read.
    #[error("failed to read `{}`", shown(&path.display().to_string()))]
    Read {
        /// The file, as the caller named it.
        path: PathBuf,
        /// The error of the operating system.
        source: std::io::Error,
    },

    /// The bytes are not a guest.
    #[error(
        "this is not a WebAssembly guest: it is {found}; give a component, a core module, \
         or the text form of either"
    )]
    NotAGuest {
        /// What the bytes are instead.
        found: String,
    },

    /// The bytes begin like a guest and are not valid.
    #[error("this {kind} is not valid: {reason}")]
    Invalid {
        /// The kind that the bytes begin like: `component`, `core module`, `text form`.
        kind: &'static str,
        /// The reason, with the offset if it is known.
        reason: String,
    },

    /// The guest would cost too much to compile or to keep.
    #[error("the guest was refused before it ran: {}", limits(limit, others))]
    OverLoadLimit {
        /// The limit, how much was found, and the option that raises the limit.
        limit: OverLimit,
        /// The other limits that the guest is over.
        others: Vec<OverLimit>,
    },

    /// The guest is valid and uses features of WebAssembly that this host does not run.
    #[error(transparent)]
    UnsupportedFeature(#[from] Unsupported),

    /// The guest passes a component as a value, so its instances cannot be counted before it
    /// runs.
    #[error("the {side} `{}` is a component that is handed over as a value", shown(name))]
    Uncounted {
        /// Whether the component is imported or exported.
        side: Side,
        /// The component's name.
        name: String,
    },

    /// The code that reads guests panicked, which is a fault of the host.
    #[error(transparent)]
    Panicked(#[from] Panicked),
}

/// The result of functions that read the bytes of guests.
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

/// Several limits are listed one per line.
fn limits(limit: &OverLimit, others: &[OverLimit]) -> String {
    if others.is_empty() {
        return limit.to_string();
    }
    let all = std::iter::once(limit).chain(others);
    let lines: String = all.map(|limit| format!("\n  {limit}")).collect();
    format!("it is over {} limits:{lines}", others.len() + 1)
}
