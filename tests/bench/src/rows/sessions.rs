//! Fresh sessions.

use crate::guests::Path;
use crate::plain::{self, Plain};
use crate::row::{Column, Goal, Row};
use crate::setting::{Mode, Setting};
use crate::{interpreter, peers, wit_host};

const GROUP: &str = "a fresh session, a call and its end";

/// The goal of 100,000 sessions a second on two threads, as nanoseconds for one session on one
/// of them.
const SESSION: f64 = 2e9 / 100_000.0;

pub(super) fn rows() -> Vec<Row> {
    let mut rows = Vec::new();
    // Without the feature, the engine has no pool.
    let pooled: &[bool] = if cfg!(feature = "comparisons") { &[false, true] } else { &[false] };
    for pooled in pooled {
        let setting = Setting { pooled: *pooled, ..Setting::DEFAULT };
        for path in Path::BOTH {
            rows.extend(Mode::BOTH.map(|mode| row(path, mode, setting)));
        }
        rows.push(two_threads(Path::Component, setting));
        rows.push(two_threads(Path::Env, setting));
        let writing = Setting { writes: true, ..setting };
        rows.extend(Path::BOTH.map(|path| row(path, Mode::Blocking, writing)));
    }
    rows
}

fn name(path: Path, setting: Setting) -> String {
    let pooled = if setting.pooled { "pooled" } else { "on demand" };
    let writes = if setting.writes { " that writes" } else { "" };
    format!("{pooled}, {}{writes}", path.name())
}

fn row(path: Path, mode: Mode, setting: Setting) -> Row {
    let row = Row::new(GROUP, format!("{}, {}", name(path, setting), mode.name()))
        .column(Column::WitHost, move || wit_host::sessions::fresh(path, mode, setting))
        .column(Column::Plain, move || plain::sessions::fresh(Plain::new(setting)?, path, mode));
    let row = match (mode, setting.pooled) {
        (Mode::Blocking, false) if !setting.writes => {
            peers::fresh(interpreter::fresh(row, path), path)
        }
        (Mode::Blocking, true) => row.column(Column::AsItComes, move || {
            plain::sessions::fresh(Plain::as_it_comes_pooled(setting)?, path, mode)
        }),
        _ => row,
    };
    let row = row.headline_if(path == Path::Component && mode == Mode::Async);
    if setting.pooled { row.at_most_plain(1.15) } else { row }
}

fn two_threads(path: Path, setting: Setting) -> Row {
    let row = Row::new(GROUP, format!("{}, async, two threads", name(path, setting)))
        .column(Column::WitHost, move || wit_host::sessions::fresh_on_two_threads(path, setting))
        .column(Column::Plain, move || plain::sessions::fresh_on_two_threads(path, setting))
        .unpinned();
    if setting.pooled { row.at_most_plain(1.15).goal(Goal::Cost(SESSION)) } else { row }
}
