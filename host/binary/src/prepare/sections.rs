//! Walks over the sections of a binary and finds which parts of it stay and which are new. It
//! reads the headers of sections and nothing else. An [`Edit`] decides what happens to each
//! section.

use std::borrow::Cow;
use std::io;
use std::ops::Range;

/// The beginning of the names of sections with debug information.
const DEBUG: &[u8] = b".debug_";
/// The size of the header of a module or a component.
const HEADER: usize = 8;
/// The four bytes after the magic number with which a component begins.
const COMPONENT: [u8; 4] = [0x0d, 0, 1, 0];

const CUSTOM: u8 = 0;
/// The id of a section with a core module, in a component.
const CORE_MODULE: u8 = 1;
/// The id of a section with a component, in a component.
const NESTED_COMPONENT: u8 = 4;

/// The number of sections that are read at most. It is more than the default limit allows,
/// since sections count as items.
const MOST_SECTIONS: usize = 1_000_000;
/// The number of levels that are read at most: more than real components have.
const DEEPEST: usize = 64;
/// The number of bytes of the longest `u32` in LEB128.
const LONGEST_NUMBER: usize = 5;
/// The number of bytes of the longest header of a section: its id, its size, the size of a
/// custom section's name, and enough of the name to recognise it.
const LONGEST_HEADER: usize = 1 + 2 * LONGEST_NUMBER + LONGEST_NAME;
/// The number of bytes of the longest name of a section with debug information.
const LONGEST_NAME: usize = 32;

/// A part of an edited binary.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// A range of the original.
    Kept(Range<u64>),
    /// Bytes that are not in the original, such as a section's header with another size.
    New(Cow<'static, [u8]>),
}

impl Part {
    pub(super) fn length(&self) -> u64 {
        match self {
            Self::Kept(range) => range.end.saturating_sub(range.start),
            Self::New(bytes) => bytes.len() as u64,
        }
    }
}

/// Bytes that can be read at any offset.
pub(super) trait Source {
    /// Returns the number of bytes.
    fn length(&self) -> u64;

    /// Reads up to `LONGEST_HEADER` bytes at `at`, and fewer at the end. Returns how many.
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

/// A section and its content.
pub(super) struct Section {
    pub(super) kind: u8,
    /// Whether this is a custom section with debug information.
    pub(super) is_debug: bool,
    start: u64,
    pub(super) content: Range<u64>,
}

/// What happens to a section.
pub(super) enum Action {
    Keep,
    LeaveOut,
    /// The section gets this content.
    Change(Vec<Part>),
}

/// Decides what happens to the sections of modules, and to the custom sections of components.
pub(super) trait Edit {
    /// Notes that a module or a component begins.
    fn begin(&mut self, _is_component: bool) {}

    /// Returns what happens to a section of the module or component that began last.
    fn section(&mut self, section: &Section) -> Action;

    /// Notes that the module or component ends.
    fn end(&mut self) {}
}

/// The result of an edit.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// Nothing is left out or changed, or the sections are malformed. The engine reports a
    /// malformed binary.
    Same,
    Changed(Vec<Part>),
    /// There are too many sections, or they are nested too deep, to be read.
    TooMuch,
}

/// Returns the parts of an edited binary.
pub(super) fn parts(source: &mut impl Source, edit: &mut impl Edit) -> io::Result<Outcome> {
    let whole = 0..source.length();
    let (parts, sections, is_changed, too_much) = (Vec::new(), 0, false, false);
    let mut walk = Walk { source, edit, parts, sections, is_changed, too_much };
    Ok(match walk.definition(whole, 0)? {
        _ if walk.too_much => Outcome::TooMuch,
        Some(_) if walk.is_changed => Outcome::Changed(walk.parts),
        _ => Outcome::Same,
    })
}

struct Walk<'s, S, E> {
    source: &'s mut S,
    edit: &'s mut E,
    parts: Vec<Part>,
    sections: usize,
    is_changed: bool,
    too_much: bool,
}

