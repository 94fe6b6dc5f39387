//! The host calls the guest.

use crate::call::Call;
use crate::guests::Path;
use crate::plain::{self, Plain};
use crate::row::{Column, Row};
use crate::setting::{Mode, Setting};
use crate::{interpreter, peers, wit_host};

/// The goal for typed calls, relative to plain wasmtime.
const TYPED: f64 = 1.05;
const BY_NAME: f64 = 1.5;

pub(super) fn rows() -> Vec<Row> {
    let mut rows = Vec::new();
    for mode in Mode::BOTH {
        for path in Path::BOTH {
            let typed = row("sum, typed", path, Call::Sum, mode, TYPED);
            rows.push(typed.headline_if(path == Path::Component));
            rows.push(row("sum, by name", path, Call::SumByName, mode, BY_NAME));
        }
    }
    let (path, mode) = (Path::Component, Mode::Blocking);
    rows.push(row("text of 1 KiB, typed", path, Call::Reply(1 << 10), mode, TYPED));
    rows.push(row("text of 1 KiB, by name", path, Call::ReplyByName(1 << 10), mode, BY_NAME));
    rows
}

fn row(name: &str, path: Path, call: Call, mode: Mode, at_most: f64) -> Row {
    let setting = Setting::DEFAULT;
    let row =
        Row::new("the host calls the guest", format!("{name}, {}, {}", path.name(), mode.name()))
            .column(Column::WitHost, move || wit_host::exports::export(path, call, mode, setting))
            .column(Column::Plain, move || match mode {
                Mode::Blocking => plain::exports::export(Plain::new(setting)?, path, call),
                Mode::Async => plain::waiting::export(&Plain::new(setting)?, path, call),
            })
            .at_most_plain(at_most);
    match mode {
        Mode::Blocking => peers::export(interpreter::export(row, path, call), path, call),
        Mode::Async => row,
    }
}
