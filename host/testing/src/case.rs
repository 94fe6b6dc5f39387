//! Puts the values of a case into the texts of a step. It does not know what the texts mean.

use std::collections::BTreeMap;

/// The values of one case, by their names.
pub(crate) type Case = BTreeMap<String, String>;

/// Returns the text with the case's value in the place of each `$name`. Names that the case does not
/// have stay as they are: they may be results of earlier steps.
pub(crate) fn filled(text: &str, case: &Case) -> String {
    let mut filled = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('$') {
        let (before, from) = rest.split_at(at);
        let name = name(&from[1..]);
        filled.push_str(before);
        match case.get(name).filter(|_| !name.is_empty()) {
            Some(value) => filled.push_str(value),
            None => filled.push_str(&from[..=name.len()]),
        }
        rest = &from[1 + name.len()..];
    }
    filled + rest
}

/// Returns the name of the case's value that is the whole text, as in `$price`.
pub(crate) fn whole<'t>(text: &'t str, case: &Case) -> Option<&'t str> {
    text.trim().strip_prefix('$').filter(|name| case.contains_key(*name))
}

/// Returns whether this can be a name of a value or of a result.
pub(crate) fn is_name(text: &str) -> bool {
    let begins = text.starts_with(|first: char| first.is_ascii_alphabetic());
    begins && name(text).len() == text.len()
}

/// Returns the name that a text begins with.
fn name(text: &str) -> &str {
    let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    let length = text.find(|c: char| !is_part(c)).unwrap_or(text.len());
    &text[..length]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_become_values() {
        let case = [("a", "1"), ("ab", "\"x\"")].map(|(name, value)| (name.into(), value.into()));
        let case = Case::from(case);
        for (text, expected) in [
            ("f($a)", "f(1)"),
            ("f($ab, $a)", "f(\"x\", 1)"),
            ("$a$a", "11"),
            ("$b", "$b"),
            ("$1 $", "$1 $"),
            ("$ü", "$ü"),
            ("no", "no"),
        ] {
            assert_eq!(filled(text, &case), expected, "{text}");
        }
        assert_eq!(whole(" $a", &case), Some("a"));
        assert_eq!(whole("$b", &case), None);
        assert!(is_name("basket-2") && !is_name("2") && !is_name("") && !is_name("a b"));
    }
}
