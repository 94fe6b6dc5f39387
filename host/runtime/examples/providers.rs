//! Reads a contract when the program runs, and serves it in three ways: with functions over values,
//! with a component, and with default values.
//!
//! `cargo run --example providers`

use wit_host::{DefaultProvider, GuestProvider, HostFailure, Runtime, Val};

/// Usually a folder: `RuntimeBuilder::wit("wit", Some("plugin"))`.
const CONTRACT: &str = "
    package shop:prices@1.0.0;
    interface prices { price: func(article: string) -> u32; }
    world plugin {
        import prices;
        export total: func() -> u32;
    }
";

fn main() -> wit_host::Result<()> {
    // Functions over values: their types are the contract's, and are compared with the guest's
    // before it runs. What they are given and return need not be known when this is compiled.
    let runtime = Runtime::<u32>::builder()
        .allow_text_format(true)
        .contract(CONTRACT)
        .func("shop:prices/prices.price", |mut call| {
            *call.data_mut() += 1;
            match call.arguments() {
                [Val::String(article)] if article == "tea" => Ok(Val::U32(250)),
                [Val::String(article)] if article == "salt" => Ok(Val::U32(99)),
                // It is the host's failure, and not the guest's.
                other => Err(HostFailure(format!("there is no price of {other:?}"))),
            }
        })
        .build()?;
    let mut session = runtime.load(GUEST)?.session(0).start_blocking()?;
    assert_eq!(session.call("total", &[])?, [Val::U32(349)]);
    assert_eq!(*session.data(), 2);

    // The same functions serve core modules, which import them from `env`.
    let mut session = runtime.load(MODULE)?.session(0).start_blocking()?;
    assert_eq!(session.call("total", &[])?, [Val::S32(250)]);

    // A component as a provider. The limits and grants of its own runtime apply to it. Each session
    // of a guest has its own instance of it, unless it is `shared()`.
    let prices = Runtime::<()>::builder().allow_text_format(true).build()?;
    let prices = GuestProvider::new(&prices, "prices.wasm", PROVIDER, || ())?;
    let runtime = Runtime::<()>::builder()
        .allow_text_format(true)
        .contract(CONTRACT)
        .provide("shop:prices/prices", prices)
        .build()?;
    let mut session = runtime.load(GUEST)?.session(()).start_blocking()?;
    assert_eq!(session.call("total", &[])?, [Val::U32(2 * 7)]);

    // Default values: every function returns the smallest value of its type, which is enough to try
    // a guest.
    let runtime = Runtime::<()>::builder()
        .allow_text_format(true)
        .provide("shop:prices", DefaultProvider)
        .build()?;
    let mut session = runtime.load(GUEST)?.session(()).start_blocking()?;
    assert_eq!(session.call("total", &[])?, [Val::U32(0)]);
    println!("answered with default values: {:?}", session.defaults());
    Ok(())
}

/// A guest is usually a file that a toolchain has made.
const GUEST: &str = r#"(component
    (import "shop:prices/prices@1.0.0" (instance $prices
        (export "price" (func (param "article" string) (result u32)))))
    (core module $memory (memory (export "memory") 1) (data (i32.const 0) "teasalt"))
    (core instance $memory (instantiate $memory))
    (core func $price
        (canon lower (func $prices "price") (memory (core memory $memory "memory"))))
    (core module $total
        (import "shop" "price" (func $price (param i32 i32) (result i32)))
        (func (export "total") (result i32)
            (i32.add (call $price (i32.const 0) (i32.const 3))
                (call $price (i32.const 3) (i32.const 4)))))
    (core instance $total (instantiate $total
        (with "shop" (instance (export "price" (func $price))))))
    (func (export "total") (result u32) (canon lift (core func $total "total"))))"#;

const MODULE: &str = r#"(module
    (import "env" "price" (func $price (param i32 i32) (result i32)))
    (memory (export "memory") 1)
    (data (i32.const 0) "tea")
    (func (export "total") (result i32) (call $price (i32.const 0) (i32.const 3))))"#;

/// Everything costs 7.
const PROVIDER: &str = r#"(component
    (core module $m
        (memory (export "memory") 1)
        (func (export "realloc") (param i32 i32 i32 i32) (result i32) (i32.const 1024))
        (func (export "price") (param i32 i32) (result i32) (i32.const 7)))
    (core instance $m (instantiate $m))
    (func $price (param "article" string) (result u32)
        (canon lift (core func $m "price")
            (memory (core memory $m "memory")) (realloc (core func $m "realloc"))))
    (instance $prices (export "price" (func $price)))
    (export "shop:prices/prices@1.0.0" (instance $prices)))"#;

#[test]
fn runs() {
    main().expect("it ends well");
}
