//! Tests of an embedder with its own contract (`guest/shop/wit`): a record, a list, a variant and a
//! resource for components, and functions with names of their own for core modules. Only the public
//! items of the library are used.

use wit_host::env::TrapMessage;
use wit_host::wasmtime::component::{HasSelf, Linker, Resource, ResourceTable, ResourceType};
use wit_host::{Limits, Runtime, RuntimeBuilder, State, Val, wasmtime};

use self::bindings::Customer;
use self::bindings::shop::contract::stock::{self, Article, Refusal};

mod bindings {
    wit_host::wasmtime::component::bindgen!({
        path: "../../guest/shop/wit",
        world: "customer",
        imports: { default: trappable },
        exports: { default: async },
        with: { "shop:contract/stock.basket": super::Basket },
        wasmtime_crate: wit_host::wasmtime,
    });
}

#[allow(unreachable_pub, reason = "generated code names it")]
pub struct Basket {
    customer: String,
    cents: u32,
}

struct Shop {
    shelf: Vec<(Article, u32)>,
    baskets: ResourceTable,
    sold: u32,
}

impl Shop {
    fn new() -> Self {
        let article = |name: &str, cents, left| (Article { name: name.into(), cents }, left);
        let shelf = vec![article("salt", 99, 5), article("tea", 250, 0), article("oil", 500, 5)];
        Self { shelf, baskets: ResourceTable::new(), sold: 0 }
    }

    fn take(&mut self, name: &str, count: u32) -> Result<u32, Refusal> {
        let found = self.shelf.iter_mut().find(|(article, _)| article.name == name);
        let (article, left) = found.ok_or_else(|| Refusal::Unknown(name.into()))?;
        *left = left.checked_sub(count).ok_or(Refusal::TooFew(*left))?;
        self.sold += count;
        Ok(article.cents * count)
    }

    /// Returns the price of the articles that are taken. It is served to core modules.
    fn take_from_shelf(&mut self, name: String, count: u32) -> Result<u32, Refusal> {
        self.take(&name, count)
    }

    /// Returns a description of an article. Core modules get the text in two steps.
    async fn describe(&mut self, index: u32, upper: bool, factor: f64) -> Result<String, String> {
        let found = usize::try_from(index).ok().and_then(|index| self.shelf.get(index));
        let (article, _) = found.ok_or_else(|| format!("no article {index}"))?;
        let name = if upper { article.name.to_uppercase() } else { article.name.clone() };
        Ok(format!("{name} at {:.1}", f64::from(article.cents) * factor))
    }
}

impl stock::Host for Shop {
    fn articles(&mut self) -> wasmtime::Result<Vec<Article>> {
        Ok(self.shelf.iter().map(|(article, _)| article.clone()).collect())
    }
}

impl stock::HostBasket for Shop {
    fn new(&mut self, customer: String) -> wasmtime::Result<Resource<Basket>> {
        Ok(self.baskets.push(Basket { customer, cents: 0 })?)
    }

    fn add(
        &mut self,
        basket: Resource<Basket>,
        name: String,
        count: u32,
    ) -> wasmtime::Result<Result<u32, Refusal>> {
        let taken = self.take(&name, count);
        let basket = self.baskets.get_mut(&basket)?;
        Ok(taken.map(|cents| {
            basket.cents += cents;
            basket.cents
        }))
    }

    fn customer(&mut self, basket: Resource<Basket>) -> wasmtime::Result<String> {
        Ok(self.baskets.get(&basket)?.customer.clone())
    }

    fn drop(&mut self, basket: Resource<Basket>) -> wasmtime::Result<()> {
        self.baskets.delete(basket)?;
        Ok(())
    }
}

impl TrapMessage for Refusal {
    fn trap_message(&self) -> String {
        match self {
            Self::Unknown(name) => format!("there is no {name}"),
            Self::TooFew(left) => format!("only {left} left"),
        }
    }
}

/// The data of a session. The shop is a part of it.
pub(crate) struct Till {
    shop: Shop,
    beeps: u32,
}

/// The folder of the WIT that the bindings are generated from.
const WIT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../guest/shop/wit");

fn runtime() -> Runtime<Till> {
    builder().build().unwrap()
}

/// Serves the contract with types in Rust.
pub(crate) fn builder() -> RuntimeBuilder<Till> {
    crate::support::hosts::builder()
        .component_imports(|linker| {
            Customer::add_to_linker::<_, HasSelf<Shop>>(linker, |state: &mut State<Till>| {
                &mut state.data_mut().shop
            })
        })
        .module_imports(|env| {
            env.func("beep", |till: &mut Till| till.beeps += 1)?;
            let mut shop = env.with_data(|till: &mut Till| &mut till.shop);
            shop.func("take", Shop::take_from_shelf)?;
            shop.func_async("describe", Shop::describe)?;
            shop.define_result_writer("copy_text")
        })
        .wit(WIT, Some("customer"))
        .limits(Limits::default().memory(4 << 20))
}

