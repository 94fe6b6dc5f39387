//! Imports that are served over values, by another component, and by a process.

use crate::child::{CHILD, itself};
use crate::guests::Work;
use crate::plain::{self, Plain};
use crate::row::{Column, Goal, Row};
use crate::setting::{Mode, Setting};
use crate::{native, wit_host};

/// The nanoseconds of a call of a process: 20,000 calls are made in a second.
const OF_PROCESS: f64 = 1e9 / 20_000.0;

pub(super) fn rows() -> Vec<Row> {
    let mut rows: Vec<_> = Mode::BOTH.into_iter().map(closure).collect();
    rows.push(component());
    rows.push(bytes());
    rows.extend(itself().map(|program| {
        let (other, name) = (program.clone(), "add, a process, by the clock");
        Row::new("an import served by another", name)
            .column(Column::WitHost, move || {
                wit_host::providers::process(&program, [CHILD, "answer"])
            })
            .column(Column::Native, move || native::pipe(&other, [CHILD, "echo"]))
            .goal(Goal::Cost(OF_PROCESS))
    }));
    rows
}

fn closure(mode: Mode) -> Row {
    Row::new("an import served over values", format!("add, a closure, {}", mode.name()))
        .column(Column::WitHost, move || wit_host::providers::closure(mode))
        .column(Column::Plain, move || {
            plain::providers::closure(&Plain::new(Setting::DEFAULT)?, mode)
        })
        .at_most_plain(1.1)
}

/// A call of the provider's function, beside one that the host makes.
fn component() -> Row {
    Row::new("an import served by another", "add, a component")
        .column(Column::WitHost, || wit_host::providers::component(Work::Add))
        .column(Column::Plain, || plain::providers::export(&Plain::new(Setting::DEFAULT)?))
        .at_most_plain(3.0)
}

/// The bytes are copied out of the guest, into the provider, out of it, and into the guest.
fn bytes() -> Row {
    let length = 64 << 10;
    Row::new("an import served by another", "64 KiB of bytes there and back, a component")
        .column(Column::WitHost, move || wit_host::providers::component(Work::EchoBytes(length)))
        .column(Column::Native, move || native::copies_through(length))
        .goal(Goal::Ratio(Column::Native, 2.0))
}
