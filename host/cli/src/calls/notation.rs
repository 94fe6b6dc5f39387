//! A whole call that is given as one word, `add(1, 2)`, as other hosts accept them: the command line
//! that was meant by it. It does not know the guest.

use std::ffi::OsStr;
use std::path::Path;

use wit_host::values::split_call;

use crate::options::Usage;

/// Returns a command line that calls the function. A call that is one word is split into its parts.
pub(crate) fn command(file: &OsStr, function: &OsStr, arguments: &[&OsStr]) -> Option<String> {
    let function = function.to_str()?;
    let mut words = vec!["wit-host", "call", file.to_str()?];
    match split_call(function) {
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
    // Without its quotes, an argument that begins in this way would mean a result, a file or an
    // option.
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
