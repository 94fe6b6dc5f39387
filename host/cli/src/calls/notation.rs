//! Splits a whole call that is given as one word, `add(1, 2)`, into the function and its arguments.
//! Other hosts accept calls in this form. It does not know the guest.

use std::ffi::OsStr;
use std::path::Path;

use crate::options::Usage;

/// Returns the function and its arguments as they were written, or `None` if the text is not a
/// call.
pub(crate) fn split(text: &str) -> Option<(&str, Vec<&str>)> {
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

/// Returns a command line that calls the function. A call that is one word is split into its parts.
pub(crate) fn command(file: &OsStr, function: &OsStr, arguments: &[&OsStr]) -> Option<String> {
    let function = function.to_str()?;
    let mut words = vec!["wit-host", "call", file.to_str()?];
    match split(function) {
        Some((function, own)) => {
            words.push(function);
            words.extend(own.into_iter().map(unquoted));
        }
        None => words.push(function),
    }
    for argument in arguments {
        words.push(argument.to_str()?);
    }
    let quoted = words.iter().map(|word| shlex::try_quote(word).ok());
    Some(quoted.collect::<Option<Vec<_>>>()?.join(" "))
}

/// Removes an argument's quotes, unless it has other quotes or escapes inside.
fn unquoted(argument: &str) -> &str {
    let inner = argument.strip_prefix('"').and_then(|inner| inner.strip_suffix('"'));
    let is_plain =
        |inner: &&str| !inner.contains(['"', '\\']) && !inner.starts_with(['$', '@', '-']);
    inner.filter(is_plain).unwrap_or(argument)
}

/// Refuses words in which the function comes before the guest.
///
/// # Errors
/// With the command line that was probably meant.
pub(crate) fn refuse_function_first(words: &[impl AsRef<OsStr>]) -> Result<(), Usage> {
    let words: Vec<&OsStr> = words.iter().map(AsRef::as_ref).collect();
    let [function, file, rest @ ..] = &words[..] else { return Ok(()) };
    if *function == "-" || Path::new(function).exists() || !Path::new(file).is_file() {
        return Ok(());
    }
    match command(file, function, rest) {
        None => Ok(()),
        Some(command) => Err(Usage::new(format!(
            "`{}` is no file: the guest stands before the function, as in `{command}`",
            function.to_string_lossy().escape_debug()
        ))),
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
            assert_eq!(split(text), expected, "{text}");
        }
    }

    #[test]
    fn a_command_line_of_it() {
        for (function, arguments, expected) in [
            ("add(45, 123)", &[][..], "wit-host call a.wat add 45 123"),
            ("add", &["45", "123"], "wit-host call a.wat add 45 123"),
            ("greet(\"Ann B\")", &[], "wit-host call a.wat greet 'Ann B'"),
            ("greet(\"-\")", &[], "wit-host call a.wat greet '\"-\"'"),
            ("f({x: 1})", &[], "wit-host call a.wat f '{x: 1}'"),
        ] {
            let arguments: Vec<_> = arguments.iter().map(OsStr::new).collect();
            let command = command(OsStr::new("a.wat"), OsStr::new(function), &arguments);
            assert_eq!(command.as_deref(), Some(expected), "{function}");
        }
    }
}
