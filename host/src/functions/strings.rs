//! `strings`: text functions whose meaning is the same for every language.

use super::Functions;
use crate::bindings::wit_host::contract::strings::{Host, Utf8Error};
use crate::env::TrapMessage;

impl Host for Functions {
    fn concat(&mut self, a: String, b: String) -> String {
        a + &b
    }

    fn to_upper(&mut self, text: String) -> String {
        text.to_uppercase()
    }

    fn split(&mut self, text: String, separator: String) -> Vec<String> {
        if separator.is_empty() {
            return vec![text];
        }
        text.split(&separator).map(str::to_owned).collect()
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
            assert_eq!(parts, expected, "{text:?} at {separator:?}");
        }
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
