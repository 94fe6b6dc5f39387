//! Tests of what the host reads of a guest's file to report its failure. Debug information and
//! names that are made to be expensive must not cost anything: the report comes at once and is
//! complete.

use super::dwarf::attribute::{
    HIGH, LINES, LINKAGE_NAME, LOW, NAME, ORIGIN, RANGES, SPECIFICATION,
};
use super::dwarf::tag::{FUNCTION, INLINED, UNIT};
use super::dwarf::{Dwarf, Section, Value, component, custom, leb, lines, module};
use super::row::Row;

/// The ways in which guests fail: a name, the expected report, and the guest.
const FAILURES: [(&str, &str, &str); 4] = [
    (
        "traps",
        "trapped it reached an `unreachable`",
        "(module (memory (export \"memory\") 1) (func (export \"run\") unreachable))",
    ),
    (
        "runs out of time",
        "limit wall_clock:     at ",
        "(module (memory (export \"memory\") 1) (func (export \"run\") (loop (br 0))))",
    ),
    (
        "runs out of stack",
        "limit stack:     at ",
        "(module (memory (export \"memory\") 1) (func $f (export \"run\") (call $f)))",
    ),
    (
        "runs out of memory",
        "limit memory:     at ",
        "(module (memory (export \"memory\") 1) (func (export \"run\")
            (drop (memory.grow (i32.const 60000))) unreachable))",
    ),
];

