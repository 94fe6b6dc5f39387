//! Writes the arguments of a call for an error. The text is long enough to tell one call from
//! another, and no longer, since a value may be megabytes.

use wasmtime::component::Val;

use wit_host_values::short;

/// The number of bytes that are shown of all arguments together.
const LONGEST: usize = 300;

/// Writes the arguments with commas between them, and cuts the text.
pub(super) fn text(arguments: &[Val]) -> String {
    let mut text = String::new();
    for argument in arguments {
        if !text.is_empty() {
            text += ", ";
        }
        if text.len() > LONGEST {
            return text + "…";
        }
        text += &short(argument);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_are_shortened() {
        let long = Val::String("x".repeat(1 << 20));
        let cases = [
            (vec![], String::new()),
            (vec![Val::S32(1), Val::String("a\u{1b}\n".into())], "1, \"a\\u{1b}\\n\"".into()),
            (vec![Val::U8(1); 3], "1, 1, 1".to_owned()),
        ];
        for (arguments, expected) in cases {
            assert_eq!(text(&arguments), expected);
        }
        let many = text(&vec![long; 100]);
        assert!(many.len() < LONGEST + 200 && many.ends_with(", …"), "{many}");
    }
}
