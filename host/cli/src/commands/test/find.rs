//! Finds files of tests below folders. It does not read them.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};

use super::SUFFIX;
use crate::options::Usage;
use crate::status::shown_path;

/// Folders that have what was built or installed, and no tests of this project.
const PASSED_OVER: [&str; 2] = ["target", "node_modules"];

/// The number of folders within one another that are searched.
const DEEPEST: usize = 32;

/// Returns the files of tests that the paths mean, each once. A folder stands for all below it.
///
/// # Errors
/// If a path is not there, or there is no file of tests.
pub(super) fn files(paths: &[PathBuf]) -> Result<Vec<PathBuf>> {
    let here = [PathBuf::from(".")];
    let paths = if paths.is_empty() { &here[..] } else { paths };
    let mut files = Vec::new();
    for path in paths {
        match path.is_dir() {
            true => below(path, DEEPEST, &mut files)?,
            false => files.push(path.clone()),
        }
    }
    files.sort();
    files.dedup();
    if files.is_empty() {
        let places: Vec<_> = paths.iter().map(|path| format!("`{}`", shown_path(path))).collect();
        let reason = format!(
            "there is no file of tests, `*{SUFFIX}`, in or below {}; `wit-host new --tests` makes a \
             project that has one",
            places.join(", ")
        );
        return Err(Usage::new(reason).into());
    }
    Ok(files)
}

fn below(folder: &Path, depth: usize, files: &mut Vec<PathBuf>) -> Result<()> {
    let failed = || format!("failed to read the folder `{}`", shown_path(folder));
    for entry in fs::read_dir(folder).with_context(failed)? {
        let entry = entry.with_context(failed)?;
        let (name, kind) = (entry.file_name(), entry.file_type().with_context(failed)?);
        let name = name.to_string_lossy();
        let is_other = name.starts_with('.') || PASSED_OVER.contains(&&*name);
        let path = match folder == Path::new(".") {
            true => PathBuf::from(entry.file_name()),
            false => entry.path(),
        };
        // Links to folders are not followed, since they can lead back.
        if kind.is_dir() && !is_other && depth > 0 {
            below(&path, depth - 1, files)?;
        } else if !kind.is_dir() && name.ends_with(SUFFIX) {
            files.push(path);
        }
    }
    Ok(())
}
