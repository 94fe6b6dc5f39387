//! Loads core modules that provide the imports of guests. They are loaded like guests, with the
//! same limits, before any guest is.

use std::path::PathBuf;
use std::sync::Arc;

use super::link;
use super::linked_module::{LinkedModule, Provider};
use crate::code::compile::Compiled;
use crate::error::{Error, Result};
use crate::runtime::host::Host;
use wit_host_binary::core_type::imports_and_exports;
use wit_host_binary::error::GuestError;
use wit_host_binary::examine::{examine, read_guest};
use wit_host_binary::kind::Kind;
use wit_host_binary::names::is_wasi;
use wit_host_check::fit;
use wit_host_text::contain::contained;

/// A core module that provides the imports from a module of this name.
pub(crate) struct Source {
    pub name: String,
    pub(crate) content: Content,
}

/// The place of the module.
pub(crate) enum Content {
    Bytes(Vec<u8>),
    File(PathBuf),
}

/// Loads a module, and makes its exports available to guests of the runtime.
pub(crate) fn provide<T: Send + 'static>(inner: &mut Host<T>, source: Source) -> Result<()> {
    let Source { name, content } = source;
    let refused = |reason| Err(Error::ModuleName { name: name.clone(), reason });
    if is_wasi(&name) {
        return refused("the name is WASI's own");
    }
    if inner.env.is_provided(&name) {
        return refused("another module does already");
    }
    // The code generator can panic on a valid module.
    contained("load a module", || load(inner, &name, content))
        .map_err(|error| Error::Module { name: name.clone(), source: Box::new(error) })
}

fn load<T: Send + 'static>(inner: &mut Host<T>, name: &str, content: Content) -> Result<()> {
    let bytes = match content {
        Content::Bytes(bytes) => bytes,
        Content::File(path) => read_guest(&path, &inner.limits)?,
    };
    let (kind, binary) = examine(&bytes, inner.text, &inner.limits)?;
    if kind != Kind::Module {
        let reason = "it is a component, and core modules import from core modules".into();
        return Err(GuestError::Invalid { kind: Kind::Module.name(), reason }.into());
    }
    let linked = core_module(inner, &binary)?;
    let (_, exports) = imports_and_exports(&binary).unwrap_or_default();
    inner.env.provide(name, exports);
    inner.providers.push(Arc::new(Provider { name: name.into(), linked }));
    Ok(())
}

fn core_module<T: Send + 'static>(inner: &Host<T>, binary: &[u8]) -> Result<LinkedModule<T>> {
    let kind = Kind::Module;
    fit::before_compiling(&inner.offer(), binary)?;
    let (compiled, _) = inner.compiled(kind, binary)?;
    match &*compiled {
        Compiled::Module(module) => link::module(inner, module, binary),
        Compiled::Component(_) => Err(GuestError::Invalid {
            kind: kind.name(),
            reason: "it was compiled as a component".into(),
        }
        .into()),
    }
}
