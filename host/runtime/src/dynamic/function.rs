//! The implementations of a function over values: a closure of the embedder, an async closure, or a
//! provider. Each is added to the linkers of components and of core modules. How arguments cross
//! from a core module is not known here.

use std::fmt;
use std::sync::Arc;

use tracing::Instrument as _;
use wasmtime::component::{LinkerInstance, Val};
use wasmtime::{AsContextMut as _, Linker};
use wasmtime_wasi::I32Exit;

use super::call::{Call, Results};
use super::module::ModuleImport;
use super::pieces;
use crate::imports::env::{Exit, GuestFailure, HostFailure};
use crate::imports::host_call::{is_traced, span, trace_arguments, trace_result};
use crate::provider::{BoxFuture, Handed, ImportedFunction, Provider, ProviderFailed, serve};
use crate::store::state::State;
use wit_host_binary::limits::LimitReached;
use wit_host_check::engine_error::root_cause;
use wit_host_values::short;

/// An implementation of a function, which can be added to the linkers of both kinds of guest.
pub(crate) trait Serve<T: 'static>: Send + Sync {
    /// Adds the function to an interface in the linker of components. It fails if the interface has
    /// a function of this name.
    fn to_component(
        self: Arc<Self>,
        instance: &mut LinkerInstance<'_, State<T>>,
        function: Arc<ImportedFunction>,
    ) -> wasmtime::Result<()>;

    /// Adds the function to the linker of core modules.
    fn to_module(
        self: Arc<Self>,
        linker: &mut Linker<State<T>>,
        import: ModuleImport,
    ) -> wasmtime::Result<()>;

    /// Answers one call, for an implementation that is put before this one.
    fn answer_boxed<'a>(
        &'a self,
        function: &'a ImportedFunction,
        call: Call<'a, T>,
        results: &'a mut [Val],
    ) -> BoxFuture<'a, wasmtime::Result<()>>;
}

/// A synchronous function of the embedder.
pub(super) struct Closure<F>(pub F);

/// An async function of the embedder.
pub(super) struct AsyncClosure<F>(pub F);

/// A provider, and the slot of its state in a session.
pub(crate) struct Provided {
    pub(crate) provider: Arc<dyn Provider>,
    pub(crate) slot: usize,
    /// Whether it serves functions in the place of the host.
    pub(crate) replaces: bool,
}

impl<T, F, R> Serve<T> for Closure<F>
where
    T: Send + 'static,
    F: Fn(Call<'_, T>) -> R + Send + Sync + 'static,
    R: Results,
{
    fn to_component(
        self: Arc<Self>,
        instance: &mut LinkerInstance<'_, State<T>>,
        function: Arc<ImportedFunction>,
    ) -> wasmtime::Result<()> {
        let name = function.function().to_owned();
        instance.func_new(&name, move |mut store, _, arguments, results| {
            let call = Call { store: store.as_context_mut(), arguments };
            let outcome = match is_traced() {
                true => traced(&function, arguments, results, |results| {
                    (self.0)(call).put(results).map_err(failed)
                }),
                false => (self.0)(call).put(results).map_err(failed),
            };
            // Only a failure asks for the function, so that a call that succeeds pays nothing.
            if outcome.is_err() {
                store.data_mut().in_provider.enter(function.shared_name());
            }
            outcome
        })
    }

    fn to_module(
        self: Arc<Self>,
        linker: &mut Linker<State<T>>,
        import: ModuleImport,
    ) -> wasmtime::Result<()> {
        let (module, name, ty) = import.place(linker.engine());
        linker.func_new(&module, &name, ty, move |mut caller, numbers, flat| {
            let _span = is_traced().then(|| import.span().entered());
            let mut entered = import.enter(&mut caller);
            // Each `?` from here on drops `entered`, which notes that the guest ended in this
            // import.
            let arguments = import.take(entered.caller(), numbers)?;
            let mut results = import.room();
            let call = Call { store: entered.caller().as_context_mut(), arguments: &arguments };
            let outcome = (self.0)(call).put(&mut results).map_err(failed);
            outcome.map_err(|error| import.named(error))?;
            import.give(entered.caller(), results, flat)?;
            entered.leave();
            Ok(())
        })?;
        Ok(())
    }

    fn answer_boxed<'a>(
        &'a self,
        _: &'a ImportedFunction,
        call: Call<'a, T>,
        results: &'a mut [Val],
    ) -> BoxFuture<'a, wasmtime::Result<()>> {
        let outcome = (self.0)(call).put(results).map_err(failed);
        Box::pin(std::future::ready(outcome))
    }
}

