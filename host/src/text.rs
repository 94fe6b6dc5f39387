//! Text for people: names and messages that a guest chose are escaped and cut
//! before they are part of an error, and lists are joined in one way.

/// A guest chooses its names and messages, so one that floods or steers a
/// terminal must not get through. Long enough for any real message.
const LONGEST: usize = 2_000;
/// The same for a name that is one of many.
const LONGEST_OF_MANY: usize = 200;
/// How many names a list shows; more would bury what the error says.
const LONGEST_LIST: usize = 20;

/// A name or a message of a guest on one line: what is invisible, moves the
/// cursor or turns the direction of writing is escaped, and it is cut where it is
/// too long.
pub(crate) fn shown(text: &str) -> String {
    cut(text, LONGEST, |_| false)
}

/// The same for a text of several lines, which the host composed.
pub(crate) fn shown_text(text: &str) -> String {
    cut(text, LONGEST, |character| character == '\n')
}

/// The same for a name that is one of many.
pub(crate) fn short(name: &str) -> String {
    cut(name, LONGEST_OF_MANY, |_| false)
}

/// `names` in back-ticks with commas between them, or `nothing`.
pub(crate) fn list<S: AsRef<str>>(names: &[S]) -> String {
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
    fn lists_names() {
        assert_eq!(list::<&str>(&[]), "nothing");
        assert_eq!(list(&["run", "greet"]), "`run`, `greet`");
        assert!(list(&["x"; 21]).ends_with("`x`, and 1 more"));
    }
}
