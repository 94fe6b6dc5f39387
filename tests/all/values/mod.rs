//! Tests of arguments and results as text: every type in both forms and through a guest, other
//! accepted forms, and the errors for bad input.

mod echo;
mod handles;
mod json;
pub(crate) mod random;
mod refusals;

use wit_host::values::{Form, from_bytes, from_text, to_json_text, to_wave};
use wit_host::wasmtime::component::wasm_wave;

use self::echo::Echo;

/// The named types in the tables.
const DEFINITIONS: &str = "
    record point { x: f32, y: f32 }
    record person { name: string, age: option<u8>, at: option<point> }
    variant shape { circle(f32), %none, %ok(string), polygon(list<point>), dot }
    enum colour { red, dark-blue, %true }
    flags access { read, write, %some }
    record huge { a: list<person>, b: list<person>, c: shape, d: access, e: colour, f: huger,
                  g: huger, h: huger, i: huger, j: huger, k: huger, l: huger, m: huger }
    record huger { a: list<person>, b: person, c: person, d: person, e: person, f: person }
";

/// A type, and one of its values in WAVE and in JSON, both as they are printed.
const PRINTED: &[(&str, &str, &str)] = &[
    ("bool", "true", "true"),
    ("s8", "-128", "-128"),
    ("u8", "255", "255"),
    ("s16", "-32768", "-32768"),
    ("u16", "65535", "65535"),
    ("s32", "-2147483648", "-2147483648"),
    ("u32", "4294967295", "4294967295"),
    ("s64", "-9223372036854775808", "-9223372036854775808"),
    ("u64", "18446744073709551615", "18446744073709551615"),
    ("f32", "0.1", "0.1"),
    ("f32", "-0", "-0.0"),
    ("f32", "nan", "\"nan\""),
    ("f32", "3.4028235e38", "3.4028235e+38"),
    ("f64", "1", "1.0"),
    ("f64", "inf", "\"inf\""),
    ("f64", "-inf", "\"-inf\""),
    ("f64", "5e-324", "5e-324"),
    ("f64", "0.30000000000000004", "0.30000000000000004"),
    ("char", "'☃'", "\"☃\""),
    ("char", "'\\''", "\"'\""),
    ("char", "'\\u{202e}'", "\"\\u202e\""),
    ("string", "\"\"", "\"\""),
    ("string", "\"it's \\\"so\\\"\\\\\\n\"", "\"it's \\\"so\\\"\\\\\\n\""),
    ("string", "\"\\u{1b}[31m\\u{0}\\u{9b}\"", "\"\\u001b[31m\\u0000\\u009b\""),
    ("string", "\"\\u{200b}\\u{e0001}🦀\"", "\"\\u200b\\udb40\\udc01🦀\""),
    ("list<u8>", "[]", "[]"),
    ("list<string>", "[\"a\", \"b\"]", "[\"a\",\"b\"]"),
    ("tuple<u8, string>", "(1, \"a\")", "[1,\"a\"]"),
    ("point", "{x: 1.5, y: -2}", "{\"x\":1.5,\"y\":-2.0}"),
    ("person", "{name: \"Ada\"}", "{\"name\":\"Ada\",\"age\":null,\"at\":null}"),
    ("shape", "circle(1.5)", "{\"circle\":1.5}"),
    ("shape", "%none", "\"none\""),
    ("shape", "%ok(\"a\")", "{\"ok\":\"a\"}"),
    ("shape", "polygon([{x: 1, y: 2}])", "{\"polygon\":[{\"x\":1.0,\"y\":2.0}]}"),
    ("colour", "dark-blue", "\"dark-blue\""),
    ("colour", "%true", "\"true\""),
    ("option<colour>", "some(%true)", "\"true\""),
    ("option<u8>", "none", "null"),
    ("option<option<u8>>", "none", "null"),
    ("option<option<u8>>", "some(none)", "{\"some\":null}"),
    ("option<option<u8>>", "some(some(1))", "{\"some\":1}"),
    ("option<shape>", "some(%none)", "\"none\""),
    ("result", "ok", "{\"ok\":null}"),
    ("result<u8, string>", "ok(1)", "{\"ok\":1}"),
    ("result<u8, string>", "err(\"no\")", "{\"err\":\"no\"}"),
    ("result<_, option<u8>>", "err(none)", "{\"err\":null}"),
    ("access", "{}", "[]"),
    ("access", "{read, some}", "[\"read\",\"some\"]"),
];

