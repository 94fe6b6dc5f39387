//! Calls that are not async: for a guest that imports nothing async, they need no stack
//! of their own, which is a good part of what a short call takes.

use wasmtime::{Func, Store};

use super::Session;
use crate::guest::Linked;
use crate::state::State;

impl<T: Send + 'static> Session<T> {
    /// Has the next calls made without async where `wanted`, and where that is possible.
    /// They block, do not let other tasks run, and take up to so many bytes of the
    /// calling thread's stack for guest code as are returned.
    pub(crate) fn make_sync(&mut self, wanted: bool) -> Option<usize> {
        let is_sync = wanted && self.is_sync;
        self.store.data_mut().is_sync = is_sync;
        is_sync.then_some(self.guest.runtime.inner.limits.stack)
    }
}

/// Whether nothing that a guest imports is async, of which there is an instance in
/// `store`. The engine lets a store be called if it is, which nothing else tells.
pub(super) fn is_possible<T: Send + 'static>(
    linked: &Linked<T>,
    store: &mut Store<State<T>>,
) -> bool {
    // It does not look at what is taken out of a linker to be handed to an instance.
    let is_told = match linked {
        Linked::Component(_) => true,
        Linked::Module(module) => module.providers().is_empty(),
    };
    is_told && Func::wrap(&mut *store, || ()).call(store, &[], &mut []).is_ok()
}
