//! Calls with types that are known when the host is compiled: of a component's world through
//! generated bindings, and of a core module's functions through the engine's typed functions.

use wasmtime::component;
use wasmtime::{Store, TypedFunc, WasmParams, WasmResults};

use super::{Live, Session};
use crate::error::{Error, Result};
use crate::failure::CallSite;
use crate::store::state::State;

impl<T: Send + 'static> Session<T> {
    /// Binds the instance to a type that `bindgen!` made: `session.bind(Plugin::new)`. Call its
    /// functions within [`Session::run`].
    ///
    /// For many short sessions, look the exports up once, with what `bindgen!` makes besides:
    /// `PluginIndices::new(pre)` of [`Guest::instance_pre`](crate::guest::Guest::instance_pre),
    /// and then `session.bind(|store, instance| indices.load(store, instance))` in each
    /// session.
    ///
    /// # Errors
    /// [`Error::InvalidCall`] if an export of the world is missing or has another type, or if the
    /// guest is a core module.
    pub fn bind<'s, B>(
        &'s mut self,
        bind: impl FnOnce(&'s mut Store<State<T>>, &component::Instance) -> wasmtime::Result<B>,
    ) -> Result<B> {
        let wrong = |reason| Error::InvalidCall { function: "bind".into(), reason };
        match self.live()? {
            Live::Component(instance) => bind(&mut self.store, &instance)
                .map_err(|error| wrong(wit_host_check::engine_error::reason(&error))),
            Live::Module { .. } => Err(wrong(
                "the guest is a core module, whose functions have no types of the contract".into(),
            )),
        }
    }

    /// Returns a core module's exported function by its Rust types, for one that takes or
    /// returns a value of the host, which [`Session::call`] cannot pass. Call it within
    /// [`Session::run`].
    ///
    /// # Errors
    /// [`Error::NoSuchFunction`]; [`Error::InvalidCall`] if the function has another type, or if
    /// the guest is a component.
    pub fn typed_func<P: WasmParams, R: WasmResults>(
        &mut self,
        name: &str,
    ) -> Result<TypedFunc<P, R>> {
        let wrong = |reason| Error::InvalidCall { function: name.into(), reason };
        match self.live()? {
            Live::Component(_) => {
                Err(wrong("the guest is a component, whose functions `Session::bind` binds".into()))
            }
            Live::Module { instance, .. } => {
                let function = instance.get_func(&mut self.store, name);
                let function = function.ok_or_else(|| self.no_such(name))?;
                let typed = function.typed(&self.store);
                typed.map_err(|error| wrong(wit_host_check::engine_error::reason(&error)))
            }
        }
    }

    /// Runs calls of generated bindings, or of a [`Session::typed_func`], under the session's
    /// guards, as one call: `session.run("greet", async |store| plugin.call_greet(store,
    /// "you").await)`. Errors contain the name.
    ///
    /// # Errors
    /// Those of [`Session::call`].
    pub async fn run<R>(
        &mut self,
        name: &str,
        calls: impl AsyncFnOnce(&mut Store<State<T>>) -> wasmtime::Result<R>,
    ) -> Result<R> {
        let live = self.live()?;
        let called = CallSite { function: name, arguments: &[] };
        self.started(live, called, calls).await
    }
}
