//! The runtime: one engine with the settings that untrusted guests need, and
//! one ready linker for each kind of guest. It compiles guests and knows
//! nothing of any contract but what an embedder puts into its linkers.

use std::fs::File;
use std::io::Read as _;
use std::path::Path;
use std::sync::{Arc, Once};

use wasmtime::{Engine, EngineWeak, component};

use crate::deadline::EPOCH;
use crate::engine::Settings;
use crate::env::{Env, Table, signature};
use crate::error::{Error, Result};
use crate::grants::Grants;
use crate::guest::Guest;
use crate::isolate::Isolation;
use crate::limits::Limits;
use crate::module;
use crate::state::State;

/// Where no clock may end a guest, this ends one that runs for seconds.
const DETERMINISTIC_FUEL: u64 = 10_000_000_000;

/// One engine and what it offers to guests, for sessions with host data `T`.
/// Cheap to clone; clones share everything.
pub struct Runtime<T: 'static> {
    pub(crate) inner: Arc<Inner<T>>,
}

pub(crate) struct Inner<T: 'static> {
    pub(crate) engine: Engine,
    pub(crate) components: component::Linker<State<T>>,
    pub(crate) modules: wasmtime::Linker<State<T>>,
    pub(crate) env: Table,
    pub(crate) limits: Limits,
    pub(crate) grants: Grants,
    pub(crate) deterministic: bool,
    pub(crate) text: bool,
    pub(crate) isolation: Option<Isolation>,
    ticker: Once,
}

impl<T> Clone for Runtime<T> {
    fn clone(&self) -> Self {
        Self { inner: Arc::clone(&self.inner) }
    }
}

impl<T: Send + 'static> Runtime<T> {
    /// A builder of a runtime that offers nothing yet but WASI.
    pub fn builder() -> RuntimeBuilder<T> {
        RuntimeBuilder::default()
    }

    /// Makes a guest from the bytes of a component, of a core module, or of the
    /// text form of either. Compiling takes a while: in an async program, call
    /// it where blocking is allowed.
    ///
    /// # Errors
    /// [`Error::NotAGuest`], [`Error::TooCostly`], [`Error::Invalid`],
    /// [`Error::Misfits`]; with an [`Isolation`], [`Error::CompilerDied`] and
    /// [`Error::Host`] as well.
    pub fn load(&self, bytes: impl AsRef<[u8]>) -> Result<Guest<T>> {
        Guest::new(self.clone(), bytes.as_ref())
    }

    /// [`Runtime::load`] on the content of a file.
    ///
    /// # Errors
    /// The same, and [`Error::Read`].
    pub fn load_file(&self, path: impl AsRef<Path>) -> Result<Guest<T>> {
        let path = path.as_ref();
        let failed = |source| Error::Read { path: path.to_owned(), source };
        // One byte more than the limit tells that there is more.
        let limit = u64::try_from(self.inner.limits.file_size).unwrap_or(u64::MAX);
        let mut bytes = Vec::new();
        let file = File::open(path).map_err(failed)?;
        file.take(limit.saturating_add(1)).read_to_end(&mut bytes).map_err(failed)?;
        self.load(bytes)
    }

    /// What core modules can import from `env`: names, and flat types in the
    /// notation of Rust.
    pub fn env_imports(&self) -> impl Iterator<Item = (&str, String)> {
        self.inner.env.iter().map(|(name, served)| (name.as_str(), signature(&served.ty)))
    }

    /// Starts the thread that moves the epoch on, unless it runs already. It
    /// ends with the engine.
    pub(crate) fn start_ticker(&self) {
        if self.inner.deterministic {
            return;
        }
        self.inner.ticker.call_once(|| {
            let engine = self.inner.engine.weak();
            std::thread::spawn(move || tick(&engine));
        });
    }
}

fn tick(engine: &EngineWeak) {
    while let Some(engine) = engine.upgrade() {
        engine.increment_epoch();
        drop(engine);
        std::thread::sleep(EPOCH);
    }
}