/// Answers the calls of a function, as a future.
pub(super) trait Answer<T: 'static>: Send + Sync + 'static {
    /// Writes the results of one call.
    fn answer<'a>(
        &'a self,
        function: &'a ImportedFunction,
        call: Call<'a, T>,
        results: &'a mut [Val],
    ) -> impl Future<Output = wasmtime::Result<()>> + Send + 'a;

    /// Adds the function to the linker of components, if its bytes cross in one piece. Returns
    /// `None` if it has to be served over values.
    fn in_pieces(
        self: &Arc<Self>,
        _: &mut LinkerInstance<'_, State<T>>,
        _: &Arc<ImportedFunction>,
    ) -> Option<wasmtime::Result<()>> {
        None
    }
}

impl<T, F, R> Answer<T> for AsyncClosure<F>
where
    T: Send + 'static,
    F: for<'a> Fn(Call<'a, T>) -> BoxFuture<'a, R> + Send + Sync + 'static,
    R: Results + 'static,
{
    async fn answer<'a>(
        &'a self,
        _: &'a ImportedFunction,
        call: Call<'a, T>,
        results: &'a mut [Val],
    ) -> wasmtime::Result<()> {
        (self.0)(call).await.put(results).map_err(failed)
    }
}

impl<T: Send + 'static> Answer<T> for Provided {
    async fn answer<'a>(
        &'a self,
        function: &'a ImportedFunction,
        mut call: Call<'a, T>,
        results: &'a mut [Val],
    ) -> wasmtime::Result<()> {
        if function.has_handles() {
            // In a box, because it would make the future of each call larger.
            return Box::pin(self.answer_with_handles(function, call, results)).await;
        }
        self.reserve_handles(&mut call.store);
        let (arguments, state) = (call.arguments, call.store.data_mut());
        // A failure ends the session, so its handles stay reserved then.
        let values = serve(self, function, arguments, &mut Handed::default(), state).await?;
        self.allow_handles(&mut call.store);
        values.put(results)
    }

    fn in_pieces(
        self: &Arc<Self>,
        instance: &mut LinkerInstance<'_, State<T>>,
        function: &Arc<ImportedFunction>,
    ) -> Option<wasmtime::Result<()>> {
        pieces::to_component(self, instance, function)
    }
}

impl Provided {
    /// Returns the provider as what serves functions.
    pub(super) fn serving<T: Send + 'static>(self: &Arc<Self>) -> Arc<dyn Serve<T>> {
        Arc::new(Answering(Arc::clone(self)))
    }
}

/// Serves what answers calls as a future to both kinds of guest.
pub(super) struct Answering<A>(pub(super) Arc<A>);

impl<T: Send + 'static, A: Answer<T>> Serve<T> for Answering<A> {
    fn to_component(
        self: Arc<Self>,
        instance: &mut LinkerInstance<'_, State<T>>,
        function: Arc<ImportedFunction>,
    ) -> wasmtime::Result<()> {
        match self.0.in_pieces(instance, &function) {
            Some(linked) => linked,
            None => to_component(Arc::clone(&self.0), instance, function),
        }
    }

    fn to_module(
        self: Arc<Self>,
        linker: &mut Linker<State<T>>,
        import: ModuleImport,
    ) -> wasmtime::Result<()> {
        to_module(Arc::clone(&self.0), linker, import)
    }

    fn answer_boxed<'a>(
        &'a self,
        function: &'a ImportedFunction,
        call: Call<'a, T>,
        results: &'a mut [Val],
    ) -> BoxFuture<'a, wasmtime::Result<()>> {
        Box::pin(self.0.answer(function, call, results))
    }
}

