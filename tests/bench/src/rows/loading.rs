//! From a guest's bytes to one that is ready to be instantiated.

use crate::guests::{LARGE_COMMAND, SMALL_COMMAND};
use crate::plain;
use crate::row::{Column, Row};
use crate::wit_host;

const GROUP: &str = "loading a component";

pub(super) fn rows() -> Vec<Row> {
    let compiled = [("54 KB", SMALL_COMMAND), ("2.4 MB with debug information", LARGE_COMMAND)];
    compiled.into_iter().map(|(name, bytes)| compiling(name, bytes)).collect()
}

fn compiling(name: &str, bytes: &'static [u8]) -> Row {
    Row::new(GROUP, format!("{name}, compiled"))
        .once()
        .column(Column::WitHost, move || wit_host::loading::compiled(bytes))
        .column(Column::Plain, move || plain::loading::compiled(bytes))
}