pub(crate) fn till() -> Till {
    Till { shop: Shop::new(), beeps: 0 }
}

#[tokio::test]
async fn a_component_of_the_embedders_contract() {
    let guest = runtime().load_file(wit_host_artifacts::SHOP_WASIP2).unwrap();
    let mut session = guest.session(till()).start().await.unwrap();
    let customer = session.bind(Customer::new).unwrap();
    for (cents, expected) in [(1000, "Ada pays 599; 0 tea left"), (98, "Ada pays 0; ")] {
        let bought = session.run("buy", async |store| customer.call_buy(store, cents).await);
        assert_eq!(bought.await.unwrap(), expected);
    }
    assert_eq!(
        session.call("buy", &[Val::U32(99)]).await.unwrap(),
        [Val::String("Ada pays 99; ".into())]
    );
    let till = session.into_data();
    assert_eq!(till.shop.sold, 3);
    assert!(till.shop.baskets.is_empty(), "the guest dropped its baskets");
}

#[tokio::test]
async fn a_core_module_of_the_embedders_names() {
    let guest = runtime()
        .load(
            r#"(module
                (import "env" "beep" (func $beep))
                (import "env" "take" (func $take (param i32 i32 i32) (result i32)))
                (import "env" "describe" (func $describe (param i32 i32 f64) (result i32)))
                (import "env" "copy_text" (func $copy_text (param i32)))
                (memory (export "memory") 1)
                (data (i32.const 0) "salttea")
                (func (export "buy-salt") (result i32)
                    (call $beep)
                    (call $take (i32.const 0) (i32.const 4) (i32.const 2)))
                (func (export "buy-tea") (result i32)
                    (call $take (i32.const 4) (i32.const 3) (i32.const 1)))
                (func (export "describe") (param i32 f64) (result i32)
                    (call $describe (local.get 0) (i32.const 1) (local.get 1))
                    (call $copy_text (i32.const 64)))
                (func (export "last") (param i32) (result i32)
                    (i32.load8_u offset=63 (local.get 0))))"#,
        )
        .unwrap();
    let mut session = guest.session(till()).start().await.unwrap();
    assert_eq!(session.call("buy-salt", &[]).await.unwrap(), [Val::S32(198)]);
    let described = session.call("describe", &[Val::S32(2), Val::Float64(0.5)]).await.unwrap();
    assert_eq!(described, [Val::S32(i32::try_from("OIL at 250.0".len()).unwrap())]);
    let last = session.call("last", &[Val::S32(12)]).await.unwrap();
    assert_eq!(last, [Val::S32(i32::from(b'0'))]);
    assert_eq!((session.data().beeps, session.data().shop.sold), (1, 2));

    let error = session.call("buy-tea", &[]).await.unwrap_err().to_string();
    assert!(error.starts_with("`buy-tea` trapped: `env.take`: only 0 left"), "{error}");
}

#[test]
fn a_contract_is_held_against_what_is_linked() {
    let runtime = |setup: fn(&mut Linker<State<Till>>) -> wasmtime::Result<()>| {
        let builder = crate::support::hosts::builder::<Till>()
            .component_imports(setup)
            .wit(WIT, Some("customer"));
        builder.build().err().unwrap().to_string()
    };
    let nothing = runtime(|_| Ok(()));
    assert!(nothing.contains("import `shop:contract/stock@1.0.0`"), "{nothing}");
    assert!(nothing.contains("it is in the contract, and not in the linker"), "{nothing}");
    let other = runtime(|linker| {
        let stock = &mut linker.instance("shop:contract/stock@1.0.0")?;
        stock.resource("basket", ResourceType::host::<Basket>(), |_, _| Ok(()))?;
        stock.func_wrap("articles", |_, (): ()| Ok((7_u32,)))
    });
    assert!(other.contains("`shop:contract/stock@1.0.0."), "{other}");
    let no_world =
        crate::support::hosts::builder::<Till>().wit(WIT, Some("nobody")).build().err().unwrap();
    assert!(no_world.to_string().contains("there is no world `nobody`"), "{no_world}");
}

#[test]
fn a_name_that_is_taken_is_refused() {
    let twice = crate::support::hosts::builder::<Till>()
        .module_imports(|env| env.func("beep", |till: &mut Till| till.beeps += 1))
        .module_imports(|env| env.func("beep", |till: &mut Till| till.beeps += 2));
    let error = twice.build().err().unwrap().to_string();
    assert!(error.contains("failed to offer functions in `env`"), "{error}");
    assert!(error.contains("beep"), "{error}");
}