impl<S: Source, E: Edit> Walk<'_, S, E> {
    /// Reads a module or a component. Returns the number of bytes that it has in the edited
    /// binary.
    fn definition(&mut self, range: Range<u64>, depth: usize) -> io::Result<Option<u64>> {
        let mut header = [0; HEADER];
        let read = self.source.peek(range.start, &mut header)?;
        let end_of_header = range.start.saturating_add(HEADER as u64);
        // This function calls itself for each level, and is also used on files that were not
        // scanned.
        self.too_much |= depth > DEEPEST;
        if read < header.len() || end_of_header > range.end || self.too_much {
            return Ok(None);
        }
        let is_component = header[4..] == COMPONENT;
        self.edit.begin(is_component);
        let mut length = self.keep(range.start..end_of_header);
        let mut at = end_of_header;
        while at < range.end {
            let Some(section) = self.section(at, range.end)? else { return Ok(None) };
            at = section.content.end;
            self.sections += 1;
            if self.sections > MOST_SECTIONS {
                self.too_much = true;
                return Ok(None);
            }
            let is_nested = is_component && matches!(section.kind, CORE_MODULE | NESTED_COMPONENT);
            let edited = match is_nested {
                true => self.nested(&section, depth)?,
                false => self.edited(&section),
            };
            let Some(edited) = edited else { return Ok(None) };
            length += edited;
        }
        self.edit.end();
        Ok(Some(length))
    }

    /// Applies the edit to a section. Returns the number of bytes that it has in the edited
    /// binary.
    fn edited(&mut self, section: &Section) -> Option<u64> {
        match self.edit.section(section) {
            Action::Keep => Some(self.keep(section.start..section.content.end)),
            Action::LeaveOut => {
                self.is_changed = true;
                Some(0)
            }
            Action::Change(content) => {
                self.is_changed = true;
                let length = content.iter().map(Part::length).sum::<u64>();
                let header = header(section.kind, u32::try_from(length).ok()?);
                let of_header = header.len() as u64;
                self.parts.push(Part::New(header.into()));
                self.parts.extend(content);
                Some(of_header + length)
            }
        }
    }

    /// Reads a section that contains a module or a component. Its header is only written anew
    /// if something in it has changed, so that a binary without changes stays equal byte for
    /// byte.
    fn nested(&mut self, section: &Section, depth: usize) -> io::Result<Option<u64>> {
        let (place, was_changed) = (self.parts.len(), self.is_changed);
        // A place for the header, whose size is known after the content. It also keeps the content
        // from being joined with the part before, so that it can be taken back.
        self.parts.push(Part::New(Cow::Borrowed(&[])));
        self.is_changed = false;
        let length = self.definition(section.content.clone(), depth + 1)?;
        let is_changed = std::mem::replace(&mut self.is_changed, was_changed);
        let Some(length) = length else { return Ok(None) };
        if !is_changed {
            self.parts.truncate(place);
            return Ok(Some(self.keep(section.start..section.content.end)));
        }
        self.is_changed = true;
        let Ok(size) = u32::try_from(length) else { return Ok(None) };
        let header = header(section.kind, size);
        let of_header = header.len() as u64;
        self.parts[place] = Part::New(header.into());
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

    fn keep(&mut self, range: Range<u64>) -> u64 {
        let length = range.end - range.start;
        keep(&mut self.parts, range);
        length
    }
}

/// Keeps a range. It is joined with the part before it if the two are adjacent.
pub(super) fn keep(parts: &mut Vec<Part>, range: Range<u64>) {
    match parts.last_mut() {
        Some(Part::Kept(last)) if last.end == range.start => last.end = range.end,
        _ => parts.push(Part::Kept(range)),
    }
}

/// Returns whether the content of a custom section of that size begins with the name of debug
/// information, in the form in which toolchains write it.
fn is_debug(content: &[u8], size: u32) -> bool {
    let Some((length, name)) = number(content) else { return false };
    let of_number = content.len() - name.len();
    let length = usize::try_from(length).unwrap_or(usize::MAX);
    let fits = of_number.checked_add(length).is_some_and(|end| end as u64 <= u64::from(size));
    let name = name.get(..length).filter(|_| fits && length <= LONGEST_NAME);
    name.is_some_and(|name| name.starts_with(DEBUG) && name.is_ascii())
}

/// Reads a `u32` in LEB128. Returns it with the bytes that follow.
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

fn header(kind: u8, size: u32) -> Vec<u8> {
    let mut header = vec![kind];
    push_number(&mut header, size);
    header
}

/// Writes a `u32` in LEB128.
pub(super) fn push_number(bytes: &mut Vec<u8>, mut number: u32) {
    loop {
        let [low, ..] = (number & 0x7f).to_le_bytes();
        number >>= 7;
        bytes.push(if number == 0 { low } else { low | 0x80 });
        if number == 0 {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Debug;

    impl Edit for Debug {
        fn section(&mut self, section: &Section) -> Action {
            if section.is_debug { Action::LeaveOut } else { Action::Keep }
        }
    }

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
        let modules: [&[u8]; 8] = [
            // The name's length is not valid.
            b"\0asm\x01\0\0\0\x00\x0d\xff\xff\xff\xff\x0f.debug_x",
            b"\0asm\x01\0\0\0\x00\x09\x08.debug_\xff",
            b"",
            b"\0asm\x01\0\0",
            b"\0asm\x01\0\0\0\x00\x09\x07.debug_",
            b"\0asm\x01\0\0\0\x00\x80\x80\x80\x80\x80",
            // The name is longer than its section.
            b"\0asm\x01\0\0\0\x00\x03\x07.debug_",
            b"\0asm\x0d\0\x01\0\x01\x01\0",
        ];
        for mut module in modules {
            let found = parts(&mut module, &mut Debug).expect("nothing to fail");
            assert_eq!(found, Outcome::Same, "{}", module.escape_ascii());
        }
    }
}
