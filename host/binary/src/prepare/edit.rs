//! Builds a binary with some sections left out or changed, and maps its offsets back to the
//! original.

use std::borrow::Cow;

use super::sections::{Edit, Outcome, Part, parts};

/// A binary that was made from another one, the original.
pub struct Edited<'b> {
    binary: Cow<'b, [u8]>,
    /// The parts in their order. `None` if the binary equals the original.
    parts: Option<Vec<Part>>,
}

/// The original has too many sections, or nests them too deep.
#[derive(Debug)]
pub(super) struct TooMuch;

impl<'b> Edited<'b> {
    pub(super) fn new(whole: &'b [u8], edit: &mut impl Edit) -> Result<Self, TooMuch> {
        let mut source = whole;
        let parts = match parts(&mut source, edit) {
            Ok(Outcome::Changed(parts)) => parts,
            Ok(Outcome::TooMuch) => return Err(TooMuch),
            // Reading from memory does not fail.
            Ok(Outcome::Same) | Err(_) => return Ok(Self::unchanged(whole)),
        };
        Ok(Self { binary: Cow::Owned(joined(whole, &parts)), parts: Some(parts) })
    }

    pub(super) fn unchanged(whole: &'b [u8]) -> Self {
        Self { binary: Cow::Borrowed(whole), parts: None }
    }
}

fn joined(whole: &[u8], parts: &[Part]) -> Vec<u8> {
    let length = parts.iter().map(Part::length).sum::<u64>();
    let mut binary = Vec::with_capacity(usize::try_from(length).unwrap_or_default());
    for part in parts {
        binary.extend_from_slice(match part {
            Part::New(bytes) => bytes,
            Part::Kept(range) => {
                let start = usize::try_from(range.start).unwrap_or(usize::MAX);
                let end = usize::try_from(range.end).unwrap_or(usize::MAX);
                whole.get(start..end).unwrap_or_default()
            }
        });
    }
    binary
}

impl Edited<'_> {
    /// Returns the binary that is compiled.
    pub fn binary(&self) -> &[u8] {
        &self.binary
    }

    /// Returns whether the binary differs from the original.
    pub fn is_changed(&self) -> bool {
        self.parts.is_some()
    }

    /// Returns the hash of the binary. [`hash_of_file`](super::hash_of_file) gives the same
    /// hash for a file with the original.
    pub fn hash(&self) -> blake3::Hash {
        blake3::hash(&self.binary)
    }

    /// Returns the offset in the original that a byte of this binary comes from. `None` for a
    /// byte that was added.
    pub fn place_in_whole(&self, place: u64) -> Option<u64> {
        let Some(parts) = &self.parts else { return Some(place) };
        let mut start = 0;
        for part in parts {
            let within = place - start;
            match part {
                Part::Kept(range) if within < part.length() => return Some(range.start + within),
                Part::New(_) if within < part.length() => return None,
                _ => start += part.length(),
            }
        }
        None
    }
}
