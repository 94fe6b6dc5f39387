//! Requests over HTTP, each with a session of its own, beside a server by hand. These are the last
//! rows, since once host calls were listened to, they cost a little more.

use crate::guests::Path;
use crate::plain;
use crate::requests::Request;
use crate::row::{Column, Row};
use crate::setting::Setting;
use crate::wit_host::requests::{Counted, served};

const GROUP: &str = "a request over HTTP, a fresh session each";

/// The goal: at least 0.9 times the requests a CPU second.
const AT_MOST: f64 = 1.0 / 0.9;

pub(super) fn rows() -> Vec<Row> {
    // Without the feature, the engine has no pool.
    let setting = Setting { pooled: cfg!(feature = "comparisons"), ..Setting::DEFAULT };
    let requests = [("add", Request::Add), ("64 KiB of text", Request::Reply(64 << 10))];
    let mut rows: Vec<_> = requests
        .map(|(name, request)| {
            row(name, Path::Component, request, setting, Counted::Nothing)
                .column(Column::Plain, move || plain::requests::served(request, setting))
                .at_most_plain(AT_MOST)
        })
        .into();
    let add = |name: &str, counted| row(name, Path::Env, Request::Add, setting, counted);
    rows.push(add("add, env", Counted::Nothing));
    rows.push(add("add, env, counted", Counted::Calls));
    rows.push(add("add, env, counted with host calls", Counted::HostCalls));
    rows
}

fn row(name: &str, path: Path, request: Request, setting: Setting, counted: Counted) -> Row {
    Row::new(GROUP, name)
        .unpinned()
        .column(Column::WitHost, move || served(path, request, setting, counted))
}
