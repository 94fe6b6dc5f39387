//! Coredumps of guests that trap, if the runtime asks for them. The engine makes them, and only
//! with the feature `coredumps`.

#[cfg(feature = "coredumps")]
pub(crate) use with::{configure, of};
#[cfg(not(feature = "coredumps"))]
pub(crate) use without::{configure, of};

#[cfg(feature = "coredumps")]
mod with {
    use wasmtime::{AsContextMut, Config, Error, WasmCoreDump};

    /// Switches coredumps on or off.
    pub(crate) fn configure(config: &mut Config, coredumps: bool) {
        config.coredump_on_trap(coredumps);
    }

    /// Returns the coredump of an error, for a call of `function`.
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