#[test]
fn every_type_in_both_forms_and_through_a_guest() {
    let types: Vec<_> = PRINTED.iter().map(|(ty, ..)| ty).collect();
    let mut echo = Echo::new(DEFINITIONS, &types);
    for (index, (name, wave, json)) in PRINTED.iter().enumerate() {
        let ty = echo.ty(index);
        let value = from_text("v", &ty, wave, Form::Wave).unwrap();
        let same = from_text("v", &ty, json, Form::Json).unwrap();
        assert_eq!(value, same, "{name}: {wave} and {json}");
        assert_eq!(value, wasm_wave::from_str(&ty, wave).unwrap(), "{name}: {wave}");
        let echoed = echo.echo(index, &value);
        assert_eq!((&to_wave(&echoed)[..], &to_json_text(&echoed)[..]), (*wave, *json), "{name}");
    }
}

/// A type, a text in another form than the printed one, and the value as it is printed.
const READ: &[(&str, Form, &str, &str)] = &[
    ("string", Form::Wave, "it's so", "\"it's so\""),
    ("string", Form::Wave, "a\"", "\"a\\\"\""),
    ("string", Form::Wave, "", "\"\""),
    ("string", Form::Wave, "\"\"\"\n  a\n   \\\"b\n  \"\"\"", "\"a\\n \\\"b\""),
    ("string", Form::Wave, "\"\"\"\r\na\r\n\"\"\"", "\"a\""),
    ("string", Form::Raw, "\"a\"", "\"\\\"a\\\"\""),
    ("list<string>", Form::Raw, "[\"a\"]", "[\"a\"]"),
    ("char", Form::Wave, "x", "'x'"),
    ("char", Form::Wave, "'", "'\\''"),
    ("f64", Form::Wave, "1e3", "1000"),
    ("f64", Form::Json, "7", "7"),
    ("f32", Form::Json, "\"-inf\"", "-inf"),
    ("u8", Form::Wave, " // one\n 1 // and no more", "1"),
    ("list<u8>", Form::Wave, "[1, 2,]", "[1, 2]"),
    ("point", Form::Wave, "{ y: 2, x: 1, }", "{x: 1, y: 2}"),
    ("point", Form::Json, "{\"y\": 2, \"x\": 1}", "{x: 1, y: 2}"),
    ("person", Form::Json, "{\"name\": \"Ada\", \"age\": 36}", "{name: \"Ada\", age: some(36)}"),
    ("person", Form::Wave, "{name: \"Ada\", age: 36}", "{name: \"Ada\", age: some(36)}"),
    ("colour", Form::Wave, "true", "%true"),
    ("option<colour>", Form::Wave, "red", "some(red)"),
    ("result<u8>", Form::Wave, "1", "ok(1)"),
    ("result", Form::Json, "\"err\"", "err"),
    ("s64", Form::Json, "\"-9223372036854775808\"", "-9223372036854775808"),
    ("u64", Form::Json, "\"18446744073709551615\"", "18446744073709551615"),
    ("list<u8>", Form::Json, "\"data:;base64,AP8=\"", "[0, 255]"),
    ("access", Form::Wave, "{write, read}", "{read, write}"),
];

#[test]
fn what_else_may_be_written() {
    let types: Vec<_> = READ.iter().map(|(ty, ..)| ty).collect();
    let echo = Echo::new(DEFINITIONS, &types);
    for (index, (_, form, text, expected)) in READ.iter().enumerate() {
        let value = from_text("v", &echo.ty(index), text, *form).unwrap();
        assert_eq!(to_wave(&value), *expected, "{text}");
    }
}

#[test]
fn what_a_file_holds() {
    let types = ["list<u8>", "string", "u8", "char", "list<s8>"];
    let echo = Echo::new(DEFINITIONS, &types);
    for (index, bytes, expected) in [
        (0, &b"\x00\xffa"[..], "[0, 255, 97]"),
        (1, b"\"a\"\n", "\"\\\"a\\\"\\n\""),
        (1, b"\xff", "byte 0 is not part of UTF-8 text"),
        (2, b"7\n", "7"),
        (3, b"x\r\n", "'x'"),
        (4, b"[-1]", "[-1]"),
        (4, b"[\xff]", "byte 1 is not part of UTF-8 text"),
    ] {
        let read = from_bytes("v", &echo.ty(index), bytes, Form::Wave);
        let found = read.map_or_else(|error| error.reason, |value| to_wave(&value));
        assert_eq!(found, expected, "{}", types[index]);
    }
}
