//! Removes debug information from a binary, and leaves it out of the hash that identifies a
//! file. Both use the same rules, so that the hash is that of the bytes that are compiled.

use std::fs::File;
use std::io;
use std::ops::Range;
use std::os::unix::fs::FileExt as _;

use super::edit::Edited;
use super::sections::{Action, Edit, Outcome, Part, Section, Source, parts};

/// Removes the `.debug_*` sections from a binary and from the modules within it. A binary stays
/// as it is if it has no such sections, is malformed, or has too many sections. That is safe,
/// since the engine reads no debug information.
pub fn strip(whole: &[u8]) -> Edited<'_> {
    Edited::new(whole, &mut WithoutDebug).unwrap_or_else(|_| Edited::unchanged(whole))
}

struct WithoutDebug;

impl Edit for WithoutDebug {
    fn section(&mut self, section: &Section) -> Action {
        if section.is_debug { Action::LeaveOut } else { Action::Keep }
    }
}

/// Returns the hash of a file's content without its debug information, which is not read.
pub fn hash_of_file(file: &File, length: u64) -> io::Result<blake3::Hash> {
    let mut windows = Windows { file, length, at: 0, window: Vec::new() };
    let parts = match parts(&mut windows, &mut WithoutDebug)? {
        Outcome::Changed(parts) => parts,
        Outcome::Same | Outcome::TooMuch => vec![Part::Kept(0..length)],
    };
    let mut hasher = blake3::Hasher::new();
    for part in &parts {
        match part {
            Part::New(bytes) => hasher.update(bytes),
            Part::Kept(range) => windows.hash(range.clone(), &mut hasher)?,
        };
    }
    Ok(hasher.finalize())
}

/// A file with a window of its bytes in memory, so that headers that lie near one another are
/// read at once.
struct Windows<'f> {
    file: &'f File,
    length: u64,
    /// The offset of the window.
    at: u64,
    window: Vec<u8>,
}

/// The number of bytes that are read at once.
const WINDOW: usize = 64 << 10;

impl Windows<'_> {
    /// Returns the bytes of the window from `at` on. There are at least `wanted` of them unless
    /// the file ends before.
    fn from(&mut self, at: u64, wanted: usize) -> io::Result<&[u8]> {
        let end = at.saturating_add(wanted as u64).min(self.length);
        let held = self.at..self.at.saturating_add(self.window.len() as u64);
        if at < held.start || end > held.end {
            self.window.resize(WINDOW, 0);
            let read = read_at(self.file, at, &mut self.window)?;
            self.window.truncate(read);
            self.at = at;
        }
        let from = usize::try_from(at - self.at).unwrap_or(usize::MAX);
        Ok(self.window.get(from..).unwrap_or_default())
    }

    /// Hashes a range of the file. A file that has become shorter is an error.
    fn hash<'h>(
        &mut self,
        range: Range<u64>,
        hasher: &'h mut blake3::Hasher,
    ) -> io::Result<&'h mut blake3::Hasher> {
        let mut at = range.start;
        while at < range.end {
            let left = usize::try_from(range.end - at).unwrap_or(usize::MAX);
            let bytes = self.from(at, 1)?;
            let bytes = &bytes[..bytes.len().min(left)];
            // Another process may have cut the file since its length was asked for.
            if bytes.is_empty() {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            hasher.update(bytes);
            at += bytes.len() as u64;
        }
        Ok(hasher)
    }
}

impl Source for Windows<'_> {
    fn length(&self) -> u64 {
        self.length
    }

    fn peek(&mut self, at: u64, into: &mut [u8]) -> io::Result<usize> {
        let bytes = self.from(at, into.len())?;
        let length = bytes.len().min(into.len());
        into[..length].copy_from_slice(&bytes[..length]);
        Ok(length)
    }
}

