//! Copies the WIT of a caller's contract into a project: the files of a folder that are read, and
//! no others.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

use crate::File;
use crate::error::ProjectError;
use wit_host_wit::Contract;

/// Returns the files below `wit/`. They are those of the folder and of its `deps`. The contract is
/// written as one file instead if it was not read from a folder, or if tools would have to know
/// which features are on.
pub(super) fn of(contract: &Contract) -> Result<Vec<File>, ProjectError> {
    let package = contract.package();
    let is_plain = package.features().next().is_none();
    let Some(wit) = package.path().filter(|path| path.is_dir() && is_plain) else {
        return Ok(vec![File::new("wit/contract.wit", contract.wit())]);
    };
    let mut files = of_folder(wit, "wit", &["wit"])?;
    let deps = wit.join("deps");
    if deps.is_dir() {
        files.extend(of_folder(&deps, "wit/deps", &["wit", "wat", "wasm"])?);
        for package in entries(&deps)?.iter().filter(|path| path.is_dir()) {
            let name = package.file_name().unwrap_or_default().to_string_lossy();
            files.extend(of_folder(package, &format!("wit/deps/{name}"), &["wit"])?);
        }
    }
    Ok(files)
}

fn of_folder(folder: &Path, within: &str, extensions: &[&str]) -> Result<Vec<File>, ProjectError> {
    let mut files = Vec::new();
    for path in entries(folder)? {
        let extension = path.extension().and_then(OsStr::to_str).unwrap_or_default();
        if path.is_file() && extensions.contains(&extension) {
            let content = fs::read(&path).map_err(failed(&path))?;
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            files.push(File::new(format!("{within}/{name}"), content));
        }
    }
    Ok(files)
}

/// Returns what is in a folder, sorted by name.
fn entries(folder: &Path) -> Result<Vec<PathBuf>, ProjectError> {
    let entries = fs::read_dir(folder).and_then(Iterator::collect::<Result<Vec<_>, _>>);
    let entries = entries.map_err(failed(folder))?;
    let mut paths: Vec<_> = entries.into_iter().map(|entry| entry.path()).collect();
    paths.sort();
    Ok(paths)
}

fn failed(path: &Path) -> impl FnOnce(std::io::Error) -> ProjectError {
    let path = path.to_owned();
    move |source| ProjectError::Write { path, source }
}
