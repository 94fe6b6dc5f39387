//! Prepares text for people. Names and messages that a guest chose are escaped and cut before
//! they become part of an error, and lists of names are joined in one way. This crate knows
//! nothing of WebAssembly.

pub mod contain;
pub mod demangle;
pub mod limited;

use std::fmt;

use crate::limited::limited;

/// The number of bytes of a text that are shown at most: enough for any real message. A guest
/// chooses its names and messages, and must not flood or steer a terminal with them.
const LONGEST: usize = 2_000;
/// The number of bytes that are shown of a name that stands among others.
const LONGEST_OF_MANY: usize = 200;
/// The number of names that a list shows. More would hide what the error says.
const LONGEST_LIST: usize = 20;

/// Escapes and cuts a guest's name or message for one line. Characters that are invisible, move
/// the cursor or turn the direction of writing are escaped.
pub fn shown(text: &str) -> String {
    cut(text, LONGEST, |_| false)
}

/// Escapes and cuts a text of several lines that the host composed. Line ends stay.
pub fn shown_text(text: &str) -> String {
    cut(text, LONGEST, |character| character == '\n')
}

/// Escapes and cuts a name that stands among others. It is cut earlier than [`shown`] does.
pub fn short(name: &str) -> String {
    cut(name, LONGEST_OF_MANY, |_| false)
}

/// Returns the `Debug` text of a value on one line, safe to print and cut after `longest`
/// characters. Formatting stops there, because a value that a guest passes to a host function
/// can be megabytes.
pub fn debug_text(value: &dyn fmt::Debug, longest: usize) -> String {
    shown(&limited(longest, |out| fmt::Write::write_fmt(out, format_args!("{value:?}"))))
}

/// Escapes a text that was asked for as a whole. It is not cut, and line ends stay.
pub fn escaped(text: &str) -> String {
    cut(text, usize::MAX, |character| character == '\n')
}

/// Returns `names` in back-ticks with commas between them, or `nothing` for an empty list.
pub fn list<S: AsRef<str>>(names: &[S]) -> String {
    if names.is_empty() {
        return "nothing".into();
    }
    let first = names.iter().take(LONGEST_LIST);
    let mut listed: Vec<_> = first.map(|name| format!("`{}`", short(name.as_ref()))).collect();
    if names.len() > LONGEST_LIST {
        listed.push(format!("and {} more", names.len() - LONGEST_LIST));
    }
    listed.join(", ")
}

fn cut(text: &str, longest: usize, kept: impl Fn(char) -> bool) -> String {
    let mut shown = String::new();
    for character in text.chars() {
        if shown.len() >= longest {
            shown.push('…');
            break;
        }
        match character {
            plain @ ('"' | '\'' | '\\') => shown.push(plain),
            plain if kept(plain) => shown.push(plain),
            other => shown.extend(other.escape_debug()),
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_what_steers_a_terminal_or_is_not_seen() {
        assert_eq!(shown("a\u{1b}[31mb\u{202e}c"), "a\\u{1b}[31mb\\u{202e}c");
        assert_eq!(shown("a\u{200b}\u{2028}\u{61c}\u{ad}"), "a\\u{200b}\\u{2028}\\u{61c}\\u{ad}");
        assert_eq!(shown("Grüße \"🦀\"\n"), "Grüße \"🦀\"\\n");
        assert_eq!(shown_text("a\n\tb"), "a\n\\tb");
    }

    #[test]
    fn cuts_what_floods_one() {
        assert_eq!(shown(&"x".repeat(10_000)).chars().count(), LONGEST + 1);
        assert_eq!(list(&["ü".repeat(200)]).chars().count(), 103);
    }

    #[test]
    fn debug_text_is_formatted_no_further_than_it_is_shown() {
        struct Endless;
        impl fmt::Debug for Endless {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                (1..).try_for_each(|number: u32| write!(f, "{number}, "))
            }
        }
        assert_eq!(debug_text(&Endless, 10), "1, 2, 3, 4…");
        assert_eq!(debug_text(&("a\n", 'ü'), 20), "(\"a\\n\", 'ü')");
        assert_eq!(debug_text(&"üü", 2), "\"ü…");
    }

    #[test]
    fn lists_names() {
        assert_eq!(list::<&str>(&[]), "nothing");
        assert_eq!(list(&["run", "greet"]), "`run`, `greet`");
        assert!(list(&["x"; 21]).ends_with("`x`, and 1 more"));
    }
}
