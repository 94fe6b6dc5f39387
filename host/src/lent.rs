//! Host functions that are lent text and bytes by components, straight from the
//! guest's memory. Generated bindings have a copy of each made, which is a good part
//! of what a call takes that hands over 64 KiB and more. It does not know what a
//! function means.

use std::borrow::Cow;
use std::fmt;

use wasmtime::StoreContextMut;
use wasmtime::component::{ComponentNamedList, Lift, LinkerInstance, Lower, WasmList, WasmStr};

use crate::host_call::{is_traced, span, trace_arguments, trace_result};
use crate::state::State;

/// Parameters that lie in a guest's memory.
pub(crate) trait Lend: ComponentNamedList + Lift + 'static {
    /// What is in the memory.
    type Lent<'m>: fmt::Debug;

    fn lend<'m, T: 'static>(
        &self,
        store: &'m StoreContextMut<'_, T>,
    ) -> wasmtime::Result<Self::Lent<'m>>;
}

/// Serves `function` as the one of that name in `interface`, which is called `module`
/// in traces. It gets no host data: that is locked in with the guest's memory.
pub(crate) fn define<T: 'static, A: Lend, R: Lower + fmt::Debug + Send + Sync + 'static>(
    interface: &mut LinkerInstance<'_, State<T>>,
    (module, name): (&'static str, &'static str),
    function: impl Fn(A::Lent<'_>) -> wasmtime::Result<R> + Send + Sync + 'static,
) -> wasmtime::Result<()> {
    interface.func_wrap(name, move |store, lent: A| {
        if !is_traced() {
            return Ok((function(lent.lend(&store)?)?,));
        }
        let _entered = span(module, name).entered();
        let arguments = lent.lend(&store)?;
        trace_arguments(&arguments);
        let result = function(arguments)?;
        trace_result(&result);
        Ok((result,))
    })
}

impl Lend for (WasmStr,) {
    type Lent<'m> = (Cow<'m, str>,);

    fn lend<'m, T: 'static>(
        &self,
        store: &'m StoreContextMut<'_, T>,
    ) -> wasmtime::Result<Self::Lent<'m>> {
        Ok((self.0.to_str(store)?,))
    }
}

impl Lend for (WasmStr, WasmStr) {
    type Lent<'m> = (Cow<'m, str>, Cow<'m, str>);

    fn lend<'m, T: 'static>(
        &self,
        store: &'m StoreContextMut<'_, T>,
    ) -> wasmtime::Result<Self::Lent<'m>> {
        Ok((self.0.to_str(store)?, self.1.to_str(store)?))
    }
}

impl Lend for (WasmList<u8>,) {
    type Lent<'m> = (&'m [u8],);

    fn lend<'m, T: 'static>(
        &self,
        store: &'m StoreContextMut<'_, T>,
    ) -> wasmtime::Result<Self::Lent<'m>> {
        Ok((self.0.as_le_slice(store),))
    }
}
