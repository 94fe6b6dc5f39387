//! Collects what a runtime offers, and makes the runtime: one engine, and two linkers with
//! everything in them. It does not know what a guest does with it.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use wasmtime::component;

use super::Runtime;
use super::host::Host;
use crate::code::cache::Cache;
use crate::code::isolate::Isolation;
use crate::dynamic::Pending;
use crate::engine::pool::{Pool, Room};
use crate::engine::processor::Processor;
use crate::engine::settings::Settings;
use crate::engine::shared::SharedEngine;
use crate::error::{Error, Result};
use crate::guest::module;
use crate::guest::provide::{Content, Source, provide};
use crate::imports::env::Env;
use crate::store::grants::Grants;
use crate::store::state::State;
use crate::store::wasi;
use wit_host_binary::limits::Limits;
use wit_host_check::deny;
use wit_host_check::fit;
use wit_host_check::served::Served;
use wit_host_wit::{Contract, Offered};

/// The fuel of a deterministic run that sets none. Such a run has no clock to end it; this much
/// fuel ends a guest after some seconds.
const DETERMINISTIC_FUEL: u64 = 10_000_000_000;

type Setup<L> = Box<dyn FnOnce(&mut L) -> wasmtime::Result<()>>;
type EnvSetup<T> = Box<dyn FnOnce(&mut Env<'_, T>) -> wasmtime::Result<()>>;

/// Collects the imports that a [`Runtime`] offers, and its limits and grants.
pub struct RuntimeBuilder<T: 'static> {
    components: Vec<Setup<component::Linker<State<T>>>>,
    env: Vec<EnvSetup<T>>,
    limits: Limits,
    grants: Grants,
    deterministic: bool,
    seed: u64,
    text: bool,
    isolation: Option<Isolation>,
    cache: Option<Cache>,
    pub(crate) contract: Option<Result<Offered>>,
    /// Whether the linker has to serve the whole contract (`wit`).
    is_checked: bool,
    coredump: bool,
    host_values: bool,
    modules: Vec<Source>,
    pub(crate) dynamic: Pending<T>,
    pub(crate) pool: Option<Pool>,
    processor: Processor,
}

impl<T> Default for RuntimeBuilder<T> {
    fn default() -> Self {
        Self {
            components: Vec::new(),
            env: Vec::new(),
            limits: Limits::default(),
            grants: Grants::default(),
            deterministic: false,
            seed: 0,
            text: false,
            isolation: None,
            cache: None,
            contract: None,
            is_checked: false,
            coredump: false,
            host_values: false,
            modules: Vec::new(),
            dynamic: Pending::default(),
            pool: None,
            processor: Processor::default(),
        }
    }
}

