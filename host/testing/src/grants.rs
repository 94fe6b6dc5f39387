//! What a file grants to guests and withholds from them, in the library's words: a file of tests, and
//! the host file, whose tables are the same.

use wit_host::{Access, Denial, Grants};
use wit_host_config::{At, Grants as Written, Place};

/// Adds what a file grants, and withholds what it denies.
///
/// # Errors
/// The first grant or denial that is none, with its place in the file.
pub fn granted(written: &Written, mut grants: Grants) -> Result<Grants, (Place, String)> {
    for At { value: directory, .. } in &written.directories {
        let access = if directory.writable { Access::ReadWrite } else { Access::ReadOnly };
        grants = grants.directory(&directory.host, &directory.guest, access);
    }
    for At { value: (name, value), .. } in &written.environment {
        grants = grants.environment(name, value);
    }
    for At { value: host, place } in &written.hosts {
        grants = grants.allow_host(host).map_err(|error| (*place, error.to_string()))?;
    }
    denied(written, grants)
}

/// Withholds what a file denies.
///
/// # Errors
/// The first denial that is none, with its place in the file.
pub fn denied(written: &Written, mut grants: Grants) -> Result<Grants, (Place, String)> {
    let refused = written.deny.iter().map(|names| (names, Denial::Refuse));
    let trapping = written.deny_calls.iter().map(|names| (names, Denial::Trap));
    for (At { value, place }, denial) in refused.chain(trapping) {
        grants = grants.deny(value, denial).map_err(|error| (*place, error.to_string()))?;
    }
    Ok(grants)
}
