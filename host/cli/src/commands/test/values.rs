//! Two values, one below the other, with what differs marked. It does not know what they are.

/// The number of characters of a value that are shown. Of a longer one, it is the part around the
/// difference.
const WIDE: usize = 72;

/// Colours, which are empty where there are to be none.
#[derive(Clone, Copy)]
pub(super) struct Colours {
    pub(super) good: &'static str,
    pub(super) bad: &'static str,
    pub(super) faint: &'static str,
    pub(super) end: &'static str,
}

impl Colours {
    pub(super) const NONE: Self = Self { good: "", bad: "", faint: "", end: "" };
    pub(super) const SOME: Self =
        Self { good: "\x1b[32m", bad: "\x1b[31m", faint: "\x1b[2m", end: "\x1b[0m" };
}

/// Returns the lines for two values. Without colours, a line below marks where they differ.
pub(super) fn compared(expected: &str, found: &str, colours: Colours) -> String {
    let (expected, found): (Vec<_>, Vec<_>) = (expected.chars().collect(), found.chars().collect());
    let same = expected.iter().zip(&found).take_while(|(one, other)| one == other).count();
    let ends = expected[same..].iter().rev().zip(found[same..].iter().rev());
    let same_end = ends.take_while(|(one, other)| one == other).count();
    let (expected, _) = Cut::around(&expected, same, same_end).marked(colours.good, colours);
    let (found, marks) = Cut::around(&found, same, same_end).marked(colours.bad, colours);
    let marks = match colours.end.is_empty() {
        true => format!("\n             {marks}").trim_end().to_owned(),
        false => String::new(),
    };
    format!("    expected {expected}\n    found    {found}{marks}\n")
}

/// The part of a value that is shown, and in it the part that differs.
struct Cut {
    before: String,
    differs: String,
    after: String,
}

impl Cut {
    fn around(value: &[char], same: usize, same_end: usize) -> Self {
        let end = value.len() - same_end;
        let room = WIDE.saturating_sub(end - same) / 2;
        let (from, to) = match value.len() <= WIDE {
            true => (0, value.len()),
            false => (same.saturating_sub(room), (end + room).min(value.len())),
        };
        let text = |range: std::ops::Range<usize>| value[range].iter().collect::<String>();
        let before = format!("{}{}", if from > 0 { "…" } else { "" }, text(from..same));
        let after = format!("{}{}", text(end..to), if to < value.len() { "…" } else { "" });
        let differs = match end - same > WIDE {
            true => format!("{}…", text(same..same + WIDE)),
            false => text(same..end),
        };
        Self { before, differs, after }
    }

    /// Returns the text with the difference in a colour, and a line that marks it.
    fn marked(&self, colour: &str, colours: Colours) -> (String, String) {
        let Self { before, differs, after } = self;
        let text = format!("{before}{colour}{differs}{}{after}", colours.end);
        let marks = "^".repeat(differs.chars().count());
        (text, format!("{}{marks}", " ".repeat(before.chars().count())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_differs_is_marked() {
        for (expected, found, lines) in [
            ("500", "750", ["500", "750", "^^"]),
            ("[1, 2, 3]", "[1, 4, 3]", ["[1, 2, 3]", "[1, 4, 3]", "    ^"]),
            ("\"a\"", "\"ab\"", ["\"a\"", "\"ab\"", "  ^"]),
        ] {
            let [expected_line, found_line, marks] = lines;
            let text = compared(expected, found, Colours::NONE);
            let lines = format!(
                "    expected {expected_line}\n    found    {found_line}\n             {marks}\n"
            );
            assert_eq!(text, lines);
        }
        assert!(compared("ab", "a", Colours::NONE).ends_with("found    a\n"));
    }

    #[test]
    fn of_a_long_value_the_difference_is_shown() {
        let (long, other) = ("x".repeat(500), format!("{}y{}", "x".repeat(250), "x".repeat(249)));
        let text = compared(&long, &other, Colours::NONE);
        assert!(text.lines().all(|line| line.chars().count() < 90), "{text}");
        assert!(text.contains("…x") && text.contains("xyx"), "{text}");
        let whole = compared(&"a".repeat(300), &"b".repeat(300), Colours::SOME);
        assert!(whole.contains("b…\x1b[0m"), "{whole}");
    }
}
