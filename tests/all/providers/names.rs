//! Tests of the names of functions: what a name means, what is refused when a runtime is built and
//! when a guest is linked, and what inspection says about what serves an import.

use wit_host::inspect::ServedBy;
use wit_host::{
    BoxFuture, DefaultProvider, Error, GuestProvider, ImportCall, ImportedFunction, Provider,
    ProviderFailure, TrapProvider, Unserved, Val,
};

use super::{Shop, WIT, component, contract, dynamic, forward};

fn refused(builder: wit_host::RuntimeBuilder<Shop>) -> String {
    let error = builder.build().err().unwrap();
    assert!(matches!(error, Error::Import { .. }), "{error:?}");
    error.to_string()
}

#[test]
fn names_that_mean_nothing_are_refused_with_the_nearest() {
    let with = |name: &str| {
        refused(crate::support::hosts::builder().contract(contract()).func(name, |_| Val::U32(1)))
    };
    for (name, expected) in [
        ("shop:prices/prices.prise", "has `shop:prices/prices@1.0.0.price`, which looks like it"),
        ("shop:prices/prices@2.0.0.price", "another major number is a breaking change"),
        ("anything", "`shop:prices/plugin@1.0.0` imports no such function; it imports `shop:"),
    ] {
        let error = with(name);
        assert!(error.contains(expected) && error.contains(name), "{name}: {error}");
    }
    let twice = dynamic().func("prices.price", |_| Val::U32(1));
    assert!(refused(twice).contains("it is served already"));
    let without = crate::support::hosts::builder().func("price", |_| Val::U32(1));
    assert!(refused(without).contains("there is no contract that has its type"));
    let provider =
        |name: &str| refused(crate::support::hosts::builder().provide(name, TrapProvider));
    for name in ["wasi:random", "wasi:cli/environment", "wasi:io/streams@0.2.0.read"] {
        assert!(provider(name).contains("the host serves all of it itself"), "{name}");
    }
    let compiled = super::typed().provide("shop:prices/prices.price", TrapProvider);
    assert!(refused(compiled).contains("the host serves all of it itself"));
    let others =
        crate::support::hosts::builder::<Shop>().provide("wasi:logging/logging", TrapProvider);
    assert!(others.build().is_ok(), "it is WASI that the engine does not have");
    assert!(provider("a:b/").contains("it names no import"));
    let twice = crate::support::hosts::builder()
        .provide("a:b/c", TrapProvider)
        .provide("a:b/c", TrapProvider);
    assert!(refused(twice).contains("another provider has the same name"));
}

#[test]
fn another_type_is_refused_before_anything_runs() {
    let other = WIT.replace("price: func(name: string) -> u32", "price: func(name: string) -> u64");
    let other = other.replace("cents: u32, tags", "cents: u32, more: bool, tags");
    let guest = forward(&other);
    let values = dynamic().build().unwrap();
    let provided = crate::support::hosts::builder::<Shop>()
        .provide("shop:prices", component())
        .build()
        .unwrap();
    let both = crate::support::hosts::builder::<Shop>()
        .contract(contract())
        .provide("shop:prices", component());
    for (runtime, whose) in [
        (values, "the contract"),
        (provided, "the provider"),
        (both.build().unwrap(), "the contract"),
    ] {
        let error = runtime.load(&guest).err().unwrap();
        assert!(matches!(error, Error::Mismatches(_)), "{error:?}");
        let error = error.to_string();
        for part in [
            format!("the result is `u64` in the guest and `u32` in {whose}"),
            format!(
                "{whose} has: record article {{ name: string, cents: u32, tags: list<string> }}"
            ),
        ] {
            assert!(error.contains(&part), "{part}\n{error}");
        }
        let mismatches = runtime.fit(&guest).unwrap().mismatches;
        assert!(mismatches.iter().any(|one| one.name.ends_with(".price")), "{mismatches:?}");
    }
}

/// Compiled code is checked again by each runtime that loads it.
#[test]
fn code_that_was_compiled_elsewhere_is_checked_as_well() {
    let other = WIT.replace("price: func(name: string) -> u32", "price: func(name: string) -> u64");
    let any = crate::support::hosts::builder::<Shop>()
        .provide("shop:prices", DefaultProvider)
        .build()
        .unwrap();
    let compiled = any.compile(forward(&other)).unwrap();
    let provided = crate::support::hosts::builder::<Shop>()
        .provide("shop:prices", component())
        .build()
        .unwrap();
    #[allow(unsafe_code, reason = "it was compiled here")]
    // SAFETY: `compile` has returned this code just now.
    let error = unsafe { provided.load_compiled(&compiled.bytes) }.err().unwrap().to_string();
    assert!(error.contains("`prices.wasm` has it with another type"), "{error}");
}

