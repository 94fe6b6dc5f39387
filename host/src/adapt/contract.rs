//! The contract that a component is made for: the shipped one, or one in a folder
//! of WIT files.

use std::path::Path;

use wit_parser::{Resolve, WorldId};

use crate::error::{Error, Result};
use crate::functions::CONTRACT;
use crate::text::shown_text;

/// The shipped contract and its world.
///
/// # Errors
/// [`Error::Contract`], which does not happen to what is shipped.
pub fn shipped_contract() -> Result<(Resolve, WorldId)> {
    let mut resolve = Resolve::default();
    let package = resolve.push_str("contract.wit", &CONTRACT.join("\n"));
    let world = package.and_then(|package| resolve.select_world(&[package], None));
    let world = world.map_err(|error| unreadable("wit-host:contract", &resolve, &error))?;
    Ok((resolve, world))
}

/// The contract in a folder of WIT files, with its dependencies in `deps`, and its
/// world of that name, or its only one.
///
/// # Errors
/// [`Error::Contract`] where there is none, or it is not valid WIT.
pub fn contract_in(folder: &Path, world: Option<&str>) -> Result<(Resolve, WorldId)> {
    let mut resolve = Resolve::default();
    let package = resolve.push_path(folder);
    let world = package.and_then(|(package, _)| resolve.select_world(&[package], world));
    let world =
        world.map_err(|error| unreadable(&folder.display().to_string(), &resolve, &error))?;
    Ok((resolve, world))
}

fn unreadable(contract: &str, resolve: &Resolve, error: &anyhow::Error) -> Error {
    let reason = shown_text(resolve.render_error(error).trim());
    Error::Contract { contract: contract.into(), reason }
}
