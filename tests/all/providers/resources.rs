//! Tests of a contract with a resource that is served over values alone: the guest gets the same
//! results as with Rust's types.

use std::collections::BTreeMap;

use wit_host::{Call, Denial, Grants, RuntimeBuilder, Val};

use super::{component, err, forward, ok, text};

/// The folder with the contract of the guest.
pub(super) const CONTRACT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../guest/shop/wit");
/// The kind of the contract's resource.
const BASKET: u32 = 1;

#[derive(Default)]
pub(super) struct Till {
    shelf: Vec<(&'static str, u32, u32)>,
    baskets: BTreeMap<u32, (String, u32)>,
    next: u32,
    sold: u32,
}

pub(super) fn till() -> Till {
    Till { shelf: vec![("salt", 99, 5), ("tea", 250, 0), ("oil", 500, 5)], ..Till::default() }
}

fn articles(call: Call<'_, Till>) -> Val {
    let article = |(name, cents, _): &(&str, u32, u32)| {
        let fields = [("name", text(name)), ("cents", Val::U32(*cents))];
        Val::Record(fields.map(|(name, value)| (name.to_owned(), value)).into())
    };
    Val::List(call.data().shelf.iter().map(article).collect())
}

fn new(mut call: Call<'_, Till>) -> wit_host::wasmtime::Result<Val> {
    let [Val::String(customer)] = call.arguments() else { panic!("it has a customer") };
    let till = call.data_mut();
    till.next += 1;
    let rep = till.next;
    till.baskets.insert(rep, (customer.clone(), 0));
    call.own(BASKET, rep)
}

fn add(mut call: Call<'_, Till>) -> wit_host::wasmtime::Result<Val> {
    let basket = call.rep(0)?;
    let [_, Val::String(name), Val::U32(count)] = call.arguments() else { panic!("it has") };
    let till = call.data_mut();
    let case = |name: &str, payload| Val::Variant(name.into(), Some(Box::new(payload)));
    let Some(found) = till.shelf.iter_mut().find(|(article, ..)| article == name) else {
        return Ok(err(case("unknown", text(name))));
    };
    let Some(left) = found.2.checked_sub(*count) else {
        return Ok(err(case("too-few", Val::U32(found.2))));
    };
    found.2 = left;
    till.sold += count;
    let basket = till.baskets.get_mut(&basket).unwrap();
    basket.1 += found.1 * count;
    Ok(ok(Val::U32(basket.1)))
}

fn customer(mut call: Call<'_, Till>) -> wit_host::wasmtime::Result<Val> {
    let basket = call.rep(0)?;
    Ok(text(&call.data().baskets[&basket].0))
}

/// Serves the contract over values.
pub(super) fn builder() -> RuntimeBuilder<Till> {
    crate::support::hosts::builder()
        .wit(CONTRACT, Some("customer"))
        .func("stock.articles", articles)
        .func("shop:contract/stock.[constructor]basket", new)
        .func("basket.add", add)
        .func("stock.basket.customer", customer)
        .resource("shop:contract/stock.basket", BASKET, |till: &mut Till, rep| {
            till.baskets.remove(&rep);
        })
}

#[test]
fn a_contract_with_a_resource_is_served_by_values_alone() {
    let runtime = builder().build().unwrap();
    let guest = runtime.load_file(wit_host_artifacts::SHOP_WASIP2).unwrap();
    let mut session = guest.session(till()).start_blocking().unwrap();
    for (cents, expected) in
        [(1000, "Ada pays 599; 0 tea left"), (98, "Ada pays 0; "), (99, "Ada pays 99; ")]
    {
        assert_eq!(session.call("buy", &[Val::U32(cents)]).unwrap(), [text(expected)]);
    }
    let till = session.into_data();
    assert_eq!((till.sold, till.baskets.len()), (3, 0), "the guest dropped its baskets");
}

#[test]
fn what_is_left_out_of_a_contract_is_told() {
    let half = crate::support::hosts::builder::<Till>().wit(CONTRACT, Some("customer"));
    let half = half.func("stock.articles", articles).func("basket.add", add);
    let error = half.build().err().unwrap().to_string();
    assert!(error.contains("import `shop:contract/stock@1.0.0.basket`"), "{error}");
    let no_resource = crate::support::hosts::builder::<Till>().wit(CONTRACT, Some("customer"));
    let error = no_resource.resource("stock.bsket", 1, |_, _| ()).build().err().unwrap();
    assert!(error.to_string().contains("it has `shop:contract/stock@1.0.0.basket`"), "{error}");
}

#[test]
fn each_resource_has_a_kind_of_its_own() {
    let contract = "package a:b; interface i { resource r; resource s; } world w { import i; }";
    for (kinds, reason) in [
        ([1, 2], None),
        ([7, 7], Some("it has the kind 7 of `r`; give each its own")),
        ([1, 1 << 31], Some("its kind is 2147483648; give one that is less than 2^31")),
        ([1, u32::MAX], Some("give one that is less than 2^31")),
    ] {
        let builder = crate::support::hosts::builder::<()>().contract(contract);
        let builder = builder.resource("a:b/i.r", kinds[0], |(), _| ());
        let error = builder.resource("a:b/i.s", kinds[1], |(), _| ()).build().err();
        let error = error.map(|error| error.to_string());
        match reason {
            None => assert_eq!(error, None),
            Some(reason) => {
                assert!(error.as_ref().is_some_and(|error| error.contains(reason)), "{error:?}")
            }
        }
    }
}

#[test]
fn a_function_that_is_denied_need_not_be_served_by_its_type() {
    let other = super::WIT.replace("price: func(name: string) -> u32", "price: func() -> u64");
    let grants = Grants::default().deny("shop:prices/prices.price", Denial::Trap).unwrap();
    let runtime = crate::support::hosts::builder::<super::Shop>();
    let runtime = runtime.provide("shop:prices", component()).grants(grants).build().unwrap();
    let guest = runtime.load(forward(&other)).unwrap();
    let mut session = guest.session(super::Shop::default()).start_blocking().unwrap();
    assert_eq!(session.call("beep", &[]).unwrap(), []);
    let error = session.call("price", &[]).unwrap_err().to_string();
    assert!(error.contains("price` is denied to this guest"), "{error}");
}

#[test]
fn what_a_provider_serves_can_be_denied() {
    for (denied, is_there) in [
        ("shop:prices", true),
        ("shop:prices/prices.price", true),
        ("shop:other", false),
        ("env.price", true),
        ("env.nothing", false),
    ] {
        let grants = Grants::default().deny(denied, Denial::Refuse).unwrap();
        let contract = "package a:b; world w {}";
        let runtime =
            crate::support::hosts::builder::<super::Shop>().contract(contract).grants(grants);
        let runtime = runtime.provide("shop:prices/prices@1.0.0", component()).build();
        assert_eq!(runtime.is_ok(), is_there, "{denied}");
        if denied.starts_with("shop:prices") {
            let error = runtime.unwrap().load(forward(super::WIT)).err().unwrap().to_string();
            assert!(error.contains("it is denied to this guest"), "{error}");
        }
    }
}

#[test]
fn many_threads_call_through_one_that_all_share() {
    let shared = std::sync::Arc::new(component().shared());
    let runtime = crate::support::hosts::builder::<super::Shop>().provide("shop:prices", shared);
    let guest = runtime.build().unwrap().load(forward(super::WIT)).unwrap();
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                let mut session = guest.session(super::Shop::default()).start_blocking().unwrap();
                for _ in 0..50 {
                    let label = session.call("label", &[text("tea"), Val::Bool(true)]);
                    assert_eq!(label.unwrap(), [text("TEA")]);
                }
            });
        }
    });
}
