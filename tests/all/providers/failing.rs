//! Tests of providers that fail, and of guests that use providers to do harm: each error says which
//! of them failed, and no other session is affected.

use std::error::Error as _;
use std::time::{Duration, Instant};

use wit_host::{
    DefaultProvider, Error, GuestProvider, HostFailure, LimitReached, Limits, TrapProvider, Val,
};

use super::forward::with_body;
use super::{Shop, WIT, component, forward, text};

/// An interface with one function, to be implemented with any body.
const ONE: &str = "
    package a:b@1.0.0;
    interface c { f: func(n: u32) -> u32; }
    world plugin { import c; }
    world forward { import c; export c; }
    world other { export c; }
";

/// A provider whose function has this body.
fn provider(body: &str, limits: Limits) -> GuestProvider<()> {
    let runtime = crate::support::hosts::builder::<()>().limits(limits).build().unwrap();
    GuestProvider::new(&runtime, "p.wasm", with_body(ONE, body), || ()).unwrap()
}

/// A guest that forwards to a provider.
fn guest(provider: impl wit_host::Provider, limits: Limits) -> wit_host::Guest<()> {
    let runtime =
        crate::support::hosts::builder().provide("a:b/c", provider).limits(limits).build().unwrap();
    runtime.load(forward(ONE)).unwrap()
}

fn call(guest: &wit_host::Guest<()>) -> Result<Vec<Val>, Error> {
    guest.session(()).start_blocking().unwrap().call("f", &[Val::U32(7)])
}

#[test]
fn a_provider_that_traps_is_told_with_its_own_report() {
    let guest = guest(provider("(unreachable)", Limits::default()), Limits::default());
    let error = call(&guest).unwrap_err();
    let Error::HostFunction(failure) = &error else { panic!("{error:?}") };
    let report = failure.source().unwrap().downcast_ref::<Error>().unwrap();
    assert!(matches!(report, Error::Trapped(_)), "{report:?}");
    let error = error.report();
    for part in [
        "a host function failed while `f(7)` ran: `p.wasm`, which serves `a:b/c.f`, failed: \
         `f(7)` trapped: ",
        "the provider's own report:\n    `f(7)` trapped: ",
    ] {
        assert!(error.contains(part), "{error}");
    }
}

#[test]
fn nobody_stands_behind_trap_and_default_is_noted() {
    let error = call(&guest(TrapProvider, Limits::default())).unwrap_err();
    assert!(matches!(error, Error::HostFunction(_)), "{error:?}");
    assert!(error.to_string().contains("nobody behind it"), "{error}");

    let runtime = crate::support::hosts::builder::<Shop>().provide("shop:prices", DefaultProvider);
    let runtime = runtime.build().unwrap();
    let guest = runtime.load(forward(WIT)).unwrap();
    let mut session = guest.session(Shop::default()).start_blocking().unwrap();
    for _ in 0..2 {
        assert_eq!(session.call("price", &[text("tea")]).unwrap(), [Val::U32(0)]);
    }
    assert_eq!(session.call("label", &[text("tea"), Val::Bool(true)]).unwrap(), [text("")]);
    let weighed = session.call("weigh", &[Val::S64(1), Val::Float64(1.0)]).unwrap();
    assert_eq!(weighed, [super::ok(Val::Float64(0.0))]);
    let expected = ["price", "label", "weigh"].map(|name| format!("shop:prices/prices.{name}"));
    assert_eq!(session.defaults(), expected);
}

#[test]
fn core_modules_have_functions_of_any_type_from_trap_and_default() {
    let module = r#"(module
        (import "env" "x" (func $x (param i64) (result f64)))
        (import "env" "y" (func $y))
        (func (export "x") (result f64) (call $x (i64.const 1)))
        (func (export "y") (call $y)))"#;
    let runtime = crate::support::hosts::builder::<()>()
        .provide("env", TrapProvider)
        .provide("env.x", DefaultProvider)
        .build()
        .unwrap();
    let mut session = runtime.load(module).unwrap().session(()).start_blocking().unwrap();
    assert_eq!(session.call("x", &[]).unwrap(), [Val::Float64(0.0)]);
    assert_eq!(session.defaults(), ["env.x"]);
    let error = session.call("y", &[]).unwrap_err();
    assert!(matches!(error, Error::HostFunction(_)), "{error:?}");
    assert!(error.to_string().contains("`trap`, which serves `env.y`, failed"), "{error}");
}

