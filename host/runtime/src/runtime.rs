//! The runtime: what an embedder holds, and asks for guests. It is a handle of the `host`;
//! `builder` makes it.

use std::path::Path;
use std::sync::Arc;

use wasmtime::Engine;

use crate::builder::RuntimeBuilder;
use crate::error::Result;
use crate::grants::Grants;
use crate::guest::Guest;
use crate::host::Host;
use wit_host_binary::examine::read_guest;
use wit_host_binary::limits::Limits;
use wit_host_check::served::signature;
use wit_host_text::contain::contained;

/// What the host is about where it panics.
pub(crate) const LOAD: &str = "load the guest";

/// One engine and what it offers to guests, for sessions with host data `T`.
/// Cheap to clone; clones share everything.
pub struct Runtime<T: 'static> {
    pub(crate) inner: Arc<Host<T>>,
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
    /// [`Error::Mismatches`](crate::error::Error::Mismatches); [`Error::CompilerFailed`](crate::error::Error::CompilerFailed) where the compiler
    /// panics or dies of the guest, and [`Error::Host`](crate::error::Error::Host) where there are no threads, no
    /// memory or, with an [`Isolation`](crate::Isolation), no process to be had.
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
