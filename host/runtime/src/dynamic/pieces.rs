//! Serves functions whose bytes cross in one piece to components. Which functions these are, and
//! what serves them, is not known here.

use std::sync::Arc;

use tracing::Instrument as _;
use wasmtime::StoreContextMut;
use wasmtime::component::{LinkerInstance, Val};

use super::Provided;
use super::function::{Returned, Shown, span_of};
use crate::imports::env::HostFailure;
use crate::imports::host_call::{is_traced, trace_arguments, trace_result};
use crate::provider::{ImportedFunction, OfTypes, Piece, Pieces, serve_pieces, with_types};
use crate::store::state::State;

/// Adds a function to the linker, if the provider takes its bytes in one piece. Returns `None` if
/// the function has to be served over values.
pub(super) fn to_component<T: Send + 'static>(
    provided: &Arc<Provided>,
    instance: &mut LinkerInstance<'_, State<T>>,
    function: &Arc<ImportedFunction>,
) -> Option<wasmtime::Result<()>> {
    provided.provider.pieces()?;
    let served =
        Arc::new(Served { provided: Arc::clone(provided), function: Arc::clone(function) });
    with_types(&function.typed.ty, Linked { instance, served })
}

struct Served {
    provided: Arc<Provided>,
    function: Arc<ImportedFunction>,
}

struct Linked<'l, 'i, T: 'static> {
    instance: &'l mut LinkerInstance<'i, State<T>>,
    served: Arc<Served>,
}

impl<T: Send + 'static> OfTypes for Linked<'_, '_, T> {
    type Output = wasmtime::Result<()>;

    fn with<P: Pieces, R: Pieces>(self) -> Self::Output {
        let Self { instance, served } = self;
        let name = served.function.function().to_owned();
        instance.func_wrap_async(&name, move |store, arguments: P| {
            let served = Arc::clone(&served);
            Box::new(async move {
                let results = served.call(store, arguments.into_pieces()).await?;
                let other = || HostFailure("it returned values of another type".into()).into();
                R::of(results).ok_or_else(other)
            })
        })
    }
}

impl Served {
    async fn call<T: Send>(
        &self,
        store: StoreContextMut<'_, State<T>>,
        arguments: Vec<Piece>,
    ) -> wasmtime::Result<Vec<Piece>> {
        match is_traced() {
            false => self.answer(store, arguments).await,
            true => self.traced(store, arguments).await,
        }
    }

    async fn answer<T: Send>(
        &self,
        mut store: StoreContextMut<'_, State<T>>,
        arguments: Vec<Piece>,
    ) -> wasmtime::Result<Vec<Piece>> {
        let Self { provided, function } = self;
        // The name stays noted if the call fails, or if its time is over while it waits.
        store.data_mut().in_provider.enter(function.shared_name());
        provided.reserve_handles(&mut store);
        let results = serve_pieces(provided, function, arguments, store.data_mut()).await?;
        provided.allow_handles(&mut store);
        store.data_mut().in_provider.leave();
        Ok(results)
    }

    async fn traced<T: Send>(
        &self,
        store: StoreContextMut<'_, State<T>>,
        arguments: Vec<Piece>,
    ) -> wasmtime::Result<Vec<Piece>> {
        let span = span_of(&self.function);
        let shown = |pieces: &[Piece]| -> Vec<Val> { pieces.iter().map(Piece::shown).collect() };
        let call = async {
            trace_arguments(&Shown(&shown(&arguments)));
            let results = self.answer(store, arguments).await?;
            trace_result(&Returned(&shown(&results)));
            Ok(results)
        };
        call.instrument(span).await
    }
}
