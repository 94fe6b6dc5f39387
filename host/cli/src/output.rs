//! Prints a text or one JSON object on standard output.

use std::fmt;

use anyhow::{Context as _, Result};
use clap::ValueEnum;
use serde::Serialize;
use wit_host::terminal::{Output, write_own};
use wit_host::values::escape_json;

use crate::remedies::in_options;

/// The form of what is printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people
    #[default]
    Text,
    /// For programs
    Json,
}

/// Prints a text that ends with a line break.
pub(crate) fn print(text: &str) -> Result<()> {
    write_own(Output::Stdout, text).context("failed to write to standard output")
}

/// Prints a report of the library for people, which ends with a line break.
pub(crate) fn print_report(report: &impl fmt::Display) -> Result<()> {
    print(&in_options(&report.to_string()))
}

/// Prints a JSON object over several lines.
pub(crate) fn print_json(value: &impl Serialize) -> Result<()> {
    let json = serde_json::to_string_pretty(value).context("failed to write JSON")?;
    print(&format!("{}\n", ascii(&json)))
}

/// Escapes all characters of JSON that a terminal could take for a command.
pub(crate) fn ascii(json: &str) -> String {
    escape_json(json, |character| character == '\n' || matches!(character, ' '..='~'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_is_plain_and_means_the_same() {
        let value = serde_json::json!({ "ü\u{9b}\u{7f}": ["🦀\u{202e}", "\u{1b}[1m", "a\nb"] });
        let ascii = ascii(&format!("{value:#}"));
        assert!(ascii.bytes().all(|byte| byte == b'\n' || (b' '..=b'~').contains(&byte)));
        assert_eq!(serde_json::from_str::<serde_json::Value>(&ascii).expect("JSON"), value);
    }
}
