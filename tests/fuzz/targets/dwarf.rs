//! Adds debug information that is valid, or nearly valid, to a guest that traps. Whatever it says,
//! the failure is the guest's trap, with its stack.
#![no_main]

#[path = "../../all/hostile/dwarf.rs"]
mod dwarf;

use std::sync::LazyLock;

use arbitrary::Arbitrary;
use libfuzzer_sys::fuzz_target;
use wit_host::{Error, Limits, Runtime};
use wit_host_contract::{Functions, builder};

use crate::dwarf::{Dwarf, Section, Value, attribute, component, lines, module, tag};

static RUNTIME: LazyLock<Runtime<Functions>> = LazyLock::new(|| {
    builder().allow_text_format(true).limits(Limits::default().memory(4 << 20)).build().expect("a runtime")
});

const GUEST: &str = "(module (memory (export \"memory\") 1) (func $inner unreachable)
    (func (export \"run\") (call $inner)))";

#[derive(Arbitrary, Debug)]
struct Input<'a> {
    in_component: bool,
    steps: Vec<Step<'a>>,
    texts: &'a [u8],
    lines: &'a [u8],
    ranges: &'a [u8],
    /// Changed bytes: the section, the offset, and the new value.
    changes: Vec<(u8, u16, u8)>,
    /// Whether all sections are repeated.
    twice: bool,
}

#[derive(Arbitrary, Debug)]
enum Step<'a> {
    /// An entry with this tag and these attributes, repeated `times` times.
    Entry {
        tag: Tag,
        children: bool,
        attributes: Vec<(Name, Has<'a>)>,
        times: u16,
    },
    Close(u16),
    EndUnit,
}

#[derive(Arbitrary, Clone, Copy, Debug)]
enum Tag {
    Unit,
    Inlined,
    Function,
    Other(u8),
}

#[derive(Arbitrary, Clone, Copy, Debug)]
enum Name {
    Name,
    Lines,
    Low,
    High,
    Origin,
    Specification,
    Ranges,
    Linkage,
    Other(u16),
}

#[derive(Arbitrary, Clone, Copy, Debug)]
enum Has<'a> {
    Address(u32),
    Number(u64),
    Text(&'a str),
    TextAt(u16),
    Entry(u16),
    /// The offset of the entry itself.
    Itself,
    At(u16),
    Raw(u8, &'a [u8]),
}

fn tag(of: Tag) -> u64 {
    match of {
        Tag::Unit => tag::UNIT,
        Tag::Inlined => tag::INLINED,
        Tag::Function => tag::FUNCTION,
        Tag::Other(tag) => tag.into(),
    }
}

fn name(of: Name) -> u64 {
    match of {
        Name::Name => attribute::NAME,
        Name::Lines => attribute::LINES,
        Name::Low => attribute::LOW,
        Name::High => attribute::HIGH,
        Name::Origin => attribute::ORIGIN,
        Name::Specification => attribute::SPECIFICATION,
        Name::Ranges => attribute::RANGES,
        Name::Linkage => attribute::LINKAGE_NAME,
        Name::Other(name) => name.into(),
    }
}

fn value<'a>(of: Has<'a>, place: u32) -> Value<'a> {
    match of {
        Has::Address(address) => Value::Address(address),
        Has::Number(number) => Value::Number(number),
        Has::Text(text) => Value::Text(text),
        Has::TextAt(at) => Value::TextAt(at.into()),
        Has::Entry(at) => Value::Entry(at.into()),
        Has::Itself => Value::Entry(place),
        Has::At(at) => Value::At(at.into()),
        Has::Raw(form, bytes) => Value::Raw(form.into(), bytes),
    }
}

fn sections(input: &Input<'_>) -> Vec<Section> {
    let mut dwarf = Dwarf::default();
    for step in input.steps.iter().take(200) {
        match step {
            Step::Entry { tag: of, children, attributes, times } => {
                for _ in 0..*times % 2_000 {
                    let place = dwarf.place();
                    let attributes = attributes.iter().take(8);
                    let attributes: Vec<_> =
                        attributes.map(|(of, has)| (name(*of), value(*has, place))).collect();
                    dwarf.entry(tag(*of), *children, &attributes);
                }
            }
            Step::Close(count) => dwarf.close(usize::from(*count) % 2_000),
            Step::EndUnit => dwarf.end_unit(),
        }
    }
    dwarf.texts = input.texts.into();
    dwarf.lines = lines(input.lines);
    dwarf.ranges = input.ranges.into();
    let mut sections = dwarf.sections();
    for (section, at, byte) in &input.changes {
        let section = usize::from(*section) % sections.len();
        if let Some(found) = sections[section].1.get_mut(usize::from(*at)) {
            *found = *byte;
        }
    }
    if input.twice {
        sections.extend(sections.clone());
    }
    sections
}

fuzz_target!(|input: Input<'_>| {
    let guest = module(GUEST, &sections(&input));
    let (guest, function) = match input.in_component {
        true => (component(&guest), "fail"),
        false => (guest, "run"),
    };
    let guest = RUNTIME.load(&guest).unwrap_or_else(|error| panic!("{error}"));
    let mut session = guest.session(Functions::default()).start_blocking().expect("a session");
    let error = session.call(function, &[]).expect_err("it traps");
    let told = error.report();
    assert!(matches!(error, Error::Trapped { .. }), "{told}");
    assert!(told.contains("at inner") && told.len() < 20_000, "{told}");
});
