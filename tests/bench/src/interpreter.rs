//! The same work by wasmi, an interpreter of core modules, with fuel for its only
//! limit. Built with the feature `peers`.

#[cfg(feature = "peers")]
mod probes;

use crate::call::Call;
use crate::guests::{Path, Work};
use crate::row::Row;

/// Adds wasmi's column, where it is built and can do the work.
pub(crate) fn calls(row: Row, path: Path, work: Work) -> Row {
    #[cfg(feature = "peers")]
    if path == Path::Env {
        return row.column(crate::row::Column::Wasmi, move || probes::calls(work));
    }
    let _ = (path, work);
    row
}

/// The same for a call into the guest.
pub(crate) fn export(row: Row, path: Path, call: Call) -> Row {
    #[cfg(feature = "peers")]
    if path == Path::Env && call == Call::Sum {
        return row.column(crate::row::Column::Wasmi, probes::export);
    }
    let _ = (path, call);
    row
}

/// The same for a fresh session.
pub(crate) fn fresh(row: Row, path: Path) -> Row {
    #[cfg(feature = "peers")]
    if path == Path::Env {
        return row.column(crate::row::Column::Wasmi, probes::fresh);
    }
    let _ = path;
    row
}
