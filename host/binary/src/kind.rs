//! Recognises what some bytes are: a component, a core module, the text form of either, or
//! something else, which it names. It looks at the bytes only, never at a file's name, and
//! compiles nothing.

use std::borrow::Cow;
use std::fmt;

use crate::error::{GuestError, Result};

/// The kind of a guest.
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// A component, with typed imports and exports.
    Component,
    /// A core module, whose functions take numbers and share a memory.
    Module,
}

impl Kind {
    /// Returns the kind in words.
    pub fn name(self) -> &'static str {
        match self {
            Self::Component => "component",
            Self::Module => "core module",
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

const MAGIC: &[u8] = b"\0asm";
const COMPONENT: [u8; 4] = [0x0d, 0, 1, 0];
const MODULE: [u8; 4] = [1, 0, 0, 0];

/// Returns the kind of `bytes` and their binary form. The text form is only accepted if `text`
/// is set.
pub fn recognise(bytes: &[u8], text: bool) -> Result<(Kind, Cow<'_, [u8]>)> {
    if let Some(kind) = binary(bytes)? {
        return Ok((kind, Cow::Borrowed(bytes)));
    }
    if !text {
        return Err(GuestError::NotAGuest { found: other(bytes) });
    }
    let Some(text) = guest_text(bytes) else {
        return Err(GuestError::NotAGuest { found: other(bytes) });
    };
    let binary_form = parsed(text)?;
    match binary(&binary_form)? {
        Some(kind) => Ok((kind, Cow::Owned(binary_form))),
        None => Err(GuestError::NotAGuest { found: other(&binary_form) }),
    }
}

/// Translates the text form into the binary form.
#[cfg(feature = "text-format")]
fn parsed(text: &str) -> Result<Vec<u8>> {
    wat::parse_str(text.trim_start_matches('\u{feff}')).map_err(|error| GuestError::Invalid {
        kind: "text form",
        reason: wit_host_text::shown_text(&error.to_string().replace("<anon>:", "line ")),
    })
}

/// Refuses the text form, because the feature `text-format` is off.
#[cfg(not(feature = "text-format"))]
fn parsed(text: &str) -> Result<Vec<u8>> {
    Err(GuestError::NotAGuest { found: other(text.as_bytes()) })
}

/// Returns whether the bytes would be read as text.
pub(crate) fn is_text(bytes: &[u8]) -> bool {
    !bytes.starts_with(MAGIC) && guest_text(bytes).is_some()
}

fn binary(bytes: &[u8]) -> Result<Option<Kind>> {
    let Some(rest) = bytes.strip_prefix(MAGIC) else { return Ok(None) };
    let found = match rest.first_chunk() {
        Some(&COMPONENT) => return Ok(Some(Kind::Component)),
        Some(&MODULE) => return Ok(Some(Kind::Module)),
        Some(version) => format!("WebAssembly of an unknown version ({version:02x?})"),
        None => format!("the beginning of one, cut off after {} bytes", bytes.len()),
    };
    Err(GuestError::NotAGuest { found })
}

/// Returns the bytes as text if they begin like the text form: with `(`, after white space and
/// comments.
fn guest_text(bytes: &[u8]) -> Option<&str> {
    let text = std::str::from_utf8(bytes).ok()?;
    let mut rest = text.trim_start_matches('\u{feff}').trim_start();
    loop {
        if let Some(comment) = rest.strip_prefix(";;") {
            rest = comment.split_once('\n').map_or("", |(_, after)| after).trim_start();
        } else if let Some(comment) = rest.strip_prefix("(;") {
            rest = comment.split_once(";)").map_or("", |(_, after)| after).trim_start();
        } else {
            return rest.starts_with('(').then_some(text);
        }
    }
}

/// Names what bytes are that are not a guest.
fn other(bytes: &[u8]) -> String {
    if bytes.is_empty() {
        return "empty".into();
    }
    if let Some(of) = compiled(bytes) {
        return format!(
            "the machine code of a compiled {of}, which is only taken where it is trusted, with \
             `Runtime::load_compiled`"
        );
    }
    match infer::get(bytes) {
        Some(known) => format!("a file of type {}", known.mime_type()),
        None if guest_text(bytes).is_some() => "the text form, which is not taken here".into(),
        None if std::str::from_utf8(bytes).is_ok() => {
            "text, but not the text form, which begins with `(module` or `(component`".into()
        }
        None => "a file of an unknown type".into(),
    }
}

/// Returns what the engine compiled the bytes from, if they are its compiled code. That is an
/// ELF object file in the 64-bit form whose eighth byte is the engine's, and whose flags say
/// the kind.
fn compiled(bytes: &[u8]) -> Option<Kind> {
    const SYSTEM_OF_ENGINE: u8 = 200;
    const FLAGS: usize = 48;
    let is_of_engine = bytes.starts_with(b"\x7fELF\x02") && bytes.get(7) == Some(&SYSTEM_OF_ENGINE);
    let flags = bytes.get(FLAGS..)?.first()?;
    match (is_of_engine, flags & 3) {
        (true, 1) => Some(Kind::Module),
        (true, 2) => Some(Kind::Component),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn guests() {
        let cases: [(&[u8], Kind); 6] = [
            (b"\0asm\x01\0\0\0", Kind::Module),
            (b"\0asm\x0d\0\x01\0", Kind::Component),
            (b"(module)", Kind::Module),
            (b" ;; note\n(; more ;) (component)", Kind::Component),
            (b"(module binary \"\\00asm\" \"\\01\\00\\00\\00\")", Kind::Module),
            (b"(func)", Kind::Module),
        ];
        for (bytes, expected) in cases {
            let (kind, binary) = recognise(bytes, true).expect("a guest");
            assert_eq!(kind, expected, "{}", bytes.escape_ascii());
            assert!(binary.starts_with(MAGIC));
        }
    }

    #[test]
    fn anything_else_is_named() {
        let cases: [(&[u8], &str); 8] = [
            (b"", "it is empty"),
            (b"\0asm\x01", "cut off after 5 bytes"),
            (b"\0asm\x02\0\0\0", "unknown version"),
            (b"\x89PNG\r\n\x1a\n", "image/png"),
            (b"\x1f\x8b\x08", "application/gzip"),
            (b"console.log(1)", "text, but not"),
            (b";; only a comment", "text, but not"),
            (b"\xff\xfe\xfd", "unknown type"),
        ];
        for (bytes, expected) in cases {
            let error = recognise(bytes, true).expect_err("no guest").to_string();
            assert!(error.contains(expected), "{}: {error}", bytes.escape_ascii());
        }
    }

    #[test]
    fn text_that_does_not_parse_says_where() {
        let error =
            recognise(b"(module (func (result i33)))", true).expect_err("no type").to_string();
        assert!(error.contains("i33"), "{error}");
    }
}
