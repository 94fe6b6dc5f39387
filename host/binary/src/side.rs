//! The two sides of what a guest and its host have in common.

use std::fmt;

/// Whether something is asked of the host or offered to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// What the guest asks for.
    Import,
    /// What the guest offers.
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
