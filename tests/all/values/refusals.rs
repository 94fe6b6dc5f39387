//! What bad input is told: which parameter, what it takes, what is wrong where,
//! and what would be right.

use super::*;

/// A type, a text in a form, and what is wrong with it.
const WRONG: &[(&str, Form, &str, &str)] = &[
    ("bool", Form::Wave, "yes", "expected `bool`, found `yes`"),
    ("u8", Form::Wave, "256", "expected `u8` (a whole number from 0 to 255), found `256`"),
    ("u8", Form::Json, "-1", "expected `u8` (a whole number from 0 to 255), found `-1`"),
    ("s8", Form::Json, "1.0", "expected `s8` (a whole number from -128 to 127), found `1.0`"),
];

#[test]
fn what_is_wrong_and_where() {
    let types: Vec<_> = WRONG.iter().map(|(ty, ..)| ty).collect();
    let echo = Echo::new(DEFINITIONS, &types);
    for (index, (name, form, text, expected)) in WRONG.iter().enumerate() {
        let error = from_text("v", &echo.ty(index), text, *form).unwrap_err();
        assert_eq!(error.reason, *expected, "{name}: {text}");
    }
}
