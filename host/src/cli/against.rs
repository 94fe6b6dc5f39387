//! Two versions of a contract: what changed, whom it breaks, and whether the
//! version numbers say so.

use std::path::Path;

use anyhow::Result;
use wit_host::Contract;

use super::output::{Format, print, print_json};
use super::status::Status;

/// Prints what changed from the contract at `old` to the one at `new`. It is
/// refused where a version promises what is not so.
pub(crate) fn against(
    old: &Path,
    new: &Path,
    world: Option<&str>,
    format: Format,
) -> Result<Status> {
    let changes = Contract::read(new, world)?.changes_since(&Contract::read(old, world)?);
    match format {
        Format::Text => print(&changes.to_string())?,
        Format::Json => print_json(&changes.json())?,
    }
    Ok(if changes.honest() { Status::Guest(0) } else { Status::Refused })
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn a_version_that_promises_too_much_is_refused() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = |name: &str, version: &str, result: &str| {
            let path = folder.path().join(name);
            let wit = format!("package a:b@{version}; world c {{ import f: func() -> {result}; }}");
            fs::write(&path, wit).expect(name);
            path
        };
        let old = file("old.wit", "1.0.0", "u8");
        let cases = [
            (file("same.wit", "1.0.0", "u8"), Status::Guest(0)),
            (file("minor.wit", "1.1.0", "u16"), Status::Refused),
            (file("major.wit", "2.0.0", "u16"), Status::Guest(0)),
        ];
        for (new, expected) in cases {
            for format in [Format::Text, Format::Json] {
                let status = against(&old, &new, Some("c"), format).expect("two contracts");
                assert_eq!(status, expected, "{}", new.display());
            }
        }
        let error = against(&old, &old, Some("d"), Format::Text).expect_err("no such world");
        assert!(
            error.to_string().contains("there is no world `d`: the package has `c`"),
            "{error}"
        );
    }
}
