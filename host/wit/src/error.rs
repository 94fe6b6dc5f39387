//! Errors of reading a contract.

use wit_host_text::contain::Panicked;

/// Why a contract could not be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ContractError {
    /// The contract is missing, is not WIT, or does not have the world.
    #[error("failed to read the contract `{what}`: {reason}")]
    Unreadable {
        /// The file or the folder, or the name of the package.
        what: String,
        /// The reason, with its place if it is known.
        reason: String,
    },

    /// The code that reads contracts panicked, which is a fault of the host.
    #[error(transparent)]
    Panicked(#[from] Panicked),
}

/// The result of functions that read contracts.
pub(super) type Result<T, E = ContractError> = std::result::Result<T, E>;
