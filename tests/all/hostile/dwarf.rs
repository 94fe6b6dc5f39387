//! Encodes debug information in DWARF, the format that toolchains write, and guests that contain
//! it. It knows the encoding, and not which contents make sense.

/// The numbers of attributes in DWARF.
pub(crate) mod attribute {
    pub(crate) const NAME: u64 = 0x03;
    pub(crate) const LINES: u64 = 0x10;
    pub(crate) const LOW: u64 = 0x11;
    pub(crate) const HIGH: u64 = 0x12;
    pub(crate) const ORIGIN: u64 = 0x31;
    pub(crate) const SPECIFICATION: u64 = 0x47;
    pub(crate) const RANGES: u64 = 0x55;
    pub(crate) const LINKAGE_NAME: u64 = 0x6e;
}

/// The numbers of entry kinds in DWARF.
pub(crate) mod tag {
    pub(crate) const UNIT: u64 = 0x11;
    pub(crate) const INLINED: u64 = 0x1d;
    pub(crate) const FUNCTION: u64 = 0x2e;
}

/// The value of an attribute, with its form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Value<'t> {
    Address(u32),
    Number(u64),
    /// A text in the entry itself.
    Text(&'t str),
    /// A text by its offset in the section of texts.
    TextAt(u32),
    /// An entry by its offset in the unit.
    Entry(u32),
    /// An offset in another section.
    At(u32),
    /// Bytes in any form.
    Raw(u64, &'t [u8]),
}

impl Value<'_> {
    fn form(&self) -> u64 {
        match self {
            Self::Address(_) => 0x01,
            Self::Number(_) => 0x0f,
            Self::Text(_) => 0x08,
            Self::TextAt(_) => 0x0e,
            Self::Entry(_) => 0x13,
            Self::At(_) => 0x17,
            Self::Raw(form, _) => *form,
        }
    }

    fn write(&self, to: &mut Vec<u8>) {
        match self {
            Self::Number(number) => to.extend(leb(*number)),
            Self::Text(text) => {
                to.extend(text.bytes());
                to.push(0);
            }
            Self::Address(number)
            | Self::TextAt(number)
            | Self::Entry(number)
            | Self::At(number) => to.extend(number.to_le_bytes()),
            Self::Raw(_, bytes) => to.extend(*bytes),
        }
    }
}

/// The name of a section, and its contents.
pub(crate) type Section = (String, Vec<u8>);

/// A kind of entry: its tag, whether it has children, and its attributes with their forms.
type Kind = (u64, bool, Vec<(u64, u64)>);

/// Debug information of DWARF version 4 that is being written.
#[derive(Debug, Default)]
pub(crate) struct Dwarf {
    /// The kinds of entries so far.
    kinds: Vec<Kind>,
    units: Vec<u8>,
    /// The entries of the unit that is being written.
    entries: Vec<u8>,
    pub(crate) texts: Vec<u8>,
    pub(crate) lines: Vec<u8>,
    pub(crate) ranges: Vec<u8>,
}

/// The size of a unit's header in bytes.
pub(crate) const UNIT_HEADER: u32 = 11;

