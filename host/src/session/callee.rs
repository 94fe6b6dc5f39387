//! The functions that are called by name: each is looked up once a session.

use std::collections::BTreeMap;

use wasmtime::Store;

use super::{Live, Session};
use crate::component::Function as ComponentFunction;
use crate::error::Result;
use crate::failure::Called;
use crate::module::{self, Function as ModuleFunction};
use crate::state::State;

/// What was called by name. A call takes it out of the session, which it has to itself.
#[derive(Default)]
pub(super) struct Callees {
    /// Places in `functions`.
    by_name: BTreeMap<String, usize>,
    pub(super) functions: Vec<Callee>,
    /// Room for a call's arguments and results, for call after call.
    pub(super) numbers: Vec<wasmtime::Val>,
}

/// A function of the guest.
pub(super) enum Callee {
    Component(ComponentFunction),
    Module(ModuleFunction),
}

impl<T: Send + 'static> Session<T> {
    /// The place of the function of that name.
    pub(super) fn callee(&mut self, live: Live, name: &str) -> Result<usize> {
        if let Some(place) = self.callees.by_name.get(name) {
            return Ok(*place);
        }
        let store = &mut self.store;
        let found = match live {
            Live::Component(instance) => {
                ComponentFunction::find(store, instance, name).map(Callee::Component)
            }
            Live::Module { instance, .. } => {
                ModuleFunction::find(store, instance, name).map(Callee::Module)
            }
        };
        let callee = found.ok_or_else(|| self.no_such(name))?;
        let place = self.callees.functions.len();
        self.callees.functions.push(callee);
        self.callees.by_name.insert(name.into(), place);
        Ok(place)
    }

    /// Runs `call` under the session's guards, with `_start` ahead of it where that
    /// is still to be run.
    pub(super) async fn started<R>(
        &mut self,
        live: Live,
        called: Called<'_>,
        call: impl AsyncFnOnce(&mut Store<State<T>>) -> wasmtime::Result<R>,
    ) -> Result<R> {
        let Live::Module { instance, started: false } = live else {
            return self.guarded(called, call).await;
        };
        self.live = Some(Live::Module { instance, started: true });
        let call = async |store: &mut Store<State<T>>| {
            module::start_before(store, instance, called.function).await?;
            call(store).await
        };
        self.guarded(called, call).await
    }
}
