//! `strings`: text functions whose meaning is the same for every language.

use super::Functions;
use crate::bindings::wit_host::contract::strings::{Host, Utf8Error};
use crate::env::TrapMessage;

/// A part costs the host a multiple of the byte that it may be for the guest.
const MOST_PARTS: usize = 100_000;

impl Host for Functions {
    fn concat(&mut self, a: String, b: String) -> String {
        a + &b
    }

    fn to_upper(&mut self, text: String) -> String {
        text.to_uppercase()
    }

    fn split(&mut self, text: String, separator: String) -> wasmtime::Result<Vec<String>> {
        if separator.is_empty() {
            return Ok(vec![text]);
        }
        let parts = text.split(&separator).take(MOST_PARTS + 1).map(str::to_owned);
        let parts: Vec<_> = parts.collect();
        if parts.len() > MOST_PARTS {
            wasmtime::bail!("`split` gives more than {MOST_PARTS} parts");
        }
        Ok(parts)
    }

    fn from_utf8(&mut self, bytes: Vec<u8>) -> Result<String, Utf8Error> {
        String::from_utf8(bytes).map_err(|error| {
            let valid = error.utf8_error().valid_up_to();
            Utf8Error { valid_up_to: u32::try_from(valid).unwrap_or(u32::MAX) }
        })
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
            let parts = Functions::default().split(text.into(), separator.into());
            assert_eq!(parts.expect("few parts"), expected, "{text:?} at {separator:?}");
        }
    }

    #[test]
    fn split_into_too_many_parts() {
        let split = |text: String| Functions::default().split(text, ",".into());
        assert_eq!(split(",".repeat(MOST_PARTS - 1)).expect("just few enough").len(), MOST_PARTS);
        assert!(split(",".repeat(MOST_PARTS)).is_err());
    }

    #[test]
    fn upper_case_may_change_the_length() {
        assert_eq!(Functions::default().to_upper("straße ﬁ".into()), "STRASSE FI");
    }

    #[test]
    fn bytes_that_are_not_text_say_where() {
        let error = Functions::default().from_utf8(b"ab\xff".to_vec()).expect_err("not UTF-8");
        assert_eq!(error.valid_up_to, 2);
    }
}
