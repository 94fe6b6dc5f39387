//! Turns the handles of a caller into proxies of a provider's handles, and back, in the store of
//! the caller. What a provider does with a handle is not known here.

use std::mem::take;
use std::sync::Arc;

use tracing::Instrument as _;
use wasmtime::StoreContextMut;
use wasmtime::component::{LinkerInstance, ResourceAny, ResourceDynamic, ResourceType, Val};

use super::Provided;
use super::call::{Call, Results as _};
use crate::imports::env::HostFailure;
use crate::imports::host_call::{is_traced, span};
use crate::provider::{
    Handed, Handles, Home, ImportedFunction, Label, Provisions, Proxy, Unusable, dropping, serve,
};
use crate::store::handles;
use crate::store::state::State;
use wit_host_check::serving::Resource;
use wit_host_values::{visit_handles, visit_handles_of};

impl Provided {
    /// Serves a call of a function whose type has handles in it.
    pub(super) async fn answer_with_handles<T: Send>(
        &self,
        function: &ImportedFunction,
        call: Call<'_, T>,
        results: &mut [Val],
    ) -> wasmtime::Result<()> {
        if self.provider.labels().is_some() {
            return self.answer_with_labels(function, call, results).await;
        }
        let Call { mut store, arguments } = call;
        if self.provider.handles().is_none() {
            // The handles are of resources that something else serves, and this provider does not
            // look at them. The engine wants each borrow back before the call ends, and an owned
            // one would stay for ever.
            let mut handed = Handed::default();
            let state = store.data_mut();
            let values = serve(self, function, arguments, &mut handed, state).await?;
            drop_all(&mut store, arguments).await?;
            return values.put(results);
        }
        // Before handles are reserved, so that those which are given away no longer count for the
        // caller.
        let mut handed = taken(&mut store, arguments)?;
        self.reserve_handles(&mut store);
        let mut values = serve(self, function, &[], &mut handed, store.data_mut()).await?;
        // Before proxies are made for the results, since these are handles of the caller.
        self.allow_handles(&mut store);
        given(&mut store, &mut values, &handed.made)?;
        values.put(results)
    }

    /// Serves a call with a provider that knows handles by labels.
    async fn answer_with_labels<T: Send>(
        &self,
        function: &ImportedFunction,
        call: Call<'_, T>,
        results: &mut [Val],
    ) -> wasmtime::Result<()> {
        let Call { mut store, arguments } = call;
        let mut labelled = arguments.to_vec();
        let mut foreign = Vec::new();
        for ((_, ty), argument) in function.typed.ty.params().zip(&mut labelled) {
            visit_handles_of(&ty, argument, &mut |resource, part| {
                let Val::Resource(handle) = *part else { return Ok(()) };
                *part = match self.home(function, resource) {
                    Some(_) => Val::Enum(label(&mut store, handle)?),
                    None => {
                        foreign.push(part.clone());
                        Val::Enum("$".into())
                    }
                };
                Ok::<_, wasmtime::Error>(())
            })?;
        }
        let mut handed = Handed::default();
        let mut values = serve(self, function, &labelled, &mut handed, store.data_mut()).await?;
        drop_all(&mut store, &foreign).await?;
        for (ty, value) in function.typed.ty.results().zip(&mut values) {
            visit_handles_of(&ty, value, &mut |resource, part| {
                let Val::Enum(label) = part else { return Ok(()) };
                let home = self.home(function, resource).ok_or_else(|| {
                    HostFailure("its result is a handle of a resource of another provider".into())
                })?;
                let proxy = Proxy::labelled(self.slot, home.place, take(label));
                let made = store.data_mut().provisions.proxies.insert(proxy);
                let Label { rep, kind } = made.ok_or_else(|| HostFailure(TOO_MANY.into()))?;
                let handle = ResourceDynamic::new_own(rep, kind);
                *part = Val::Resource(handle.try_into_resource_any(&mut store)?);
                Ok::<_, wasmtime::Error>(())
            })?;
        }
        values.put(results)
    }

