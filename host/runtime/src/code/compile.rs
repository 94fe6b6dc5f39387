//! Compiles an examined guest, in this process or in another one. The cost is checked before,
//! by counting, and after, by the size of the code. This module does not know where code is
//! kept.

use wasmtime::component::Component;
use wasmtime::{Engine, Module};

use super::isolate::Isolation;
use crate::engine::pool;
use crate::error::{Error, Result};
use crate::failure::lacking::is_lacking;
use wit_host_binary::error::GuestError;
use wit_host_binary::examine::checked;
use wit_host_binary::initial_sizes::initial_sizes;
use wit_host_binary::kind::Kind;
use wit_host_binary::limits::{LimitReached, Limits, OverLimit};
use wit_host_binary::prepare::Edited;
use wit_host_binary::proposals;
use wit_host_check::engine_error::root_cause;
use wit_host_check::threads;
use wit_host_text::contain::contain;

/// Compiled code that is not linked yet.
pub(crate) enum Compiled {
    Component(Component),
    Module(Module),
}

impl Compiled {
    /// Returns the size of the code with its data.
    pub(crate) fn size(&self) -> usize {
        let range = match self {
            Self::Component(component) => component.image_range(),
            Self::Module(module) => module.image_range(),
        };
        range.end.addr() - range.start.addr()
    }

    /// Returns the code as bytes, which an engine with the same settings accepts.
    #[cfg(any(feature = "cache", feature = "isolation", feature = "precompiled"))]
    pub(crate) fn serialize(&self) -> wasmtime::Result<Vec<u8>> {
        match self {
            Self::Component(component) => component.serialize(),
            Self::Module(module) => module.serialize(),
        }
    }
}

/// Compiles an examined guest for `engine`, in another process if `isolation` is set. `whole`
/// is the guest as it was given; errors name offsets in it.
pub(crate) fn compile(
    engine: &Engine,
    kind: Kind,
    (whole, stripped): (&[u8], &Edited<'_>),
    limits: &Limits,
    isolation: Option<&Isolation>,
) -> Result<Compiled> {
    let checked = checked(stripped.binary(), limits)?;
    let binary = checked.binary();
    if pool::is_pooled(engine) {
        initial_sizes(binary, limits)?;
    }
    let compiled = match isolation {
        Some(isolation) => isolation.compile(engine, kind, binary, limits),
        None => contained(engine, kind, binary),
    };
    let compiled = compiled.map_err(|error| with_places(error, kind, whole))?;
    within(compiled.size(), limits)?;
    Ok(compiled)
}

/// Returns the error for the guest as it was given: with offsets in it, and not in the binary
/// that was compiled; or, if the guest is valid, with the features that the engine does not
/// run.
fn with_places(error: Error, kind: Kind, whole: &[u8]) -> Error {
    let Error::Guest(GuestError::Invalid { reason, .. }) = error else { return error };
    proposals::refused(kind, whole, reason).into()
}

/// Refuses compiled code that is larger than the limit.
pub(crate) fn within(size: usize, limits: &Limits) -> Result<()> {
    if size > limits.compiled_size {
        return Err(OverLimit::new(LimitReached::CompiledSize(limits.compiled_size), size).into());
    }
    Ok(())
}

/// Compiles in this process. A panic of the compiler becomes an error.
fn contained(engine: &Engine, kind: Kind, binary: &[u8]) -> Result<Compiled> {
    let compiled = contain(|| threads::within(|| here(engine, kind, binary)))
        .map_err(|words| Error::CompilerFailed {
            kind: kind.name(),
            how: format!("it ended with the panic `{words}`"),
        })?
        .map_err(Error::host("start the threads that compile"))?;
    compiled.map_err(|error| {
        if is_lacking(&error) {
            return Error::host("compile the guest")(error);
        }
        let reason = || root_cause(&error);
        let invalid = || GuestError::Invalid { kind: kind.name(), reason: reason() }.into();
        pool::unfit(engine, &error).unwrap_or_else(invalid)
    })
}

/// Compiles on this thread and those of its pool.
pub(crate) fn here(engine: &Engine, kind: Kind, binary: &[u8]) -> wasmtime::Result<Compiled> {
    match kind {
        Kind::Component => Component::from_binary(engine, binary).map(Compiled::Component),
        Kind::Module => Module::from_binary(engine, binary).map(Compiled::Module),
    }
}
