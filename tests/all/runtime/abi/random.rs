//! Tests with random values that a guest returns. They are read or refused, and nothing outside of
//! them is read.

use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use wit_host::{Abi, Error, Guest, Limits, Returns, Val};
use wit_host_contract::Functions;

use super::bytes;

/// The address of the allocator's first block.
const FIRST: u32 = 4096;

/// A guest that returns the contents of its first argument, by each convention.
const GUEST: &str = r#"(module (memory (export "memory") 1)
    (global $next (mut i32) (i32.const 4096))
    (func (export "allocate") (param $size i32) (result i32)
        (global.get $next)
        (global.set $next (i32.add (global.get $next) (local.get $size))))
    (func (export "deallocate") (param i32 i32))
    (func (export "cstring") (param i32) (result i32) (i32.load (local.get 0)))
    (func (export "packed") (param i32 i32) (result i64) (i64.load (local.get 0)))
    (func (export "pair") (param i32 i32) (result i32) (i32.load (local.get 0)))
    (func (export "bindgen") (param i32 i32) (result i32) (i32.load (local.get 0))))"#;

/// Generates numbers that are likely to be a pointer, a length, a code or a mistake.
fn word() -> impl Strategy<Value = u32> {
    prop_oneof![0..40_u32, FIRST..FIRST + 100, 65_500..65_600_u32, any::<u32>()]
}

#[test]
fn any_answer_is_read_or_refused() {
    let limits = Limits::default().host_call_bytes(100_000);
    let runtime = crate::support::hosts::shipped().limits(limits).build().unwrap();
    let guest = runtime.load(GUEST).unwrap();
    let config = Config { cases: 200, failure_persistence: None, ..Config::default() };
    let rng = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    let answers = (0..3_u8, proptest::collection::vec(word(), 2..20));
    let run = TestRunner::new_with_rng(config, rng).run(&answers, |(flag, words)| {
        let words: Vec<_> = words.into_iter().flat_map(u32::to_le_bytes).collect();
        check(&guest, "cstring", Abi::CString(Returns::Text), &words);
        check(&guest, "packed", Abi::PtrLen(Returns::Bytes), &words);
        check(&guest, "pair", Abi::PtrLen(Returns::Text), &words);
        check(&guest, "bindgen", Abi::Bindgen, &[&[flag][..], &words].concat());
        Ok(())
    });
    run.unwrap();
}

fn check(guest: &Guest<Functions>, function: &str, abi: Abi, answer: &[u8]) {
    let mut session = guest.session(Functions::default()).start_blocking().unwrap();
    match session.call_with_abi(abi, function, &[bytes(answer)]) {
        Ok(results) => assert!(results.len() <= 100_000 / size_of::<Val>()),
        Err(Error::Trapped(_) | Error::Limit { .. }) => {}
        Err(error) => panic!("{function}: {error}"),
    }
}
