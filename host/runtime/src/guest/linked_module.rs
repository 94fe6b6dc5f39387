//! A core module that is bound to what provides its imports: the host, and other core modules.
//! These live in the same store and are set up first.

use std::sync::Arc;

use wasmtime::{Extern, Instance, InstancePre, Linker, Module, Store};

use super::module as module_path;
use super::module::SetUp;
use crate::imports::env;
use crate::store::state::State;

/// A core module that provides imports of others.
pub(crate) struct Provider<T: 'static> {
    /// The name of the module that the others import from.
    pub name: String,
    pub(crate) linked: LinkedModule<T>,
}

/// A core module that is ready to be instantiated.
pub(crate) struct LinkedModule<T: 'static> {
    binding: Binding<T>,
    /// All providers that it needs, in the order in which they are set up.
    providers: Vec<Arc<Provider<T>>>,
    set_up: SetUp,
}

enum Binding<T: 'static> {
    Host(InstancePre<State<T>>),
    /// The exports of providers belong to one store, so the module is linked anew in each
    /// store.
    Providers(Module, Linker<State<T>>),
}

impl<T: Send + 'static> LinkedModule<T> {
    /// Creates a module whose imports the host alone provides.
    pub(crate) fn of_host(module: InstancePre<State<T>>) -> Self {
        let set_up = SetUp::of(module.module());
        Self { binding: Binding::Host(module), providers: Vec::new(), set_up }
    }

    /// Creates a module whose imports come from `linker` and, if that lacks one, from
    /// `providers`. Each provider stands after those that it needs itself.
    pub(crate) fn of_providers(
        module: Module,
        linker: Linker<State<T>>,
        providers: Vec<Arc<Provider<T>>>,
    ) -> Self {
        let set_up = SetUp::of(&module);
        Self { binding: Binding::Providers(module, linker), providers, set_up }
    }

    pub(crate) fn module(&self) -> &Module {
        match &self.binding {
            Binding::Host(pre) => pre.module(),
            Binding::Providers(module, _) => module,
        }
    }

    /// Returns whether `_start` has to be called before another function.
    pub(crate) fn starts(&self) -> bool {
        self.set_up == SetUp::Start
    }

    pub(crate) fn providers(&self) -> &[Arc<Provider<T>>] {
        &self.providers
    }

    /// Instantiates the module and sets it up, its providers first.
    pub(crate) async fn start(&self, store: &mut Store<State<T>>) -> wasmtime::Result<Instance> {
        let mut provided = Vec::with_capacity(self.providers.len());
        for provider in &self.providers {
            let instance = provider.linked.instantiate(store, &provided).await?;
            provider.linked.initialize(store, instance).await?;
            module_path::start_before(store, instance, "").await?;
            provided.push((provider.name.as_str(), instance));
        }
        // How a provider's `_start` ended says nothing about the guest.
        store.data_mut().start_exited = None;
        let instance = self.instantiate(store, &provided).await?;
        if self.providers.is_empty() {
            // The memory is noted only here: no other module of this store calls host
            // functions.
            store.data_mut().memory = instance.get_memory(&mut *store, env::MEMORY);
        }
        self.initialize(store, instance).await?;
        Ok(instance)
    }

    async fn initialize(
        &self,
        store: &mut Store<State<T>>,
        instance: Instance,
    ) -> wasmtime::Result<()> {
        match self.set_up {
            SetUp::Initialize => module_path::initialize(store, instance).await,
            _ => Ok(()),
        }
    }

    async fn instantiate(
        &self,
        store: &mut Store<State<T>>,
        provided: &[(&str, Instance)],
    ) -> wasmtime::Result<Instance> {
        let (module, linker) = match &self.binding {
            Binding::Host(pre) if store.data().is_sync => return pre.instantiate(store),
            Binding::Host(pre) => return pre.instantiate_async(store).await,
            Binding::Providers(module, linker) => (module, linker),
        };
        let mut externs: Vec<Extern> = Vec::with_capacity(module.imports().len());
        for import in module.imports() {
            let (from, name) = (import.module(), import.name());
            // What the host serves goes first, so that no module can stand in for it.
            let served = linker.get_by_import(&mut *store, &import).or_else(|| {
                let (_, provider) = provided.iter().find(|(module, _)| *module == from)?;
                provider.get_export(&mut *store, name)
            });
            // Loading has checked that the export exists.
            externs.push(
                served.ok_or_else(|| wasmtime::format_err!("nothing serves `{from}.{name}`"))?,
            );
        }
        Instance::new_async(store, module, &externs).await
    }
}
