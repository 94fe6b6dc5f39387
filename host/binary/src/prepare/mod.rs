//! What is compiled in the place of a guest's binary: the same code without its debug
//! information ([`strip()`]), and with a look at the time between any two instructions that
//! may take long ([`with_checks`]). [`Edited`] finds the byte of
//! the guest's own file that a byte of it comes from.
//! It does not decide whether a guest is valid: what does not add up stays as it is.

mod checks;
mod edit;
mod sections;
pub mod strip;

pub use checks::{TooManyChecks, with_checks};
pub use edit::Edited;
pub use strip::{hash_of_file, strip};
