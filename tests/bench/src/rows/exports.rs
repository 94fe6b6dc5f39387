//! The host calls the guest.

use crate::call::Call;
use crate::guests::Path;
use crate::interpreter;
use crate::plain::{self, Plain};
use crate::row::{Column, Row};
use crate::setting::{Mode, Setting};
use crate::wit_host;

pub(super) fn rows() -> Vec<Row> {
    let mut rows = Vec::new();
    for mode in Mode::BOTH {
        for path in Path::BOTH {
            let typed = row("sum, typed", path, Call::Sum, mode).at_most_plain(1.05);
            rows.push(typed.headline_if(path == Path::Component));
            rows.push(row("sum, by name", path, Call::SumByName, mode).at_most_plain(1.5));
        }
    }
    let (path, mode) = (Path::Component, Mode::Blocking);
    rows.push(row("text of 1 KiB, typed", path, Call::Reply(1 << 10), mode).at_most_plain(1.05));
    let by_name = Call::ReplyByName(1 << 10);
    rows.push(row("text of 1 KiB, by name", path, by_name, mode).at_most_plain(1.5));
    rows
}

fn row(name: &str, path: Path, call: Call, mode: Mode) -> Row {
    let setting = Setting::DEFAULT;
    let row =
        Row::new("the host calls the guest", format!("{name}, {}, {}", path.name(), mode.name()))
            .column(Column::WitHost, move || wit_host::exports::export(path, call, mode, setting))
            .column(Column::Plain, move || match mode {
                Mode::Blocking => plain::exports::export(Plain::new(setting)?, path, call),
                Mode::Async => plain::waiting::export(&Plain::new(setting)?, path, call),
            });
    if mode == Mode::Blocking { interpreter::export(row, path, call) } else { row }
}
