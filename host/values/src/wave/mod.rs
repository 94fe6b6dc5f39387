//! Reads and writes values in WAVE, the component model's notation for values.

#[cfg(feature = "text")]
mod lexer;
#[cfg(feature = "text")]
mod read;
mod write;

#[cfg(feature = "text")]
pub(crate) use self::read::read;
pub use self::write::to_wave;
pub(super) use self::write::write;
