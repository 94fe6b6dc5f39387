//! The two sides of the interface between a guest and its host.

use std::fmt;

/// Whether a guest asks for an item or offers it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// The guest asks for it.
    Import,
    /// The guest offers it.
    Export,
}

impl fmt::Display for Side {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Import => "import",
            Self::Export => "export",
        })
    }
}
