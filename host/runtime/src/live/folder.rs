//! Notices which guests are in a folder, and which have another content. It does not know what
//! becomes of them.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::Watched;

/// The endings of the files that are guests.
const ENDINGS: [&str; 2] = ["wasm", "wat"];
/// The number of guests of one folder. Each takes memory for its code.
const MOST: usize = 1000;
/// The number of bytes after which one look reads no other file, since they are all in memory at once.
const MOST_TAKEN: usize = 128 << 20;
/// The number of bytes of a name.
const LONGEST_NAME: usize = 100;

/// A folder of guests that is looked at now and then. A guest is a file that ends with `.wasm` or
/// `.wat`, and the rest of the file's name is the guest's. Files whose names begin with a dot are none.
///
/// A file is taken as [`Watched`] takes one, and is gone when two looks in a row do not find it.
#[derive(Debug)]
pub struct WatchedFolder {
    path: PathBuf,
    most: usize,
    files: BTreeMap<String, Entry>,
    /// Whether the last look found more guests than are served, which is reported once.
    is_full: bool,
}

#[derive(Debug)]
struct Entry {
    file: Watched,
    path: PathBuf,
    /// Whether the last look did not find it.
    is_missing: bool,
    /// Whether its content was taken, so that its removal is reported.
    was_taken: bool,
    /// Why it could not be read, as it was told.
    failed: Option<String>,
}

/// What is new in a folder of guests.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum FolderChange {
    /// A guest is new, or has another content.
    Content {
        /// The guest's name.
        name: String,
        /// The guest's file.
        path: PathBuf,
        /// The content.
        bytes: Vec<u8>,
    },
    /// A guest is gone.
    Removed {
        /// The guest's name.
        name: String,
    },
    /// A file cannot be read, or has a name that no guest has. It is reported once.
    Unusable {
        /// The file.
        path: PathBuf,
        /// The reason.
        reason: String,
    },
}

impl WatchedFolder {
    /// Watches a folder. No more than `most` bytes of a file are read.
    pub fn new(path: impl Into<PathBuf>, most: usize) -> Self {
        Self { path: path.into(), most, files: BTreeMap::new(), is_full: false }
    }

    /// Returns the folder.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Looks at the folder, and returns what is new. What was read in a first look is taken in the
    /// second one.
    ///
    /// # Errors
    /// If the folder cannot be read. Nothing is then taken for removed.
    pub fn look(&mut self) -> io::Result<Vec<FolderChange>> {
        let (found, is_full) = self.found()?;
        let mut changes = self.removed(&found);
        if is_full && !self.is_full {
            let reason = format!("it has more than {MOST} guests; the others are not served");
            changes.push(FolderChange::Unusable { path: self.path.clone(), reason });
        }
        self.is_full = is_full;
        let mut taken = 0_usize;
        for (name, path) in found {
            // The others are read in the next looks.
            if taken > MOST_TAKEN {
                break;
            }
            let entry =
                self.files.entry(name.clone()).or_insert_with(|| Entry::new(&path, self.most));
            // The guest is another file's now. The old one is removed first, after two looks.
            if entry.path != path {
                continue;
            }
            entry.is_missing = false;
            match entry.look(&name) {
                Ok(bytes) => {
                    entry.failed = None;
                    changes.extend(bytes.map(|bytes| {
                        taken = taken.saturating_add(bytes.len());
                        entry.was_taken = true;
                        FolderChange::Content { name, path: entry.path.clone(), bytes }
                    }));
                }
                Err(reason) if entry.failed.as_deref() == Some(&*reason) => {}
                Err(reason) => {
                    entry.failed = Some(reason.clone());
                    changes.push(FolderChange::Unusable { path, reason });
                }
            }
        }
        Ok(changes)
    }

    /// Returns the guests' files by their names, of two with one name the first, and whether there are
    /// more than the limit. Guests that are known stay.
    fn found(&self) -> io::Result<(BTreeMap<String, PathBuf>, bool)> {
        let mut paths = Vec::new();
        for entry in fs::read_dir(&self.path)? {
            let path = entry?.path();
            let is_guest = |ending: &OsStr| ENDINGS.iter().any(|known| ending == *known);
            let is_hidden = path.file_name().is_some_and(|name| name.as_encoded_bytes()[0] == b'.');
            if path.extension().is_some_and(is_guest) && !is_hidden && path.is_file() {
                paths.push(path);
            }
        }
        let name =
            |path: &Path| path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        paths.sort_by_cached_key(|path| (!self.files.contains_key(&name(path)), path.clone()));
        let mut found = BTreeMap::new();
        let mut is_full = false;
        for path in paths {
            match found.len() < MOST {
                true => drop(found.entry(name(&path)).or_insert(path)),
                false => is_full |= !found.contains_key(&name(&path)),
            }
        }
        Ok((found, is_full))
    }

