//! Mocks in Rust: what they answer, and what they tell of calls that were missing or too many.

use std::panic::{AssertUnwindSafe, catch_unwind};

use wit_host::{Runtime, Val};
use wit_host_testing::Mocks;

const WIT: &str = "
    package shop:prices@1.0.0;
    interface prices {
        price: func(article: string) -> u32;
        sold: func(count: u32);
    }
    world plugin { import prices; }
";

const GUEST: &str = r#"
    (module
        (import "env" "price" (func $price (param i32 i32) (result i32)))
        (import "env" "sold" (func $sold (param i32)))
        (memory (export "memory") 1)
        (data (i32.const 0) "teasalt")
        (func (export "tea") (result i32) (call $price (i32.const 0) (i32.const 3)))
        (func (export "salt") (result i32) (call $price (i32.const 3) (i32.const 4)))
        (func (export "sell") (param i32) (call $sold (local.get 0))))
"#;

/// Makes calls of the guest, each with its result or its failure.
fn called(mocks: &Mocks, calls: &[(&str, &[Val])]) -> Vec<Result<Vec<Val>, String>> {
    let runtime = Runtime::<()>::builder()
        .contract(WIT)
        .provide("shop:prices", mocks.provider())
        .allow_text_format(true)
        .build()
        .unwrap();
    let guest = runtime.load(GUEST).unwrap();
    let calls = calls.iter().map(|(function, arguments)| {
        let mut session = guest.session(()).start_blocking().unwrap();
        session.call(function, arguments).map_err(|error| error.to_string())
    });
    calls.collect()
}

fn price(result: &Result<Vec<Val>, String>) -> i32 {
    match result.as_deref() {
        Ok([Val::S32(price)]) => *price,
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_first_that_fits_answers() {
    let mut mocks = Mocks::new();
    mocks.expect("price").with([Val::String("tea".into())]).times(1).returning(|_| Val::U32(1));
    mocks.expect("shop:prices/prices.price").with_wave(["tea"]).returning(|_| vec![Val::U32(2)]);
    let is_salt = |arguments: &[Val]| arguments == [Val::String("salt".into())];
    mocks.expect("shop:prices/prices@1.0.0.price").matching(is_salt).times(1..).returning(
        |arguments| match arguments {
            [Val::String(article)] => u32::try_from(article.len()).map(Val::U32),
            _ => Ok(Val::U32(0)),
        },
    );
    let results = called(&mocks, &[("tea", &[]), ("salt", &[]), ("tea", &[]), ("salt", &[])]);
    assert_eq!(results.iter().map(price).collect::<Vec<_>>(), [1, 4, 2, 4]);
    mocks.verify();
}

#[test]
fn an_answer_may_be_left_out() {
    let mut mocks = Mocks::new();
    let _ = mocks.expect("env.price").times(..);
    let _ = mocks.expect("sold").with([Val::U32(7)]);
    let results = called(&mocks, &[("tea", &[]), ("sell", &[Val::S32(7)])]);
    assert_eq!(results, [Ok(vec![Val::S32(0)]), Ok(vec![])]);
}

#[test]
fn what_did_not_happen_is_told() {
    let mut mocks = Mocks::new();
    mocks.expect("price").with_wave(["tea"]).times(2).failing("it is sold out");
    let results = called(&mocks, &[("tea", &[]), ("salt", &[]), ("sell", &[Val::S32(1)])]);
    let texts: Vec<_> = results.into_iter().map(Result::unwrap_err).collect();
    assert!(texts[0].contains("it is sold out"), "{texts:?}");
    assert!(texts[1].contains("the nearest expectation is `price(tea)`"), "{texts:?}");
    assert!(texts[2].contains("it has no expectation"), "{texts:?}");
    assert_eq!(
        mocks.unmet(),
        [
            "`price(tea)`: 2 calls expected, and 1 made",
            "`shop:prices/prices.price(\"salt\")` was not expected: the nearest expectation is \
             `price(tea)`",
            "`shop:prices/prices.sold(1)` was not expected: it has no expectation",
        ]
    );
    let dropped = catch_unwind(AssertUnwindSafe(|| drop(mocks)));
    let told = dropped.unwrap_err();
    let told = told.downcast_ref::<String>().expect("a text");
    assert!(told.contains("2 calls expected, and 1 made"), "{told}");
}

#[test]
fn a_thread_that_panics_is_not_ended_twice() {
    let panicked = catch_unwind(|| {
        let mut mocks = Mocks::new();
        mocks.expect("price").returning(|_| Val::U32(1));
        panic!("another reason");
    });
    assert_eq!(panicked.unwrap_err().downcast_ref(), Some(&"another reason"));
}

#[test]
fn an_answer_of_another_type_is_the_hosts_failure() {
    let mut mocks = Mocks::new();
    mocks.expect("price").times(..).returning(|_| Val::Bool(true));
    let results = called(&mocks, &[("tea", &[])]);
    let told = results[0].as_ref().unwrap_err();
    assert!(told.contains("gave `true`, which is no `u32`"), "{told}");
}