#[test]
fn the_callers_time_ends_a_provider() {
    let endless = "(loop $again (br $again)) (unreachable)";
    let limits = Limits::default().wall_clock(Duration::from_millis(100));
    let guest = guest(provider(endless, Limits::default()), limits);
    let began = Instant::now();
    let error = call(&guest).unwrap_err();
    assert!(began.elapsed() < Duration::from_secs(20), "{:?}", began.elapsed());
    assert!(matches!(error, Error::Limit { limit: LimitReached::WallClock(_), .. }), "{error:?}");
    assert_eq!(error.failure().unwrap().host_call.as_deref(), Some("a:b/c.f"));
}

/// The error names the function over values that was under way.
#[test]
fn the_function_under_way_is_known() {
    let limits = || Limits::default().wall_clock(Duration::from_millis(50));
    let world = "package a:b@1.0.0;
        interface c { f: func(n: u32) -> u32; }
        world host { import c; }";
    let builder = || crate::support::hosts::builder::<()>().contract(world).limits(limits());
    let failing = builder()
        .func("a:b/c.f", |_| -> Result<Val, HostFailure> { Err(HostFailure("it is away".into())) });
    let waiting = builder().func_async("a:b/c.f", |_| Box::pin(std::future::pending::<Val>()));
    for (builder, is_late) in [(failing, false), (waiting, true)] {
        let guest = builder.build().unwrap().load(forward(ONE)).unwrap();
        let error = call(&guest).unwrap_err();
        assert_eq!(matches!(error, Error::Limit { .. }), is_late, "{error:?}");
        assert_eq!(error.failure().unwrap().host_call.as_deref(), Some("a:b/c.f"), "{error:?}");
    }
}

#[test]
fn a_providers_own_time_ends_it_as_its_failure() {
    let endless = "(loop $again (br $again)) (unreachable)";
    let own = Limits::default().wall_clock(Duration::from_millis(50));
    let error = call(&guest(provider(endless, own), Limits::default())).unwrap_err();
    let Error::HostFunction(failure) = &error else { panic!("{error:?}") };
    let own = failure.source().unwrap().downcast_ref::<Error>().unwrap();
    assert!(matches!(own, Error::Limit { limit: LimitReached::WallClock(_), .. }), "{own:?}");
}

#[test]
fn memory_is_summed_over_the_chain() {
    // Grows the memory by this number of pages, and returns the number before, or -1.
    let grow = "(memory.grow (local.get 0))";
    let guest = |limits: Limits| guest(provider(grow, Limits::default()), limits);
    let pages = |guest: &wit_host::Guest<()>, pages: u32| {
        guest.session(()).start_blocking().unwrap().call("f", &[Val::U32(pages)]).unwrap()
    };
    // The guest and the provider have four pages each.
    let small = guest(Limits::default().memory(12 << 16));
    assert_eq!(pages(&small, 4), [Val::U32(4)]);
    assert_eq!(pages(&small, 5), [Val::U32(u32::MAX)]);
    // The memory of a session that has ended is available to the next one.
    for _ in 0..10 {
        assert_eq!(pages(&small, 4), [Val::U32(4)]);
    }
}

#[test]
fn a_provider_that_does_not_fit_into_the_callers_memory_is_not_started() {
    let guest =
        guest(provider("(i32.const 1)", Limits::default()), Limits::default().memory(6 << 16));
    let error = call(&guest).unwrap_err();
    assert!(matches!(error, Error::HostFunction(_)), "{error:?}");
    assert!(error.to_string().contains("memory"), "{error}");
}

#[test]
fn one_that_all_share_is_replaced_when_it_has_failed() {
    // The function traps for 0.
    let body = "(if (i32.eqz (local.get 0)) (then (unreachable))) (local.get 0)";
    let guest = guest(provider(body, Limits::default()).shared(), Limits::default());
    let mut first = guest.session(()).start_blocking().unwrap();
    let mut other = guest.session(()).start_blocking().unwrap();
    assert_eq!(first.call("f", &[Val::U32(1)]).unwrap(), [Val::U32(1)]);
    assert!(matches!(first.call("f", &[Val::U32(0)]), Err(Error::HostFunction(_))));
    assert_eq!(other.call("f", &[Val::U32(2)]).unwrap(), [Val::U32(2)]);
}

