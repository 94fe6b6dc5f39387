//! Tests of the functions of a caller's contract, served in each way that there is: with Rust's
//! types, over values, by another component, and by a process. The guest gets the same results from each.

mod counters;
mod failing;
mod fixtures;
mod forward;
mod handles;
mod hostile;
mod modules;
mod names;
mod pieces;
mod processes;
mod resources;
mod traffic;

use std::sync::Arc;

use wit_host::{Call, GuestProvider, HostFailure, Runtime, RuntimeBuilder, State, Val};
use wit_host_providers::ProcessProvider;

use forward::forward;

/// The contract, and two worlds of components that implement a part of it.
const WIT: &str = include_str!("shop.wit");

mod bindings {
    wit_host::wasmtime::component::bindgen!({
        path: "../../tests/all/providers/shop.wit",
        world: "plugin",
        wasmtime_crate: wit_host::wasmtime,
    });
}
use bindings::shop::prices::prices::{Article, Host, Marks, Refusal, Size};

/// Returns a guest that exports each function of the contract, and calls the host's for it.
pub(crate) fn guest() -> Vec<u8> {
    forward(WIT)
}

/// Returns a runtime that serves the contract over values.
pub(crate) fn runtime() -> Runtime<Shop> {
    dynamic().build().unwrap()
}

/// The host data, with an implementation of each function.
#[derive(Default)]
pub(crate) struct Shop {
    beeps: u32,
}

impl Host for Shop {
    fn price(&mut self, name: String) -> u32 {
        if name == "tea" { 250 } else { 99 }
    }

    fn find(&mut self, name: String) -> Option<Article> {
        (name == "tea").then(|| Article { name, cents: 250, tags: vec!["hot".into()] })
    }

    fn take(&mut self, article: Article, count: u32) -> Result<u32, Refusal> {
        match (&*article.name, count) {
            ("tea", 0..=3) => Ok(article.cents * count),
            ("tea", _) => Err(Refusal::TooFew(3)),
            ("salt", _) => Err(Refusal::SoldOut),
            _ => Err(Refusal::Unknown(article.name)),
        }
    }

    fn listed(&mut self, names: Vec<String>) -> Vec<Article> {
        names.into_iter().filter_map(|name| self.find(name)).collect()
    }

    fn label(&mut self, name: String, upper: bool) -> String {
        if upper { name.to_uppercase() } else { format!("{name}!") }
    }

    fn reversed(&mut self, mut data: Vec<u8>) -> Vec<u8> {
        data.reverse();
        data
    }

    fn pick(
        &mut self,
        size: Size,
        marks: Marks,
        (factor, unit): (f32, char),
    ) -> (Size, Marks, bool) {
        (self.next(size), marks ^ Marks::all(), factor > 1.0 && unit == 'é')
    }

    fn weigh(&mut self, grams: i64, factor: f64) -> Result<f64, String> {
        #[allow(clippy::cast_precision_loss, reason = "small numbers")]
        match grams {
            ..0 => Err(format!("{grams} is no weight")),
            grams => Ok(grams as f64 * factor),
        }
    }

    fn next(&mut self, size: Size) -> Size {
        if size == Size::Small { Size::Large } else { Size::Small }
    }

    fn beep(&mut self) {
        self.beeps += 1;
    }
}

const FUNCTIONS: [&str; 10] =
    ["price", "find", "take", "listed", "label", "reversed", "pick", "weigh", "next", "beep"];

fn text(text: &str) -> Val {
    Val::String(text.into())
}

fn article(name: &str, cents: u32, tags: &[&str]) -> Val {
    let tags = Val::List(tags.iter().map(|tag| text(tag)).collect());
    let fields = [("name", text(name)), ("cents", Val::U32(cents)), ("tags", tags)];
    Val::Record(fields.map(|(name, value)| (name.to_owned(), value)).into())
}

fn bytes(bytes: &[u8]) -> Val {
    Val::List(bytes.iter().copied().map(Val::U8).collect())
}

fn ok(value: Val) -> Val {
    Val::Result(Ok(Some(Box::new(value))))
}

fn err(value: Val) -> Val {
    Val::Result(Err(Some(Box::new(value))))
}

fn some(value: Option<Val>) -> Val {
    Val::Option(value.map(Box::new))
}

fn case(name: &str, payload: Option<Val>) -> Val {
    Val::Variant(name.into(), payload.map(Box::new))
}

fn flags(set: &[&str]) -> Val {
    Val::Flags(set.iter().map(|flag| (*flag).to_owned()).collect())
}

