//! An argument of a call: its text, or the contents of a file or of standard input, up to a size
//! that a guest can hold.

use std::ffi::OsStr;
use std::fs::File;
use std::io::{self, Read};
use std::os::unix::ffi::OsStrExt as _;
use std::path::PathBuf;

use bytesize::ByteSize;

use crate::options::{Usage, text};

/// An argument, as it was typed.
#[derive(Clone)]
pub(crate) struct Word {
    /// The text. In the name of a file, bytes that are not text are replaced.
    pub(crate) text: String,
    source: Source,
    /// Whether it is WAVE, even if other arguments are not. Arguments within a call that is one
    /// word are.
    pub(crate) is_wave: bool,
}

#[derive(Clone)]
enum Source {
    /// The argument stands for itself.
    Text,
    File(PathBuf),
    Input,
}

impl Word {
    /// Reads a word of the command line.
    ///
    /// # Errors
    /// If the word is not text and does not name a file.
    pub(crate) fn of(word: &OsStr) -> Result<Self, Usage> {
        Ok(match word.as_bytes() {
            [b'@', path @ ..] => Self {
                text: word.to_string_lossy().into_owned(),
                source: Source::File(OsStr::from_bytes(path).into()),
                is_wave: false,
            },
            _ => Self::of_text(text(word)?),
        })
    }

    /// Reads a word that is text.
    pub(crate) fn of_text(text: &str) -> Self {
        let source = match text.strip_prefix('@') {
            Some(path) => Source::File(path.into()),
            None if text == "-" => Source::Input,
            None => Source::Text,
        };
        Self { text: text.into(), source, is_wave: false }
    }

    /// Creates an argument from within a call that is one word. It always stands for itself.
    pub(crate) fn of_call(text: &str) -> Self {
        Self { text: text.into(), source: Source::Text, is_wave: true }
    }

    /// Returns the contents that the argument stands for, up to `most` bytes, or `None` if it
    /// stands for itself. `input` keeps the contents of standard input once it is read.
    ///
    /// # Errors
    /// A sentence that says that the contents cannot be read, or are too large.
    pub(crate) fn content(
        &self,
        most: usize,
        input: &mut Option<Vec<u8>>,
    ) -> Result<Option<Vec<u8>>, String> {
        match &self.source {
            Source::Text => Ok(None),
            Source::File(path) => {
                let failed = |error| format!("failed to read the file: {error}");
                read(|| File::open(path), most).map_err(failed).map(Some)
            }
            Source::Input => {
                let failed = |error| format!("failed to read standard input: {error}");
                // Standard input can be read only once, and several arguments may stand for it.
                let read = input.take().map_or_else(|| read(|| Ok(io::stdin().lock()), most), Ok);
                Ok(Some(input.insert(read.map_err(failed)?).clone()))
            }
        }
    }
}

/// Reads everything, or fails if it is too much. The size has to be limited, because a device may
/// have no end.
fn read<R: Read>(open: impl FnOnce() -> io::Result<R>, most: usize) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    open()?.take((most as u64).saturating_add(1)).read_to_end(&mut bytes)?;
    if bytes.len() > most {
        return Err(io::Error::other(format!(
            "there is more than the guest may have memory for, {}; `--memory` allows more",
            ByteSize(most as u64)
        )));
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_read_has_an_end() {
        for (length, expected) in [(0, Some(0)), (9, Some(9)), (10, Some(10)), (11, None)] {
            let read = read(|| Ok(io::repeat(7).take(length)), 10);
            assert_eq!(read.ok().map(|bytes| bytes.len()), expected, "{length}");
        }
        assert!(read(|| Ok(io::repeat(7)), 10).is_err());
    }

    #[test]
    fn a_name_of_a_file_need_not_be_text() {
        let word = Word::of(OsStr::from_bytes(b"@a\xff")).expect("a file");
        let Source::File(path) = &word.source else { panic!("no file") };
        assert_eq!((path.as_os_str().as_bytes(), &*word.text), (&b"a\xff"[..], "@a\u{fffd}"));
        assert!(Word::of(OsStr::from_bytes(b"a\xff")).is_err());
    }
}
