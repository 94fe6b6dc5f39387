//! The interface `strings`: text functions that mean the same in every language. They borrow
//! their texts, wherever these lie.

use super::Functions;
use crate::bindings::wit_host::contract::strings::{Host, Utf8Error};
use wit_host::GuestFailure;
use wit_host::env::TrapMessage;

/// The number of parts that `split` returns at most. A part of one byte in the guest takes a
/// multiple of that in the host.
const MOST_PARTS: usize = 100_000;

/// The number of bytes of a text in upper case at most: 16 MiB.
const LONGEST: usize = 16 << 20;

pub(super) fn concat(a: &str, b: &str) -> String {
    [a, b].concat()
}

/// Returns the text in upper case. One letter may become three, so a text that is small for a
/// guest may be large for the host.
pub(super) fn to_upper(text: &str) -> Result<String, GuestFailure> {
    // In upper case, a text is at most three times as long. Only a text that may be over the
    // limit is counted.
    if text.len() > LONGEST / 3 && !text.is_ascii() {
        let upper = text.chars().flat_map(char::to_uppercase);
        if upper.map(char::len_utf8).sum::<usize>() > LONGEST {
            return Err(too_long());
        }
    }
    Ok(text.to_uppercase())
}

/// Returns the error for a result that is longer than a text that a guest may pass.
fn too_long() -> GuestFailure {
    GuestFailure(format!("the text in upper case is longer than {LONGEST} bytes"))
}

pub(super) fn split(text: &str, separator: &str) -> wasmtime::Result<Vec<String>> {
    if separator.is_empty() {
        return Ok(vec![text.to_owned()]);
    }
    let parts = text.split(separator).take(MOST_PARTS + 1).map(str::to_owned);
    let parts: Vec<_> = parts.collect();
    if parts.len() > MOST_PARTS {
        let reason = format!("`split` gives more than {MOST_PARTS} parts");
        return Err(GuestFailure(reason).into());
    }
    Ok(parts)
}

pub(super) fn from_utf8(bytes: &[u8]) -> Result<String, Utf8Error> {
    str::from_utf8(bytes).map(str::to_owned).map_err(|error| Utf8Error {
        valid_up_to: u32::try_from(error.valid_up_to()).unwrap_or(u32::MAX),
    })
}

/// For callers that own their texts.
impl Host for Functions {
    fn concat(&mut self, a: String, b: String) -> String {
        concat(&a, &b)
    }

    fn to_upper(&mut self, text: String) -> wasmtime::Result<String> {
        Ok(to_upper(&text)?)
    }

    fn split(&mut self, text: String, separator: String) -> wasmtime::Result<Vec<String>> {
        split(&text, &separator)
    }

    fn from_utf8(&mut self, bytes: Vec<u8>) -> Result<String, Utf8Error> {
        from_utf8(&bytes)
    }
}

impl TrapMessage for Utf8Error {
    fn trap_message(&self) -> String {
        format!("the bytes are not UTF-8 from index {} on", self.valid_up_to)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn split_as_every_language_agrees() {
        let cases: [(&str, &str, &[&str]); 5] = [
            ("a,b,,c", ",", &["a", "b", "", "c"]),
            ("", ",", &[""]),
            ("a,b", "", &["a,b"]),
            ("größer", "ö", &["gr", "ßer"]),
            ("aaa", "aa", &["", "a"]),
        ];
        for (text, separator, expected) in cases {
            let parts = split(text, separator);
            assert_eq!(parts.expect("few parts"), expected, "{text:?} at {separator:?}");
        }
    }

    #[test]
    fn split_into_too_many_parts() {
        let split = |text: String| split(&text, ",");
        assert_eq!(split(",".repeat(MOST_PARTS - 1)).expect("just few enough").len(), MOST_PARTS);
        assert!(split(",".repeat(MOST_PARTS)).is_err());
    }

    #[test]
    fn upper_case_may_change_the_length() {
        assert_eq!(to_upper("straße ﬁ").as_deref(), Ok("STRASSE FI"));
    }

    #[test]
    fn upper_case_of_a_few_letters_may_be_long() {
        // A character of two bytes that has six in upper case.
        let text = "\u{390}".repeat(LONGEST / 6);
        assert_eq!(to_upper(&text).map(|upper| upper.len()), Ok(LONGEST / 6 * 6));
        assert_eq!(to_upper(&format!("{text}\u{390}")), Err(too_long()));
        assert_eq!(to_upper(&"a".repeat(LONGEST)).map(|upper| upper.len()), Ok(LONGEST));
    }

    #[test]
    fn bytes_that_are_not_text_say_where() {
        let error = from_utf8(b"ab\xff").expect_err("not UTF-8");
        assert_eq!(error.valid_up_to, 2);
    }
}
