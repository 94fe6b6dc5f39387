//! Creates the folder that a row may be granted, with the files in it and beside it.

use std::fs;
use std::os::unix::fs::symlink;
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};

use rustix::fs::{CWD, FileType, Mode, mknodat};
use tempfile::TempDir;

/// A folder `data` with a `file` and a `link` that leads out of it. A file `secret` is beside it.
pub(crate) struct Folder(TempDir);

impl Folder {
    /// Creates the folder, with these additional things in it.
    pub(crate) fn new(more: &[String]) -> Self {
        let folder = Self(tempfile::tempdir().unwrap());
        let data = folder.data();
        fs::create_dir(&data).unwrap();
        fs::write(data.join("file"), "content").unwrap();
        fs::write(folder.0.path().join("secret"), "secret").unwrap();
        symlink("../secret", data.join("link")).unwrap();
        more.iter().for_each(|what| put(&data, what));
        folder
    }

    /// Returns the folder that is granted.
    pub(crate) fn data(&self) -> PathBuf {
        self.0.path().join("data")
    }

    /// Returns whether anything beside the granted folder has changed.
    pub(crate) fn is_changed_outside(&self) -> bool {
        let secret = fs::read_to_string(self.0.path().join("secret"));
        !secret.is_ok_and(|secret| secret == "secret")
            || fs::read_dir(self.0.path()).unwrap().count() != 2
    }
}

/// Creates one thing in a folder: `fifo NAME`, `socket NAME`, `link NAME TARGET`, or `names COUNT
/// LENGTH`, which is COUNT hard links to `file` with names of that length.
fn put(data: &Path, what: &str) {
    match what.split(' ').collect::<Vec<_>>()[..] {
        ["fifo", name] => {
            mknodat(CWD, data.join(name), FileType::Fifo, Mode::from(0o666), 0).unwrap();
        }
        ["socket", name] => drop(UnixListener::bind(data.join(name)).unwrap()),
        ["link", name, target] => symlink(target, data.join(name)).unwrap(),
        ["names", count, length] => {
            let length: usize = length.parse().unwrap();
            for index in 0..count.parse::<u32>().unwrap() {
                // Hard links are created faster than files.
                fs::hard_link(data.join("file"), data.join(format!("{index:0>length$}"))).unwrap();
            }
        }
        _ => panic!("there is no `{what}` to put into a folder"),
    }
}
