//! Changes real guests a little: sections and their items are swapped, removed, repeated and
//! altered. The results are loaded and inspected, which gives a guest or an error.
#![no_main]

#[path = "contained.rs"]
mod contained;

use std::sync::LazyLock;

use arbitrary::Arbitrary;
use libfuzzer_sys::fuzz_target;
use wasmparser::{
    BinaryReader, CodeSectionReader, DataSectionReader, ElementSectionReader, ExportSectionReader,
    FromReader, FunctionSectionReader, GlobalSectionReader, ImportSectionReader, SectionLimited,
    TypeSectionReader,
};
use wit_host_contract::{Functions, builder};
use wit_host::{Limits, Runtime};
use wit_host_artifacts as guests;

static RUNTIME: LazyLock<Runtime<Functions>> = LazyLock::new(|| {
    let limits = Limits::default().body(64 << 10).file_size(4 << 20);
    builder().allow_text_format(true).limits(limits).build().expect("a runtime")
});

/// Small guests of each kind.
static GUESTS: LazyLock<Vec<Vec<u8>>> = LazyLock::new(|| {
    let paths = [
        guests::ADD_UNKNOWN,
        guests::ADD_WASIP1,
        guests::COUNT_WORDS_WASIP1,
        guests::COMPONENT_WASIP2,
        guests::SHOP_WASIP2,
    ];
    paths.iter().map(|path| std::fs::read(path).expect("a guest")).collect()
});

#[derive(Arbitrary, Debug)]
struct Input {
    guest: u8,
    /// The module of a component that is changed, or `None` for the component itself.
    module: Option<u8>,
    changes: Vec<Change>,
}

#[derive(Arbitrary, Debug)]
struct Change {
    section: u8,
    what: What,
}

#[derive(Arbitrary, Debug)]
enum What {
    SwapSections(u8),
    DropSection,
    DoubleSection,
    Alter {
        at: u16,
        byte: u8,
    },
    SwapItems {
        one: u16,
        other: u16,
    },
    DropItem(u16),
    DoubleItem {
        one: u16,
        times: u8,
    },
    AlterItem {
        one: u16,
        at: u16,
        byte: u8,
    },
    /// One item gets the bytes of another.
    Copy {
        one: u16,
        of: u16,
    },
    Rename(Vec<u8>),
}

/// The content of a section, split into its items if they are known.
#[derive(Clone)]
enum Content {
    Items(Vec<Vec<u8>>),
    Whole(Vec<u8>),
}

#[derive(Clone)]
struct Section {
    id: u8,
    content: Content,
}

const HEADER: usize = 8;

/// Reads a number in LEB128. Returns it and the bytes after it.
fn number(bytes: &[u8]) -> Option<(usize, &[u8])> {
    let mut number = 0;
    for (index, byte) in bytes.iter().enumerate().take(5) {
        number |= usize::from(byte & 0x7f) << (7 * index);
        if byte & 0x80 == 0 {
            return Some((number, &bytes[index + 1..]));
        }
    }
    None
}

fn leb(mut number: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    while number > 0x7f {
        bytes.push((number & 0x7f) as u8 | 0x80);
        number >>= 7;
    }
    bytes.push(number as u8);
    bytes
}

/// Splits a section into the bytes of its items.
fn items<'a, T: FromReader<'a>>(section: SectionLimited<'a, T>, content: &[u8]) -> Option<Content> {
    let base = section.range().start;
    let starts = section.into_iter_with_offsets().map(|item| Some(item.ok()?.0 - base));
    let mut starts: Vec<_> = starts.collect::<Option<_>>()?;
    starts.push(content.len());
    let items = starts.windows(2).map(|pair| Some(content.get(pair[0]..pair[1])?.to_vec()));
    Some(Content::Items(items.collect::<Option<_>>()?))
}

fn parsed(id: u8, content: &[u8]) -> Option<Content> {
    let reader = BinaryReader::new(content, 0);
    match id {
        1 => items(TypeSectionReader::new(reader).ok()?, content),
        2 => items(ImportSectionReader::new(reader).ok()?, content),
        3 => items(FunctionSectionReader::new(reader).ok()?, content),
        6 => items(GlobalSectionReader::new(reader).ok()?, content),
        7 => items(ExportSectionReader::new(reader).ok()?, content),
        9 => items(ElementSectionReader::new(reader).ok()?, content),
        10 => items(CodeSectionReader::new(reader).ok()?, content),
        11 => items(DataSectionReader::new(reader).ok()?, content),
        _ => None,
    }
}

fn sections(binary: &[u8]) -> Option<Vec<Section>> {
    let is_module = binary.get(4) == Some(&1);
    let mut rest = binary.get(HEADER..)?;
    let mut sections = Vec::new();
    while let Some((&id, after)) = rest.split_first() {
        let (length, after) = number(after)?;
        let (content, after) = after.split_at_checked(length)?;
        let items = if is_module { parsed(id, content) } else { None };
        let content = items.unwrap_or_else(|| Content::Whole(content.to_vec()));
        sections.push(Section { id, content });
        rest = after;
    }
    Some(sections)
}

