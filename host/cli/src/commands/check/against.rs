//! Compares two versions of a package of contracts: what changed, whom it breaks, and whether the
//! version numbers say so.

use anyhow::Result;
use wit_host::Package;

use crate::json;
use crate::output::{Format, print_json, print_report};
use crate::status::Status;

/// Prints what changed from the package at `old` to the one at `new`, in all of their worlds or in
/// one. The status is a refusal if a version promises compatibility that the package does not keep.
pub(crate) fn against(
    [old, new]: [&Package; 2],
    world: Option<&str>,
    format: Format,
) -> Result<Status> {
    let changes = new.changes_since(old, world)?;
    match format {
        Format::Text => print_report(&changes)?,
        Format::Json => print_json(&json::Changes::from(&changes))?,
    }
    Ok(if changes.honest() { Status::Guest(0) } else { Status::Refused })
}

#[cfg(test)]
mod tests {
    use wit_host::Features;

    use super::*;

    #[test]
    fn a_version_that_promises_too_much_is_refused() {
        let package = |version: &str, result: &str| {
            let wit = format!("package a:b@{version}; world c {{ import f: func() -> {result}; }}");
            Package::parse(&wit, &Features::default()).expect("a package")
        };
        let old = package("1.0.0", "u8");
        let cases = [
            (package("1.0.0", "u8"), Status::Guest(0)),
            (package("1.1.0", "u16"), Status::Refused),
            (package("2.0.0", "u16"), Status::Guest(0)),
        ];
        for (new, expected) in cases {
            for format in [Format::Text, Format::Json] {
                let status = against([&old, &new], Some("c"), format).expect("two contracts");
                assert_eq!(status, expected, "{new:?}");
            }
        }
        let error = against([&old, &old], Some("d"), Format::Text).expect_err("no such world");
        assert!(
            error.to_string().contains("there is no world `d`: the package has `c`"),
            "{error}"
        );
    }
}