    /// Returns the import of a resource, if this provider serves it.
    fn home<'f>(&self, function: &'f ImportedFunction, ty: &ResourceType) -> Option<&'f Home> {
        function.home(ty).filter(|home| home.slot == Some(self.slot))
    }

    /// Reserves the handles of the caller, before the provider runs.
    pub(super) fn reserve_handles<T>(&self, store: &mut StoreContextMut<'_, State<T>>) {
        if self.provider.handles().is_some_and(Handles::are_callers) {
            handles::reserve(store);
        }
    }

    /// Lets the caller have the handles that its chain has left, after the provider ran.
    pub(super) fn allow_handles<T>(&self, store: &mut StoreContextMut<'_, State<T>>) {
        if self.provider.handles().is_some_and(Handles::are_callers) {
            handles::allow(store);
        }
    }

    /// Adds a resource of the provider's to the linker, whose handles are proxies of this kind. It
    /// fails if the linker has the resource already.
    pub(super) fn lend<T: Send + 'static>(
        self: &Arc<Self>,
        instance: &mut LinkerInstance<'_, State<T>>,
        resource: &Resource,
        kind: u32,
    ) -> wasmtime::Result<()> {
        let plain = resource.interface.split('@').next().unwrap_or_default();
        let function = dropping(&resource.name);
        let name: Arc<str> = format!("{plain}.{function}").into();
        let dropped = Arc::new((Arc::clone(self), name, resource.interface.clone(), function));
        let ty = ResourceType::host_dynamic(kind);
        instance.resource_async(&resource.name, ty, move |store, rep| {
            let dropped = Arc::clone(&dropped);
            let span = is_traced().then(|| span(&dropped.2, &dropped.3));
            let call = async move {
                let (provided, name, ..) = &*dropped;
                provided.drop_proxy(store, name, Label { rep, kind }).await
            };
            match span {
                None => Box::new(call),
                Some(span) => Box::new(call.instrument(span)),
            }
        })
    }

    /// Drops the handle of a proxy that the guest has dropped.
    async fn drop_proxy<T: Send>(
        &self,
        mut store: StoreContextMut<'_, State<T>>,
        name: &Arc<str>,
        label: Label,
    ) -> wasmtime::Result<()> {
        self.reserve_handles(&mut store);
        let state = store.data_mut();
        // The name stays noted if the call fails, or if its time is over while it waits.
        state.in_provider.enter(name);
        let Provisions { proxies, states, .. } = &mut state.provisions;
        let states = states.of(self.slot);
        let mut removed = || proxies.remove(label).map_err(unusable);
        if let Some(owner) = self.provider.handles() {
            let dropped = owner.drop_handle(states, removed()?).await;
            dropped.map_err(|failure| self.failed(name, failure))?;
        } else if let Some(owner) = self.provider.labels() {
            let proxy = removed()?;
            let dropped = owner.dropped(states, name, proxy.label().unwrap_or_default()).await;
            dropped.map_err(|failure| self.failed(name, failure))?;
        }
        state.in_provider.leave();
        self.allow_handles(&mut store);
        Ok(())
    }
}

const TOO_MANY: &str = "the guest has too many handles of its resources";

fn unusable(error: Unusable) -> HostFailure {
    HostFailure(error.to_string())
}

/// Returns the label of a handle in an argument. One that is given away is gone from the table.
fn label<T>(
    store: &mut StoreContextMut<'_, State<T>>,
    handle: ResourceAny,
) -> wasmtime::Result<String> {
    let is_own = handle.owned();
    let handle = handle.try_into_resource_dynamic(&mut *store)?;
    let proxies = &mut store.data_mut().provisions.proxies;
    let place = Label { rep: handle.rep(), kind: handle.ty() };
    let label = proxies.get(place).map_err(unusable)?.label().unwrap_or_default().to_owned();
    if is_own {
        proxies.remove(place).map_err(unusable)?;
    }
    Ok(label)
}

/// Takes the handles in arguments out of the caller's store.
fn taken<T>(
    store: &mut StoreContextMut<'_, State<T>>,
    arguments: &[Val],
) -> wasmtime::Result<Handed> {
    let mut handed = Handed { arguments: arguments.to_vec(), ..Handed::default() };
    for argument in &mut handed.arguments {
        visit_handles(argument, &mut |handle: &mut ResourceAny| {
            // The engine counts a borrow as returned once it is converted, and refuses to end the
            // call before.
            let is_own = handle.owned();
            let proxy = handle.try_into_resource_dynamic(&mut *store)?;
            handed.passed.push((Label { rep: proxy.rep(), kind: proxy.ty() }, is_own));
            Ok::<_, wasmtime::Error>(())
        })?;
    }
    Ok(handed)
}

/// Puts proxies into the results in place of a provider's handles.
fn given<T>(
    store: &mut StoreContextMut<'_, State<T>>,
    results: &mut [Val],
    made: &[Label],
) -> wasmtime::Result<()> {
    let mut made = made.iter();
    for result in results {
        visit_handles(result, &mut |handle| {
            let unknown = || HostFailure("it returned a handle of nobody's".into());
            let Label { rep, kind } = *made.next().ok_or_else(unknown)?;
            let proxy = ResourceDynamic::new_own(rep, kind);
            *handle = proxy.try_into_resource_any(&mut *store)?;
            Ok::<_, wasmtime::Error>(())
        })?;
    }
    Ok(())
}

/// Drops the handles in arguments.
async fn drop_all<T: Send>(
    store: &mut StoreContextMut<'_, State<T>>,
    arguments: &[Val],
) -> wasmtime::Result<()> {
    // Collected first, because the visitor cannot wait for a destructor.
    let mut handles = Vec::new();
    for argument in arguments {
        visit_handles(&mut argument.clone(), &mut |handle| {
            handles.push(*handle);
            Ok::<_, wasmtime::Error>(())
        })?;
    }
    for handle in handles {
        handle.resource_drop_async(&mut *store).await?;
    }
    Ok(())
}
