//! Measures the work in wasmi, an interpreter of core modules, whose only limit is fuel. Built
//! with the feature `peers`.

#[cfg(feature = "peers")]
mod probes;

use crate::call::Call;
use crate::guests::{Path, Work};
use crate::row::Row;

/// Adds wasmi's column for calls of the host, if it is built and can do the work.
pub(crate) fn calls(row: Row, path: Path, work: Work) -> Row {
    #[cfg(feature = "peers")]
    if path == Path::Env {
        return row.column(crate::row::Column::Wasmi, move || probes::calls(work));
    }
    let _ = (path, work);
    row
}

/// Adds wasmi's column for a call into the guest, if it is built.
pub(crate) fn export(row: Row, path: Path, call: Call) -> Row {
    #[cfg(feature = "peers")]
    if path == Path::Env && call == Call::Sum {
        return row.column(crate::row::Column::Wasmi, probes::export);
    }
    let _ = (path, call);
    row
}

/// Adds wasmi's column for a fresh session, if it is built.
pub(crate) fn fresh(row: Row, path: Path) -> Row {
    #[cfg(feature = "peers")]
    if path == Path::Env {
        return row.column(crate::row::Column::Wasmi, probes::fresh);
    }
    let _ = path;
    row
}