/// The range of the guest's whole code.
const WHOLE: [(u64, Value<'_>); 2] = [(LOW, Value::Address(0)), (HIGH, Value::Number(0x10000))];

/// Returns a unit for the whole code, with a function in it that is not closed yet.
fn of_function() -> Dwarf {
    let mut dwarf = Dwarf::default();
    dwarf.entry(UNIT, true, &WHOLE);
    dwarf.entry(FUNCTION, true, &[WHOLE[0], WHOLE[1], (NAME, Value::TextAt(0))]);
    dwarf.texts = b"function\0".to_vec();
    dwarf
}

/// Returns inlined calls that are nested to this depth.
fn nested(depth: usize, attributes: &[(u64, Value<'_>)]) -> Vec<Section> {
    let mut dwarf = of_function();
    (0..depth).for_each(|_| dwarf.entry(INLINED, true, attributes));
    dwarf.close(depth + 2);
    dwarf.sections()
}

/// Returns this number of inlined calls beside one another.
fn wide(count: usize) -> Vec<Section> {
    let mut dwarf = of_function();
    let attributes = [WHOLE[0], WHOLE[1], (NAME, Value::TextAt(0))];
    (0..count).for_each(|_| dwarf.entry(INLINED, false, &attributes));
    dwarf.close(2);
    dwarf.sections()
}

/// Returns inlined calls with the same name, which has this number of bytes.
fn long_name(depth: usize, length: usize) -> Vec<Section> {
    let mut sections = nested(depth, &[WHOLE[0], WHOLE[1], (NAME, Value::TextAt(0))]);
    sections[2].1 = vec![b'f'; length];
    sections[2].1.push(0);
    sections
}

fn units(count: usize) -> Vec<Section> {
    let mut dwarf = Dwarf::default();
    for _ in 0..count {
        dwarf.entry(UNIT, false, &WHOLE);
        dwarf.end_unit();
    }
    dwarf.sections()
}

/// Returns inlined calls that refer to each other through this attribute.
fn cyclic(attribute: u64) -> Vec<Section> {
    let mut dwarf = of_function();
    let place = dwarf.place();
    dwarf.entry(INLINED, false, &[WHOLE[0], WHOLE[1], (attribute, Value::Entry(place))]);
    let next = dwarf.place();
    // Both entries have the same length in bytes.
    let after = next + (next - place);
    dwarf.entry(INLINED, false, &[WHOLE[0], WHOLE[1], (attribute, Value::Entry(after))]);
    dwarf.entry(INLINED, false, &[WHOLE[0], WHOLE[1], (attribute, Value::Entry(next))]);
    dwarf.close(2);
    dwarf.sections()
}

/// Returns a unit with this number of ranges, each of which is the whole code.
fn ranges(count: usize) -> Vec<Section> {
    let mut dwarf = Dwarf::default();
    dwarf.entry(UNIT, true, &[(LOW, Value::Address(0)), (RANGES, Value::At(0))]);
    for _ in 0..1_000 {
        dwarf.entry(FUNCTION, false, &[(RANGES, Value::At(0))]);
    }
    dwarf.close(1);
    dwarf.ranges = [0, 0, 0, 0, 0xff, 0xff, 0, 0].repeat(count);
    dwarf.ranges.extend([0; 8]);
    dwarf.sections()
}

/// Returns a unit with a line program.
fn with_lines(lines: Vec<u8>) -> Vec<Section> {
    let mut dwarf = Dwarf::default();
    dwarf.entry(UNIT, false, &[WHOLE[0], WHOLE[1], (LINES, Value::At(0))]);
    dwarf.lines = lines;
    dwarf.sections()
}

/// Returns a line program with one byte of its header changed.
fn with_header(at: usize, byte: u8) -> Vec<Section> {
    let mut lines = lines(&[0x80; 100]);
    lines[at] = byte;
    with_lines(lines)
}

/// Returns a kind of entry with this number of attributes, which take no bytes.
fn attributes(count: usize) -> Vec<Section> {
    let mut dwarf = Dwarf::default();
    let mut all = WHOLE.to_vec();
    all.extend(std::iter::repeat_n((NAME, Value::Raw(0x19, &[])), count));
    dwarf.entry(UNIT, false, &all);
    dwarf.sections()
}

/// Returns this number of entries, each of a kind of its own.
fn kinds(count: u64) -> Vec<Section> {
    let mut dwarf = of_function();
    for number in 0..count {
        dwarf.entry(INLINED, false, &[WHOLE[0], WHOLE[1], (0x2000 + number, Value::Number(0))]);
    }
    dwarf.close(2);
    dwarf.sections()
}

/// Returns sections that are cut in the middle.
fn cut_off() -> Vec<Section> {
    let mut sections = long_name(10, 1_000);
    sections.iter_mut().for_each(|(_, content)| content.truncate(content.len() / 2));
    sections
}

/// Returns a unit with these bytes as its header.
fn unit_header(header: &[u8]) -> Vec<Section> {
    let mut sections = units(1);
    let mut unit = header.to_vec();
    unit.extend([1; 64]);
    sections[1].1 = unit;
    sections
}

/// Returns a text without an end, and names at places that do not exist.
fn texts() -> Vec<Section> {
    let mut sections = nested(
        100,
        &[WHOLE[0], WHOLE[1], (NAME, Value::TextAt(1)), (LINKAGE_NAME, Value::TextAt(u32::MAX))],
    );
    sections[2].1 = vec![b'f'; 100_000];
    sections
}

/// Returns a section that says that the information is in another file.
fn elsewhere() -> Vec<Section> {
    let mut dwarf = Dwarf::default();
    // The names of the folder and of the file, as two versions of DWARF encode them.
    let names = [(0x1b, Value::Text("/")), (0x76, Value::Text("/dev/zero"))];
    dwarf.entry(UNIT, false, &[WHOLE[0], WHOLE[1], names[0], names[1]]);
    dwarf.entry(UNIT, false, &[WHOLE[0], WHOLE[1], (0x2130, Value::Text("/dev/zero"))]);
    let mut sections = dwarf.sections();
    sections.push(("external_debug_info".into(), b"\x09/dev/zero".to_vec()));
    sections.push(("sourceMappingURL".into(), b"\x10file:///dev/zero".to_vec()));
    sections.push((".gnu_debuglink".into(), b"/dev/zero\0\0\0\0\0\0\0".to_vec()));
    sections
}

/// Returns all expensive debug information, by name.
fn dear() -> Vec<(&'static str, Vec<Section>)> {
    let mut twice = nested(5_500, &[]);
    twice.extend(nested(5_500, &[]));
    vec![
        ("entries 5,500 deep", nested(5_500, &[])),
        ("entries 200,000 deep", nested(200_000, &[])),
        ("entries with ranges, 20,000 deep", nested(20_000, &WHOLE)),
        ("entries 50,000 wide", wide(50_000)),
        ("one name of 500 KB, 4,000 times", long_name(4_000, 500_000)),
        ("100,000 units", units(100_000)),
        ("origins that are cyclic", cyclic(ORIGIN)),
        ("specifications that are cyclic", cyclic(SPECIFICATION)),
        ("100,000 ranges, 1,000 times", ranges(100_000)),
        ("a million lines", with_lines(lines(&[0x80; 1_000_000]))),
        ("lines of no range", with_header(14, 0)),
        ("lines without instructions", with_header(15, 0)),
        ("lines that step by nothing", with_header(10, 0)),
        ("a header of lines that is too long", with_header(7, 0xff)),
        ("an entry with 20,000 attributes", attributes(20_000)),
        ("2,000 kinds of entries", kinds(2_000)),
        ("everything cut off", cut_off()),
        ("a unit of all bytes that there can be", unit_header(&[0xff; 12])),
        ("a unit of no bytes", unit_header(&[0; 11])),
        ("a unit of version 0", unit_header(&[60, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4])),
        ("a unit of version 5", unit_header(&[60, 0, 0, 0, 5, 0, 1, 4, 0, 0, 0, 0])),
        ("addresses of no bytes", unit_header(&[60, 0, 0, 0, 4, 0, 0, 0, 0, 0, 0])),
        ("addresses of 255 bytes", unit_header(&[60, 0, 0, 0, 4, 0, 0, 0, 0, 0, 255])),
        ("texts without an end", texts()),
        ("information in another file", elsewhere()),
        ("every section twice", twice),
        ("10,001 sections", (0..10_001).map(|_| (".debug_x".into(), vec![0])).collect()),
    ]
}

fn row(name: &str, expected: &str, guest: Vec<u8>) -> Row {
    let call = if guest.get(4) == Some(&0x0d) { "call: fail" } else { "call: run" };
    let row = Row::new(name, expected, guest);
    row.with(call).with("limits: wall-clock=100ms").with("within: 5000")
}

/// Returns all rows: expensive debug information, hidden debug information, and names.
pub(crate) fn rows() -> Vec<Row> {
    let mut rows = dear_rows();
    rows.extend(hidden_rows());
    rows.extend(named_rows());
    rows.into_iter().map(|row| row.with("spends: the report of a failure")).collect()
}

#[test]
fn debug_information_and_names_are_not_dear() {
    super::check_all(&rows());
}

fn dear_rows() -> Vec<Row> {
    let mut rows = Vec::new();
    for (index, (name, sections)) in dear().into_iter().enumerate() {
        // Every kind of failure is used in turn, in a module and in a component.
        let (how, expected, text) = FAILURES[index % FAILURES.len()];
        let guest = module(text, &sections);
        rows.push(row(&format!("{name}, in a component that {how}"), expected, component(&guest)));
        rows.push(row(&format!("{name}, in a module that {how}"), expected, guest));
    }
    rows
}

/// Returns rows with debug information in unusual places. Every failure still has its stack.
fn hidden_rows() -> Vec<Row> {
    let deep = nested(5_500, &[]);
    let (_, traps, text) = FAILURES[0];
    let plain = wat::parse_str(text).unwrap();
    let sections: Vec<u8> = deep.iter().flat_map(|(name, content)| custom(name, content)).collect();
    let ahead = [&plain[..8], &sections, &plain[8..]].concat();
    let mut long_numbers = plain.clone();
    for (name, content) in &deep {
        // A number may be written with five bytes even if it needs fewer.
        let long = |number: usize| {
            let mut bytes = leb(number as u64 | 1 << 34);
            bytes[4] = 0;
            bytes
        };
        let of_name = [&long(name.len())[..], name.as_bytes(), content].concat();
        long_numbers.push(0);
        long_numbers.extend(long(of_name.len()));
        long_numbers.extend(of_name);
    }
    let deeper = (0..8).fold(component(&module(text, &deep)), |inner, _| {
        let mut outer = b"\0asm\x0d\0\x01\0".to_vec();
        outer.extend(super::dwarf::section(4, &inner));
        outer.extend(super::dwarf::section(5, &[1, 0, 0, 0]));
        outer.extend(super::dwarf::section(6, b"\x01\x01\0\0\x04fail"));
        outer.extend(super::dwarf::section(11, b"\x01\0\x04fail\x01\0\0"));
        outer
    });
    vec![
        row("in front of everything", traps, ahead),
        row("with numbers in five bytes", traps, long_numbers),
        row("eight components deep", traps, deeper),
    ]
}

/// Returns a name section with one name for the first function.
fn named(name: &[u8]) -> Vec<Section> {
    let mut function = vec![1, 0];
    function.extend(leb(name.len() as u64));
    function.extend(name);
    let mut content = vec![1];
    content.extend(leb(function.len() as u64));
    content.extend(function);
    vec![("name".into(), content)]
}

/// Returns a short name in Rust's mangling that doubles in length with each level.
fn doubling(levels: usize) -> String {
    let mut name = "_RIC1a".to_owned();
    let mut start = name.len();
    name.push_str("TuuE");
    for _ in 1..levels {
        let back = format!("B{}_", base_62(start - 2));
        start = name.len();
        name.push_str(&format!("T{back}{back}E"));
    }
    name + "E"
}

/// Returns a number as Rust's mangling writes it: one less than the number, or nothing for 0.
fn base_62(number: usize) -> String {
    const DIGITS: &[u8] = b"0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
    let Some(mut left) = number.checked_sub(1) else { return String::new() };
    let mut digits = Vec::new();
    loop {
        digits.push(char::from(DIGITS[left % 62]));
        left /= 62;
        if left == 0 {
            return digits.into_iter().rev().collect();
        }
    }
}

fn named_rows() -> Vec<Row> {
    let (_, traps, text) = FAILURES[0];
    let (_, stack, recursion) = FAILURES[2];
    let names: [(&str, Vec<u8>); 16] = [
        ("a name that doubles 60 times", doubling(60).into()),
        ("a name that doubles 2,000 times", doubling(2_000).into()),
        ("a name of types within one another", format!("_RIC1a{}uE", "R".repeat(90_000)).into()),
        ("a name of paths within one another", format!("_R{}C1a", "Nv".repeat(40_000)).into()),
        ("a name that refers to itself", b"_RIC1aB_E".to_vec()),
        ("a name in Unicode", format!("_RNvC1au{}_{}", 90_000, "a".repeat(90_000)).into()),
        ("a name of C++ with many parts", format!("_ZN{}E", "1a".repeat(45_000)).into()),
        ("a name of C++ that refers back", format!("_Z1f{}", "S_".repeat(45_000)).into()),
        ("a name of C++ with templates", format!("_Z1fI{}", "1aI".repeat(30_000)).into()),
        ("a name of C++ that is too long", b"_ZN99999999999999999999aE".to_vec()),
        ("a name of 100 KB", vec![b'f'; 100_000]),
        ("a name of escapes", b"\x1b[2J\x1b]0;owned\x07\r\n".repeat(1_000)),
        ("a name of directions", "\u{202e}\u{2066}nur".repeat(1_000).into()),
        ("a name of zeros", vec![0; 10_000]),
        ("a name that is not UTF-8", vec![0xff; 100]),
        ("no name", Vec::new()),
    ];
    let mut rows = Vec::new();
    for (name, bytes) in &names {
        rows.push(row(name, traps, module(text, &named(bytes))));
        rows.push(row(name, stack, component(&module(recursion, &named(bytes)))));
    }
    // Other parts of a name section, with more entries than allowed.
    let mut many = vec![1];
    let all: Vec<u8> = (0..50_000).flat_map(|_| [0, 1, b'f']).collect();
    let all = [leb(50_000), all].concat();
    many.extend(leb(all.len() as u64));
    many.extend(all);
    for (name, content) in [
        ("50,000 names of one function", many),
        ("names of more functions than there are", b"\x01\x07\x01\xff\xff\xff\xff\x0f\0".to_vec()),
        ("a number of names that is not true", b"\x01\x05\xff\xff\xff\xff\x0f".to_vec()),
        ("a part of names that is too long", b"\x01\xff\xff\xff\xff\x0f".to_vec()),
        (
            "the name of the module",
            [&b"\x00\xa3\x8d\x06\xa0\x8d\x06"[..], &[b'm'; 100_000]].concat(),
        ),
    ] {
        let sections: Vec<Section> = vec![("name".into(), content)];
        rows.push(row(name, traps, module(text, &sections)));
    }
    for count in [2, 1_000] {
        let sections: Vec<_> = (0..count).flat_map(|_| named(&[b'f'; 1_000])).collect();
        rows.push(row(&format!("{count} sections of names"), traps, module(text, &sections)));
    }
    rows
}
