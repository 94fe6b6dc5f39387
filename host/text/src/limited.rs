//! Writes text up to a length. The rest is never formatted.

use std::fmt;

/// Text that takes a limited number of characters. Writing more is an error, which ends the
/// formatting.
pub struct Limited {
    text: String,
    left: usize,
}

/// Returns what `write` writes, cut with a `…` after `longest` characters.
pub fn limited(longest: usize, write: impl FnOnce(&mut Limited) -> fmt::Result) -> String {
    let mut limited = Limited { text: String::new(), left: longest };
    if write(&mut limited).is_err() {
        limited.text.push('…');
    }
    limited.text
}

impl fmt::Write for Limited {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for character in text.chars() {
            self.left = self.left.checked_sub(1).ok_or(fmt::Error)?;
            self.text.push(character);
        }
        Ok(())
    }
}
