//! Calls that are not async, for guests that import nothing async. An async call makes a stack
//! of its own and switches to it, which is more than half of the time of a short call.

use wasmtime::component::Val;
use wasmtime::{Func, Store};

use super::callee::{Callee, Callees};
use super::{Live, Session};
use crate::blocking::executor::with_stack;
use crate::error::Result;
use crate::failure::CallSite;
use crate::guest::Linked;
use crate::store::state::State;

impl<T: Send + 'static> Session<T> {
    /// Returns whether calls of exports can do without async. They cannot while `_start` still
    /// has to be called first.
    #[inline]
    pub(crate) fn can_be_sync(&self) -> bool {
        self.is_sync && !matches!(self.live, Some(Live::Module { started: false, .. }))
    }

    /// Calls an export as [`Session::call`] does, but blocks, and does not let other tasks run.
    pub(crate) fn call_sync(&mut self, name: &str, args: &[Val]) -> Result<Vec<Val>> {
        let live = self.live()?;
        let called = CallSite { function: name, arguments: args };
        let (mut callees, place) = self.callee(live, name)?;
        let Callees { functions, numbers, .. } = &mut *callees;
        let results = match &functions[place] {
            Callee::Component(function) => function.check(name, args).and_then(|()| {
                self.on_this_stack(&called, |store| function.call_sync(store, args))
            }),
            Callee::Module(function) => function.lower(name, args, numbers).and_then(|()| {
                self.on_this_stack(&called, |store| function.call_sync(store, numbers))
            }),
        };
        self.put_back(callees, place, results.is_ok());
        results
    }

    /// Runs calls as [`Session::run`] does, but blocks.
    #[inline]
    pub(crate) fn run_sync<R>(
        &mut self,
        name: &str,
        calls: impl FnOnce(&mut Store<State<T>>) -> wasmtime::Result<R>,
    ) -> Result<R> {
        if !self.is_live() {
            return Err(self.ended_error());
        }
        self.on_this_stack(&CallSite { function: name, arguments: &[] }, calls)
    }

    #[inline]
    fn on_this_stack<R>(
        &mut self,
        called: &CallSite<'_>,
        call: impl FnOnce(&mut Store<State<T>>) -> wasmtime::Result<R>,
    ) -> Result<R> {
        with_stack(self.guards.stack, || {
            self.store.data_mut().is_sync = true;
            let outcome = self.guarded_sync(called, call);
            self.store.data_mut().is_sync = false;
            outcome
        })
    }
}

/// Returns whether the guest, which has an instance in `store`, imports nothing async. The
/// engine offers no way to ask. But it refuses to call a store without async once something
/// async was instantiated in it, so an empty function is called. The names of the
/// imports do not answer it, because an embedder may define any of them as async.
pub(super) fn is_possible<T: Send + 'static>(
    linked: &Linked<T>,
    store: &mut Store<State<T>>,
) -> bool {
    // The engine only checks what a linker instantiates, and not items that are taken out of a
    // linker and passed to an instance. So nothing is known of a module with providers.
    let is_told = match linked {
        Linked::Component(_) => true,
        Linked::Module(module) => module.providers().is_empty(),
    };
    is_told && Func::wrap(&mut *store, || ()).call(store, &[], &mut []).is_ok()
}
