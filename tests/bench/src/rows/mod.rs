//! Every row, with its columns and its goals.

mod calls;
mod exports;
mod guards;
mod loading;
mod memory;
mod processes;
mod providers;
mod requests;
mod sessions;
mod streams;
mod tests;

use crate::row::Row;

/// Returns all rows in the table's order.
pub(crate) fn all() -> Vec<Row> {
    let mut rows = Vec::new();
    rows.extend(calls::rows());
    rows.extend(exports::rows());
    rows.extend(providers::rows());
    rows.extend(sessions::rows());
    rows.extend(loading::rows());
    rows.extend(processes::rows());
    rows.extend(tests::rows());
    rows.extend(streams::rows());
    rows.extend(memory::rows());
    rows.extend(guards::rows());
    rows.extend(requests::rows());
    rows
}
