//! Tests that bytes that are not a guest, and guests that do not fit, are refused before any of
//! them runs. The error names the thing, the place and the fix.

use wit_host::{Error, GuestError};
use wit_host_contract::Functions;

fn refusal(guest: impl AsRef<[u8]>) -> Error {
    match crate::support::hosts::shipped().build().unwrap().load(guest) {
        Ok(_) => panic!("the guest was taken"),
        Err(error) => error,
    }
}

#[test]
fn modules_cut_off_anywhere() {
    let whole = wat::parse_str(
        r#"(module
            (import "env" "add" (func (param i32 i32) (result i32)))
            (memory (export "memory") 1)
            (func (export "run") (result i32) (call 0 (i32.const 1) (i32.const 2))))"#,
    )
    .unwrap();
    let runtime = crate::support::hosts::shipped().build().unwrap();
    let mut refused = 0;
    for length in 0..whole.len() {
        match runtime.load(&whole[..length]) {
            Err(
                Error::Guest(GuestError::NotAGuest { .. })
                | Error::Guest(GuestError::Invalid { .. }),
            ) => refused += 1,
            Err(other) => panic!("cut off after {length} bytes: {other}"),
            // If the file is cut at the end of a section, the rest may be a valid module.
            Ok(guest) => assert!(!guest.exports().contains(&"run".to_owned())),
        }
    }
    assert!(refused > whole.len() / 2);
}

#[test]
fn a_guest_that_is_not_valid_says_where() {
    let error = refusal(r#"(module (func (result i32) (i64.const 1)))"#);
    let text = error.to_string();
    assert!(matches!(error, Error::Guest(GuestError::Invalid { .. })), "{text}");
    assert!(text.starts_with("this core module is not valid: "), "{text}");
    assert!(text.contains("type mismatch: expected i32, found i64"), "{text}");
}

#[test]
fn a_name_that_steers_a_terminal_is_escaped() {
    let error = refusal("(module (import \"env\" \"\\1b[31mred\\1b[0m\" (func)))");
    let text = error.to_string();
    assert!(text.contains("`env.\\u{1b}[31mred\\u{1b}[0m`"), "{text}");
    assert!(!text.contains('\u{1b}'), "{text}");
}

#[test]
fn a_file_that_is_not_there() {
    let runtime = crate::support::hosts::shipped().build().unwrap();
    let error = runtime.load_file("no/such/guest.wasm").err().unwrap();
    assert!(matches!(&error, Error::Guest(GuestError::Read { .. })), "{error}");
    assert_eq!(error.to_string(), "failed to read `no/such/guest.wasm`");
}

#[test]
fn a_function_that_is_not_exported() {
    let guest = crate::support::hosts::shipped()
        .build()
        .unwrap()
        .load(r#"(module (func (export "other")) (func (export "more")))"#)
        .unwrap();
    let mut session = guest.session(Functions::default()).start_blocking().unwrap();
    let error = session.main().unwrap_err().to_string();
    let expected = "the guest has no entry point, which is `run`, `wasi:cli/run` of WASI 0.2, or a \
                    core module's `_start`; it exports `other`, `more`";
    assert_eq!(error, expected);
}
