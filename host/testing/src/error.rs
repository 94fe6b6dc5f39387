//! What is wrong with a file of tests, before any of them runs.

use std::io;
use std::path::{Path, PathBuf};

use wit_host_config::Place;
use wit_host_providers::FixtureError;
use wit_host_text::shown;

/// Why the tests of a file cannot be run.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TestFileError {
    /// The file could not be read.
    #[error("failed to read the tests in `{}`", path_text(path))]
    Read {
        /// The path of the file.
        path: PathBuf,
        /// The cause.
        source: io::Error,
    },

    /// The file is not TOML, is not one of tests, or does not fit its guest.
    #[error("{}:{line}:{column}: {reason}", path_text(path))]
    Invalid {
        /// The path of the file.
        path: PathBuf,
        /// The line of the error, from 1.
        line: usize,
        /// The column of the error, in characters from 1.
        column: usize,
        /// What is wrong, and what would be right.
        reason: String,
    },

    /// A fixture could not be read, or does not fit what the guest imports.
    #[error(transparent)]
    Fixture(#[from] FixtureError),

    /// The guest, or the contract, could not be loaded.
    #[error("{}:{line}:{column}: failed to load `{}`", path_text(path), path_text(guest))]
    Load {
        /// The path of the file.
        path: PathBuf,
        /// The line that names the guest or the contract, from 1.
        line: usize,
        /// The column of its name, in characters from 1.
        column: usize,
        /// The path of the guest or of the contract.
        guest: PathBuf,
        /// The cause.
        source: Box<wit_host::Error>,
    },
}

impl TestFileError {
    pub(crate) fn load(path: &Path, place: Place, guest: &Path, source: wit_host::Error) -> Self {
        let Place { line, column } = place;
        Self::Load { path: path.into(), line, column, guest: guest.into(), source: source.into() }
    }

    pub(crate) fn invalid(path: &Path, place: Place, reason: impl Into<String>) -> Self {
        let Place { line, column } = place;
        Self::Invalid { path: path.into(), line, column, reason: reason.into() }
    }
}

pub(crate) fn path_text(path: &Path) -> String {
    shown(&path.display().to_string())
}
