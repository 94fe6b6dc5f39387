//! The results of a call, as they are printed.

use anyhow::{Context as _, Result};
use wit_host::Val;
use wit_host::terminal::{Output, write_of_guest, write_raw};
use wit_host::values::{to_json_text, to_wave};
use wit_host::wasmtime::component::Type;

use super::Notation;

/// A result of a call.
pub(crate) struct Returned {
    pub(crate) value: Val,
    /// Whether it is a list of bytes, which can be printed as they are.
    pub(crate) is_bytes: bool,
    /// Whether it is a text that is printed without quotes, for values that WIT has no type for.
    pub(crate) is_plain: bool,
}

impl Notation {
    /// Prints the results of a call. An `err` is printed on standard error. On a terminal, text is
    /// escaped unless `everything` is set. Returns whether the result was an `err`.
    pub(crate) fn print(self, results: &[Returned], everything: bool) -> Result<bool> {
        let write = if everything { write_raw } else { write_of_guest };
        let mut failed = false;
        for Returned { value: result, is_bytes, is_plain } in results {
            let text = || match result {
                Val::String(text) if *is_plain && !self.json => text.clone(),
                _ => self.text(result),
            };
            let line = || format!("{}\n", text()).into_bytes();
            if let Val::Result(Err(_)) = result {
                failed = true;
                // The `err` decides the exit status, even if standard error is closed.
                let _ = write(Output::Stderr, &line());
                continue;
            }
            let bytes = if self.raw && *is_bytes { bytes(result) } else { None };
            let written = write(Output::Stdout, &bytes.unwrap_or_else(line));
            written.context("failed to write to standard output")?;
        }
        Ok(failed)
    }

    fn text(self, value: &Val) -> String {
        match value {
            Val::String(text) if self.raw => text.clone(),
            Val::Result(Ok(Some(value)) | Err(Some(value))) if self.raw => self.text(value),
            _ if self.json => to_json_text(value),
            _ => to_wave(value),
        }
    }
}

/// Returns whether values of the type are lists of bytes, or an `ok` with one.
pub(crate) fn holds_bytes(ty: &Type) -> bool {
    match ty {
        Type::List(list) => list.ty() == Type::U8,
        Type::Result(result) => result.ok().is_some_and(|ok| holds_bytes(&ok)),
        _ => false,
    }
}

fn bytes(value: &Val) -> Option<Vec<u8>> {
    let byte = |item: &Val| match item {
        Val::U8(byte) => Some(*byte),
        _ => None,
    };
    match value {
        Val::List(items) => items.iter().map(byte).collect(),
        Val::Result(Ok(Some(value))) => bytes(value),
        _ => None,
    }
}