/// Serves what answers as a future to components.
fn to_component<T: Send + 'static, A: Answer<T>>(
    answers: Arc<A>,
    instance: &mut LinkerInstance<'_, State<T>>,
    function: Arc<ImportedFunction>,
) -> wasmtime::Result<()> {
    let name = function.function().to_owned();
    let served = Arc::new((answers, function));
    instance.func_new_async(&name, move |mut store, _, arguments, results| {
        let served = Arc::clone(&served);
        let span = is_traced().then(|| span_of(&served.1));
        let call = async move {
            let (answers, function) = &*served;
            if is_traced() {
                trace_arguments(&Shown(arguments));
            }
            // The name stays noted if the call fails, or if its time is over while it waits.
            store.data_mut().in_provider.enter(function.shared_name());
            let call = Call { store: store.as_context_mut(), arguments };
            answers.answer(function, call, results).await?;
            store.data_mut().in_provider.leave();
            if is_traced() {
                trace_result(&Returned(results));
            }
            Ok(())
        };
        match span {
            // Without a span, the future is not wrapped: calls that are not traced pay nothing for
            // tracing.
            None => Box::new(call),
            Some(span) => Box::new(call.instrument(span)),
        }
    })
}

/// Serves what answers as a future to core modules.
fn to_module<T: Send + 'static, A: Answer<T>>(
    answers: Arc<A>,
    linker: &mut Linker<State<T>>,
    import: ModuleImport,
) -> wasmtime::Result<()> {
    let (module, name, ty) = import.place(linker.engine());
    let served = Arc::new((answers, import));
    linker.func_new_async(&module, &name, ty, move |mut caller, numbers, flat| {
        let served = Arc::clone(&served);
        let span = served.1.span();
        let call = async move {
            let (answers, import) = &*served;
            let mut entered = import.enter(&mut caller);
            let arguments = import.take(entered.caller(), numbers)?;
            let mut results = import.room();
            let call = Call { store: entered.caller().as_context_mut(), arguments: &arguments };
            let outcome = answers.answer(import.function(), call, &mut results).await;
            outcome.map_err(|error| import.named(error))?;
            import.give(entered.caller(), results, flat)?;
            entered.leave();
            Ok(())
        };
        Box::new(call.instrument(span))
    })?;
    Ok(())
}

pub(super) fn span_of(function: &ImportedFunction) -> tracing::Span {
    span(function.interface().unwrap_or_default(), function.function())
}

#[cold]
fn traced(
    function: &ImportedFunction,
    arguments: &[Val],
    results: &mut [Val],
    call: impl FnOnce(&mut [Val]) -> wasmtime::Result<()>,
) -> wasmtime::Result<()> {
    let _span = span_of(function).entered();
    trace_arguments(&Shown(arguments));
    call(results)?;
    trace_result(&Returned(results));
    Ok(())
}

/// Prints values as a tuple, each shortened.
pub(super) struct Shown<'a>(pub(super) &'a [Val]);

impl fmt::Debug for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(")?;
        for (place, value) in self.0.iter().enumerate() {
            let comma = if place == 0 { "" } else { ", " };
            write!(f, "{comma}{}", short(value))?;
        }
        f.write_str(")")
    }
}

/// Prints returned values, without brackets if there is only one.
pub(super) struct Returned<'a>(pub(super) &'a [Val]);

impl fmt::Debug for Returned<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            [value] => f.write_str(&short(value)),
            values => Shown(values).fmt(f),
        }
    }
}

/// Marks an error of the embedder's function as a failure of the host, unless its type says already
/// whose failure it is.
#[cold]
pub(super) fn failed(error: wasmtime::Error) -> wasmtime::Error {
    let is_told = error.is::<HostFailure>()
        || error.is::<GuestFailure>()
        || error.is::<ProviderFailed>()
        || error.is::<LimitReached>()
        || error.is::<I32Exit>()
        || error.is::<Exit>();
    match is_told {
        true => error,
        // The cause is kept below the mark, for embedders that look for their own error type.
        false => {
            let reason = root_cause(&error);
            error.context(HostFailure(reason))
        }
    }
}
