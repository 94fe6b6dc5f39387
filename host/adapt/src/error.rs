//! Why no component was made of a core module.

use super::report::Unmappables;
use wit_host_binary::error::GuestError;
use wit_host_text::contain::Panicked;

/// Why no component was made of a core module.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AdaptError {
    /// Its bytes are no guest, or none that is compiled.
    #[error(transparent)]
    Guest(#[from] GuestError),

    /// It is a component.
    #[error("this is a component already; run it as it is")]
    NotAModule,

    /// It has something that no component can have.
    #[error(transparent)]
    Unmappable(#[from] Unmappables),

    /// The component could not be put together.
    #[error("the host failed to make a component of the module: {reason}")]
    Failed {
        /// What the tool that makes components says.
        reason: String,
    },

    /// What makes components panicked, which is a fault of the host.
    #[error(transparent)]
    Panicked(#[from] Panicked),
}

/// The result of what makes components.
pub(super) type Result<T, E = AdaptError> = std::result::Result<T, E>;
