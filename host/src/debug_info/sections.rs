//! Which parts of a binary stay where its debug information is left out: a walk over the
//! headers of sections, from one to the next, that reads nothing else.

use std::io;
use std::ops::Range;

/// What the names of the sections that are left out begin with.
const DEBUG: &[u8] = b".debug_";
/// The header of a module and of a component.
const HEADER: u64 = 8;
/// How a component begins, in the four bytes behind the magic ones.
const COMPONENT: [u8; 4] = [0x0d, 0, 1, 0];

const CUSTOM: u8 = 0;
/// In a component.
const CORE_MODULE: u8 = 1;
/// In a component.
const NESTED_COMPONENT: u8 = 4;

/// More parts than any real guest has, so that what is kept of one is small.
const MOST_PARTS: usize = 10_000;
/// Components that lie deeper are refused in any case.
const DEEPEST: usize = 64;
/// Bytes of the longest `u32` in LEB128.
const LONGEST_NUMBER: usize = 5;
/// Bytes of the longest header of a section: its kind, its size, the size of a custom
/// section's name, and as much of the name as tells what it is.
const LONGEST_HEADER: usize = 1 + 2 * LONGEST_NUMBER + DEBUG.len();

/// A part of a stripped binary.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// A range of the whole binary.
    Kept(Range<u64>),
    /// A section's header that has another size now.
    Header(Vec<u8>),
}

impl Part {
    pub(super) fn length(&self) -> u64 {
        match self {
            Self::Kept(range) => range.end.saturating_sub(range.start),
            Self::Header(bytes) => bytes.len() as u64,
        }
    }
}

/// Bytes that are read at any place.
pub(super) trait Source {
    /// Bytes that there are.
    fn length(&self) -> u64;

    /// Reads up to `LONGEST_HEADER` bytes at `at`, fewer at the end.
    fn peek(&mut self, at: u64, into: &mut [u8]) -> io::Result<usize>;
}

impl Source for &[u8] {
    fn length(&self) -> u64 {
        self.len() as u64
    }

    fn peek(&mut self, at: u64, into: &mut [u8]) -> io::Result<usize> {
        let rest = usize::try_from(at).ok().and_then(|at| self.get(at..)).unwrap_or_default();
        let length = rest.len().min(into.len());
        into[..length].copy_from_slice(&rest[..length]);
        Ok(length)
    }
}

/// The parts of a binary without its debug information. `None` where there is none, where
/// the sections do not add up, or where there are too many parts: it is then taken as it
/// is, and what is wrong with it is for others to find.
pub(super) fn parts(source: &mut impl Source) -> io::Result<Option<Vec<Part>>> {
    let whole = 0..source.length();
    let mut walk = Walk { source, parts: Vec::new(), found: false };
    let adds_up = walk.definition(whole, 0)?.is_some();
    Ok((adds_up && walk.found).then_some(walk.parts))
}

struct Walk<'s, S> {
    source: &'s mut S,
    parts: Vec<Part>,
    /// Whether there was anything to leave out.
    found: bool,
}

/// Where a section begins, and what is in it.
struct Section {
    kind: u8,
    is_debug: bool,
    start: u64,
    content: Range<u64>,
}