type Setup<L> = Box<dyn FnOnce(&mut L) -> wasmtime::Result<()>>;
type EnvSetup<T> = Box<dyn FnOnce(&mut Env<'_, T>) -> wasmtime::Result<()>>;

/// Collects what a [`Runtime`] is to offer, and its limits and grants.
pub struct RuntimeBuilder<T: 'static> {
    components: Vec<Setup<component::Linker<State<T>>>>,
    env: Vec<EnvSetup<T>>,
    limits: Limits,
    grants: Grants,
    deterministic: bool,
    text: bool,
    isolation: Option<Isolation>,
}

impl<T> Default for RuntimeBuilder<T> {
    fn default() -> Self {
        Self {
            components: Vec::new(),
            env: Vec::new(),
            limits: Limits::default(),
            grants: Grants::default(),
            deterministic: false,
            text: true,
            isolation: None,
        }
    }
}

impl<T: Send + 'static> RuntimeBuilder<T> {
    /// Offers a contract to components: `setup` gets the linker, usually for the
    /// `add_to_linker` of a `bindgen!`. WASI 0.2 is in it already.
    #[must_use]
    pub fn component(
        mut self,
        setup: impl FnOnce(&mut component::Linker<State<T>>) -> wasmtime::Result<()> + 'static,
    ) -> Self {
        self.components.push(Box::new(setup));
        self
    }

    /// Offers functions to core modules that import from `env`: `setup` gets the
    /// registrar.
    #[must_use]
    pub fn env(
        mut self,
        setup: impl FnOnce(&mut Env<'_, T>) -> wasmtime::Result<()> + 'static,
    ) -> Self {
        self.env.push(Box::new(setup));
        self
    }

    /// What every session may spend.
    #[must_use]
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// What a session may touch that is not given grants of its own.
    #[must_use]
    pub fn grants(mut self, grants: Grants) -> Self {
        self.grants = grants;
        self
    }

    /// Has every guest give the same output for the same input: clocks stand
    /// still, random bytes have a fixed seed, NaNs one bit pattern, and fuel
    /// takes the place of the clock in guest code ([`Limits::fuel`], or 10 000
    /// million where it is off).
    #[must_use]
    pub fn deterministic(mut self, deterministic: bool) -> Self {
        self.deterministic = deterministic;
        self
    }

    /// Whether guests may be in text form, which only people write. They may, by
    /// default.
    #[must_use]
    pub fn text(mut self, text: bool) -> Self {
        self.text = text;
        self
    }

    /// Compiles guests in a process of its own.
    #[must_use]
    pub fn isolate(mut self, isolation: Isolation) -> Self {
        self.isolation = Some(isolation);
        self
    }

    /// Makes the engine and fills the linkers.
    ///
    /// # Errors
    /// [`Error::Host`] where a setup failed, as it does when a name is taken.
    pub fn build(self) -> Result<Runtime<T>> {
        let mut limits = self.limits;
        if self.deterministic {
            limits.fuel.get_or_insert(DETERMINISTIC_FUEL);
        }
        let settings = Settings::new(&limits, self.deterministic);
        let engine = settings.engine().map_err(Error::host("set up the engine"))?;
        let mut components = component::Linker::new(&engine);
        let mut modules = wasmtime::Linker::new(&engine);
        let mut env = Table::new();
        link(&mut components, self.components).map_err(Error::host("offer the contract"))?;
        let mut registrar = Env::new(&mut modules, &mut env);
        for setup in self.env {
            setup(&mut registrar).map_err(Error::host("offer functions in `env`"))?;
        }
        module::link_wasi(&mut modules).map_err(Error::host("offer WASI to core modules"))?;
        let inner = Inner {
            engine,
            components,
            modules,
            env,
            limits,
            grants: self.grants,
            deterministic: self.deterministic,
            text: self.text,
            isolation: self.isolation.map(|isolation| isolation.with_settings(settings)),
            ticker: Once::new(),
        };
        Ok(Runtime { inner: Arc::new(inner) })
    }
}

fn link<T: Send + 'static>(
    linker: &mut component::Linker<State<T>>,
    setups: Vec<Setup<component::Linker<State<T>>>>,
) -> wasmtime::Result<()> {
    wasmtime_wasi::p2::add_to_linker_async(linker)?;
    setups.into_iter().try_for_each(|setup| setup(linker))
}
