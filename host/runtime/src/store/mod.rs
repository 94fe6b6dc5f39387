//! Creates stores with all guards: the limits on what a session's guest may take, and for how long.
//! It does not know what is called.

pub(crate) mod deadline;
pub(crate) mod grants;
pub(crate) mod handles;
pub(crate) mod meter;
pub(crate) mod state;
pub(crate) mod usage;
pub(crate) mod wasi;

use std::sync::Arc;

use wasmtime::{CallHook, Store};

use crate::error::{Error, Result};
use crate::guest::link;
use crate::guest::{Guest, Linked};
use crate::session::Terms;
use deadline::watch;
use meter::Meter;
use state::State;
use wit_host_binary::limits::Limits;
use wit_host_check::deny;

/// The amount of fuel after which guest code checks the clock if there are no epochs. It stands
/// for some milliseconds.
const FUEL_BETWEEN_YIELDS: u64 = 1_000_000;

/// Creates a store for one session of `guest`.
pub(crate) fn guarded_store<T: Send + 'static>(
    guest: &Guest<T>,
    data: T,
    terms: &Terms,
) -> Result<Store<State<T>>> {
    let inner = guest.inner();
    let Terms { grants, limits } = terms;
    // The runtime's own grants were checked when it was built.
    if !Arc::ptr_eq(grants, &inner.grants) {
        deny::check(&grants.denied, inner.contract.as_ref(), &inner.env)?;
    }
    link::check_session(inner, &guest.loaded.linked, &grants.denied)?;
    inner.shared.start_ticker()?;
    // The limits on memories and tables are for each module, and the engine counts over the whole
    // store.
    let modules = match &guest.loaded.linked {
        Linked::Module(linked) => linked.providers().len().saturating_add(1),
        Linked::Component(_) => 1,
    };
    let meter = Meter::new(limits, guest.kind()).of_modules(modules);
    let state = State::new(
        data,
        grants,
        meter,
        &inner.shared.epochs,
        inner.deterministic.then_some(inner.seed),
    )?;
    let mut store = Store::new(&inner.engine, state);
    guard(&mut store, inner.deterministic, limits)
        .map_err(Error::host("set the guest's limits"))?;
    Ok(store)
}

/// Sets the guards of every session on a store.
fn guard<T: Send + 'static>(
    store: &mut Store<State<T>>,
    without_epochs: bool,
    limits: &Limits,
) -> wasmtime::Result<()> {
    store.limiter(|state| &mut state.meter);
    // The engine's default is 128 MiB for each call, which many sessions could take at once.
    store.set_hostcall_fuel(limits.host_call_bytes);
    store.set_max_component_handles(limits.handles);
    // The hook runs twice in each host call, so it is set only where something needs it.
    if limits.host_calls.is_some() || without_epochs {
        watch_host_calls(store, without_epochs);
    }
    if without_epochs {
        return store.fuel_async_yield_interval(Some(FUEL_BETWEEN_YIELDS));
    }
    watch(store);
    Ok(())
}

/// Counts calls of host functions. Without epochs, it also checks the clock after each of them.
pub(crate) fn watch_host_calls<T: Send + 'static>(
    store: &mut Store<State<T>>,
    without_epochs: bool,
) {
    store.call_hook(move |mut context, hook| match hook {
        CallHook::CallingHost => Ok(context.data_mut().count_host_call()?),
        // A host function takes longer than the instructions around it, and may not have
        // waited. A guest that calls one in a loop spends little fuel, so fuel alone would
        // check the clock too rarely.
        CallHook::ReturningFromHost if without_epochs => context.data_mut().in_time(),
        // Here it is known whether a call above the limit was the engine's own.
        CallHook::ReturningFromHost => Ok(context.data().meter.check_host_calls()?),
        _ => Ok(()),
    });
}