impl<S: Source> Walk<'_, S> {
    /// Goes through a module or a component, and gives the bytes that stay of it.
    fn definition(&mut self, range: Range<u64>, depth: usize) -> io::Result<Option<u64>> {
        let mut header = [0; HEADER as usize];
        let read = self.source.peek(range.start, &mut header)?;
        let end_of_header = range.start.saturating_add(HEADER);
        if read < header.len() || end_of_header > range.end || depth > DEEPEST {
            return Ok(None);
        }
        let is_component = header[4..] == COMPONENT;
        let mut length = self.keep(range.start..end_of_header);
        let mut at = end_of_header;
        while at < range.end {
            let Some(section) = self.section(at, range.end)? else { return Ok(None) };
            at = section.content.end;
            let nested = is_component && matches!(section.kind, CORE_MODULE | NESTED_COMPONENT);
            length += match nested {
                _ if section.is_debug => {
                    self.found = true;
                    0
                }
                true => match self.nested(&section, depth)? {
                    Some(length) => length,
                    None => return Ok(None),
                },
                false => self.keep(section.start..section.content.end),
            };
            if self.parts.len() > MOST_PARTS {
                return Ok(None);
            }
        }
        Ok(Some(length))
    }

    /// Goes through a section that holds a module or a component. Its header is only
    /// written anew where its size has changed.
    fn nested(&mut self, section: &Section, depth: usize) -> io::Result<Option<u64>> {
        let place = self.parts.len();
        self.parts.push(Part::Header(Vec::new()));
        let Some(length) = self.definition(section.content.clone(), depth + 1)? else {
            return Ok(None);
        };
        if length == section.content.end - section.content.start {
            self.parts.truncate(place);
            return Ok(Some(self.keep(section.start..section.content.end)));
        }
        let Ok(size) = u32::try_from(length) else { return Ok(None) };
        let header = header(section.kind, size);
        let of_header = header.len() as u64;
        self.parts[place] = Part::Header(header);
        Ok(Some(of_header + length))
    }

    fn section(&mut self, start: u64, end: u64) -> io::Result<Option<Section>> {
        let mut bytes = [0; LONGEST_HEADER];
        let read = self.source.peek(start, &mut bytes)?;
        let read = read.min(usize::try_from(end - start).unwrap_or(usize::MAX));
        let Some((&kind, rest)) = bytes[..read].split_first() else { return Ok(None) };
        let Some((size, content)) = number(rest) else { return Ok(None) };
        let content_start = start + (read - content.len()) as u64;
        let content_end = content_start + u64::from(size);
        if content_end > end {
            return Ok(None);
        }
        let is_debug = kind == CUSTOM && is_debug(content, size);
        Ok(Some(Section { kind, is_debug, start, content: content_start..content_end }))
    }

    /// Keeps a range, as one part with what is kept in front of it.
    fn keep(&mut self, range: Range<u64>) -> u64 {
        let length = range.end - range.start;
        match self.parts.last_mut() {
            Some(Part::Kept(last)) if last.end == range.start => last.end = range.end,
            _ => self.parts.push(Part::Kept(range)),
        }
        length
    }
}

/// Whether the content of a custom section of that size begins with the name of debug
/// information.
fn is_debug(content: &[u8], size: u32) -> bool {
    let Some((length, name)) = number(content) else { return false };
    let fits = u32::try_from(content.len() - name.len()).is_ok_and(|of| of + length <= size);
    fits && length as usize >= DEBUG.len() && name.starts_with(DEBUG)
}

/// A `u32` in LEB128, and what stands behind it.
fn number(bytes: &[u8]) -> Option<(u32, &[u8])> {
    let mut number = 0_u64;
    for (place, byte) in bytes.iter().enumerate().take(LONGEST_NUMBER) {
        number |= u64::from(byte & 0x7f) << (7 * place);
        if byte & 0x80 == 0 {
            return Some((u32::try_from(number).ok()?, &bytes[place + 1..]));
        }
    }
    None
}

fn header(kind: u8, mut size: u32) -> Vec<u8> {
    let mut header = vec![kind];
    loop {
        let [low, ..] = (size & 0x7f).to_le_bytes();
        size >>= 7;
        header.push(if size == 0 { low } else { low | 0x80 });
        if size == 0 {
            return header;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_as_they_are_written() {
        for size in [0, 1, 127, 128, 300, 1 << 21, u32::MAX] {
            let header = header(7, size);
            assert_eq!(header[0], 7);
            assert_eq!(number(&header[1..]), Some((size, &[][..])));
        }
        assert_eq!(number(&[0x80; 9]), None, "it has no end");
        assert_eq!(number(&[0xff, 0xff, 0xff, 0xff, 0x7f]), None, "it is too large");
        assert_eq!(number(&[]), None);
    }

    #[test]
    fn what_does_not_add_up_is_left_alone() {
        let modules: [&[u8]; 6] = [
            b"",
            b"\0asm\x01\0\0",
            b"\0asm\x01\0\0\0\x00\x09\x07.debug_",
            b"\0asm\x01\0\0\0\x00\x80\x80\x80\x80\x80",
            // The name is longer than its section.
            b"\0asm\x01\0\0\0\x00\x03\x07.debug_",
            b"\0asm\x0d\0\x01\0\x01\x01\0",
        ];
        for mut module in modules {
            let found = parts(&mut module).expect("nothing to fail");
            assert_eq!(found, None, "{}", module.escape_ascii());
        }
    }
}
