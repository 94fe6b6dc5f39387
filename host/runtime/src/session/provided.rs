//! What a session is asked that serves other guests, and what it tells of those that serve it.

use wasmtime::AsContextMut as _;
use wasmtime::component::types::ComponentFunc;
use wasmtime::component::{ResourceAny, ResourceType, Val};

use super::callee::Callee;
use super::{Live, Session};
use crate::error::{Error, Result};
use crate::failure::CallSite;
use crate::provider::{CallPieces, Callable, LeftOver, Piece, Provisions, with_types};
use crate::store::handles;

impl<T: Send + 'static> Session<T> {
    /// Returns the functions that were answered with default values so far, each once, by a
    /// [`DefaultProvider`](crate::DefaultProvider).
    pub fn defaults(&self) -> &[String] {
        &self.store.data().provisions.defaults
    }

    /// Ends the session: drops the handles of providers' resources that the guest has not dropped,
    /// the newest first, and returns them. So do the providers whose instances end with the
    /// session. All of it takes no longer than a call may. It is for sessions that have failed as
    /// well.
    ///
    /// A session that is dropped without it ends its own instances of providers without a call,
    /// and handles of providers that are [shared](crate::GuestProvider::shared) are dropped with
    /// the next call of such a provider.
    ///
    /// # Errors
    /// [`Error::HostFunction`] if a provider fails while it drops a handle, and [`Error::Limit`].
    pub async fn finish(&mut self) -> Result<Vec<LeftOver>> {
        // Most sessions have no such providers, and end without the cost of a call.
        if !self.may_leave_handles() {
            self.ended = true;
            return Ok(Vec::new());
        }
        let called = CallSite { function: "finish", arguments: &[] };
        let guest = self.guest.clone();
        let left = self.timed(called, true, async |store| {
            let Provisions { states, proxies, .. } = &mut store.data_mut().provisions;
            let (mut left, mut failed) = (Vec::new(), None);
            for provided in guest.inner().dynamic.provided() {
                let mine = proxies.take_all(provided.slot);
                let Some(owner) = provided.provider.handles() else {
                    // What has labels has no instance, and needs nothing to be dropped.
                    let name = |place| guest.inner().dynamic.labelled.name(place);
                    left.extend(LeftOver::of(&mine, &provided.provider.describe(), name));
                    continue;
                };
                match owner.finish(states.of(provided.slot), mine).await {
                    Ok(more) => left.extend(more),
                    // The others are finished as well, because their handles stay with instances
                    // that all sessions share.
                    Err(failure) => failed = failed.or(Some(provided.failed("finish", failure))),
                }
            }
            failed.map_or(Ok(left), Err)
        });
        let left = left.await;
        self.ended = true;
        left
    }

    /// Returns whether the session can leave handles of a provider.
    pub(crate) fn may_leave_handles(&self) -> bool {
        self.guest.inner().dynamic.can_leave_handles()
    }

    /// Lets the guest have as many handles as its chain has left, if it is in one.
    pub(crate) fn allow_handles(&mut self) {
        if self.store.data().meter.is_in_chain() {
            handles::allow(&mut self.store.as_context_mut());
        }
    }

    /// Reserves the handles that the guest holds in its chain, if it is in one.
    pub(crate) fn reserve_handles(&mut self) {
        if self.store.data().meter.is_in_chain() {
            handles::reserve(&mut self.store.as_context_mut());
        }
    }

    /// Returns the type of a resource that the component exports.
    pub(crate) fn resource_type(&mut self, interface: &str, name: &str) -> Option<ResourceType> {
        let Some(Live::Component(instance)) = self.live else { return None };
        let interface = instance.get_export_index(&mut self.store, None, interface)?;
        let index = instance.get_export_index(&mut self.store, Some(&interface), name)?;
        instance.get_resource(&mut self.store, index)
    }

    /// Drops a handle of the component's that the host has. Errors call this `name`.
    pub(crate) async fn drop_handle(&mut self, name: &str, handle: ResourceAny) -> Result<()> {
        self.live()?;
        let called = CallSite { function: name, arguments: &[] };
        self.guarded(called, async |store| handle.resource_drop_async(store).await).await
    }

    /// Returns where the session has the function of that full name, for [`Session::call_at`].
    pub(crate) fn place_of(&mut self, name: &str) -> Result<usize> {
        let live = self.live()?;
        let (callees, place) = self.callee(live, name)?;
        self.callees = Some(callees);
        Ok(place)
    }

    /// Returns the component's function at that place, of this type, to be called with pieces.
    pub(crate) fn pieces_at(
        &mut self,
        place: usize,
        ty: &ComponentFunc,
    ) -> Result<Box<dyn CallPieces<T>>> {
        let found = match self.callees.as_ref().and_then(|all| all.functions.get(place)) {
            Some(Callee::Component(function)) => {
                with_types(ty, Callable { func: function.func(), store: &self.store })
            }
            _ => None,
        };
        let action = "call a function";
        let missing = || Error::Host { action, reason: "it is not there".into() };
        found.ok_or_else(missing)?.map_err(Error::host(action))
    }

    /// Calls a function of the component with pieces.
    pub(crate) async fn call_pieces(
        &mut self,
        function: &dyn CallPieces<T>,
        name: &str,
        arguments: Vec<Piece>,
    ) -> Result<Vec<Piece>> {
        self.live()?;
        let shown: Vec<_> = arguments.iter().map(Piece::shown).collect();
        let called = CallSite { function: name, arguments: &shown };
        self.guarded(called, async |store| function.call(store, arguments).await).await
    }

    /// Calls the component's function at that place with arguments of its types.
    pub(crate) async fn call_at(
        &mut self,
        place: usize,
        name: &str,
        args: &[Val],
    ) -> Result<Vec<Val>> {
        self.live()?;
        let callees = self.callees.take().unwrap_or_default();
        let called = CallSite { function: name, arguments: args };
        let results = match callees.functions.get(place) {
            Some(Callee::Component(function)) => {
                self.guarded(called, async |store| function.call(store, args).await).await
            }
            _ => Err(Error::Host { action: "call a function", reason: "it is not there".into() }),
        };
        self.put_back(callees, place, results.is_ok());
        results
    }
}
