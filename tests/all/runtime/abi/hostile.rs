//! Tests of guests that return impossible pointers and lengths, and of allocators that do.

use wit_host::{Abi, Returns, Val};

use super::{C_STRING, Expected, Gives, Limit, Trapped, check, text};

/// The size of the memory of every guest here.
const SIZE: u32 = 65536;

/// Returns a module whose allocator can free its blocks, with these bytes in memory and these
/// functions.
fn guest(memory: &[(u32, &[u8])], functions: &str) -> String {
    let data: String = memory
        .iter()
        .map(|(at, bytes)| {
            let bytes: String = bytes.iter().map(|byte| format!("\\{byte:02x}")).collect();
            format!("(data (i32.const {at}) \"{bytes}\")")
        })
        .collect();
    format!(
        r#"(module (memory (export "memory") 1) {data}
            (func (export "allocate") (param i32) (result i32) (i32.const 32768))
            (func (export "deallocate") (param i32 i32))
            (func (export "live") (result i32) (i32.const 0))
            {functions})"#
    )
}

/// Returns a module whose `run` returns `outcome` by the convention of the macro. The outcome is at
/// the address `at`.
fn returning(at: u32, outcome: &[u8], memory: &[(u32, &[u8])]) -> String {
    let run = format!(r#"(func (export "run") (param i32 i32) (result i32) (i32.const {at}))"#);
    let outcome = [(at, outcome)];
    let fits = at.checked_add(9).is_some_and(|end| end <= SIZE);
    let memory: Vec<_> = memory.iter().chain(outcome.iter().filter(|_| fits)).copied().collect();
    guest(&memory, &run)
}

fn outcome(flag: u8, at: u32, number: u32) -> Vec<u8> {
    [&[flag][..], &at.to_le_bytes(), &number.to_le_bytes()].concat()
}

fn result(at: u32, code: u32, length: u32) -> Vec<u8> {
    [at, code, length].map(u32::to_le_bytes).concat()
}

/// Returns a module whose `run` returns these results, each with the code of its type.
pub(super) fn answering(results: &[(u32, &[u8])]) -> String {
    let (mut list, mut content) = (Vec::new(), Vec::new());
    for (code, bytes) in results {
        let (at, length) = (4096 + content.len(), bytes.len());
        list.extend(result(at.try_into().unwrap(), *code, length.try_into().unwrap()));
        content.extend_from_slice(bytes);
    }
    let count = results.len().try_into().unwrap();
    // The address is odd, because the convention does not require alignment.
    returning(1023, &outcome(0, 2049, count), &[(2049, &list), (4096, &content)])
}

#[test]
fn outcomes_that_are_none() {
    let big = u32::MAX;
    let memory: [(u32, &[u8]); 1] = [(1040, b"\xff")];
    let cases = [
        (big, outcome(0, 0, 0), "the range at 4294967295 of length 9 is outside of the guest's"),
        (SIZE - 8, outcome(0, 0, 0), "memory of 65536 bytes"),
        (1024, outcome(2, 0, 0), "returned 2 as the flag"),
        (
            1024,
            outcome(0, 64, big),
            "the list of its results: the range at 64 of length 4294967295",
        ),
        (1024, outcome(0, SIZE - 11, 1), "the range at 65525 of length 12 is outside"),
        (1024, outcome(0, big, 1), "the range at 4294967295 of length 12"),
        (1024, outcome(1, 64, big), "the text of its error: the range at 64 of length 4294967295"),
        (1024, outcome(1, 1040, 1), "the text at 1040 of length 1 is not UTF-8 from index 0 on"),
    ];
    for (at, outcome, cause) in cases {
        check(&returning(at, &outcome, &memory), Abi::Bindgen, "run", &[], &Trapped(cause));
    }
}

#[test]
fn results_that_are_none() {
    let cases = [
        (result(64, 99, 4), "its result 1: 99 is not the code of a type"),
        (result(64, 0, 4), "0 is not the code of a type"),
        (result(64, 29, 4), "29 is not the code of a type"),
        (result(64, u32::MAX, 4), "4294967295 is not the code of a type"),
        (result(64, 6, 3), "a length of 3 bytes does not fit its type, which takes 4 each"),
        (result(64, 26, 6), "a length of 6 bytes does not fit"),
        (result(SIZE, 6, 4), "the range at 65536 of length 4 is outside"),
        (result(64, 31, u32::MAX), "the range at 64 of length 4294967295 is outside"),
        (result(3, 31, 1), "the text at 3 of length 1 is not UTF-8"),
        (result(3, 11, 1), "the bytes [255] are no value of its type"),
        (result(3, 12, 4), "are no value of its type"),
    ];
    for (result, cause) in cases {
        let memory: [(u32, &[u8]); 2] = [(2048, &result), (3, &[255; 4])];
        let module = returning(1024, &outcome(0, 2048, 1), &memory);
        check(&module, Abi::Bindgen, "run", &[], &Trapped(cause));
    }
}

/// 60,000 bytes are within the limit of 100,000, but the values that they become need more.
#[test]
fn results_that_are_too_large() {
    let list: Vec<_> = (0..2).flat_map(|_| result(2000, 31, 60_000)).collect();
    let many = vec![0; 12 * 5000];
    let cases = [(result(2000, 21, 60_000), 1), (list, 2), (many, 5000)];
    for (list, count) in cases {
        let module = returning(64, &outcome(0, 100, count), &[(100, &list)]);
        check(&module, Abi::Bindgen, "run", &[], &Limit("host_call_bytes"));
    }
}

#[test]
fn texts_that_are_none() {
    let number = |number: u32| format!("(i32.const {number})");
    let returns = |ty: &str, value: &str| {
        guest(&[], &format!(r#"(func (export "run") (result {ty}) {value})"#))
    };
    let full: [(u32, &[u8]); 1] = [(SIZE - 3, b"abc")];
    let endless =
        guest(&full, &format!(r#"(func (export "run") (result i32) {})"#, number(SIZE - 3)));
    let slice = Abi::PtrLen(Returns::Text);
    let cases = [
        (returns("i32", &number(0)), C_STRING, "it is a null pointer"),
        (returns("i32", &number(SIZE)), C_STRING, "the range at 65536 of length 1 is outside"),
        (returns("i32", &number(u32::MAX)), C_STRING, "`Returns::Number`"),
        (endless, C_STRING, "the text at 65533 has no end"),
        (returns("i64", "(i64.const -1)"), slice, "the range at 4294967295 of length 4294967295"),
        (returns("i64", "(i64.const 0x8000_00010000)"), slice, "at 32768 of length 65536"),
        (returns("i32", &number(SIZE - 7)), slice, "the range at 65529 of length 8 is outside"),
        (returns("i32 i32", "(i32.const 1) (i32.const -1)"), slice, "at 1 of length 4294967295"),
    ];
    for (module, abi, cause) in cases {
        check(&module, abi, "run", &[], &Trapped(cause));
    }
}

/// Freeing the result may trap with `unreachable`, and the result is valid all the same. Rust's
/// allocator does that with a text that has room for more than its length. Other traps are errors.
#[test]
fn a_result_that_is_not_taken_back() {
    let answer = answering(&[(31, b"text"), (6, &[7, 0, 0, 0])]);
    let with = |body: &str| {
        let taken = r#"(func (export "deallocate") (param i32 i32))"#;
        answer.replace(taken, &format!("{} {body})", &taken[..taken.len() - 1]))
    };
    let returned = Gives(vec![text("text"), Val::S32(7)]);
    let divides = "(drop (i32.div_u (i32.const 1) (i32.const 0)))";
    let cases = [
        ("unreachable", returned),
        ("(loop (br 0))", Limit("fuel")),
        (divides, Trapped("integer divide by zero")),
    ];
    for (body, expected) in cases {
        check(&with(body), Abi::Bindgen, "run", &[], &expected);
    }
}

/// Returns a module with this allocator, whose `run` takes two texts.
fn allocating(allocate: &str) -> String {
    format!(
        r#"(module (memory (export "memory") 1 2) (global $next (mut i32) (i32.const 1024))
            (func (export "malloc") (param $size i32) (result i32) {allocate})
            (func (export "free") (param i32) unreachable)
            (func (export "live") (result i32) (i32.const 0))
            (func (export "run") (param i32 i32)))"#
    )
}

#[test]
fn allocators_that_lie() {
    let grow_for_ever = "(loop $again (drop (memory.grow (i32.const 1))) (br $again)) unreachable";
    let next = "(global.set $next (i32.add (global.get $next) (i32.const 3))) (global.get $next)";
    let cases: [(&str, Expected); 8] = [
        ("(i32.const 0)", Trapped("`malloc` returned 0 for 5 bytes")),
        ("(i32.const 65532)", Trapped("returned 65532 for 5 bytes, and that block is outside of")),
        ("(i32.const -1)", Trapped("`malloc` returned 4294967295 for 5 bytes")),
        ("(i32.const 4096)", Trapped("for 4 bytes, and that block overlaps the one of 5 bytes")),
        (next, Trapped("returned 1030 for 4 bytes, and that block overlaps")),
        ("unreachable", Trapped("`unreachable`")),
        ("(loop (br 0)) unreachable", Limit("fuel")),
        (grow_for_ever, Limit("fuel")),
    ];
    for (allocate, expected) in cases {
        let allocate = format!("{allocate} ");
        check(&allocating(&allocate), C_STRING, "run", &[text("four"), text("333")], &expected);
    }
}

/// If the guest reached its memory limit, the error names that limit.
#[test]
fn an_allocator_without_room() {
    let refused = allocating(
        "(if (i32.eq (memory.grow (i32.const 1000)) (i32.const -1)) (then (return (i32.const 0)))) \
         (i32.const 1024)",
    )
    .replace("1 2)", "1)");
    check(&refused, C_STRING, "run", &[text("a"), text("b")], &Limit("memory"));
    let ends = allocating("(i32.const 1024)");
    check(&ends, C_STRING, "run", &[text("a"), Val::S32(1)], &Trapped("`unreachable`"));
}
