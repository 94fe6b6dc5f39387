//! The file format of a compiled guest: the code as the engine writes it, the manifest as JSON, the
//! manifest's length in eight bytes, and eight letters. A hash in the manifest shows whether a
//! transfer has damaged the code. It does not know whether the code can run here.

use super::manifest::Manifest;
use wit_host_binary::blake3;

/// The last bytes of every file.
const END: &[u8; 8] = b"wit-host";

/// The largest size of a manifest in bytes, with the length and the letters that follow it.
pub(super) const LONGEST_MANIFEST: usize = 1 << 20;

/// Returns the bytes of a file.
pub(super) fn write(code: Vec<u8>, manifest: &Manifest) -> serde_json::Result<Vec<u8>> {
    let manifest = serde_json::to_string(manifest)?;
    let mut bytes = code;
    bytes.extend_from_slice(manifest.as_bytes());
    bytes.extend_from_slice(&u64::try_from(manifest.len()).unwrap_or(u64::MAX).to_le_bytes());
    bytes.extend_from_slice(END);
    Ok(bytes)
}

/// Splits a file into code and manifest, or returns why it is not such a file.
pub(super) fn read(bytes: &[u8]) -> Result<(&[u8], Manifest), &'static str> {
    let (code, manifest) = split(bytes).ok_or("it is no file of `Runtime::compile`, or cut off")?;
    let manifest: Manifest = serde_json::from_slice(manifest)
        .map_err(|_| "its manifest is not of a kind that is known here")?;
    if manifest.code != blake3::hash(code).to_hex().as_str() {
        return Err("it was damaged");
    }
    Ok((code, manifest))
}

fn split(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let rest = bytes.strip_suffix(END)?;
    let (rest, length) = rest.split_last_chunk()?;
    let length = usize::try_from(u64::from_le_bytes(*length)).ok()?;
    rest.split_at_checked(rest.len().checked_sub(length)?)
}
