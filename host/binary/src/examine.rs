//! What is looked at before a guest is compiled: its file, what it is, and whether it would
//! cost more than is allowed. It knows no engine.

use std::borrow::Cow;
use std::fs::{self, File, Metadata};
use std::io::Read as _;
use std::path::Path;

use crate::error::{GuestError, Result};
use crate::kind::{Kind, is_text, recognise};
use crate::limits::{LimitReached, Limits, OverLimit};
use crate::prepare::{self, Edited, TooManyChecks, with_checks};
use crate::scan::{Refusal, scan};

/// Reads a guest's file, but no more of it than tells that it is longer than
/// `limit`.
pub fn read(path: &Path, limit: usize) -> Result<Vec<u8>> {
    let failed = |source| GuestError::Read { path: path.to_owned(), source };
    let limit = u64::try_from(limit).unwrap_or(u64::MAX);
    let file = File::open(path).map_err(failed)?;
    let size = file.metadata().map_or(0, |metadata| metadata.len());
    // What it says is room to begin with, and no more: it may be no file at all.
    let mut bytes = Vec::with_capacity(usize::try_from(size.min(limit)).unwrap_or_default());
    file.take(limit.saturating_add(1)).read_to_end(&mut bytes).map_err(failed)?;
    Ok(bytes)
}

/// Reads a guest's file. One over the limit is not read, where the system knows its size.
///
/// # Errors
/// That it cannot be read, or is over the limit.
pub fn read_guest(path: &Path, limits: &Limits) -> Result<Vec<u8>> {
    let size = fs::metadata(path).ok().filter(Metadata::is_file).map(|metadata| metadata.len());
    match size.and_then(|size| usize::try_from(size).ok()) {
        Some(size) if size > limits.file_size => {
            Err(OverLimit::new(LimitReached::FileSize(limits.file_size), size).into())
        }
        _ => read(path, limits.file_size),
    }
}

/// The hash of a component in binary form, less its debug information, which is not read.
/// `None` where the file is anything else, or longer than `limit`.
pub fn component_hash(path: &Path, limit: usize) -> Option<blake3::Hash> {
    let limit = u64::try_from(limit).unwrap_or(u64::MAX);
    // A pipe that has a name is there for one who opens it, once.
    fs::metadata(path).ok().filter(Metadata::is_file)?;
    let mut file = File::open(path).ok()?;
    let metadata = file.metadata().ok().filter(Metadata::is_file)?;
    if metadata.len() > limit {
        return None;
    }
    tracing::Span::current().record("bytes", metadata.len());
    let mut beginning = [0; 8];
    file.read_exact(&mut beginning).ok()?;
    if recognise(&beginning, false).ok()?.0 != Kind::Component {
        return None;
    }
    prepare::hash_of_file(&file, metadata.len()).ok()
}

/// What a guest is, and its binary form, after every check that needs no
/// compiler.
pub fn examine<'b>(bytes: &'b [u8], text: bool, limits: &Limits) -> Result<(Kind, Cow<'b, [u8]>)> {
    if bytes.len() > limits.file_size {
        // Of a longer file no more was read than that it is longer.
        let limit = LimitReached::FileSize(limits.file_size);
        return Err(match bytes.len() == limits.file_size.saturating_add(1) {
            true => limit.into(),
            false => OverLimit::new(limit, bytes.len()).into(),
        });
    }
    if is_text(bytes) && bytes.len() > limits.text_size {
        return Err(OverLimit::new(LimitReached::TextSize(limits.text_size), bytes.len()).into());
    }
    let (kind, binary) = recognise(bytes, text)?;
    scan(&binary, limits).map_err(|refusal| match refusal {
        Refusal::Limits { limit, mut others } => {
            if with_checks(&binary, limits.checks).is_err() {
                others.push(LimitReached::Checks(limits.checks).into());
            }
            GuestError::OverLoadLimit { limit, others }
        }
        Refusal::Malformed(reason) => GuestError::Invalid { kind: kind.name(), reason },
        Refusal::Uncounted { side, name } => GuestError::Uncounted { side, name },
    })?;
    Ok((kind, binary))
}

/// Examines a guest that is not compiled, for which what compiling would refuse before it
/// begins is looked at as well.
pub fn examine_whole<'b>(
    bytes: &'b [u8],
    text: bool,
    limits: &Limits,
) -> Result<(Kind, Cow<'b, [u8]>)> {
    let (kind, binary) = examine(bytes, text, limits)?;
    checked(&binary, limits)?;
    Ok((kind, binary))
}

/// The binary with its looks at the time.
///
/// # Errors
/// That it would need more of them than are allowed.
pub fn checked<'b>(binary: &'b [u8], limits: &Limits) -> Result<Edited<'b>> {
    let too_many = |TooManyChecks| GuestError::from(LimitReached::Checks(limits.checks));
    with_checks(binary, limits.checks).map_err(too_many)
}
