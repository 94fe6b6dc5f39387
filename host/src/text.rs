//! Text for people: names and messages that a guest chose are escaped and cut
//! before they are part of an error, and lists are joined in one way.

/// A guest chooses its names and messages, so one that floods or steers a
/// terminal must not get through. Long enough for any real message.
const LONGEST: usize = 2_000;

/// `text` with control characters escaped, and cut where it is too long.
pub(crate) fn shown(text: &str) -> String {
    let mut shown = String::new();
    for character in text.chars() {
        if shown.len() >= LONGEST {
            shown.push('…');
            break;
        }
        match character {
            '\n' => shown.push('\n'),
            steers if steers.is_control() || is_direction_mark(steers) => {
                shown.extend(steers.escape_default());
            }
            plain => shown.push(plain),
        }
    }
    shown
}

/// A name that is one of many.
fn short(name: &str) -> String {
    match name.char_indices().nth(100) {
        Some((end, _)) => format!("{}…", shown(&name[..end])),
        None => shown(name),
    }
}

/// Characters that reorder the text around them, which makes a name look like
/// another one.
fn is_direction_mark(character: char) -> bool {
    matches!(character, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// How many names a list shows; more would bury what the error says.
const LONGEST_LIST: usize = 20;

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_what_steers_a_terminal() {
        assert_eq!(shown("a\u{1b}[31mb\u{202e}c"), "a\\u{1b}[31mb\\u{202e}c");
        assert_eq!(shown("Grüße\n"), "Grüße\n");
    }

    #[test]
    fn cuts_what_floods_one() {
        assert_eq!(shown(&"x".repeat(10_000)).chars().count(), LONGEST + 1);
    }

    #[test]
    fn lists_names() {
        assert_eq!(list::<&str>(&[]), "nothing");
        assert_eq!(list(&["run", "greet"]), "`run`, `greet`");
        assert!(list(&["x"; 21]).ends_with("`x`, and 1 more"));
        assert_eq!(list(&["ü".repeat(200)]).chars().count(), 103);
    }
}