#[test]
fn one_that_all_share_keeps_what_was_left_in_it_and_others_do_not() {
    // The function returns the sum of all its arguments so far.
    let body = "(i32.store (i32.const 8)
        (i32.add (i32.load (i32.const 8)) (local.get 0))) (i32.load (i32.const 8))";
    let sums = |guest: &wit_host::Guest<()>| [call(guest).unwrap(), call(guest).unwrap()];
    let own = guest(provider(body, Limits::default()), Limits::default());
    assert_eq!(sums(&own), [[Val::U32(7)], [Val::U32(7)]]);
    let shared = guest(provider(body, Limits::default()).shared(), Limits::default());
    assert_eq!(sums(&shared), [[Val::U32(7)], [Val::U32(14)]]);
}

#[test]
fn too_many_behind_one_another_are_refused() {
    let mut provider = provider("(i32.const 1)", Limits::default());
    for depth in 2..=8 {
        let runtime =
            crate::support::hosts::builder::<()>().provide("a:b/c", provider).build().unwrap();
        let name = format!("{depth}.wasm");
        provider = GuestProvider::new(&runtime, name, forward(ONE), || ()).unwrap();
    }
    assert_eq!(
        call(&guest(std::sync::Arc::new(provider), Limits::default())).unwrap(),
        [Val::U32(1)]
    );

    let runtime = crate::support::hosts::builder::<Shop>()
        .provide("shop:prices", component())
        .build()
        .unwrap();
    let mut deep = GuestProvider::new(&runtime, "2", forward(WIT), Shop::default).unwrap();
    for depth in 3..=9 {
        let runtime =
            crate::support::hosts::builder().provide("shop:prices", deep).build().unwrap();
        deep =
            GuestProvider::new(&runtime, depth.to_string(), forward(WIT), Shop::default).unwrap();
    }
    let error = crate::support::hosts::builder::<Shop>()
        .provide("shop:prices", deep)
        .build()
        .err()
        .unwrap();
    assert!(
        error.to_string().contains("9 guests would stand behind one another, and 8 may"),
        "{error}"
    );
}

#[test]
fn a_value_of_another_type_is_the_hosts_failure() {
    let contract = "package a:b@1.0.0; interface c { f: func(n: u32) -> u32; }
        world plugin { import c; }";
    let module = r#"(module
        (import "env" "f" (func $f (param i32) (result i32)))
        (func (export "f") (param i32) (result i32) (call $f (local.get 0))))"#;
    let returns: [fn() -> Vec<Val>; 3] =
        [|| vec![text("x")], Vec::new, || vec![Val::U32(1), Val::U32(2)]];
    for returned in returns {
        let runtime = crate::support::hosts::builder::<()>()
            .contract(contract)
            .func("f", move |_| returned());
        let runtime = runtime.build().unwrap();
        for guest in [forward(ONE), module.into()] {
            let argument = if guest.starts_with(b"(") { Val::S32(1) } else { Val::U32(1) };
            let mut session = runtime.load(guest).unwrap().session(()).start_blocking().unwrap();
            let error = session.call("f", &[argument]).unwrap_err();
            assert!(matches!(error, Error::HostFunction(_)), "{error:?}");
        }
    }
}

#[test]
fn errors_of_ones_own_are_the_source_on_both_paths() {
    #[derive(Debug)]
    struct Closed;
    impl std::fmt::Display for Closed {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("the shop is closed")
        }
    }
    impl std::error::Error for Closed {}
    let contract = "package a:b@1.0.0; interface c { f: func(n: u32) -> u32; }
        world plugin { import c; }";
    let module = r#"(module
        (import "env" "f" (func $f (param i32) (result i32)))
        (func (export "f") (param i32) (result i32) (call $f (local.get 0))))"#;
    let build = || crate::support::hosts::builder::<()>().contract(contract);
    let sync = build().func("f", |_| -> Result<Val, Closed> { Err(Closed) });
    let pending = build().func_async("f", |_| Box::pin(async { Err::<Val, _>(Closed) }));
    for builder in [sync, pending] {
        let runtime = builder.build().unwrap();
        for guest in [forward(ONE), module.into()] {
            let argument = if guest.starts_with(b"(") { Val::S32(1) } else { Val::U32(1) };
            let mut session = runtime.load(guest).unwrap().session(()).start_blocking().unwrap();
            let error = session.call("f", &[argument]).unwrap_err();
            let Error::HostFunction(failure) = &error else { panic!("{error:?}") };
            assert!(failure.source().unwrap().is::<Closed>(), "{error:?}");
            assert!(error.to_string().contains("the shop is closed"), "{error}");
        }
    }
}