/// Reads until `into` is full or the file ends.
fn read_at(file: &File, at: u64, into: &mut [u8]) -> io::Result<usize> {
    let mut read = 0;
    while read < into.len() {
        match file.read_at(&mut into[read..], at.saturating_add(read as u64)) {
            Ok(0) => break,
            Ok(count) => read += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(read)
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    fn section(kind: u8, content: &[u8]) -> Vec<u8> {
        let mut section = vec![kind];
        // In two bytes, as toolchains leave room for a size that they fill in later.
        let [low, high] = [content.len() & 0x7f, content.len() >> 7];
        section.extend([
            u8::try_from(low).expect("7 bits") | 0x80,
            u8::try_from(high).expect("short"),
        ]);
        section.extend(content);
        section
    }

    fn custom(name: &str, content: &[u8]) -> Vec<u8> {
        let mut custom = vec![u8::try_from(name.len()).expect("a short name")];
        custom.extend(name.as_bytes());
        custom.extend(content);
        section(0, &custom)
    }

    fn module(sections: &[Vec<u8>]) -> Vec<u8> {
        [b"\0asm\x01\0\0\0".to_vec(), sections.concat()].concat()
    }

    fn component(sections: &[Vec<u8>]) -> Vec<u8> {
        [b"\0asm\x0d\0\x01\0".to_vec(), sections.concat()].concat()
    }

    /// Returns the hash of a file that contains the binary.
    fn hash_of(binary: &[u8]) -> blake3::Hash {
        let mut file = tempfile::tempfile().expect("a file");
        file.write_all(binary).expect("room");
        hash_of_file(&file, binary.len() as u64).expect("a file")
    }

    #[test]
    fn debug_information_is_left_out_wherever_it_lies() {
        let (name, debug) = (custom("name", b"n"), custom(".debug_info", &[7; 2000]));
        let with = module(&[debug.clone(), name.clone(), debug.clone()]);
        let without = module(std::slice::from_ref(&name));
        assert_eq!(strip(&with).binary(), without);

        let nested = |module: &[u8]| component(&[section(1, module), custom("producers", b"p")]);
        let outer = |inner: &[u8], after: Vec<u8>| component(&[section(4, inner), after]);
        let whole = outer(&nested(&with), debug);
        let stripped = strip(&whole);
        assert!(stripped.is_changed());
        for found in [stripped.binary(), strip(stripped.binary()).binary()] {
            let mut sections = Vec::new();
            for payload in wasmparser::Parser::new(0).parse_all(found) {
                if let wasmparser::Payload::CustomSection(custom) = payload.expect("well-formed") {
                    sections.push(custom.name().to_owned());
                }
            }
            assert_eq!(sections, ["name", "producers"]);
        }
        assert_eq!(hash_of(&whole), stripped.hash());
    }

    #[test]
    fn what_has_no_debug_information_stays_as_it_is() {
        let modules = [
            module(&[custom("name", b".debug_"), custom(".debugger", b"")]),
            component(&[section(1, &module(&[]))]),
            // In a module, the section with the id 1 contains types and no module.
            module(&[section(1, &module(&[custom(".debug_info", b"")]))]),
            b"\0asm\x01\0\0\0\x00\x09\x07.debug_".to_vec(),
            vec![7; 3 * WINDOW],
        ];
        for binary in modules {
            let stripped = strip(&binary);
            assert!(!stripped.is_changed() && stripped.binary() == binary);
            assert_eq!(hash_of(&binary), stripped.hash());
        }
    }

    #[test]
    fn many_sections_are_left_out() {
        let pair = [custom(".debug_x", b""), custom("x", b"")].concat();
        let many = module(&[pair.repeat(20_000)]);
        assert_eq!(strip(&many).binary(), module(&[custom("x", b"").repeat(20_000)]));
        assert_eq!(hash_of(&many), strip(&many).hash());
    }

    #[test]
    fn places_are_found_in_the_whole() {
        let debug = custom(".debug_info", &[7; 2000]);
        let inner = module(&[debug.clone(), custom("name", b"marked")]);
        let whole = component(&[section(1, &inner), debug, custom("other", b"marked too")]);
        let stripped = strip(&whole);
        for mark in [&b"marked"[..], b"marked too"] {
            let place = |bytes: &[u8]| bytes.windows(mark.len()).position(|window| window == mark);
            let found = place(stripped.binary()).expect("it stays") as u64;
            let expected = place(&whole).expect("it is there") as u64;
            assert_eq!(stripped.place_in_whole(found), Some(expected));
        }
        assert_eq!(stripped.place_in_whole(8), None, "a header that was written anew");
        assert_eq!(stripped.place_in_whole(whole.len() as u64), None);
        assert_eq!(strip(b"\0asm\x01\0\0\0").place_in_whole(5), Some(5));
    }
}
