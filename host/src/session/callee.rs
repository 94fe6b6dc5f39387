//! The functions that are called by name: each is looked up once a session.

use std::sync::Arc;

use wasmtime::Store;

use super::{Live, Session};
use crate::component::Function as ComponentFunction;
use crate::error::Result;
use crate::failure::Called;
use crate::module::{self, Function as ModuleFunction};
use crate::state::State;

/// A function of the guest. Cheap to clone.
#[derive(Clone)]
pub(super) enum Callee {
    Component(Arc<ComponentFunction>),
    Module(Arc<ModuleFunction>),
}

impl<T: Send + 'static> Session<T> {
    /// The function of that name.
    pub(super) fn callee(&mut self, live: Live, name: &str) -> Result<Callee> {
        if let Some(callee) = self.callees.get(name) {
            return Ok(callee.clone());
        }
        let store = &mut self.store;
        let found = match live {
            Live::Component(instance) => {
                ComponentFunction::find(store, instance, name).map(Arc::new).map(Callee::Component)
            }
            Live::Module { instance, .. } => {
                ModuleFunction::find(store, instance, name).map(Arc::new).map(Callee::Module)
            }
        };
        let callee = found.ok_or_else(|| self.no_such(name))?;
        self.callees.insert(name.into(), callee.clone());
        Ok(callee)
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
