//! Coredumps: what a guest that traps leaves behind, where the runtime asks for it. The engine
//! makes them, and only with the feature `coredumps`.

#[cfg(feature = "coredumps")]
pub(crate) use with::{configure, of};
#[cfg(not(feature = "coredumps"))]
pub(crate) use without::{configure, of};

#[cfg(feature = "coredumps")]
mod with {
    use wasmtime::{AsContextMut, Config, Error, WasmCoreDump};

    /// Has the engine make them, or not.
    pub(crate) fn configure(config: &mut Config, coredumps: bool) {
        config.coredump_on_trap(coredumps);
    }

    /// The one that an error comes with, for a call of `function`.
    pub(crate) fn of(error: &Error, store: impl AsContextMut, function: &str) -> Option<Vec<u8>> {
        let coredump = error.downcast_ref::<WasmCoreDump>()?;
        Some(coredump.serialize(store, function))
    }
}

#[cfg(not(feature = "coredumps"))]
mod without {
    use wasmtime::{AsContextMut, Config, Error};

    pub(crate) fn configure(_: &mut Config, _: bool) {}

    pub(crate) fn of(_: &Error, _: impl AsContextMut, _: &str) -> Option<Vec<u8>> {
        None
    }
}
