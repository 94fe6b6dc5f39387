//! Why a contract could not be read.

use wit_host_text::contain::Panicked;

/// Why a contract could not be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ContractError {
    /// It is not there, is no WIT, or has no such world.
    #[error("failed to read the contract `{what}`: {reason}")]
    Unreadable {
        /// The file or folder, or the name of the package.
        what: String,
        /// Why, with the place where it is known.
        reason: String,
    },

    /// What reads it panicked, which is a fault of the host.
    #[error(transparent)]
    Panicked(#[from] Panicked),
}

/// The result of what reads contracts.
pub(super) type Result<T, E = ContractError> = std::result::Result<T, E>;
