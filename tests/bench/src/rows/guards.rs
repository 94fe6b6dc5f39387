//! The cost of the guards that can be switched, and of the epochs that always end a call,
//! against the engine in its default configuration, which has none of them.

use crate::guests::{Path, Work};
use crate::plain::{self, Plain};
use crate::row::{Column, Row};
use crate::setting::Setting;
use crate::wit_host;

const GROUP: &str = "with the guards";

pub(super) fn rows() -> Vec<Row> {
    let default = Setting::DEFAULT;
    let settings = [
        ("by default", default),
        ("without a time limit", Setting { wall_clock: false, ..default }),
        ("with fuel", Setting { fuel: true, ..default }),
        ("with host calls counted", Setting { host_calls: true, ..default }),
        ("with both", Setting { fuel: true, host_calls: true, ..default }),
    ];
    let mut rows = Vec::new();
    rows.extend(settings.map(|(name, setting)| fibonacci(name, setting)));
    for path in Path::BOTH {
        rows.extend(settings.map(|(name, setting)| add(name, path, setting)));
    }
    rows
}

fn fibonacci(name: &str, setting: Setting) -> Row {
    const ARGUMENT: i32 = 20;
    Row::new(GROUP, format!("fibonacci({ARGUMENT}), {name}"))
        .column(Column::WitHost, move || wit_host::calls::computes(ARGUMENT, setting))
        .column(Column::Plain, move || plain::calls::computes(Plain::new(setting)?, ARGUMENT))
        .column(Column::AsItComes, || plain::calls::computes(Plain::as_it_comes(), ARGUMENT))
}

fn add(name: &str, path: Path, setting: Setting) -> Row {
    Row::new(GROUP, format!("add, {}, {name}", path.name()))
        .column(Column::WitHost, move || wit_host::calls::calls(path, Work::Add, setting))
        .column(Column::Plain, move || plain::calls::calls(Plain::new(setting)?, path, Work::Add))
        .column(Column::AsItComes, move || {
            plain::calls::calls(Plain::as_it_comes(), path, Work::Add)
        })
}
