//! Compiling ahead of time: a guest's machine code as a file, with a manifest of
//! what it needs, to be run where nothing is to be compiled. Machine code can do
//! anything, and nothing here knows where a file comes from, so taking one is the
//! caller's responsibility.

mod file;
mod manifest;

use std::path::Path;
use std::sync::Arc;

use wasmtime::Module;
use wasmtime::component::Component;

pub use manifest::Manifest;

use crate::compile::{Compiled, within};
use crate::error::{Error, Result};
use crate::guest::Guest;
use crate::runtime::{LOAD, Runtime};
use wit_host_binary::examine::{examine, read};
use wit_host_binary::kind::Kind;
use wit_host_binary::prepare::strip;
use wit_host_check::engine_error::root_cause;
use wit_host_check::fit;
use wit_host_check::inspect::inspect;
use wit_host_text::contain::contained;

/// A guest that was compiled ahead of time.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct CompiledGuest {
    /// The content of the file, which [`Runtime::load_compiled`] takes.
    pub bytes: Vec<u8>,
    /// What it needs, which the file has as well.
    pub manifest: Manifest,
}

impl<T: Send + 'static> Runtime<T> {
    /// Compiles a guest for later, and for other processes: those with a runtime of
    /// this version, that counts fuel and is deterministic where this one does and
    /// is, on the same kind of processor. Every check is made that [`Runtime::load`]
    /// makes. A cache is not used.
    ///
    /// # Errors
    /// Those of [`Runtime::load`].
    pub fn compile(&self, bytes: impl AsRef<[u8]>) -> Result<CompiledGuest> {
        contained("compile the guest", || self.compile_ahead(bytes.as_ref()))
    }

    fn compile_ahead(&self, bytes: &[u8]) -> Result<CompiledGuest> {
        let inner = &self.inner;
        let (kind, binary) = examine(bytes, inner.text, &inner.limits)?;
        if kind == Kind::Module {
            fit::before_compiling(&inner.offer(), &binary)?;
        }
        let compiled = inner.compile(kind, &binary, &strip(&binary))?;
        let code = compiled.serialize().map_err(Error::host("take out the compiled code"))?;
        Guest::of_compiled(self.clone(), Arc::new(compiled), None, &binary)?;
        let imports = inspect(&inner.offer(), &binary, None)?.imports.into_iter();
        let imports = imports.map(|import| import.item.name).collect();
        let manifest = Manifest::new(&inner.shared, kind, &binary, &code, imports);
        let bytes = file::write(code, &manifest).map_err(Error::host("write the manifest"))?;
        Ok(CompiledGuest { bytes, manifest })
    }

    /// [`Runtime::compile`] on the content of a file.
    ///
    /// # Errors
    /// Those for bytes, and that the file cannot be read.
    pub fn compile_file(&self, path: impl AsRef<Path>) -> Result<CompiledGuest> {
        self.compile(self.read(path.as_ref())?)
    }

    /// Makes a guest from what [`Runtime::compile`] returned, without compiling
    /// anything. What it imports is held against what the runtime serves, up to the
    /// first import that nothing serves. That its exports have the contract's types
    /// was seen when it was compiled, against the contract of then.
    ///
    /// # Errors
    /// [`Error::IncompatibleCode`] where it is not for a runtime as this one is, or was
    /// damaged; [`Error::Guest`], [`Error::Mismatches`].
    ///
    /// # Safety
    /// `bytes` are machine code, which is run with all rights of this process. They
    /// have to be what [`Runtime::compile`] returned, unchanged. What is checked
    /// here finds accidents, and no intent: whoever can choose a byte of them can
    /// have this process do anything. So they must come from somebody who is
    /// trusted like the program itself, on a way that nobody else can write to.
    #[allow(unsafe_code, reason = "the contract is the caller's to keep")]
    pub unsafe fn load_compiled(&self, bytes: impl AsRef<[u8]>) -> Result<Guest<T>> {
        let (inner, bytes) = (&self.inner, bytes.as_ref());
        let _load = tracing::debug_span!("load", bytes = bytes.len()).entered();
        let foreign = |reason| Error::IncompatibleCode { reason };
        let (code, manifest) = file::read(bytes).map_err(|reason| foreign(reason.into()))?;
        manifest.check(&inner.shared).map_err(foreign)?;
        within(code.len(), &inner.limits)?;
        // SAFETY: that the engine has written these bytes is what the caller
        // promised; that it was an engine of this kind the engine checks.
        let compiled = unsafe {
            match manifest.kind {
                Kind::Component => {
                    Component::deserialize(&inner.engine, code).map(Compiled::Component)
                }
                Kind::Module => Module::deserialize(&inner.engine, code).map(Compiled::Module),
            }
        };
        let compiled = compiled.map_err(|error| foreign(root_cause(&error)))?;
        contained(LOAD, || Guest::of_compiled(self.clone(), Arc::new(compiled), None, &[]))
    }

    /// [`Runtime::load_compiled`] on the content of a file.
    ///
    /// # Errors
    /// Those for bytes, and that the file cannot be read.
    ///
    /// # Safety
    /// That of [`Runtime::load_compiled`], for the content of the file.
    #[allow(unsafe_code, reason = "the contract is the caller's to keep")]
    pub unsafe fn load_compiled_file(&self, path: impl AsRef<Path>) -> Result<Guest<T>> {
        let longest = self.inner.limits.compiled_size.saturating_add(file::LONGEST_MANIFEST);
        let bytes = read(path.as_ref(), longest)?;
        // SAFETY: it is the caller's promise.
        unsafe { self.load_compiled(bytes) }
    }
}
