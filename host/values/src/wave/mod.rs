//! Reads and writes values in WAVE, the component model's notation for values.
//!
//! The reader is our own. The crate `wasm-wave` bounds the depth of what it reads as well, and
//! the tests hold this reader against it. But its errors have a place in the text, and neither
//! the type that was expected there nor the way to it through the value, which is what a person
//! needs who typed a record within a list (`tests/all/values/refusals.rs` shows both).

#[cfg(feature = "text")]
mod lexer;
#[cfg(feature = "text")]
mod read;
mod write;

#[cfg(feature = "text")]
pub(crate) use self::read::{read, read_with_holes};
pub use self::write::to_wave;
pub(super) use self::write::write;
