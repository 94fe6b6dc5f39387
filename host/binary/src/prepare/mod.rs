//! Prepares the binary that is compiled in place of a guest's own. It has the same code without
//! debug information ([`strip()`]), and with time checks between any two instructions that may
//! take long ([`with_checks`]). [`Edited`] maps an offset in it to one in the guest's file.
//!
//! This module does not decide whether a guest is valid. What it cannot read stays as it is,
//! and the engine refuses it.

mod checks;
mod edit;
mod sections;
pub mod strip;

pub use checks::{TooManyChecks, with_checks};
pub use edit::Edited;
pub use strip::{hash_of_file, strip};
