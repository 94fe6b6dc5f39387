//! Splits a whole call that is one text, `add(1, 2)`, into the function and its arguments. It does not
//! know the guest, and does not read the arguments.

/// Splits a call, `add(1, 2)`, into the name of the function and its arguments as they were written.
/// Returns `None` if the text is not a call.
pub fn split_call(text: &str) -> Option<(&str, Vec<&str>)> {
    let (function, rest) = text.trim().split_once('(')?;
    let inner = rest.strip_suffix(')')?;
    Some((function.trim_end(), arguments(inner)?))
}

/// Splits the text at commas that are not inside of quotes or brackets.
fn arguments(text: &str) -> Option<Vec<&str>> {
    let (mut parts, mut begins, mut open) = (Vec::new(), 0, Vec::new());
    let mut characters = text.char_indices();
    while let Some((at, character)) = characters.next() {
        match character {
            '"' => skip_quoted(&mut characters, '"')?,
            // Within a text without quotes, as in `it's`, it is an apostrophe.
            '\'' if begins_value(&text[begins..at]) => skip_quoted(&mut characters, '\'')?,
            '(' => open.push(')'),
            '[' => open.push(']'),
            '{' => open.push('}'),
            ')' | ']' | '}' => {
                open.pop().filter(|expected| *expected == character)?;
            }
            ',' if open.is_empty() => {
                parts.push(text[begins..at].trim());
                begins = at + 1;
            }
            _ => {}
        }
    }
    let last = text[begins..].trim();
    // A comma may follow the last argument.
    if !last.is_empty() {
        parts.push(last);
    }
    open.is_empty().then_some(parts)
}

fn begins_value(before: &str) -> bool {
    let before = before.trim_end();
    before.is_empty() || before.ends_with(['(', '[', '{', ',', ':'])
}

fn skip_quoted(characters: &mut std::str::CharIndices<'_>, quote: char) -> Option<()> {
    loop {
        match characters.next()?.1 {
            '\\' => drop(characters.next()?),
            character if character == quote => return Some(()),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_are_taken_apart() {
        type Split = Option<(&'static str, &'static [&'static str])>;
        let cases: [(&str, Split); 16] = [
            ("add(1, 2)", Some(("add", &["1", "2"]))),
            (" add ( 1,2 ) ", Some(("add", &["1", "2"]))),
            ("f()", Some(("f", &[]))),
            ("f( )", Some(("f", &[]))),
            ("f(1,)", Some(("f", &["1"]))),
            ("a:b/c@1.0.0.f(1)", Some(("a:b/c@1.0.0.f", &["1"]))),
            ("f([1, 2], {x: 1, y: (2, 3)})", Some(("f", &["[1, 2]", "{x: 1, y: (2, 3)}"]))),
            ("f(\"a, (b\", 'c')", Some(("f", &["\"a, (b\"", "'c'"]))),
            ("f(\"a\\\", b\")", Some(("f", &["\"a\\\", b\""]))),
            ("f(',', it's, ok(1))", Some(("f", &["','", "it's", "ok(1)"]))),
            ("$(1)", Some(("$", &["1"]))),
            ("f", None),
            ("f(1", None),
            ("f(1))", None),
            ("f([1)]", None),
            ("f(\"a)", None),
        ];
        for (text, expected) in cases {
            let expected = expected.map(|(function, arguments)| (function, arguments.to_vec()));
            assert_eq!(split_call(text), expected, "{text}");
        }
    }
}
