//! Tables of the host file that other files have as well: limits and grants. It does not know what
//! else is in such a file.

use std::path::{Path, PathBuf};

use wit_host_binary::limits::Limits;

use crate::document;
use crate::grants::Grants;
use crate::host_file::{self, Limit};
use crate::located::{At, Problem};

/// The table `[grants]`, as it is written.
pub type WrittenGrants = document::Grants;

/// The table `[limits]`, as it is written.
pub type WrittenLimits = document::Limits;

/// Checks the grants of a file in `folder`, whose whole text is `text`.
///
/// # Errors
/// The first grant that is wrong.
pub fn grants(written: &WrittenGrants, folder: &Path, text: &str) -> Result<Grants, Problem> {
    Grants::of(written, folder, text)
}

/// Checks the limits of a file whose whole text is `text`.
///
/// # Errors
/// The first limit that is wrong.
pub fn limits(written: &WrittenLimits, text: &str) -> Result<Vec<At<Limit>>, Problem> {
    host_file::limits(written, text)
}

/// Sets limits that [`limits`] has checked.
pub fn set_limits(limits: &mut Limits, set: &[At<Limit>]) {
    set.iter().for_each(|limit| host_file::set(limits, &limit.value));
}

/// Resolves a path that a file in `folder` names. It may lead out of the folder.
///
/// # Errors
/// If there is no path.
pub fn path(folder: &Path, text: &str) -> Result<PathBuf, String> {
    match text.is_empty() || text.contains('\0') {
        true => Err("a path is missing".into()),
        false => Ok(folder.join(text)),
    }
}
