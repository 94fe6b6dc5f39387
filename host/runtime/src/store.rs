//! Making a store that has every guard on it: what a session's guest may take,
//! and for how long.

use std::sync::Arc;

use wasmtime::{CallHook, Store};

use crate::deadline::watch;
use crate::error::{Error, Result};
use crate::grants::Grants;
use crate::guest::{Guest, Linked};
use crate::host::Host;
use crate::link;
use crate::meter::Meter;
use crate::state::State;
use wit_host_check::deny;

/// How much guest code runs before the clock can end it where there are no
/// epochs: some milliseconds' worth.
const FUEL_BETWEEN_YIELDS: u64 = 1_000_000;

/// A store for one session of `guest`.
pub(crate) fn guarded_store<T: Send + 'static>(
    guest: &Guest<T>,
    data: T,
    grants: &Arc<Grants>,
) -> Result<Store<State<T>>> {
    let inner = guest.inner();
    if !Arc::ptr_eq(grants, &inner.grants) {
        deny::check(&grants.denied, inner.contract.as_ref(), &inner.env)?;
    }
    link::check_session(inner, &guest.loaded.linked, &grants.denied)?;
    inner.shared.start_ticker()?;
    let modules = match &guest.loaded.linked {
        Linked::Module(linked) => linked.providers().len().saturating_add(1),
        Linked::Component(_) => 1,
    };
    let meter = Meter::new(&inner.limits, guest.kind()).of_modules(modules);
    let state = State::new(data, grants, meter, &inner.shared.epochs, inner.deterministic)?;
    let mut store = Store::new(&inner.engine, state);
    guard(&mut store, inner).map_err(Error::host("set the guest's limits"))?;
    Ok(store)
}

/// Puts the guards of every session on a store.
fn guard<T: Send + 'static>(store: &mut Store<State<T>>, inner: &Host<T>) -> wasmtime::Result<()> {
    store.limiter(|state| &mut state.meter);
    store.set_hostcall_fuel(inner.limits.host_call_bytes);
    store.set_max_component_handles(inner.limits.handles);
    let without_epochs = inner.deterministic;
    if inner.limits.host_calls.is_some() || without_epochs {
        store.call_hook(move |mut context, hook| match hook {
            CallHook::CallingHost => Ok(context.data_mut().meter.host_call()?),
            // It takes longer than the instructions around it, and may not have waited.
            CallHook::ReturningFromHost if without_epochs => context.data_mut().in_time(),
            _ => Ok(()),
        });
    }
    if without_epochs {
        return store.fuel_async_yield_interval(Some(FUEL_BETWEEN_YIELDS));
    }
    watch(store);
    Ok(())
}
