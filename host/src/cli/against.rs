//! Two versions of a contract: what changed, whom it breaks, and whether the
//! version numbers say so.

use std::path::Path;

use anyhow::Result;
use wit_host::Contract;

use super::output::{Format, print, print_json};
use super::status::Status;

/// Prints what changed from the contract at `old` to the one at `new`. It is
/// refused where a version promises what is not so.
pub(crate) fn against(
    old: &Path,
    new: &Path,
    world: Option<&str>,
    format: Format,
) -> Result<Status> {
    let changes = Contract::read(new, world)?.changes_since(&Contract::read(old, world)?);
    match format {
        Format::Text => print(&changes.to_string())?,
        Format::Json => print_json(&changes.json())?,
    }
    Ok(if changes.honest() { Status::Guest(0) } else { Status::Refused })
}
