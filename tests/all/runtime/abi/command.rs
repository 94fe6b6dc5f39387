//! Tests of the options `--abi` and `--returns`.

use super::{ALLOCATE, ALLOCATOR, module};
use crate::support::command::{Files, check};

const CSTRING: &str = include_str!("cstring.wat");
const PTR_LEN: &str = include_str!("ptr_len.wat");
const BINDGEN: &str = include_str!("bindgen.wat");

/// Runs `call` for each row, with the row's options, the guest, and the row's words.
fn check_all(guest: &str, rows: &[(&str, &str, i32, &str, &str)]) {
    for (options, words, status, stdout, error) in rows {
        let split = |words: &str| shlex::split(words).unwrap();
        let words: Vec<_> = [split(options), vec![guest.into()], split(words)].concat();
        let args: Vec<_> = ["call"].into_iter().chain(words.iter().map(String::as_str)).collect();
        check(&args, *status, stdout, error);
    }
}

#[test]
fn text_that_ends_with_nul() {
    let files = Files::new();
    let name = files.file("name", "7");
    let from_file = format!("greet @{name}");
    let from_earlier = "greet Ann --then greet '$1'";
    let twice = "\"Hello, Ann!\"\n\"Hello, Hello, Ann!!\"\n";
    let guest = files.file("guest.wat", module(&[ALLOCATOR, ALLOCATE, CSTRING]));
    let c = "--abi cstring";
    check_all(
        &guest,
        &[
            (c, "greet WasmEdge", 0, "\"Hello, WasmEdge!\"\n", ""),
            ("--abi cstring --raw", "greet WasmEdge", 0, "Hello, WasmEdge!\n", ""),
            ("--abi cstring --json", "greet '\"a\\\"b\"'", 0, "\"Hello, a\\\"b!\"\n", ""),
            (c, "greet '\"7\"'", 0, "\"Hello, 7!\"\n", ""),
            (c, &from_file, 0, "\"Hello, 7!\"\n", ""),
            (c, from_earlier, 0, twice, ""),
            (
                c,
                "greet A --then fib_array 5 '[0; 5]'",
                0,
                "\"Hello, A!\"\n5\n[1, 1, 2, 3, 5]\n",
                "",
            ),
            ("--abi cstring --returns number", "length four", 0, "4\n", ""),
            ("--abi cstring --returns bytes --raw", "greet A", 0, "Hello, A!", ""),
            (c, "live", 134, "", "`--returns number`"),
            ("", "greet Ann", 2, "", "(`--abi` hands over text)"),
            (c, "greet u8:256", 2, "", "from 0 to 255"),
            (c, "greet A B", 2, "", "it takes (i32), and was given (\"A\", \"B\")"),
            (c, "greet @/no/such/file", 2, "", "failed to read the file"),
            (c, "greeet A", 127, "", "exports no function `greeet`"),
            ("--abi c", "greet A", 2, "", "[possible values: cstring, ptr-len, bindgen]"),
            ("--returns text", "greet A", 2, "", "--abi <NAME>"),
            ("--abi bindgen --returns text", "greet A", 2, "", "leave `--returns` out"),
        ],
    );
    let plain = files.file("plain.wat", module(&[ALLOCATOR, CSTRING]));
    check_all(&plain, &[(c, "greet A", 2, "", "it would have to export `allocate(i32) -> i32`")]);
    let component = files.file("component.wat", "(component)");
    check_all(&component, &[(c, "greet A", 2, "", "`--abi` is for core modules")]);
}

#[test]
fn text_as_pointer_and_length() {
    let files = Files::new();
    let binary = files.file("binary", b"\xff");
    let bytes = format!("shout @{binary}");
    let guest = files.file("guest.wat", module(&[ALLOCATOR, ALLOCATE, PTR_LEN]));
    check_all(
        &guest,
        &[
            ("--abi ptr-len", "shout hi --then length four", 0, "\"hi!\"\n4\n", ""),
            ("--abi ptr-len --returns bytes", &bytes, 0, "[255, 33]\n", ""),
            ("--abi ptr-len --returns text", "shout_pair hi", 0, "\"hi!\"\n", ""),
            (
                "--abi ptr-len --returns number",
                "sum '[s16]:[1, 2]' 3000000000",
                0,
                "9000000000\n",
                "",
            ),
            ("--abi ptr-len", &bytes, 134, "", "is not UTF-8"),
        ],
    );
}

#[test]
fn values_with_their_types() {
    let files = Files::new();
    let guest = files.file("guest.wat", module(&[ALLOCATOR, ALLOCATE, BINDGEN]));
    let b = "--abi bindgen";
    check_all(
        &guest,
        &[
            (b, "say Ann", 0, "5\n\"hello Ann\"\n", ""),
            (b, "lowest_common_multiple 123 2", 0, "246\n", ""),
            (b, "digest '[u8]:[1, 2]'", 0, "[1, 2]\n", ""),
            ("--abi bindgen --raw", "digest text", 0, "text", ""),
            (
                "--abi bindgen --raw",
                "join '{\"x\":1}' '{\"x\":2}' line",
                0,
                "{\"x\":1}{\"x\":2}line\n",
                "",
            ),
            (b, "say", 1, "", "err(\"wrong number of arguments\")"),
            ("--abi bindgen --raw", "fail luck", 1, "", "luck"),
            (b, "lowest_common_multiple 1 3000000000", 2, "", "give for example `s64:3000000000`"),
            (b, "live", 2, "", "every function is (i32, i32) -> i32"),
        ],
    );
}