impl<T: Send + 'static> RuntimeBuilder<T> {
    /// Offers a contract to components. `setup` gets the linker, usually for the `add_to_linker` of
    /// a `bindgen!`. The linker has WASI 0.2 already.
    #[must_use]
    pub fn component_imports(
        mut self,
        setup: impl FnOnce(&mut component::Linker<State<T>>) -> wasmtime::Result<()> + 'static,
    ) -> Self {
        self.components.push(Box::new(setup));
        self
    }

    /// Offers functions to core modules that import from `env`. `setup` gets the registrar.
    #[must_use]
    pub fn module_imports(
        mut self,
        setup: impl FnOnce(&mut Env<'_, T>) -> wasmtime::Result<()> + 'static,
    ) -> Self {
        self.env.push(Box::new(setup));
        self
    }

    /// Serves the imports from `name` of core modules with the exports of another core module:
    /// functions, memories, tables and globals. The module may be in binary or in text form. A host
    /// function with the same module and name takes precedence.
    ///
    /// Every session of a guest that imports from the module gets an instance of its own. The
    /// instance has the session's limits, grants and clock, and is set up before the guest. The
    /// module may import what the host serves, and from modules that were added before it.
    #[must_use]
    pub fn provide_module(mut self, name: impl Into<String>, module: impl Into<Vec<u8>>) -> Self {
        self.modules.push(Source { name: name.into(), content: Content::Bytes(module.into()) });
        self
    }

    /// Adds a module as [`RuntimeBuilder::provide_module`] does, from a file.
    #[must_use]
    pub fn provide_module_file(
        mut self,
        name: impl Into<String>,
        path: impl Into<PathBuf>,
    ) -> Self {
        self.modules.push(Source { name: name.into(), content: Content::File(path.into()) });
        self
    }

    /// Sets whether core modules may hold values of the host as `externref`, which
    /// [`HostRef`](crate::imports::env::HostRef) needs. By default they may not, because the engine's
    /// garbage collector then becomes a part of what a guest can reach.
    #[must_use]
    pub fn host_values(mut self, host_values: bool) -> Self {
        self.host_values = host_values;
        self
    }

    /// Sets the contract that is offered, as WIT text. It has to be the WIT of the `bindgen!` in
    /// the setups. The error for a guest that does not fit then says what differs, and a guest
    /// whose exports have other types than the contract's is refused.
    #[must_use]
    pub fn contract(mut self, wit: impl Into<String>) -> Self {
        self.contract = Some(Offered::read(wit.into()).map_err(Error::from));
        self
    }

    /// Sets the contract that is offered: a WIT file, or a folder with a package and its
    /// dependencies in `deps`. The world may be left out if there is only one. Both have to be
    /// those of the `bindgen!` in [`RuntimeBuilder::component_imports`]: [`RuntimeBuilder::build`]
    /// refuses imports of the world that nothing serves, or that are served with another type.
    ///
    /// ```no_run
    /// # use wit_host::Runtime;
    /// let runtime = Runtime::<()>::builder()
    ///     .component_imports(|linker| Ok(()))
    ///     .wit("wit", Some("plugin"))
    ///     .build()?;
    /// # Ok::<(), wit_host::Error>(())
    /// ```
    #[must_use]
    pub fn wit(mut self, path: impl AsRef<Path>, world: Option<&str>) -> Self {
        let contract = Contract::read(path.as_ref(), world);
        self.contract = Some(contract.map(Offered::of).map_err(Error::from));
        self.is_checked = true;
        self
    }

    /// Sets the contract as [`RuntimeBuilder::contract`] does, from WIT that was read already.
    #[must_use]
    pub fn contract_of(mut self, contract: Contract) -> Self {
        self.contract = Some(Ok(Offered::of(contract)));
        self
    }

    /// Sets the contract as [`RuntimeBuilder::contract`] does, but only for guests that import
    /// something of it. Other guests may have exports of any type. The text is read when it is
    /// first needed.
    ///
    /// # Panics
    /// [`RuntimeBuilder::build`] and the runtime panic if the text is not valid WIT. Pass a text
    /// that is part of your program, and tested.
    #[must_use]
    pub fn contract_of_importers(mut self, wit: &'static str) -> Self {
        self.contract = Some(Ok(Offered::known(wit.into())));
        self
    }

    /// Sets the limits of every session.
    #[must_use]
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Sets the grants of sessions that are not given grants of their own.
    #[must_use]
    pub fn grants(mut self, grants: Grants) -> Self {
        self.grants = grants;
        self
    }

    /// Sets whether every guest gives the same output for the same input. Clocks then stand still,
    /// random bytes have a fixed seed, and NaNs one bit pattern. Fuel takes the place of the clock
    /// in guest code ([`Limits::fuel`], or 10 000 million if it is not set).
    #[must_use]
    pub fn deterministic(mut self, deterministic: bool) -> Self {
        self.deterministic = deterministic;
        self
    }

    /// Sets the seed of the random bytes of a deterministic runtime. It is 0 by default. Guests of
    /// a runtime that is not deterministic do not depend on it.
    #[must_use]
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// Sets whether guests may be in text form, which only people write. By default they may not,
    /// because a guest can then reach the code that parses text.
    #[cfg(feature = "text-format")]
    #[must_use]
    pub fn allow_text_format(mut self, text: bool) -> Self {
        self.text = text;
        self
    }

    /// Compiles guests in a process of its own, under [`Limits::compile_time`] and
    /// [`Limits::compile_memory`]. By default they are compiled in this process. A guest in the
    /// cache is not compiled, and starts no process.
    #[cfg(feature = "isolation")]
    #[must_use]
    pub fn isolate(mut self, isolation: Isolation) -> Self {
        self.isolation = Some(isolation);
        self
    }

    /// Keeps compiled code in a cache, for this process and others. By default it is not kept.
    /// Runtimes with one cache and the same settings share an engine, and the code of guests that
    /// one of them has loaded.
    #[cfg(feature = "cache")]
    #[must_use]
    pub fn cache(mut self, cache: Cache) -> Self {
        self.cache = Some(cache);
        self
    }

    /// Sets whether a guest that traps leaves a copy of its memory and stack in
    /// [`Failure::coredump`](crate::failure::Failure::coredump). By default it does not, because
    /// making one takes time, and as much memory again as the guest has.
    #[cfg(feature = "coredumps")]
    #[must_use]
    pub fn coredump(mut self, coredump: bool) -> Self {
        self.coredump = coredump;
        self
    }

    /// Sets the features of a processor that code may use. By default it may use all that this
    /// machine has. With fewer features, the code that [`Runtime::compile`] returns and that a
    /// [`Cache`] keeps can run on other machines as well.
    #[must_use]
    pub fn processor(mut self, processor: Processor) -> Self {
        self.processor = processor;
        self
    }

    /// Makes the engine and fills the linkers.
    ///
    /// # Errors
    /// [`Error::Host`] if a setup failed, for example because a name is taken; [`Error::Pool`] if
    /// there is no room for the pool; [`Error::Limits`]; [`Error::Processor`] if this machine
    /// cannot run code for the processor that was set; [`Error::Contract`]; [`Error::Unserved`] for
    /// a contract of [`RuntimeBuilder::wit`]; [`Error::Grant`] if a denial names nothing that the
    /// contract has; [`Error::ModuleName`] and [`Error::Module`] for a module of
    /// [`RuntimeBuilder::provide_module`]; [`Error::Import`] for a function, resource or provider
    /// of [`RuntimeBuilder::func`], [`RuntimeBuilder::resource`] or [`RuntimeBuilder::provide`].
    pub fn build(self) -> Result<Runtime<T>> {
        let contract = self.contract.transpose()?;
        let mut limits = self.limits;
        if self.deterministic {
            limits.fuel.get_or_insert(DETERMINISTIC_FUEL);
        }
        limits.check().map_err(|(limit, reason)| Error::Limits { limit, reason })?;
        // Before the engine is made, which would accept any processor, and then refuse each guest
        // that is loaded.
        let processor = self.processor;
        processor.check().map_err(|reason| Error::Processor { processor, reason })?;
        let settings =
            Settings::new(&limits, self.deterministic, self.host_values).with_processor(processor);
        let room = self.pool.as_ref().map(|pool| {
            Room::new(pool, &limits, self.modules.len(), self.host_values, settings.fiber_stack())
        });
        let shared = match &self.cache {
            Some(cache) => cache.engine(settings.clone(), self.coredump, room)?,
            None => Arc::new(SharedEngine::new(settings.clone(), self.coredump, room.as_ref())?),
        };
        let engine = shared.engine.clone();
        let mut components = component::Linker::new(&engine);
        let mut modules = wasmtime::Linker::new(&engine);
        let mut env = Served::new(self.host_values);
        link(&mut components, self.components).map_err(Error::host("offer the contract"))?;
        let mut registrar = Env::new(&mut modules, &mut env);
        for setup in self.env {
            setup(&mut registrar).map_err(Error::host("offer functions in `env`"))?;
        }
        module::link_wasi(&mut modules).map_err(Error::host("offer WASI to core modules"))?;
        let offered = contract.as_deref();
        // After both linkers are filled, because what they have goes before functions over values.
        let dynamic = self.dynamic.build(offered, &components, &mut modules, &mut env)?;
        let mut inner = Host {
            engine,
            components,
            modules,
            env,
            dynamic,
            providers: Vec::new(),
            limits: Arc::new(limits),
            grants: Arc::new(self.grants),
            deterministic: self.deterministic,
            seed: self.seed,
            text: self.text,
            isolation: self.isolation.map(|isolation| isolation.with_settings(settings)),
            contract,
            shared,
            cache: self.cache,
            pool: self.pool,
        };
        self.modules.into_iter().try_for_each(|source| provide(&mut inner, source))?;
        if self.is_checked {
            let unserved = fit::unserved_by(&inner.offer());
            if !unserved.is_empty() {
                return Err(Error::Unserved(unserved));
            }
        }
        // At the end, when everything that a denial can name is there.
        deny::check(&inner.grants.denied, inner.contract.as_ref(), &inner.env)?;
        Ok(Runtime { inner: Arc::new(inner) })
    }
}

fn link<T: Send + 'static>(
    linker: &mut component::Linker<State<T>>,
    setups: Vec<Setup<component::Linker<State<T>>>>,
) -> wasmtime::Result<()> {
    wasi::link(linker)?;
    setups.into_iter().try_for_each(|setup| setup(linker))
}
