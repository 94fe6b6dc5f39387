//! Host functions that are lent text and bytes by components, straight from the
//! guest's memory. Generated bindings have a copy of each made, which is a good part
//! of what a call takes that hands over 64 KiB and more. It does not know what a
//! function means.

use std::borrow::Cow;
use std::fmt;

use tracing::{Level, Span};
use wasmtime::StoreContextMut;
use wasmtime::component::{ComponentNamedList, Lift, LinkerInstance, Lower, WasmList, WasmStr};

use crate::state::State;
use crate::text::debug_text;

/// How many bytes of a call's arguments, or of its result, are in its trace.
const LONGEST: usize = 300;

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
        if !tracing::level_enabled!(Level::TRACE) {
            return Ok((function(lent.lend(&store)?)?,));
        }
        let _entered = span(module, name).entered();
        let arguments = lent.lend(&store)?;
        let shown = debug_text(&arguments, LONGEST);
        tracing::trace!(arguments = tracing::field::display(listed(&shown)), "call");
        let result = function(arguments)?;
        let shown = fmt::from_fn(|f| f.write_str(&debug_text(&result, LONGEST)));
        tracing::trace!(result = tracing::field::display(shown), "return");
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

#[cold]
fn span(module: &str, function: &str) -> Span {
    tracing::trace_span!("host_call", module, function)
}

/// A tuple without its brackets.
pub(crate) fn listed(tuple: &str) -> &str {
    let tuple = tuple.strip_prefix('(').unwrap_or(tuple);
    let tuple = tuple.strip_suffix(')').unwrap_or(tuple);
    tuple.strip_suffix(',').unwrap_or(tuple)
}
