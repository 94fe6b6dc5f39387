//! The runtime: one engine with the settings that untrusted guests need, and
//! one ready linker for each kind of guest. It compiles guests and knows
//! nothing of any contract but what an embedder puts into its linkers.

use std::num::NonZeroUsize;
use std::path::Path;
use std::sync::{Arc, Once};

use wasmtime::{Config, Engine, EngineWeak, WasmBacktraceDetails, component};

use crate::env::{Env, Table, signature};
use crate::error::{Error, Result};
use crate::grants::Grants;
use crate::guest::Guest;
use crate::limits::{EPOCH, Limits};
use crate::module;
use crate::state::State;

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
    /// [`Error::NotAGuest`], [`Error::Invalid`], [`Error::Misfits`].
    pub fn load(&self, bytes: impl AsRef<[u8]>) -> Result<Guest<T>> {
        Guest::new(self.clone(), bytes.as_ref())
    }

    /// [`Runtime::load`] on the content of a file.
    ///
    /// # Errors
    /// The same, and [`Error::Read`].
    pub fn load_file(&self, path: impl AsRef<Path>) -> Result<Guest<T>> {
        let path = path.as_ref();
        let bytes =
            std::fs::read(path).map_err(|source| Error::Read { path: path.to_owned(), source })?;
        self.load(bytes)
    }

    /// What core modules can import from `env`: names, and flat types in the
    /// notation of Rust.
    pub fn env_imports(&self) -> impl Iterator<Item = (&str, String)> {
        self.inner.env.iter().map(|(name, ty)| (name.as_str(), signature(ty)))
    }

    /// Starts the thread that moves the epoch on, unless it runs already. It
    /// ends with the engine.
    pub(crate) fn start_ticker(&self) {
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
}

impl<T> Default for RuntimeBuilder<T> {
    fn default() -> Self {
        Self {
            components: Vec::new(),
            env: Vec::new(),
            limits: Limits::default(),
            grants: Grants::default(),
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

    /// Makes the engine and fills the linkers.
    ///
    /// # Errors
    /// [`Error::Host`] where a setup failed, as it does when a name is taken.
    pub fn build(self) -> Result<Runtime<T>> {
        let engine =
            Engine::new(&config(&self.limits)).map_err(Error::host("set up the engine"))?;
        let mut components = component::Linker::new(&engine);
        let mut modules = wasmtime::Linker::new(&engine);
        let mut env = Table::new();
        link(&mut components, self.components).map_err(Error::host("offer the contract"))?;
        let mut registrar = Env::new(&mut modules, &mut env);
        for setup in self.env {
            setup(&mut registrar).map_err(Error::host("offer functions in `env`"))?;
        }
        module::link_wasi(&mut modules).map_err(Error::host("offer WASI to core modules"))?;
        let (limits, grants) = (self.limits, self.grants);
        let inner = Inner { engine, components, modules, env, limits, grants, ticker: Once::new() };
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

/// Guests run with what today's toolchains emit; every other proposal is off,
/// since each is code that an attacker could reach.
fn config(limits: &Limits) -> Config {
    let mut config = Config::new();
    config
        .epoch_interruption(true)
        .consume_fuel(limits.fuel.is_some())
        .concurrency_support(false)
        .gc_support(false)
        .wasm_gc(false)
        .wasm_exceptions(false)
        .wasm_function_references(false)
        .wasm_threads(false)
        .shared_memory(false)
        .wasm_memory64(false)
        .wasm_relaxed_simd(false)
        .wasm_custom_page_sizes(false)
        .wasm_wide_arithmetic(false)
        .wasm_stack_switching(false)
        .max_wasm_stack(512 << 10)
        .async_stack_size(2 << 20)
        .wasm_backtrace_details(WasmBacktraceDetails::Enable)
        .wasm_backtrace_max_frames(NonZeroUsize::new(16));
    config
}