fn joined(header: &[u8], sections: &[Section]) -> Vec<u8> {
    let mut binary = header.to_vec();
    for section in sections {
        let content = match &section.content {
            Content::Whole(bytes) => bytes.clone(),
            Content::Items(items) => [leb(items.len()), items.concat()].concat(),
        };
        binary.push(section.id);
        binary.extend(leb(content.len()));
        binary.extend(content);
    }
    binary
}

/// Returns an index below `count`, or `None` if `count` is 0.
fn one_of(of: u16, count: usize) -> Option<usize> {
    usize::from(of).checked_rem(count)
}

fn change(sections: &mut Vec<Section>, change: &Change) -> Option<()> {
    let at = one_of(change.section.into(), sections.len())?;
    match &change.what {
        What::SwapSections(other) => {
            let other = one_of((*other).into(), sections.len())?;
            sections.swap(at, other);
        }
        What::DropSection => drop(sections.remove(at)),
        What::DoubleSection => {
            let section = sections[at].clone();
            sections.insert(at, section);
        }
        what => change_content(&mut sections[at].content, what)?,
    }
    Some(())
}

fn change_content(content: &mut Content, what: &What) -> Option<()> {
    let items = match content {
        Content::Items(items) => items,
        Content::Whole(bytes) => {
            match what {
                What::Alter { at, byte } | What::AlterItem { at, byte, .. } => {
                    let at = one_of(*at, bytes.len())?;
                    bytes[at] = *byte;
                }
                // A custom section begins with its name.
                What::Rename(name) => {
                    let (length, rest) = number(bytes)?;
                    *bytes = [&leb(name.len())[..], name, rest.get(length..)?].concat();
                }
                _ => {}
            }
            return Some(());
        }
    };
    match what {
        What::SwapItems { one, other } => {
            let (one, other) = (one_of(*one, items.len())?, one_of(*other, items.len())?);
            items.swap(one, other);
        }
        What::DropItem(one) => drop(items.remove(one_of(*one, items.len())?)),
        What::DoubleItem { one, times } => {
            let one = one_of(*one, items.len())?;
            let item = items[one].clone();
            items.splice(one..one, std::iter::repeat_n(item, (*times).into()));
        }
        What::Alter { at, byte } => alter(items, 0, *at, *byte)?,
        What::AlterItem { one, at, byte } => alter(items, *one, *at, *byte)?,
        What::Copy { one, of } => {
            let (one, of) = (one_of(*one, items.len())?, one_of(*of, items.len())?);
            items[one] = items[of].clone();
        }
        // Exports and imports begin with a name.
        What::Rename(name) => {
            let item = items.first_mut()?;
            let (length, rest) = number(item)?;
            *item = [&leb(name.len())[..], name, rest.get(length..)?].concat();
        }
        What::SwapSections(_) | What::DropSection | What::DoubleSection => {}
    }
    Some(())
}

fn alter(items: &mut [Vec<u8>], one: u16, at: u16, byte: u8) -> Option<()> {
    let one = one_of(one, items.len())?;
    let item = &mut items[one];
    let at = one_of(at, item.len())?;
    item[at] = byte;
    Some(())
}

/// Returns the guest with the changes, or `None` if the guest or the module in it cannot be read.
fn mutated(guest: &[u8], module: Option<u8>, changes: &[Change]) -> Option<Vec<u8>> {
    let mut all = sections(guest)?;
    let is_module = guest.get(4) == Some(&1);
    match module.filter(|_| !is_module) {
        None => {
            for one in changes.iter().take(20) {
                let _ = change(&mut all, one);
            }
        }
        Some(module) => {
            let modules: Vec<_> = all.iter_mut().filter(|section| section.id == 1).collect();
            let at = one_of(module.into(), modules.len())?;
            let section = modules.into_iter().nth(at)?;
            let Content::Whole(inner) = &section.content else { return None };
            section.content = Content::Whole(mutated(inner, None, changes)?);
        }
    }
    Some(joined(guest.get(..HEADER)?, &all))
}

fn check(told: &str) {
    assert!(told.len() < 200_000 && !told.contains('\u{1b}'), "not fit for a terminal: {told}");
}

fuzz_target!(init: contained::allow(), |input: Input| {
    let guest = &GUESTS[usize::from(input.guest) % GUESTS.len()];
    let Some(changed) = mutated(guest, input.module, &input.changes) else { return };
    match RUNTIME.inspect(&changed) {
        Ok(inspection) => check(&inspection.to_string()),
        Err(error) => check(&error.to_string()),
    }
    if let Err(error) = RUNTIME.load(&changed) {
        check(&error.to_string());
    }
});
