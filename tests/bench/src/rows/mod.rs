//! Every row, with its columns and its goals.

mod calls;
mod exports;
mod sessions;

use crate::row::Row;

/// All rows, in the table's order.
pub(crate) fn all() -> Vec<Row> {
    let mut rows = Vec::new();
    rows.extend(calls::rows());
    rows.extend(exports::rows());
    rows.extend(sessions::rows());
    rows
}
