//! Notices that a guest's file has another content, and that whoever writes it is done. It reads
//! the path anew each time, so that a link that points elsewhere is noticed as well.

use std::fs::{self, File, Metadata};
use std::io::{self, Read as _};
use std::os::unix::fs::MetadataExt as _;
use std::path::PathBuf;

use wit_host_binary::blake3;

/// A file that is looked at now and then.
///
/// A file is taken when two looks in a row find it the same, and its content is another one than
/// before. So a file that is written slowly, or in two steps, is taken once it is whole.
#[derive(Debug)]
pub struct Watched {
    path: PathBuf,
    /// The most bytes that are read.
    most: u64,
    seen: Option<Look>,
    /// What was read last, and so is not read again.
    taken: Option<Look>,
    content: Option<blake3::Hash>,
}

/// What tells one state of a file from another without reading it.
type Look = (u64, u64, u64, i64, i64);

fn look(metadata: &Metadata) -> Look {
    let (file, time) =
        ((metadata.dev(), metadata.ino()), (metadata.mtime(), metadata.mtime_nsec()));
    (file.0, file.1, metadata.len(), time.0, time.1)
}

impl Watched {
    /// Watches a file with this content now. No more than `most` bytes of it are read.
    pub fn new(path: impl Into<PathBuf>, content: &[u8], most: usize) -> Self {
        let most = u64::try_from(most).unwrap_or(u64::MAX);
        let content = Some(blake3::hash(content));
        Self { path: path.into(), most, seen: None, taken: None, content }
    }

    /// Watches a file of which nothing was read yet.
    pub fn unread(path: impl Into<PathBuf>, most: usize) -> Self {
        Self { content: None, ..Self::new(path, &[], most) }
    }

    /// Looks at the file, and returns its content if that is new and settled.
    ///
    /// # Errors
    /// If the file is there and cannot be read. A file that is missing is about to be replaced.
    pub fn look(&mut self) -> io::Result<Option<Vec<u8>>> {
        // Opening a pipe would wait for somebody who writes to it.
        let is_other = |metadata: &Metadata| !metadata.is_file();
        if fs::metadata(&self.path).as_ref().is_ok_and(is_other) {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "it is no file"));
        }
        let file = match File::open(&self.path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                self.seen = None;
                return Ok(None);
            }
            file => file?,
        };
        let now = look(&file.metadata()?);
        let is_settled = self.seen.replace(now) == Some(now);
        if !is_settled || self.taken == Some(now) {
            return Ok(None);
        }
        let mut bytes = Vec::new();
        (&file).take(self.most.saturating_add(1)).read_to_end(&mut bytes)?;
        if look(&file.metadata()?) != now {
            // It was written to meanwhile.
            self.seen = None;
            return Ok(None);
        }
        self.taken = Some(now);
        let content = Some(blake3::hash(&bytes));
        let is_new = std::mem::replace(&mut self.content, content) != content;
        Ok(is_new.then_some(bytes))
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::symlink;

    use super::*;

    fn looks(watched: &mut Watched, times: usize) -> Vec<Vec<u8>> {
        (0..times).filter_map(|_| watched.look().expect("a file")).collect()
    }

    #[test]
    fn a_new_content_is_taken_once_it_is_settled() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("guest.wasm");
        fs::write(&path, "one").expect("room");
        let mut watched = Watched::new(&path, b"one", 100);
        assert!(looks(&mut watched, 3).is_empty(), "nothing is new");
        fs::write(&path, "half").expect("room");
        assert!(looks(&mut watched, 1).is_empty(), "it may not be whole yet");
        fs::write(&path, "half and half").expect("room");
        assert_eq!(looks(&mut watched, 3), [b"half and half".to_vec()]);
        fs::remove_file(&path).expect("it is there");
        assert!(looks(&mut watched, 2).is_empty());
        fs::write(&path, "half and half").expect("room");
        assert!(looks(&mut watched, 3).is_empty(), "the same content in another file");
    }

    #[test]
    fn a_link_that_points_elsewhere_is_a_new_content() {
        let folder = tempfile::tempdir().expect("a folder");
        for version in ["1", "2"] {
            let data = folder.path().join(version);
            fs::create_dir(&data).expect("room");
            fs::write(data.join("guest.wasm"), version).expect("room");
        }
        let (data, next) = (folder.path().join("..data"), folder.path().join("..next"));
        symlink("1", &data).expect("room");
        let mut watched = Watched::new(data.join("guest.wasm"), b"1", 100);
        assert!(looks(&mut watched, 2).is_empty());
        symlink("2", &next).expect("room");
        fs::rename(&next, &data).expect("it is there");
        assert_eq!(looks(&mut watched, 3), [b"2".to_vec()]);
    }
}
