//! A binary with some of its sections left out or changed, and where each of its bytes
//! comes from.

use std::borrow::Cow;

use super::sections::{Edit, Outcome, Part, parts};

/// A binary that was made of another one.
pub struct Edited<'b> {
    binary: Cow<'b, [u8]>,
    /// `None` where it is the whole of the other one.
    parts: Option<Vec<Part>>,
}

/// There is too much in a binary to be looked through.
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
    /// The binary, to be compiled.
    pub fn binary(&self) -> &[u8] {
        &self.binary
    }

    /// Whether it differs from the one that it was made of.
    pub fn is_changed(&self) -> bool {
        self.parts.is_some()
    }

    /// The hash that [`hash_of_file`](super::hash_of_file) gives for a file with the
    /// whole binary.
    pub fn hash(&self) -> blake3::Hash {
        blake3::hash(&self.binary)
    }

    /// Where a byte of this binary is in the other one.
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
