//! Compiles guests ahead of time: a guest's machine code becomes a file, with a manifest of what it
//! needs, and runs where nothing can be compiled. Machine code can do anything, and this module
//! does not know where a file comes from. So accepting a file is the caller's responsibility.

mod file;
mod manifest;

use std::path::Path;
use std::sync::Arc;

use wasmtime::Module;
use wasmtime::component::Component;

pub use manifest::Manifest;

use crate::code::compile::{Compiled, within};
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
    /// The contents of the file, for [`Runtime::load_compiled`].
    pub bytes: Vec<u8>,
    /// What the guest needs. The file contains it as well.
    pub manifest: Manifest,
}

impl<T: Send + 'static> Runtime<T> {
    /// Compiles a guest to be run later or in other processes. They need a runtime of this version
    /// on a compatible processor, with the same choice of fuel, determinism and values of the host.
    /// The guest is checked as by [`Runtime::load`]. The cache is not used.
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

    /// Compiles a guest as [`Runtime::compile`] does, from a file.
    ///
    /// # Errors
    /// Those of [`Runtime::compile`], and if the file cannot be read.
    pub fn compile_file(&self, path: impl AsRef<Path>) -> Result<CompiledGuest> {
        self.compile(self.read(path.as_ref())?)
    }

    /// Loads a guest from the bytes that [`Runtime::compile`] returned, without compiling anything.
    /// The guest's imports are checked against what the runtime serves, up to the first that
    /// nothing serves. Its exports are not checked again: [`Runtime::compile`] has compared them
    /// with the contract of that time.
    ///
    /// # Errors
    /// [`Error::IncompatibleCode`] if the code is damaged or is not for a runtime such as this one;
    /// [`Error::Guest`], [`Error::Mismatches`].
    ///
    /// # Safety
    /// The bytes are machine code, which runs with all rights of this process. They have to be what
    /// [`Runtime::compile`] returned, unchanged. The checks here find accidents and do not find
    /// attacks: a person who can choose a byte of the code can make this process do anything. So
    /// the bytes have to come from a source that is trusted like the program itself, in a way that
    /// no one else can write to.
    #[allow(unsafe_code, reason = "the contract is the caller's to keep")]
    pub unsafe fn load_compiled(&self, bytes: impl AsRef<[u8]>) -> Result<Guest<T>> {
        let (inner, bytes) = (&self.inner, bytes.as_ref());
        let _load = tracing::debug_span!("load", bytes = bytes.len()).entered();
        let foreign = |reason| Error::IncompatibleCode { reason };
        let (code, manifest) = file::read(bytes).map_err(|reason| foreign(reason.into()))?;
        manifest.check(&inner.shared).map_err(foreign)?;
        within(code.len(), &inner.limits)?;
        // SAFETY: the caller promises that the engine has written these bytes, and the engine
        // itself checks that it was an engine of this kind.
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

    /// Loads a guest as [`Runtime::load_compiled`] does, from a file.
    ///
    /// # Errors
    /// Those of [`Runtime::load_compiled`], and if the file cannot be read.
    ///
    /// # Safety
    /// The contents of the file have to be as [`Runtime::load_compiled`] requires.
    #[allow(unsafe_code, reason = "the contract is the caller's to keep")]
    pub unsafe fn load_compiled_file(&self, path: impl AsRef<Path>) -> Result<Guest<T>> {
        let longest = self.inner.limits.compiled_size.saturating_add(file::LONGEST_MANIFEST);
        let bytes = read(path.as_ref(), longest)?;
        // SAFETY: the caller makes the promise of `load_compiled`.
        unsafe { self.load_compiled(bytes) }
    }
}