impl Dwarf {
    /// Writes an entry. If it has children, they follow until [`Dwarf::close`].
    pub(crate) fn entry(&mut self, tag: u64, children: bool, attributes: &[(u64, Value<'_>)]) {
        let forms = attributes.iter().map(|(name, value)| (*name, value.form())).collect();
        let kind = (tag, children, forms);
        let place = self.kinds.iter().position(|known| *known == kind).unwrap_or_else(|| {
            self.kinds.push(kind);
            self.kinds.len() - 1
        });
        self.entries.extend(leb(place as u64 + 1));
        attributes.iter().for_each(|(_, value)| value.write(&mut self.entries));
    }

    /// Ends the children of this number of entries.
    pub(crate) fn close(&mut self, count: usize) {
        self.entries.extend(std::iter::repeat_n(0, count));
    }

    /// Returns the offset of the next entry in the unit.
    pub(crate) fn place(&self) -> u32 {
        u32::try_from(self.entries.len()).unwrap_or(u32::MAX).saturating_add(UNIT_HEADER)
    }

    /// Ends the unit.
    pub(crate) fn end_unit(&mut self) {
        let mut unit = vec![4, 0, 0, 0, 0, 0, 4];
        unit.append(&mut self.entries);
        self.units.extend(u32::try_from(unit.len()).unwrap_or(u32::MAX).to_le_bytes());
        self.units.extend(unit);
    }

    /// Returns the encoded kinds of entries.
    fn kinds(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        for (place, (tag, children, forms)) in self.kinds.iter().enumerate() {
            bytes.extend(leb(place as u64 + 1));
            bytes.extend(leb(*tag));
            bytes.push(u8::from(*children));
            for (name, form) in forms {
                bytes.extend(leb(*name));
                bytes.extend(leb(*form));
            }
            bytes.extend([0, 0]);
        }
        bytes.push(0);
        bytes
    }

    /// Returns all sections.
    pub(crate) fn sections(mut self) -> Vec<Section> {
        if !self.entries.is_empty() {
            self.end_unit();
        }
        vec![
            (".debug_abbrev".into(), self.kinds()),
            (".debug_info".into(), self.units),
            (".debug_str".into(), self.texts),
            (".debug_line".into(), self.lines),
            (".debug_ranges".into(), self.ranges),
        ]
    }
}

/// Returns a line program of version 4: a header with one file, and these instructions.
pub(crate) fn lines(instructions: &[u8]) -> Vec<u8> {
    // The minimum instruction length, operations per instruction, the default, the line base, the
    // line range, and the first special opcode.
    let mut header = vec![1, 1, 1, 0xfb, 14, 13, 0, 1, 1, 1, 1, 0, 0, 0, 1, 0, 0, 1];
    // There are no folders and one file.
    header.extend(b"\0a.rs\0\0\0\0\0");
    let mut program = vec![4, 0];
    program.extend(u32::try_from(header.len()).unwrap_or(u32::MAX).to_le_bytes());
    program.extend(header);
    program.extend(instructions);
    let mut lines = u32::try_from(program.len()).unwrap_or(u32::MAX).to_le_bytes().to_vec();
    lines.extend(program);
    lines
}

/// Returns a number in LEB128, as WebAssembly and DWARF encode it.
pub(crate) fn leb(mut number: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    loop {
        let [low, ..] = (number & 0x7f).to_le_bytes();
        number >>= 7;
        bytes.push(if number == 0 { low } else { low | 0x80 });
        if number == 0 {
            return bytes;
        }
    }
}

/// Returns a section of a module, with its length.
pub(crate) fn section(kind: u8, content: &[u8]) -> Vec<u8> {
    let mut section = vec![kind];
    section.extend(leb(content.len() as u64));
    section.extend(content);
    section
}

/// Returns a custom section.
pub(crate) fn custom(name: &str, content: &[u8]) -> Vec<u8> {
    let mut whole = leb(name.len() as u64);
    whole.extend(name.bytes());
    whole.extend(content);
    section(0, &whole)
}

/// Returns a guest in text form as binary, followed by these sections.
pub(crate) fn module(text: &str, sections: &[Section]) -> Vec<u8> {
    let mut module = wat::parse_str(text).unwrap_or_else(|error| panic!("{error}"));
    for (name, content) in sections {
        module.extend(custom(name, content));
    }
    module
}

/// Returns a component of one core module. It exports the module's `run` as `fail`, because `run`
/// has another type in the contract.
pub(crate) fn component(module: &[u8]) -> Vec<u8> {
    let mut component = b"\0asm\x0d\0\x01\0".to_vec();
    component.extend(section(1, module));
    // The instance, its function, a type without parameters and results, the component's function,
    // and its export.
    component.extend(section(2, &[1, 0, 0, 0]));
    component.extend(section(6, b"\x01\0\0\x01\0\x03run"));
    component.extend(section(7, &[1, 0x40, 0, 1, 0]));
    component.extend(section(8, &[1, 0, 0, 0, 0, 0]));
    component.extend(section(11, b"\x01\0\x04fail\x01\0\0"));
    component
}
