//! Errors of making a component from a core module.

use super::report::Unmappables;
use wit_host_binary::error::GuestError;
use wit_host_text::contain::Panicked;

/// Why no component was made from a core module.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AdaptError {
    /// The bytes are not a guest, or not one that is compiled.
    #[error(transparent)]
    Guest(#[from] GuestError),

    /// The bytes are a component already.
    #[error("this is a component already; run it as it is")]
    NotAModule,

    /// The module has items that no component can have.
    #[error(transparent)]
    Unmappable(#[from] Unmappables),

    /// The component could not be put together.
    #[error("the host failed to make a component of the module: {reason}")]
    Failed {
        /// The message of the tool that makes components.
        reason: String,
    },

    /// The tool that makes components panicked, which is a fault of the host.
    #[error(transparent)]
    Panicked(#[from] Panicked),
}

/// The result of functions that make components.
pub(super) type Result<T, E = AdaptError> = std::result::Result<T, E>;
