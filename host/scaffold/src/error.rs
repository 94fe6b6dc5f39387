//! Why there is no project.

use std::path::PathBuf;

use wit_host_text::contain::Panicked;
use wit_host_text::{shown, shown_text};
use wit_host_wit::ContractError;

/// Why a project could not be made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ProjectError {
    /// No project can have the name.
    #[error("no project can be called `{}`: {reason}", shown(name))]
    Name {
        /// The name.
        name: String,
        /// Why it cannot.
        reason: &'static str,
    },

    /// What the project was to be made in is no folder, or one that is not empty.
    #[error(
        "`{}` is there already, and is no empty folder; give another name, or remove it",
        shown(&folder.display().to_string())
    )]
    Occupied {
        /// The folder, or what is there in its place.
        folder: PathBuf,
    },

    /// A project in this language cannot have the exports of the world.
    #[error(
        "no project in {language} can be made for the world `{}`: {}",
        shown(world),
        shown_text(reason)
    )]
    World {
        /// The language's name.
        language: &'static str,
        /// The world's name.
        world: String,
        /// Why it cannot, and what can.
        reason: String,
    },

    /// A file or folder could not be read, of the WIT, or not be written.
    #[error("failed to make `{}`", shown(&path.display().to_string()))]
    Write {
        /// The file or folder.
        path: PathBuf,
        /// What the operating system said.
        source: std::io::Error,
    },

    /// The contract could not be read.
    #[error(transparent)]
    Contract(#[from] ContractError),

    /// What makes projects panicked, which is a fault of the host.
    #[error(transparent)]
    Panicked(#[from] Panicked),
}

/// The result of what makes projects.
pub(super) type Result<T, E = ProjectError> = std::result::Result<T, E>;
