//! The reasons why a project cannot be made.

use std::path::PathBuf;

use wit_host_text::contain::Panicked;
use wit_host_text::{shown, shown_text};
use wit_host_wit::ContractError;

/// Why a project could not be made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ProjectError {
    /// No project can have this name.
    #[error("no project can be called `{}`: {reason}", shown(name))]
    Name {
        /// The name.
        name: String,
        /// Why it is not allowed.
        reason: &'static str,
    },

    /// The folder for the project is not a folder, or is not empty.
    #[error(
        "`{}` is there already, and is no empty folder; give another name, or remove it",
        shown(&folder.display().to_string())
    )]
    Occupied {
        /// The path of the folder.
        folder: PathBuf,
    },

    /// A project in this language cannot implement the exports of the world.
    #[error(
        "no project in {language} can be made for the world `{}`: {}",
        shown(world),
        shown_text(reason)
    )]
    World {
        /// The name of the language.
        language: &'static str,
        /// The name of the world.
        world: String,
        /// Why it cannot, and which language can.
        reason: String,
    },

    /// A file or folder of the WIT could not be read, or one of the project could not be written.
    #[error("failed to make `{}`", shown(&path.display().to_string()))]
    Write {
        /// The path of the file or folder.
        path: PathBuf,
        /// The error of the operating system.
        source: std::io::Error,
    },

    /// The contract could not be read.
    #[error(transparent)]
    Contract(#[from] ContractError),

    /// The code that makes projects panicked, which is a bug in it.
    #[error(transparent)]
    Panicked(#[from] Panicked),
}

/// The result of functions that make projects.
pub(super) type Result<T, E = ProjectError> = std::result::Result<T, E>;
