//! The errors of a host file, with their place in it. How they are printed is left to the caller.

use std::io;
use std::path::{Path, PathBuf};

use wit_host_text::shown;

/// The error for a host file that cannot be read, or that says what it may not.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigError {
    /// The file could not be read.
    #[error("failed to read the host file `{}`", path_text(path))]
    Read {
        /// The path of the file.
        path: PathBuf,
        /// The cause.
        source: io::Error,
    },

    /// The file is not TOML, or not a host file.
    #[error("{}:{line}:{column}: {reason}", path_text(path))]
    Invalid {
        /// The path of the file.
        path: PathBuf,
        /// The line of the error, from 1.
        line: usize,
        /// The column of the error, in characters from 1.
        column: usize,
        /// What is wrong, and the nearest text that would be right.
        reason: String,
    },

    /// The permission for a file could not be stored.
    #[error("failed to remember in `{}` that the host file is allowed", path_text(path))]
    Remember {
        /// The file that could not be written.
        path: PathBuf,
        /// The cause.
        source: io::Error,
    },
}

pub(crate) fn path_text(path: &Path) -> String {
    shown(&path.display().to_string())
}
