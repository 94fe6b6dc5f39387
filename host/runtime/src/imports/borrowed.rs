//! Host functions that borrow text and bytes of components directly from the guest's memory.
//! Generated bindings copy them, which takes a large part of the time of a call that passes 64
//! KiB or more. This module does not know what a function means.
//!
//! ```
//! use wit_host::wasmtime::component::WasmStr;
//! use wit_host::{Runtime, borrowed};
//!
//! let runtime = Runtime::<()>::builder().component_imports(|linker| {
//!     let shop = &mut linker.instance("shop:prices/prices@1.0.0")?;
//!     // In the place of the generated binding of `price: func(article: string) -> u32`.
//!     borrowed::define::<_, (WasmStr,), _>(shop, ("prices", "price"), |(article,)| {
//!         Ok(if &*article == "tea" { 250_u32 } else { 99 })
//!     })
//! });
//! # let _ = runtime.build()?;
//! # Ok::<(), wit_host::Error>(())
//! ```

use std::borrow::Cow;
use std::fmt;

use wasmtime::StoreContextMut;
use wasmtime::component::{ComponentNamedList, Lift, LinkerInstance, Lower, WasmList, WasmStr};

use super::host_call::{is_traced, span, trace_arguments, trace_result};
use crate::store::state::State;

/// Parameters that lie in a guest's memory: one or two texts ([`WasmStr`]), or bytes
/// ([`WasmList`] of `u8`).
pub trait Borrow: ComponentNamedList + Lift + 'static {
    /// The borrowed parameters.
    type Borrowed<'m>: fmt::Debug;

    /// Borrows the parameters for as long as the store is borrowed.
    ///
    /// # Errors
    /// If a text is not valid in its encoding.
    fn borrow<'m, T: 'static>(
        &self,
        store: &'m StoreContextMut<'_, T>,
    ) -> wasmtime::Result<Self::Borrowed<'m>>;
}

/// Defines `function` under its name in `interface`. Traces call the interface `module`. The
/// function gets no host data, because the store contains it and is borrowed together with the
/// guest's memory.
///
/// # Errors
/// If the interface has a function of that name already.
pub fn define<T: 'static, A: Borrow, R: Lower + fmt::Debug + Send + Sync + 'static>(
    interface: &mut LinkerInstance<'_, State<T>>,
    (module, name): (&'static str, &'static str),
    function: impl Fn(A::Borrowed<'_>) -> wasmtime::Result<R> + Send + Sync + 'static,
) -> wasmtime::Result<()> {
    interface.func_wrap(name, move |store, params: A| {
        // Apart, so that the path without a trace has no span to drop.
        if !is_traced() {
            return Ok((function(params.borrow(&store)?)?,));
        }
        let _entered = span(module, name).entered();
        let arguments = params.borrow(&store)?;
        trace_arguments(&arguments);
        let result = function(arguments)?;
        trace_result(&result);
        Ok((result,))
    })
}

impl Borrow for (WasmStr,) {
    type Borrowed<'m> = (Cow<'m, str>,);

    fn borrow<'m, T: 'static>(
        &self,
        store: &'m StoreContextMut<'_, T>,
    ) -> wasmtime::Result<Self::Borrowed<'m>> {
        Ok((self.0.to_str(store)?,))
    }
}

impl Borrow for (WasmStr, WasmStr) {
    type Borrowed<'m> = (Cow<'m, str>, Cow<'m, str>);

    fn borrow<'m, T: 'static>(
        &self,
        store: &'m StoreContextMut<'_, T>,
    ) -> wasmtime::Result<Self::Borrowed<'m>> {
        Ok((self.0.to_str(store)?, self.1.to_str(store)?))
    }
}

impl Borrow for (WasmList<u8>,) {
    type Borrowed<'m> = (&'m [u8],);

    fn borrow<'m, T: 'static>(
        &self,
        store: &'m StoreContextMut<'_, T>,
    ) -> wasmtime::Result<Self::Borrowed<'m>> {
        Ok((self.0.as_le_slice(store),))
    }
}
