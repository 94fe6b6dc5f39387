//! The runtime: what an embedder holds, and loads guests with. It is a handle of the `host`,
//! and `builder` makes it.

pub(crate) mod builder;
mod check;
mod debug;
pub(crate) mod host;

use std::path::Path;
use std::sync::Arc;

use wasmtime::Engine;

use crate::error::Result;
use crate::guest::Guest;
use crate::store::grants::Grants;
use builder::RuntimeBuilder;
use host::Host;
use wit_host_binary::examine::read_guest;
use wit_host_binary::limits::Limits;
use wit_host_check::served::signature;
use wit_host_text::contain::contained;

/// Completes the message of a panic, "the host failed to …".
pub(crate) const LOAD: &str = "load the guest";

/// An engine and what it offers to guests, for sessions with host data `T`. Cloning it is
/// cheap; clones share everything.
pub struct Runtime<T: 'static> {
    pub(crate) inner: Arc<Host<T>>,
}

impl<T> Clone for Runtime<T> {
    fn clone(&self) -> Self {
        Self { inner: Arc::clone(&self.inner) }
    }
}

impl<T: Send + 'static> Runtime<T> {
    /// Returns the builder of a runtime that offers only WASI at first.
    pub fn builder() -> RuntimeBuilder<T> {
        RuntimeBuilder::default()
    }

    /// Loads a guest from the bytes of a component, of a core module, or of the text form of
    /// either. Compiling takes a while: in an async program, call it where blocking is allowed.
    ///
    /// # Errors
    /// [`Error::Guest`](crate::error::Error::Guest),
    /// [`Error::Mismatches`](crate::error::Error::Mismatches);
    /// [`Error::CompilerFailed`](crate::error::Error::CompilerFailed) if the compiler panics or
    /// dies because of the guest, and [`Error::Host`](crate::error::Error::Host) if the system
    /// has no threads, no memory or, with an [`Isolation`](crate::Isolation), no process.
    pub fn load(&self, bytes: impl AsRef<[u8]>) -> Result<Guest<T>> {
        let bytes = bytes.as_ref();
        let _load = tracing::debug_span!("load", bytes = bytes.len()).entered();
        contained(LOAD, || Guest::new(self.clone(), bytes))
    }

    /// Loads a guest from a file. If the cache has the component, the file is only read for its
    /// hash.
    ///
    /// # Errors
    /// Those of [`Runtime::load`], and if the file cannot be read.
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

    /// Reads a guest's file for [`Runtime::load`], up to the limit of its size.
    ///
    /// # Errors
    /// [`Error::Guest`](crate::error::Error::Guest) if the file cannot be read, or is over the limit.
    pub fn read(&self, path: impl AsRef<Path>) -> Result<Vec<u8>> {
        Ok(read_guest(path.as_ref(), &self.inner.limits)?)
    }

    /// Returns what every session may spend.
    pub fn limits(&self) -> &Limits {
        &self.inner.limits
    }

    /// Returns what a session may touch that has no grants of its own.
    pub fn grants(&self) -> &Grants {
        &self.inner.grants
    }

    /// Returns the engine, for what the library does not cover. Compiled code and the limits
    /// rely on its settings.
    pub fn engine(&self) -> &Engine {
        &self.inner.engine
    }

    /// Returns the host functions that core modules can import: the module, which is `env`
    /// unless the embedder has another one, the name, and the flat type in Rust's notation.
    pub fn env_imports(&self) -> impl Iterator<Item = (&str, &str, String)> {
        self.inner
            .env
            .functions()
            .map(|(module, name, served)| (module, name, signature(&served.ty)))
    }

    /// Returns the function of the contract that an import implements, as
    /// `package/interface.function`.
    pub fn env_implements(&self, module: &str, name: &str) -> Option<&str> {
        self.inner.env.function(module, name)?.implements.as_deref()
    }
}
