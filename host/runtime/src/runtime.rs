//! The runtime: one engine with the settings that untrusted guests need, and
//! one ready linker for each kind of guest. It compiles guests and knows
//! nothing of any contract but what an embedder puts into its linkers; `builder`
//! is where they do.

use std::path::Path;
use std::sync::Arc;

use wasmtime::{Engine, component};

use crate::builder::RuntimeBuilder;
use crate::cache::{Cache, Found, Key};
use crate::compile::{Compiled, compile};
use crate::error::Result;
use crate::grants::Grants;
use crate::guest::Guest;
use crate::isolate::Isolation;
use crate::linked_module::Provider;
use crate::pool::Pool;
use crate::shared_engine::SharedEngine;
use crate::state::State;
use wit_host_binary::examine::{component_hash, read_guest};
use wit_host_binary::kind::Kind;
use wit_host_binary::limits::Limits;
use wit_host_binary::prepare::{Edited, strip};
use wit_host_check::fit;
use wit_host_check::served::{Table, signature};
use wit_host_text::contain::contained;
use wit_host_wit::Offered;

/// What the host is about where it panics.
pub(crate) const LOAD: &str = "load the guest";

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
    pub(crate) providers: Vec<Arc<Provider<T>>>,
    pub(crate) limits: Arc<Limits>,
    pub(crate) grants: Arc<Grants>,
    pub(crate) deterministic: bool,
    pub(crate) text: bool,
    pub(crate) isolation: Option<Isolation>,
    pub(crate) contract: Option<Offered>,
    pub(crate) shared: Arc<SharedEngine>,
    pub(crate) cache: Option<Cache>,
    pub(crate) pool: Option<Pool>,
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
    /// [`Error::Guest`](crate::error::Error::Guest),
    /// [`Error::Misfits`](crate::error::Error::Misfits); [`Error::CompilerFailed`](crate::error::Error::CompilerFailed) where the compiler
    /// panics or dies of the guest, and [`Error::Host`](crate::error::Error::Host) where there are no threads, no
    /// memory or, with an [`Isolation`], no process to be had.
    pub fn load(&self, bytes: impl AsRef<[u8]>) -> Result<Guest<T>> {
        let bytes = bytes.as_ref();
        let _load = tracing::debug_span!("load", bytes = bytes.len()).entered();
        contained(LOAD, || Guest::new(self.clone(), bytes))
    }

    /// [`Runtime::load`] on the content of a file. Of a component that the cache has, the
    /// file is read for its hash and nothing else.
    ///
    /// # Errors
    /// Those of [`Runtime::load`], and that the file cannot be read.
    pub fn load_file(&self, path: impl AsRef<Path>) -> Result<Guest<T>> {
        let path = path.as_ref();
        let load = tracing::debug_span!("load", bytes = tracing::field::Empty).entered();
        contained(LOAD, || {
            if let Some(guest) = Guest::kept(self, path) {
                return Ok(guest);
            }
            let bytes = self.read(path)?;
            load.record("bytes", bytes.len());
            Guest::new(self.clone(), &bytes)
        })
    }

    /// The content of a guest's file, as far as its size is allowed.
    pub(crate) fn read(&self, path: &Path) -> Result<Vec<u8>> {
        Ok(read_guest(path, &self.inner.limits)?)
    }

    /// What every session may spend.
    pub fn limits(&self) -> &Limits {
        &self.inner.limits
    }

    /// What a session may touch that is not given grants of its own.
    pub fn grants(&self) -> &Grants {
        &self.inner.grants
    }

    /// The engine, for what the library has no words for. What its settings are, compiled
    /// code and the limits rely on.
    pub fn engine(&self) -> &Engine {
        &self.inner.engine
    }

    /// The host functions that core modules can import: module, which is `env`
    /// unless the embedder has another, name, and flat type in the notation of Rust.
    pub fn env_imports(&self) -> impl Iterator<Item = (&str, &str, String)> {
        self.inner
            .env
            .functions()
            .map(|(module, name, served)| (module, name, signature(&served.ty)))
    }

    /// The function of the contract that an import implements, as
    /// `package/interface.function`.
    pub fn env_implements(&self, module: &str, name: &str) -> Option<&str> {
        self.inner.env.function(module, name)?.implements.as_deref()
    }
}

impl<T: 'static> Inner<T> {
    /// The compiled code of an examined guest, from the cache where there is one, and the
    /// hash that the guest is known by.
    pub(crate) fn compiled(
        &self,
        kind: Kind,
        binary: &[u8],
    ) -> Result<(Arc<Compiled>, blake3::Hash)> {
        let stripped = strip(binary);
        let hash = stripped.hash();
        let compile = || self.compile(kind, binary, &stripped);
        let compiled = match &self.cache {
            None => compile().map(Arc::new),
            Some(cache) => {
                let key = self.key(&hash);
                cache.load(&self.shared, kind, key, &self.limits, compile)
            }
        };
        Ok((compiled?, hash))
    }

    /// The compiled code of a component's file that was loaded before. The file is only
    /// read for its hash, piece by piece.
    pub(crate) fn kept(&self, path: &Path) -> Option<(Arc<Compiled>, blake3::Hash)> {
        let cache = self.cache.as_ref()?;
        let guest = component_hash(path, self.limits.file_size)?;
        let key = self.key(&guest);
        let found = cache.get(&self.shared, Kind::Component, &key, &self.limits);
        match found.ok()? {
            Found::Code(compiled) => Some((compiled, guest)),
            Found::Nothing | Found::Changed(_) => None,
        }
    }

    fn key(&self, guest: &blake3::Hash) -> Key {
        let contract = self.contract.as_ref().map(Offered::text);
        Key::new(&self.shared, guest, contract, &self.limits)
    }

    /// Compiles an examined guest. One that does not fit is refused before that, as far as
    /// it is seen.
    pub(crate) fn compile(
        &self,
        kind: Kind,
        binary: &[u8],
        stripped: &Edited<'_>,
    ) -> Result<Compiled> {
        match kind {
            Kind::Component => fit::component_before_compiling(&self.offer(), binary)?,
            Kind::Module => fit::module_before_compiling(&self.offer(), binary)?,
        }
        let guest = (binary, stripped);
        compile(&self.engine, kind, guest, &self.limits, self.isolation.as_ref())
    }
}
