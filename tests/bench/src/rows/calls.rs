//! A guest calls the host: numbers, texts, bytes, records.

use crate::guests::{Path, Work};
use crate::plain::{self, Plain};
use crate::row::{Column, Goal, Row};
use crate::setting::Setting;
use crate::{interpreter, native, peers, wit_host};

/// The lengths of a text, and how they are written.
const LENGTHS: [(u32, &str); 4] =
    [(16, "16 B"), (1 << 10, "1 KiB"), (64 << 10, "64 KiB"), (1 << 20, "1 MiB")];

pub(super) fn rows() -> Vec<Row> {
    let mut rows = Vec::new();
    for path in Path::BOTH {
        rows.push(add(path));
    }
    // wit-host inserts a time check between calls that follow one another.
    for path in Path::BOTH {
        rows.push(row("the guest calls the host", "add, ten in a line", path, Work::AddInLine));
    }
    rows.push(recorded());
    for path in Path::BOTH {
        rows.extend(LENGTHS.map(|(length, shown)| {
            row("text there and back", shown, path, Work::EchoText(length))
                .headline_if(path == Path::Component && length >= 1 << 10)
        }));
    }
    for path in Path::BOTH {
        rows.extend(LENGTHS[2..].iter().map(|(length, shown)| lent(path, *length, shown)));
    }
    for path in Path::BOTH {
        rows.extend(LENGTHS.map(|(length, shown)| {
            row("bytes there and back", shown, path, Work::EchoBytes(length))
        }));
    }
    let records = "records there and back";
    rows.push(row(records, "one", Path::Component, Work::EchoReading));
    let thousand = Work::EchoReadings(1_000);
    rows.push(row(records, "a list of 1,000", Path::Component, thousand));
    rows
}

/// A recording of each call, which may cost 3 µs beyond the call itself.
fn recorded() -> Row {
    Row::new("the guest calls the host", "add over values, recorded")
        .column(Column::WitHost, wit_host::calls::recorded)
        .goal(Goal::Cost(3_500.0))
}

fn row(group: &'static str, name: &str, path: Path, work: Work) -> Row {
    let setting = Setting::DEFAULT;
    let row = Row::new(group, format!("{name}, {}", path.name()))
        .column(Column::WitHost, move || wit_host::calls::calls(path, work, setting))
        .column(Column::Plain, move || plain::calls::calls(Plain::new(setting)?, path, work))
        .column(Column::Native, move || native::calls(work))
        .at_most_plain(1.05);
    peers::calls(interpreter::calls(row, path, work), path, work)
}

fn add(path: Path) -> Row {
    let row = row("the guest calls the host", "add", path, Work::Add).headline();
    let row = row.column(Column::AsItComes, move || {
        plain::calls::calls(Plain::as_it_comes(), path, Work::Add)
    });
    match path {
        // Only components have something that the default configuration makes slower.
        Path::Component if cfg!(feature = "comparisons") => {
            row.goal(Goal::Ratio(Column::AsItComes, 1.0 / 1.9))
        }
        _ => row,
    }
}

/// A text that the host only reads in place.
fn lent(path: Path, length: u32, shown: &str) -> Row {
    let (work, setting) = (Work::MeasureText(length), Setting { lent: true, ..Setting::DEFAULT });
    Row::new("text that the host reads", format!("{shown}, {}", path.name()))
        .column(Column::WitHost, move || wit_host::calls::calls(path, work, setting))
        .column(Column::Plain, move || plain::calls::calls(Plain::new(setting)?, path, work))
        .column(Column::AsItComes, move || plain::calls::calls(Plain::as_it_comes(), path, work))
        .column(Column::Native, move || native::calls(work))
        .at_most_plain(1.05)
        .goals(match path {
            Path::Component => vec![Goal::Ratio(Column::AsItComes, 1.0 / 1.3)],
            Path::Env => Vec::new(),
        })
}
