//! Loading: from a guest's bytes to a guest that is ready to be instantiated.

use crate::guests::{LARGE_COMMAND, SMALL_COMMAND};
use crate::row::{Column, Row};
use crate::{plain, wit_host};

const GROUP: &str = "loading a component";

pub(super) fn rows() -> Vec<Row> {
    let guests = [("54 KB", SMALL_COMMAND), ("2.4 MB with debug information", LARGE_COMMAND)];
    let rows = guests.into_iter().flat_map(|(name, bytes)| {
        [compiling(name, bytes), kept_on_disk(name, bytes), kept_in_memory(name, bytes)]
    });
    rows.collect()
}

fn compiling(name: &str, bytes: &'static [u8]) -> Row {
    Row::new(GROUP, format!("{name}, compiled"))
        .once()
        .column(Column::WitHost, move || wit_host::loading::compiled(bytes))
        .column(Column::Plain, move || plain::loading::compiled(bytes))
}

/// Loads in a process that has not loaded the guest yet. The time includes creating a runtime.
fn kept_on_disk(name: &str, bytes: &'static [u8]) -> Row {
    Row::new(GROUP, format!("{name}, kept on disk, with a new runtime"))
        .column(Column::WitHost, move || wit_host::loading::kept_on_disk(bytes))
}

/// Loads in a process that has loaded the guest before.
fn kept_in_memory(name: &str, bytes: &'static [u8]) -> Row {
    Row::new(GROUP, format!("{name}, kept in memory"))
        .column(Column::WitHost, move || wit_host::loading::kept_in_memory(bytes))
}
