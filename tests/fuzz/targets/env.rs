//! Passes arbitrary pointers, lengths and bytes to the memory code of `env`. A small model computes
//! the expected result.
#![no_main]

use std::sync::LazyLock;

use arbitrary::Arbitrary;
use libfuzzer_sys::fuzz_target;
use wit_host::{Error, Guest, Val};
use wit_host_contract::{Functions, builder};

const SIZE: usize = 65_536;

#[derive(Arbitrary, Debug)]
struct Input {
    a: (i32, i32),
    b: (i32, i32),
    to: i32,
    bytes: [u8; 16],
    at: u16,
}

static GUEST: LazyLock<Guest<Functions>> = LazyLock::new(|| {
    let text = r#"(module
        (import "env" "concat" (func $concat (param i32 i32 i32 i32) (result i32)))
        (import "env" "write_mem" (func $write_mem (param i32)))
        (memory (export "memory") 1 1)
        (func (export "poke") (param i32 i32) (i32.store8 (local.get 0) (local.get 1)))
        (func (export "run") (param i32 i32 i32 i32 i32) (result i32)
            (call $concat (local.get 0) (local.get 1) (local.get 2) (local.get 3))
            (call $write_mem (local.get 4))))"#;
    builder().allow_text_format(true).build().expect("a runtime").load(text).expect("a guest")
});

fn text(memory: &[u8], (pointer, length): (i32, i32)) -> Option<String> {
    let (start, length) = (pointer.cast_unsigned() as usize, length.cast_unsigned() as usize);
    String::from_utf8(memory.get(start..start.checked_add(length)?)?.to_vec()).ok()
}

fuzz_target!(|input: Input| {
    let mut memory = vec![0; SIZE];
    let mut session = GUEST.session(Functions::default()).start_blocking().expect("a session");
    for (index, byte) in input.bytes.iter().enumerate() {
        let at = (usize::from(input.at) + index) % SIZE;
        memory[at] = *byte;
        let args = [Val::S32(at as i32), Val::S32(i32::from(*byte))];
        session.call("poke", &args).expect("in memory");
    }
    let whole = text(&memory, input.a).zip(text(&memory, input.b)).map(|(a, b)| a + &b);
    let expected = whole.filter(|whole| {
        let to = input.to.cast_unsigned() as usize;
        whole.is_empty() || to.checked_add(whole.len()).is_some_and(|end| end <= SIZE)
    });
    let args = [input.a.0, input.a.1, input.b.0, input.b.1, input.to].map(Val::S32);
    match (session.call("run", &args), expected) {
        (Ok(results), Some(whole)) => assert_eq!(results, [Val::S32(whole.len() as i32)]),
        (Err(Error::Trapped { .. }), None) => {}
        (found, expected) => panic!("{input:?}: {found:?}, expected {expected:?}"),
    }
});
