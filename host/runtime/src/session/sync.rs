//! Calls that are not async: for a guest that imports nothing async, they need no stack
//! of their own, which is a good part of what a short call takes.

use wasmtime::component::Val;
use wasmtime::{Func, Store};

use super::callee::{Callee, Callees};
use super::{Live, Session};
use crate::error::Result;
use crate::executor::with_stack;
use crate::failure::CallSite;
use crate::guest::Linked;
use crate::state::State;

impl<T: Send + 'static> Session<T> {
    /// Whether calls of what the guest exports need not be async. `_start` is, where that
    /// is still to be run ahead of another function.
    #[inline]
    pub(crate) fn can_be_sync(&self) -> bool {
        self.is_sync && !matches!(self.live, Some(Live::Module { started: false, .. }))
    }

    /// [`Session::call`], not async: it blocks, and does not let other tasks run.
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

    /// [`Session::run`], not async.
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