    /// Forgets the files that two looks did not find, and returns the guests among them.
    fn removed(&mut self, found: &BTreeMap<String, PathBuf>) -> Vec<FolderChange> {
        let mut removed = Vec::new();
        self.files.retain(|name, entry| {
            let is_here = found.get(name).is_some_and(|path| *path == entry.path);
            if is_here || !std::mem::replace(&mut entry.is_missing, true) {
                return true;
            }
            if entry.was_taken {
                removed.push(FolderChange::Removed { name: name.clone() });
            }
            false
        });
        removed
    }
}

impl Entry {
    fn new(path: &Path, most: usize) -> Self {
        let (file, path) = (Watched::unread(path, most), path.to_owned());
        Self { file, path, is_missing: false, was_taken: false, failed: None }
    }

    /// Returns the file's content if that is new, or why there is none.
    fn look(&mut self, name: &str) -> Result<Option<Vec<u8>>, String> {
        if !is_name(name) {
            return Err(format!(
                "its name is to be a guest's: up to {LONGEST_NAME} letters, digits, `-`, `_` and `.`"
            ));
        }
        self.file.look().map_err(|error| error.to_string())
    }
}

/// Returns true if a guest may have this name, which is a part of paths.
fn is_name(name: &str) -> bool {
    let is_plain = |letter: char| letter.is_ascii_alphanumeric() || "-_.".contains(letter);
    (1..=LONGEST_NAME).contains(&name.len()) && name.chars().all(is_plain)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    /// Looks twice, and returns what is new in a few words.
    fn looks(folder: &mut WatchedFolder) -> Vec<String> {
        let changes =
            (0..2).flat_map(|_| folder.look().expect("a folder")).map(|change| match change {
                FolderChange::Content { name, bytes, .. } => {
                    format!("{name} {}", String::from_utf8_lossy(&bytes))
                }
                FolderChange::Removed { name } => format!("{name} is gone"),
                FolderChange::Unusable { path, .. } => format!("{} is unusable", path.display()),
            });
        changes.map(|change| change.rsplit('/').next().unwrap_or_default().to_owned()).collect()
    }

    #[test]
    fn guests_come_change_and_go() {
        let temporary = tempfile::tempdir().expect("a folder");
        let path = |name: &str| temporary.path().join(name);
        let write = |name: &str, text: &str| fs::write(path(name), text).expect("room");
        let mut folder = WatchedFolder::new(temporary.path(), 100);
        assert!(looks(&mut folder).is_empty());
        write("one.wasm", "1");
        write("two.wat", "2");
        for other in ["notes.txt", ".hidden.wasm", "wasm"] {
            write(other, "x");
        }
        fs::create_dir(path("folder.wasm")).expect("room");
        assert_eq!(looks(&mut folder), ["one 1", "two 2"]);
        assert!(looks(&mut folder).is_empty());
        write("one.wasm", "one");
        fs::remove_file(path("two.wat")).expect("it is there");
        assert!(folder.look().expect("a folder").is_empty(), "it may be written anew");
        assert_eq!(looks(&mut folder), ["two is gone", "one one"]);
        // It is written anew between two looks, and was never gone.
        fs::remove_file(path("one.wasm")).expect("it is there");
        assert!(folder.look().expect("a folder").is_empty());
        write("one.wasm", "one");
        assert!(looks(&mut folder).is_empty());
        write("no name.wasm", "x");
        assert_eq!(looks(&mut folder), ["no name.wasm is unusable"]);
        assert!(looks(&mut folder).is_empty(), "it is told once");
        fs::remove_dir_all(temporary.path()).expect("it is there");
        assert!(folder.look().is_err());
    }

    #[test]
    fn links_that_are_swapped_are_one_change_each() {
        let temporary = tempfile::tempdir().expect("a folder");
        let path = |name: &str| temporary.path().join(name);
        for version in ["1", "2"] {
            fs::create_dir(path(version)).expect("room");
            fs::write(path(version).join("one.wasm"), version).expect("room");
        }
        symlink("1", path("..data")).expect("room");
        symlink("..data/one.wasm", path("one.wasm")).expect("room");
        let mut folder = WatchedFolder::new(temporary.path(), 100);
        assert_eq!(looks(&mut folder), ["one 1"]);
        symlink("2", path("..next")).expect("room");
        fs::rename(path("..next"), path("..data")).expect("it is there");
        assert_eq!(looks(&mut folder), ["one 2"]);
    }

    #[test]
    fn guests_above_the_limit_are_left_out() {
        let folder = tempfile::tempdir().expect("a folder");
        let write = |name: &str| std::fs::write(folder.path().join(name), name).expect("a file");
        (0..MOST).for_each(|number| write(&format!("one{number}.wasm")));
        let mut watched = WatchedFolder::new(folder.path(), 100);
        assert_eq!(looks(&mut watched).len(), MOST);
        write("another.wasm");
        let found = looks(&mut watched);
        let folder_name = folder.path().file_name().expect("a name").to_string_lossy().into_owned();
        assert_eq!(found, [format!("{folder_name} is unusable")]);
        std::fs::remove_file(folder.path().join("one7.wasm")).expect("it is there");
        assert_eq!(looks(&mut watched), ["one7 is gone", "another another.wasm"]);
        assert!(looks(&mut watched).is_empty());
    }
}
