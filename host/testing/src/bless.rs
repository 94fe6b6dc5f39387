//! Changes a file of tests so that it expects what came. Only the texts of values are replaced, so
//! that comments and the order of the file stay as they are.

use std::collections::BTreeMap;
use std::ops::Range;

use wit_host_config::{Located, Place};

use crate::case::{Case, filled, whole};
use crate::outcome::Mending;

/// Where an expected value is written. `None` if the file has it in pieces, which cannot be replaced.
#[derive(Clone, Debug)]
pub(crate) struct Site(Option<Range<usize>>);

impl Site {
    pub(crate) fn of(range: Range<usize>) -> Self {
        Self(Some(range))
    }

    /// Returns where a text is written: in the step, or as a whole in the case.
    pub(crate) fn in_case(
        written: &Located<String>,
        case: &Case,
        ranges: &BTreeMap<String, Range<usize>>,
    ) -> Self {
        match whole(&written.value, case) {
            Some(name) => Self(ranges.get(name).cloned()),
            None if filled(&written.value, case) == written.value => Self::of(written.range()),
            None => Self(None),
        }
    }

    pub(crate) fn mending(&self, text: &str) -> Option<Mending> {
        Some(Mending { range: self.0.clone()?, text: text.into() })
    }
}

/// A file of tests that expects what came.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Blessed {
    /// The whole text of the file.
    pub text: String,
    /// What was changed, from the first line to the last.
    pub changes: Vec<Change>,
}

/// A value that was replaced or added.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Change {
    /// The place in the file as it was.
    pub place: Place,
    /// What the file had there. It is empty for what was added.
    pub before: String,
    /// What it has there now.
    pub after: String,
}

/// Replaces what the tests found to be otherwise. Of two changes of one place, as by two cases that
/// share a step, neither is made.
pub(crate) fn blessed<'m>(text: &str, mendings: impl Iterator<Item = &'m Mending>) -> Blessed {
    let mut wanted: BTreeMap<(usize, usize), Option<&str>> = BTreeMap::new();
    for Mending { range, text } in mendings {
        let place = wanted.entry((range.start, range.end)).or_insert(Some(text));
        if place.is_some_and(|other| other != text) {
            *place = None;
        }
    }
    let (mut blessed, mut changes, mut done) = (String::new(), Vec::new(), 0);
    for ((start, end), new) in wanted {
        let Some(before) = text.get(start..end).filter(|_| start >= done) else { continue };
        let Some(new) = new else { continue };
        let after = match start == end {
            true => added(&text[end..], new),
            false => new.to_owned(),
        };
        if before == after {
            continue;
        }
        blessed.push_str(&text[done..start]);
        blessed.push_str(&after);
        let after = after.trim_start_matches([',', ' ', '\n']).to_owned();
        changes.push(Change { place: Place::of(text, start), before: before.into(), after });
        done = end;
    }
    blessed.push_str(&text[done..]);
    Blessed { text: blessed, changes }
}

/// Returns a key and its value as they are added before `rest`: in an inline table, or on a line.
fn added(rest: &str, new: &str) -> String {
    match rest.trim_start().starts_with([',', '}']) {
        true => format!(", {new}"),
        false => format!("\n{new}"),
    }
}

/// Returns a text as TOML, without escapes if it needs none.
pub(crate) fn literal(text: &str) -> String {
    if !text.contains('\'') && !text.contains(char::is_control) {
        return format!("'{text}'");
    }
    let mut literal = String::from('"');
    for character in text.chars() {
        match character {
            '"' => literal.push_str("\\\""),
            '\\' => literal.push_str("\\\\"),
            '\n' => literal.push_str("\\n"),
            '\t' => literal.push_str("\\t"),
            '\r' => literal.push_str("\\r"),
            control if control.is_control() => {
                literal.push_str(&format!("\\u{:04X}", u32::from(control)));
            }
            plain => literal.push(plain),
        }
    }
    literal.push('"');
    literal
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_read_as_it_was() {
        for text in ["", "a", "it's", "\"a\"", "a\nb\t\\", "\u{1b}[1m ü", "'\"'"] {
            let written = format!("text = {}", literal(text));
            let read: BTreeMap<String, String> =
                wit_host_config::from_toml(&written).expect("TOML");
            assert_eq!(read["text"], text);
        }
    }

    #[test]
    fn only_values_are_replaced() {
        let text = "# first\na = '1' # one\nsteps = [{ call = 'f()' }]\ncall = 'g()'\n";
        let at = |part: &str| text.find(part).map(|at| at..at + part.len()).expect("it is there");
        let after = |part: &str| at(part).end..at(part).end;
        let mending = |range, text: &str| Mending { range, text: text.into() };
        let mendings = [
            mending(at("'1'"), "'2'"),
            mending(after("'f()'"), "returns = '3'"),
            mending(after("'g()'"), "returns = '4'"),
        ];
        let blessed = blessed(text, mendings.iter());
        assert_eq!(
            blessed.text,
            "# first\na = '2' # one\nsteps = [{ call = 'f()', returns = '3' }]\ncall = \
             'g()'\nreturns = '4'\n"
        );
        assert_eq!(blessed.changes.len(), 3);
        assert_eq!((&*blessed.changes[0].before, &*blessed.changes[0].after), ("'1'", "'2'"));
    }

    #[test]
    fn cases_that_disagree_change_nothing() {
        let mendings = ["'2'", "'3'"].map(|text| Mending { range: 0..3, text: text.into() });
        assert_eq!(blessed("'1'", mendings.iter()).text, "'1'");
    }
}