#[test]
fn a_function_that_a_provider_lacks_is_refused() {
    let narrow = "
        package shop:prices@1.0.0;
        interface prices { price: func(name: string) -> u32; }
        world other { export prices; }
    ";
    let runtime = crate::support::hosts::builder::<()>().build().unwrap();
    let body = "(i32.const 7)";
    let narrow = super::forward::with_body(narrow, body);
    let provider = GuestProvider::new(&runtime, "narrow.wasm", narrow, || ()).unwrap();
    let runtime =
        crate::support::hosts::builder::<Shop>().provide("shop:prices", provider).build().unwrap();
    let error = runtime.load(forward(WIT)).err().unwrap().to_string();
    assert!(
        error.contains("`narrow.wasm` does not serve it: it exports no such function"),
        "{error}"
    );
    let mismatches = runtime.fit(forward(WIT)).unwrap().mismatches;
    assert_eq!(mismatches.len(), 9, "{mismatches:?}");
}

#[test]
fn a_resource_is_served_by_a_component_or_by_nobody() {
    let wit = "
        package a:b@1.0.0;
        interface c { resource basket { constructor(); } size: func(of: borrow<basket>) -> u32; }
        world plugin { import c; }
    ";
    let guest = r#"(component (import "a:b/c@1.0.0" (instance
        (export "basket" (type $basket (sub resource)))
        (export "[constructor]basket" (func (result (own $basket))))
        (export "size" (func (param "of" (borrow $basket)) (result u32))))))"#;
    let builders = || {
        let plain = crate::support::hosts::builder::<()>;
        [plain().contract(wit), plain()]
    };
    for builder in builders() {
        let runtime = builder.provide("a:b/c", Anything).build().unwrap();
        let error = runtime.load(guest).err().unwrap().to_string();
        assert!(error.contains("import `a:b/c@1.0.0.basket`: it is a resource"), "{error}");
    }
    for builder in builders() {
        let runtime = builder.provide("a:b/c", DefaultProvider).build().unwrap();
        let error = runtime.load(guest).err().unwrap().to_string();
        assert!(error.contains("it has no value for the result"), "{error}");
    }
    for builder in builders() {
        let runtime = builder.provide("a:b/c", TrapProvider).build().unwrap();
        runtime.load(guest).unwrap();
    }
}

/// Says that it serves every function.
struct Anything;

impl Provider for Anything {
    fn offer(&self, _: &ImportedFunction) -> Result<(), Unserved> {
        Ok(())
    }

    fn call<'a>(&'a self, _: ImportCall<'a>) -> BoxFuture<'a, Result<Vec<Val>, ProviderFailure>> {
        Box::pin(async { Err(ProviderFailure::new("it is not there")) })
    }
}

#[test]
fn inspect_says_who_serves_what() {
    let guest = forward(WIT);
    let rows = [
        (
            crate::support::hosts::builder::<Shop>()
                .provide("shop:prices", component())
                .build()
                .unwrap(),
            "served by `prices.wasm`, export `shop:prices/prices@1.0.0`",
        ),
        (
            crate::support::hosts::builder()
                .provide("shop:prices/prices", TrapProvider)
                .build()
                .unwrap(),
            "served by `trap`",
        ),
        (dynamic().build().unwrap(), "served by the contract"),
        (
            crate::support::hosts::builder()
                .provide("shop:prices/prices", component())
                .provide("shop:prices/prices.beep", DefaultProvider)
                .build()
                .unwrap(),
            "`default` (`beep`)",
        ),
    ];
    for (runtime, expected) in rows {
        let inspection = runtime.inspect(&guest).unwrap();
        assert!(inspection.to_string().contains(expected), "{inspection}");
        assert!(!serde_json::to_string(&inspection).unwrap().is_empty());
    }
    let runtime =
        crate::support::hosts::builder::<Shop>().provide("env", component()).build().unwrap();
    let module = r#"(module (import "env" "price" (func (param i32 i32) (result i32))))"#;
    let inspection = runtime.inspect(module).unwrap();
    let by = &inspection.imports[0].served_by;
    let ServedBy::Providers(providers) = by else { panic!("{by:?}") };
    assert_eq!(providers[0].by, "`prices.wasm`, export `shop:prices/prices@1.0.0`");
}
