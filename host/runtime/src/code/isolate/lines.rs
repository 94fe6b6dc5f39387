//! Reads a guest's debug information for the lines of its frames, in a process of its own.
//! Debug information may nest, repeat and refer to itself without end. Whatever happens to the
//! process, only the lines are lost.

use std::fmt::Write as _;
use std::time::Duration;

use addr2line::Context;
use addr2line::gimli::{Dwarf, EndianSlice, LittleEndian};

use super::{Bounds, Ended, Failed, Isolation, Role, Task};
use wit_host_binary::debug_info::modules;
use wit_host_text::short;

/// What reading debug information may use: one second of CPU time, and little more time in all
/// than a person waits without noticing.
const CPU: Duration = Duration::from_secs(1);
const WALL: Duration = Duration::from_secs(3);
const MEMORY: usize = 512 << 20;
const OUTPUT: usize = 64 << 10;

/// The place of a frame in the source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Line {
    /// The function in the source, which may have been inlined.
    pub function: Option<String>,
    pub(crate) file: String,
    pub(crate) line: u32,
}

impl Isolation {
    /// Returns the lines of some offsets in a guest's file, as far as its debug information has
    /// them.
    ///
    /// # Errors
    /// Why there are none.
    pub(crate) fn lines(&self, guest: &[u8], places: &[u64]) -> Result<Vec<Option<Line>>, String> {
        let arguments: Vec<_> = places.iter().map(ToString::to_string).collect();
        let memory = MEMORY.saturating_add(guest.len().saturating_mul(2));
        let bounds = Bounds { cpu: CPU, wall: WALL, memory, stack: None, output: OUTPUT };
        let task = Task { role: Role::Lines, arguments: &arguments, input: guest, bounds };
        match self.run(&task).map_err(|error| format!("no process could be started: {error}"))? {
            Ended::Done(text) => Ok(read(&String::from_utf8_lossy(&text), places.len())),
            Ended::Refused(reason) => Err(reason),
            Ended::Spent(_) => Err(format!(
                "reading the debug information took more than {CPU:?} or {} MiB",
                memory >> 20
            )),
            Ended::Broken(how) => Err(format!("reading the debug information failed: {how}")),
            Ended::Host(reason) => Err(reason),
        }
    }
}

/// Finds the lines of offsets in a guest's binary form. Runs in the other process.
pub(super) fn work(arguments: &[String], binary: &[u8]) -> Result<Vec<u8>, Failed> {
    let places: Result<Vec<u64>, _> = arguments.iter().map(|place| place.parse()).collect();
    let places = places.map_err(|_| Failed::Host("a place is a number".into()))?;
    let refused = |error: &dyn std::fmt::Display| Failed::Refused(error.to_string());
    let modules = modules(binary).map_err(|error| refused(&error))?;
    let mut text = String::new();
    for module in modules.iter().filter(|module| places.iter().any(|place| module.has(*place))) {
        let dwarf = Dwarf::load(|id| {
            Ok::<_, addr2line::gimli::Error>(EndianSlice::new(
                module.section(id.name()),
                LittleEndian,
            ))
        });
        let context = dwarf.and_then(Context::from_dwarf).map_err(|error| refused(&error))?;
        for (number, place) in places.iter().enumerate().filter(|(_, place)| module.has(**place)) {
            if let Some(line) = line(&context, place - module.code_start) {
                write_line(&mut text, number, &line);
            }
        }
    }
    Ok(text.into_bytes())
}

type Reader<'b> = EndianSlice<'b, LittleEndian>;

/// Returns the line of the innermost function at an offset of the code.
fn line(context: &Context<Reader<'_>>, place: u64) -> Option<Line> {
    let frame = context.find_frames(place).skip_all_loads().ok()?.next().ok()??;
    let function = frame.function.and_then(|function| Some(function.raw_name().ok()?.into()));
    let location = frame.location?;
    Some(Line { function, file: location.file?.into(), line: location.line? })
}

/// Writes one line of text with tabs between its parts, none of which contains a tab.
fn write_line(text: &mut String, number: usize, line: &Line) {
    let function = line.function.as_deref().map(cut).unwrap_or_default();
    // Writing to a text does not fail.
    let _ = writeln!(text, "{number}\t{}\t{}\t{function}", line.line, short(cut(&line.file)));
}

/// Cuts a name that would not be shown as a whole either. The calling process demangles it.
fn cut(name: &str) -> &str {
    let end = name.char_indices().nth(LONGEST_NAME).map_or(name.len(), |(end, _)| end);
    let name = name.get(..end).unwrap_or_default();
    name.split(['\t', '\n', '\r']).next().unwrap_or_default()
}

/// The number of characters of a name that are passed on. A mangled name says little in as
/// many.
const LONGEST_NAME: usize = 1_000;

/// Reads the output of the process, which may be anything.
fn read(text: &str, places: usize) -> Vec<Option<Line>> {
    let mut lines = vec![None; places];
    for line in text.lines() {
        let mut parts = line.split('\t');
        let mut part = || parts.next();
        let (Some(number), Some(line), Some(file), Some(function)) =
            (part(), part(), part(), part())
        else {
            continue;
        };
        if let (Ok(number), Ok(line)) = (number.parse::<usize>(), line.parse())
            && let Some(place) = lines.get_mut(number)
        {
            let function = Some(function).filter(|name| !name.is_empty()).map(Into::into);
            *place = Some(Line { function, file: short(file), line });
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_survive_the_way_between_two_processes() {
        let line = |function: Option<&str>, file: &str, line| Line {
            function: function.map(Into::into),
            file: file.into(),
            line,
        };
        let lines = [line(Some("_ZN1a1bE"), "src/a.rs", 7), line(None, "ü.c", u32::MAX)];
        let mut text = String::new();
        write_line(&mut text, 2, &lines[0]);
        write_line(&mut text, 0, &lines[1]);
        assert_eq!(read(&text, 3), [Some(lines[1].clone()), None, Some(lines[0].clone())]);
    }

    #[test]
    fn whatever_is_written_is_read() {
        for text in ["", "\n", "1", "1\t2", "x\t1\tf\tg", "9\t1\tf\tg", "0\t-1\tf\tg", "\t\t\t\t"] {
            assert_eq!(read(text, 1), [None], "{text:?}");
        }
        let mut text = String::new();
        let line = Line { function: Some("a\tb\nc".into()), file: "\u{1b}[1m\t".into(), line: 1 };
        write_line(&mut text, 0, &line);
        let expected = Line { function: Some("a".into()), file: "\\u{1b}[1m".into(), line: 1 };
        assert_eq!(read(&text, 1), [Some(expected)]);
    }
}
