//! The arguments of a call as text for an error: enough to tell one call from
//! another, and no more, since a value may be megabytes.

use wasmtime::component::Val;
use wasmtime::component::wasm_wave::writer::Writer;

use crate::text::{Limited, short};

/// How many bytes of one argument are shown, and of all.
const LONGEST: usize = 80;
const LONGEST_OF_ALL: usize = 300;

/// The arguments with commas between them, cut.
pub(super) fn text(arguments: &[Val]) -> String {
    let mut text = String::new();
    for argument in arguments {
        if !text.is_empty() {
            text += ", ";
        }
        if text.len() > LONGEST_OF_ALL - LONGEST {
            return text + "…";
        }
        text += &shortened(argument);
    }
    text
}

/// One value in WAVE. The writer stops where the text is full.
fn shortened(value: &Val) -> String {
    if !is_writable(value) {
        return "(a value with a resource)".into();
    }
    let mut writer = Writer::new(Limited { text: String::new(), left: LONGEST });
    let cut = writer.write_value(value).is_err();
    let text = short(&writer.as_mut().text);
    if cut { text + "…" } else { text }
}

/// Whether WAVE has a notation for the value, as far as it is going to be shown.
fn is_writable(value: &Val) -> bool {
    let payload = |value: &Option<Box<Val>>| value.as_deref().is_none_or(is_writable);
    match value {
        Val::List(items) | Val::FixedLengthList(items) | Val::Tuple(items) => {
            items.iter().take(LONGEST).all(is_writable)
        }
        Val::Record(fields) => fields.iter().take(LONGEST).all(|(_, value)| is_writable(value)),
        Val::Variant(_, value) | Val::Option(value) => payload(value),
        Val::Result(Ok(value) | Err(value)) => payload(value),
        Val::Resource(_) | Val::Future(_) | Val::Stream(_) | Val::ErrorContext(_) | Val::Map(_) => {
            false
        }
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_are_shortened() {
        let long = Val::String("x".repeat(1 << 20));
        let bytes = Val::List(vec![Val::U8(7); 1 << 20]);
        let cases = [
            (vec![], String::new()),
            (vec![Val::S32(1), Val::String("a\u{1b}\n".into())], "1, \"a\\u{1b}\\n\"".into()),
            (vec![long.clone()], format!("\"{}…", "x".repeat(LONGEST - 1))),
            (vec![bytes], format!("[{}7…", "7, ".repeat(26))),
            (vec![Val::Map(vec![])], "(a value with a resource)".into()),
        ];
        for (arguments, expected) in cases {
            assert_eq!(text(&arguments), expected);
        }
        let many = text(&vec![long; 100]);
        assert!(many.len() < LONGEST_OF_ALL + 20 && many.ends_with(", …"), "{many}");
    }
}
