//! The reasons for which a guest is refused before it is compiled. It does not know what loads or
//! runs the guest.

use crate::fit::{Mismatch, Mismatches};
use wit_host_binary::error::GuestError;
use wit_host_binary::limits::LimitReached;
use wit_host_binary::proposals::Unsupported;
use wit_host_binary::side::Side;

/// Why a guest is refused before it is compiled.
#[derive(Debug, thiserror::Error)]
pub enum CheckError {
    /// The bytes are not a guest, or not one that the host compiles.
    #[error(transparent)]
    Guest(GuestError),

    /// The guest does not fit the host.
    #[error(transparent)]
    Mismatches(#[from] Mismatches),
}

/// The result of functions that check guests.
pub(crate) type Result<T, E = CheckError> = std::result::Result<T, E>;

impl From<GuestError> for CheckError {
    fn from(error: GuestError) -> Self {
        match error {
            GuestError::Uncounted { side, name } => Self::Mismatches(uncounted(side, &name).into()),
            other => Self::Guest(other),
        }
    }
}

impl From<LimitReached> for CheckError {
    fn from(limit: LimitReached) -> Self {
        Self::Guest(limit.into())
    }
}

impl From<Unsupported> for CheckError {
    fn from(unsupported: Unsupported) -> Self {
        Self::Guest(unsupported.into())
    }
}

/// Returns the mismatch of a component that is passed as a value. No host accepts one, because the
/// number of its instances cannot be limited.
fn uncounted(side: Side, name: &str) -> Mismatch {
    let problem = "this is a component that is handed over as a value: whatever takes it can make \
                   any number of instances of it, and the host counts those before a guest runs";
    let fix = "instantiate the component where it is defined, and hand over the instance, as \
               `wac plug` does";
    Mismatch { side, ..Mismatch::import(wit_host_text::shown(name), problem, fix) }
}