/// Serves the function of this name over values.
fn by_values(function: &str, shop: &mut Shop, arguments: &[Val]) -> Result<Vec<Val>, HostFailure> {
    let tea = || article("tea", 250, &["hot"]);
    let next = |size: &str| Val::Enum(if size == "small" { "large" } else { "small" }.into());
    Ok(vec![match (function, arguments) {
        ("price", [Val::String(name)]) => Val::U32(if name == "tea" { 250 } else { 99 }),
        ("find", [Val::String(name)]) => some((name == "tea").then(tea)),
        ("take", [Val::Record(fields), Val::U32(count)]) => {
            let (Val::String(name), Val::U32(cents)) = (&fields[0].1, &fields[1].1) else {
                return Err(HostFailure("no article".into()));
            };
            match (&**name, count) {
                ("tea", 0..=3) => ok(Val::U32(cents * count)),
                ("tea", _) => err(case("too-few", Some(Val::U32(3)))),
                ("salt", _) => err(case("sold-out", None)),
                (other, _) => err(case("unknown", Some(text(other)))),
            }
        }
        ("listed", [Val::List(names)]) => {
            Val::List(names.iter().filter(|name| **name == text("tea")).map(|_| tea()).collect())
        }
        ("label", [Val::String(name), Val::Bool(true)]) => text(&name.to_uppercase()),
        ("label", [Val::String(name), Val::Bool(false)]) => text(&format!("{name}!")),
        ("reversed", [Val::List(data)]) => Val::List(data.iter().rev().cloned().collect()),
        ("pick", [Val::Enum(size), Val::Flags(set), Val::Tuple(at)]) => {
            let all = ["fresh", "organic"];
            let others: Vec<_> =
                all.into_iter().filter(|flag| set.iter().all(|set| set != flag)).collect();
            let is_it = match at[..] {
                [Val::Float32(factor), Val::Char(unit)] => factor > 1.0 && unit == 'é',
                _ => return Err(HostFailure("no place".into())),
            };
            Val::Tuple(vec![next(size), flags(&others), Val::Bool(is_it)])
        }
        ("weigh", [Val::S64(grams), Val::Float64(factor)]) => match grams {
            ..0 => err(text(&format!("{grams} is no weight"))),
            #[allow(clippy::cast_precision_loss, reason = "small numbers")]
            grams => ok(Val::Float64(*grams as f64 * factor)),
        },
        ("next", [Val::Enum(size)]) => next(size),
        ("beep", []) => {
            shop.beeps += 1;
            return Ok(Vec::new());
        }
        _ => return Err(HostFailure(format!("`{function}` was given {arguments:?}"))),
    }])
}

fn typed() -> RuntimeBuilder<Shop> {
    use wit_host::wasmtime::component::HasSelf;
    crate::support::hosts::builder().contract(contract()).component_imports(|linker| {
        bindings::Plugin::add_to_linker::<_, HasSelf<Shop>>(linker, State::data_mut)
    })
}

/// Returns the contract with its one world.
fn contract() -> String {
    WIT.lines().filter(|line| !line.contains("export prices")).collect::<Vec<_>>().join("\n")
}

fn dynamic() -> RuntimeBuilder<Shop> {
    FUNCTIONS.into_iter().fold(
        crate::support::hosts::builder().contract(contract()),
        |builder, function| {
            builder.func(
                format!("shop:prices/prices.{function}"),
                move |mut call: Call<'_, Shop>| {
                    let arguments = call.arguments();
                    by_values(function, call.data_mut(), arguments)
                },
            )
        },
    )
}

fn dynamic_async() -> RuntimeBuilder<Shop> {
    FUNCTIONS.into_iter().fold(
        crate::support::hosts::builder().contract(contract()),
        |builder, function| {
            builder.func_async(format!("prices.{function}"), move |mut call| {
                Box::pin(async move {
                    tokio::task::yield_now().await;
                    let arguments = call.arguments();
                    by_values(function, call.data_mut(), arguments)
                })
            })
        },
    )
}

/// Returns a provider that is a component, which itself is served over values.
fn component() -> GuestProvider<Shop> {
    let runtime = dynamic().build().unwrap();
    GuestProvider::new(&runtime, "prices.wasm", forward(WIT), Shop::default).unwrap()
}

/// Returns a provider that is a process, unless the machine has no Python.
fn process() -> Option<ProcessProvider> {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/all/providers/shop.py");
    let process = ProcessProvider::new("python3", [script]).ok()?;
    // `python3` may be a wrapper script, which needs `PATH`.
    Some(process.environment("PATH", std::env::var_os("PATH").unwrap()))
}

fn servers() -> Vec<(&'static str, Runtime<Shop>)> {
    let processes = process().map(|process| {
        let builder = crate::support::hosts::builder();
        ("process", builder.provide("shop:prices/prices", process))
    });
    let builders = [
        ("typed", typed()),
        ("values", dynamic()),
        ("async values", dynamic_async()),
        ("component", crate::support::hosts::builder().provide("shop:prices/prices", component())),
        ("component, with a contract", {
            crate::support::hosts::builder()
                .contract(contract())
                .provide("shop:prices", component())
        }),
        ("shared component", {
            crate::support::hosts::builder()
                .provide("shop:prices/prices@1.0.3", component().shared())
        }),
        ("component behind another", {
            let behind =
                crate::support::hosts::builder::<()>().provide("shop:prices/prices", component());
            let behind = behind.build().unwrap();
            let other = GuestProvider::new(&behind, "other.wasm", forward(WIT), || ()).unwrap();
            crate::support::hosts::builder().provide("shop:prices/prices", Arc::new(other))
        }),
    ];
    let builders = builders.into_iter().chain(processes);
    builders.map(|(name, builder)| (name, builder.build().unwrap())).collect()
}

