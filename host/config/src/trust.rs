//! Stores which files a person has allowed, in a folder of that person. A file is stored by its
//! path and its contents, so a file that has changed has to be allowed again.

use std::ffi::OsString;
use std::fs::{self, DirBuilder};
use std::io;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};

use crate::error::ConfigError;
use crate::host_file::HostFile;

/// The files that are allowed.
#[derive(Clone, Debug)]
pub struct Trust {
    folder: PathBuf,
}

impl Trust {
    /// Uses a folder, which need not exist yet.
    pub fn in_folder(folder: impl Into<PathBuf>) -> Self {
        Self { folder: folder.into() }
    }

    /// Uses the folder of the current user. Returns `None` if the system has no place for a user's
    /// state.
    pub fn of_user() -> Option<Self> {
        state_folder().map(|state| Self::in_folder(state.join("allowed")))
    }

    /// Returns whether the file is allowed with the contents that it had when it was read.
    pub fn allows(&self, file: &HostFile) -> bool {
        self.entry(file).is_ok_and(|entry| entry.is_file())
    }

    /// Stores that the file is allowed with the contents that it had when it was read.
    ///
    /// # Errors
    /// [`ConfigError::Remember`] if the folder cannot be written to, and [`ConfigError::Read`] if
    /// the file no longer exists.
    pub fn allow(&self, file: &HostFile) -> Result<(), ConfigError> {
        let gone = |source| ConfigError::Read { path: file.path.clone(), source };
        let entry = self.entry(file).map_err(gone)?;
        let path = file.path.canonicalize().map_err(gone)?;
        let failed = |source| ConfigError::Remember { path: entry.clone(), source };
        // Only the user can see which files are allowed.
        DirBuilder::new().recursive(true).mode(0o700).create(&self.folder).map_err(failed)?;
        // The contents are for people who look into the folder. The program does not read them.
        fs::write(&entry, [path.as_os_str().as_bytes(), b"\n"].concat()).map_err(failed)
    }

    fn entry(&self, file: &HostFile) -> io::Result<PathBuf> {
        // By its real path, so that a link does not carry the permission to another folder.
        let path = file.path.canonicalize()?;
        let mut hasher = blake3::Hasher::new();
        // A path has no NUL byte, so the NUL separates it from the contents unambiguously.
        hasher.update(path.as_os_str().as_bytes()).update(b"\0").update(file.text().as_bytes());
        Ok(self.folder.join(hasher.finalize().to_hex().as_str()))
    }
}

/// Returns the folder of the user's state, according to the XDG base directory specification.
/// Returns `None` if neither `XDG_STATE_HOME` nor `HOME` is an absolute path.
pub fn state_folder() -> Option<PathBuf> {
    let variable = |name| std::env::var_os(name);
    place(variable("XDG_STATE_HOME"), variable("HOME"))
}

fn place(state: Option<OsString>, home: Option<OsString>) -> Option<PathBuf> {
    let absolute = |path: OsString| Some(path).filter(|path| Path::new(path).is_absolute());
    let in_home = || Some(Path::new(&home.and_then(absolute)?).join(".local/state"));
    let state = state.and_then(absolute).map(PathBuf::from).or_else(in_home)?;
    Some(state.join("wit-host"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_place_of_the_state() {
        for (state, home, expected) in [
            (Some("/state"), Some("/home/ann"), Some("/state/wit-host")),
            (None, Some("/home/ann"), Some("/home/ann/.local/state/wit-host")),
            (Some(""), Some("/home/ann"), Some("/home/ann/.local/state/wit-host")),
            (Some("state"), Some("/home/ann"), Some("/home/ann/.local/state/wit-host")),
            (Some("/state"), None, Some("/state/wit-host")),
            (None, Some("ann"), None),
            (None, None, None),
        ] {
            let found = place(state.map(Into::into), home.map(Into::into));
            assert_eq!(found, expected.map(PathBuf::from), "{state:?} {home:?}");
        }
    }
}
