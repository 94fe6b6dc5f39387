//! Examines a guest before it is compiled: reads its file, recognises its kind, and refuses it
//! if it would cost more than its limits allow. It does not know the engine.

use std::borrow::Cow;
use std::fs::{self, File, Metadata};
use std::io::Read as _;
use std::path::Path;

use crate::error::{GuestError, Result};
use crate::kind::{Kind, is_text, recognise};
use crate::limits::{LimitReached, Limits, OverLimit};
use crate::prepare::{self, Edited, TooManyChecks, with_checks};
use crate::scan::{Refusal, scan};

/// Reads a guest's file, up to one byte more than `limit`. That byte shows that the file is
/// longer.
pub fn read(path: &Path, limit: usize) -> Result<Vec<u8>> {
    let failed = |source| GuestError::Read { path: path.to_owned(), source };
    let limit = u64::try_from(limit).unwrap_or(u64::MAX);
    let file = File::open(path).map_err(failed)?;
    let size = file.metadata().map_or(0, |metadata| metadata.len());
    // The size that the system reports only reserves memory. It can be wrong: a pipe has none.
    let mut bytes = Vec::with_capacity(usize::try_from(size.min(limit)).unwrap_or_default());
    file.take(limit.saturating_add(1)).read_to_end(&mut bytes).map_err(failed)?;
    Ok(bytes)
}

/// Reads a guest's file. Where the system knows that the file is over the limit, nothing is
/// read.
///
/// # Errors
/// If the file cannot be read, or is over the limit.
pub fn read_guest(path: &Path, limits: &Limits) -> Result<Vec<u8>> {
    let size = fs::metadata(path).ok().filter(Metadata::is_file).map(|metadata| metadata.len());
    match size.and_then(|size| usize::try_from(size).ok()) {
        Some(size) if size > limits.file_size => {
            Err(OverLimit::new(LimitReached::FileSize(limits.file_size), size).into())
        }
        _ => read(path, limits.file_size),
    }
}

/// Returns the hash of a component in binary form. Debug information does not count for it, and
/// is not read. Returns `None` if the file is anything else, or longer than `limit`.
pub fn component_hash(path: &Path, limit: usize) -> Option<blake3::Hash> {
    let limit = u64::try_from(limit).unwrap_or(u64::MAX);
    // Opening a named pipe would take what is in it from the reader that it is meant for.
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

/// Returns the kind of a guest and its binary form, after all checks that need no compiler.
pub fn examine<'b>(bytes: &'b [u8], text: bool, limits: &Limits) -> Result<(Kind, Cow<'b, [u8]>)> {
    let (kind, binary) = recognise_within(bytes, text, limits)?;
    scan_within(kind, &binary, limits)?;
    Ok((kind, binary))
}

/// Returns the kind of a guest and its binary form. Only its size has been checked.
pub fn recognise_within<'b>(
    bytes: &'b [u8],
    text: bool,
    limits: &Limits,
) -> Result<(Kind, Cow<'b, [u8]>)> {
    if bytes.len() > limits.file_size {
        // Of a file over the limit only the beginning was read, so its kind is not looked at.
        let limit = LimitReached::FileSize(limits.file_size);
        return Err(match bytes.len() == limits.file_size.saturating_add(1) {
            true => limit.into(),
            false => OverLimit::new(limit, bytes.len()).into(),
        });
    }
    if is_text(bytes) && bytes.len() > limits.text_size {
        return Err(OverLimit::new(LimitReached::TextSize(limits.text_size), bytes.len()).into());
    }
    recognise(bytes, text)
}

/// Refuses a binary that would cost more than the limits allow.
pub fn scan_within(kind: Kind, binary: &[u8], limits: &Limits) -> Result<()> {
    scan(binary, limits).map_err(|refusal| match refusal {
        Refusal::Limits { limit, mut others } => {
            if with_checks(binary, limits.checks).is_err() {
                others.push(LimitReached::Checks(limits.checks).into());
            }
            GuestError::OverLoadLimit { limit, others }
        }
        Refusal::Malformed(reason) => GuestError::Invalid { kind: kind.name(), reason },
        Refusal::Uncounted { side, name } => GuestError::Uncounted { side, name },
    })
}

/// Examines a guest that is not going to be compiled. This adds the checks that compiling does
/// before it begins.
pub fn examine_whole<'b>(
    bytes: &'b [u8],
    text: bool,
    limits: &Limits,
) -> Result<(Kind, Cow<'b, [u8]>)> {
    let (kind, binary) = examine(bytes, text, limits)?;
    checked(&binary, limits)?;
    Ok((kind, binary))
}

/// Returns the binary with time checks inserted (see [`with_checks`]).
///
/// # Errors
/// If it would need more time checks than the limit allows.
pub fn checked<'b>(binary: &'b [u8], limits: &Limits) -> Result<Edited<'b>> {
    let too_many = |TooManyChecks| GuestError::from(LimitReached::Checks(limits.checks));
    with_checks(binary, limits.checks).map_err(too_many)
}
