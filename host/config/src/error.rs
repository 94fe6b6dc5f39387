//! What is wrong with a host file, and where.

use std::io;
use std::path::{Path, PathBuf};

use wit_host_text::shown;

/// A host file that could not be read, or that says what it may not.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigError {
    /// The file could not be read.
    #[error("failed to read the host file `{}`", path_text(path))]
    Read {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },

    /// It is no TOML, or no host file.
    #[error("{}:{line}:{column}: {reason}", path_text(path))]
    Invalid {
        /// Which file.
        path: PathBuf,
        /// The line of what is wrong, from 1.
        line: usize,
        /// The column, in characters from 1.
        column: usize,
        /// What is wrong, and the nearest that would be right.
        reason: String,
    },

    /// What was allowed could not be remembered.
    #[error("failed to remember in `{}` that the host file is allowed", path_text(path))]
    Remember {
        /// The file that was to be written.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

pub(crate) fn path_text(path: &Path) -> String {
    shown(&path.display().to_string())
}