/// Each call, and what it returns.
fn rows() -> Vec<(&'static str, Vec<Val>, Vec<Val>)> {
    let tea = || article("tea", 250, &["hot"]);
    vec![
        ("price", vec![text("tea")], vec![Val::U32(250)]),
        ("price", vec![text("")], vec![Val::U32(99)]),
        ("find", vec![text("tea")], vec![some(Some(tea()))]),
        ("find", vec![text("oil")], vec![some(None)]),
        ("take", vec![tea(), Val::U32(2)], vec![ok(Val::U32(500))]),
        ("take", vec![tea(), Val::U32(4)], vec![err(case("too-few", Some(Val::U32(3))))]),
        ("take", vec![article("salt", 1, &[]), Val::U32(1)], vec![err(case("sold-out", None))]),
        (
            "take",
            vec![article("ö", 1, &["a", "b"]), Val::U32(1)],
            vec![err(case("unknown", Some(text("ö"))))],
        ),
        ("listed", vec![Val::List(vec![])], vec![Val::List(vec![])]),
        (
            "listed",
            vec![Val::List(vec![text("tea"), text("x"), text("tea")])],
            vec![Val::List(vec![tea(), tea()])],
        ),
        ("label", vec![text("grün"), Val::Bool(true)], vec![text("GRÜN")]),
        ("label", vec![text("a\0b"), Val::Bool(false)], vec![text("a\0b!")]),
        ("reversed", vec![bytes(b"abc")], vec![bytes(b"cba")]),
        ("reversed", vec![bytes(&[7; 5000])], vec![bytes(&[7; 5000])]),
        (
            "pick",
            vec![
                Val::Enum("small".into()),
                flags(&["fresh"]),
                Val::Tuple(vec![Val::Float32(1.5), Val::Char('é')]),
            ],
            vec![Val::Tuple(vec![Val::Enum("large".into()), flags(&["organic"]), Val::Bool(true)])],
        ),
        ("weigh", vec![Val::S64(4), Val::Float64(0.5)], vec![ok(Val::Float64(2.0))]),
        ("weigh", vec![Val::S64(-4), Val::Float64(0.5)], vec![err(text("-4 is no weight"))]),
        ("next", vec![Val::Enum("large".into())], vec![Val::Enum("small".into())]),
        ("beep", vec![], vec![]),
    ]
}

#[test]
fn whoever_serves_a_component_it_gets_the_same() {
    let guest = forward(WIT);
    for (name, runtime) in servers() {
        assert_eq!(runtime.fit(&guest).unwrap().mismatches, [], "{name}");
        let guest = runtime.load(&guest).unwrap();
        let mut session = guest.session(Shop::default()).start_blocking().unwrap();
        for (function, arguments, expected) in rows() {
            let returned = session.call(function, &arguments);
            let returned = returned.unwrap_or_else(|error| panic!("{name}, {function}: {error}"));
            assert_eq!(returned, expected, "{name}, {function}");
        }
    }
}

#[tokio::test]
async fn an_async_program_is_served_as_well() {
    let guest = forward(WIT);
    for (name, runtime) in servers() {
        let guest = runtime.load(&guest).unwrap();
        let mut session = guest.session(Shop::default()).start().await.unwrap();
        for (function, arguments, expected) in rows() {
            let returned = session.call(function, &arguments).await.unwrap();
            assert_eq!(returned, expected, "{name}, {function}");
        }
    }
}

#[test]
fn a_session_has_its_own_instance_and_its_own_data() {
    let runtime = dynamic().build().unwrap();
    let guest = runtime.load(forward(WIT)).unwrap();
    let mut session = guest.session(Shop::default()).start_blocking().unwrap();
    for _ in 0..3 {
        session.call("beep", &[]).unwrap();
    }
    assert_eq!(session.data().beeps, 3);
}

#[test]
fn what_has_a_type_in_rust_goes_before_values_function_by_function() {
    let runtime = dynamic()
        .component_imports(|linker| {
            let mut prices = linker.instance("shop:prices/prices@1.0.0")?;
            prices.func_wrap("price", |_, (_,): (String,)| Ok((1_u32,)))
        })
        .module_imports(|env| env.func("next", |_: &mut Shop, size: i32| size + 7))
        .build()
        .unwrap();
    // The second guest was made for a later version of the contract.
    for wit in [WIT.to_owned(), WIT.replace("@1.0.0", "@1.2.0")] {
        let guest = runtime.load(forward(&wit)).unwrap();
        let mut session = guest.session(Shop::default()).start_blocking().unwrap();
        assert_eq!(session.call("price", &[text("tea")]).unwrap(), [Val::U32(1)]);
        assert_eq!(session.call("find", &[text("oil")]).unwrap(), [some(None)]);
    }
    let module = r#"(module
        (import "env" "next" (func $next (param i32) (result i32)))
        (export "next" (func $next)))"#;
    let mut session =
        runtime.load(module).unwrap().session(Shop::default()).start_blocking().unwrap();
    assert_eq!(session.call("next", &[Val::S32(1)]).unwrap(), [Val::S32(8)]);
}
