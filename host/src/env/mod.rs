//! The legacy path's registrar: it serves Rust functions to core modules that
//! import them by name from `env`. It does not know what a function means, only
//! how its parameters and its result cross.

mod convert;
mod flat;
mod host_function;
mod memory;

use std::collections::BTreeMap;
use std::sync::Arc;

use wasmtime::{AsContext, Caller, Engine, FuncType, Linker, ValType};

pub use convert::{HostFailure, NotReturned, Param, Return, TrapMessage, WasmTyOrNone};
pub use flat::{FlatList, Join, ParamList};
pub use host_function::{AsyncHostFunction, HostFunction};
pub use memory::GuestMemory;

use crate::limits::LimitReached;
use crate::state::State;

/// The module that plain `extern "C"` declarations import from.
pub(crate) const MODULE: &str = "env";

/// The imports that are served, by name.
pub(crate) type Table = BTreeMap<String, Served>;

/// One import that is served.
pub(crate) struct Served {
    pub(crate) ty: FuncType,
    /// The function of the contract that it is, as `package/interface.function`.
    pub(crate) implements: Option<String>,
}

/// A host function could not do what the guest called it for.
#[derive(Debug, thiserror::Error)]
#[error("`{MODULE}.{import}`: {reason}")]
pub(crate) struct ImportFailed {
    pub(crate) import: String,
    pub(crate) reason: String,
}

/// Serves functions on host data `T`, or on a part `U` of it, under names in
/// `env`. The flat signature follows from the Rust types: see [`Param`] and
/// [`Return`].
///
/// ```
/// use wit_host::{Env, Runtime};
///
/// struct Shop { discount: f64 }
///
/// impl Shop {
///     fn price(&mut self, article: String) -> Result<f64, String> {
///         match article.as_str() {
///             "tea" => Ok(4.0 * (1.0 - self.discount)),
///             other => Err(format!("there is no `{other}`")),
///         }
///     }
/// }
///
/// // Core modules import `env.price`: (i32 pointer, i32 length) -> f64.
/// let runtime = Runtime::builder().env(|env| env.define("price", Shop::price)).build()?;
/// # Ok::<(), wit_host::Error>(())
/// ```
pub struct Env<'l, T: 'static, U = T> {
    linker: &'l mut Linker<State<T>>,
    table: &'l mut Table,
    part: fn(&mut T) -> &mut U,
    contract: Option<&'l str>,
}

impl<'l, T: Send + 'static> Env<'l, T> {
    pub(crate) fn new(linker: &'l mut Linker<State<T>>, table: &'l mut Table) -> Self {
        Self { linker, table, part: |data| data, contract: None }
    }
}

impl<T: Send + 'static, U: Send + 'static> Env<'_, T, U> {
    /// Serves functions that work on a part of the host data.
    pub fn on<V>(&mut self, part: fn(&mut T) -> &mut V) -> Env<'_, T, V> {
        Env { linker: self.linker, table: self.table, part, contract: self.contract }
    }

    /// Serves functions of an interface of a contract, so that a guest that is
    /// denied one there is denied its import here. `interface` is
    /// `namespace:package/interface`, whose functions have the imports' names
    /// with `-` for `_`; or one function, where its import has another name.
    pub fn of<'e>(&'e mut self, interface: &'e str) -> Env<'e, T, U> {
        let (linker, table, part) = (&mut *self.linker, &mut *self.table, self.part);
        Env { linker, table, part, contract: Some(interface) }
    }

    /// Serves `function` as the import `name`.
    ///
    /// # Errors
    /// Where `name` is served already.
    pub fn define<F, A, R>(&mut self, name: &str, function: F) -> wasmtime::Result<()>
    where
        F: HostFunction<U, A, R>,
        A: ParamList,
        R: Return,
    {
        self.describe::<A, R>(name);
        let (part, import) = (self.part, name.to_owned());
        A::Flat::define(self.linker, MODULE, name, move |mut caller, flat| {
            let arguments: A = lift(&mut caller, flat, &import)?;
            let state = caller.data_mut();
            let result = function.call(part(state.data_mut()), arguments);
            lower(result, state, &import)
        })
    }

    /// Serves the async `function` as the import `name`. The guest waits for it;
    /// other sessions of the same thread go on.
    ///
    /// # Errors
    /// Where `name` is served already.
    pub fn define_async<F, A, R>(&mut self, name: &str, function: F) -> wasmtime::Result<()>
    where
        F: for<'a> AsyncHostFunction<'a, U, A, Output = R> + Send + Sync + 'static,
        A: ParamList,
        R: Return,
    {
        self.describe::<A, R>(name);
        let (part, served) = (self.part, Arc::new((function, name.to_owned())));
        let defined = self.linker.func_wrap_async(MODULE, name, move |mut caller, flat| {
            let served = Arc::clone(&served);
            Box::new(async move {
                let (function, import) = &*served;
                let arguments: A = lift(&mut caller, flat, import)?;
                let result = function.call(part(caller.data_mut().data_mut()), arguments).await;
                lower(result, caller.data_mut(), import)
            })
        });
        defined.map(|_| ())
    }

    /// Serves, as the import `name`, the second step of every function that
    /// returns text or bytes: `(pointer: i32)`, which copies the last such
    /// result to where the guest made room for it. With no result yet it writes
    /// nothing.
    ///
    /// # Errors
    /// Where `name` is served already.
    pub fn define_result_writer(&mut self, name: &str) -> wasmtime::Result<()> {
        self.describe::<(u32,), ()>(name);
        let import = name.to_owned();
        let write = move |mut caller: Caller<'_, State<T>>, pointer: u32| -> wasmtime::Result<()> {
            if caller.data().kept.is_empty() {
                return Ok(());
            }
            let memory = memory::of_caller(&mut caller, &import)?;
            let (bytes, state) = memory.data_and_store_mut(&mut caller);
            memory::write(bytes, pointer, &state.kept).map_err(|bad| failed(&import, &bad))
        };
        self.linker.func_wrap(MODULE, name, write).map(|_| ())
    }

    fn describe<A: ParamList, R: Return>(&mut self, name: &str) {
        let engine: &Engine = self.linker.engine();
        let result: Option<ValType> = <R::Flat as WasmTyOrNone>::TYPE;
        let ty = FuncType::new(engine, A::types(), result);
        let implements = self.contract.map(|contract| match contract.contains('.') {
            true => contract.to_owned(),
            false => format!("{contract}.{}", name.replace('_', "-")),
        });
        self.table.insert(name.into(), Served { ty, implements });
    }
}

fn lift<T: 'static, A: ParamList>(
    caller: &mut Caller<'_, State<T>>,
    flat: A::Flat,
    import: &str,
) -> wasmtime::Result<A> {
    if !A::IN_MEMORY {
        return A::lift(flat, &GuestMemory::none()).map_err(|reason| failed(import, &reason));
    }
    let memory = memory::of_caller(caller, import)?;
    let limit = caller.data().meter.limits().host_call_bytes;
    let view = GuestMemory::new(memory.data(caller.as_context()), limit);
    match A::lift(flat, &view) {
        Err(_) if view.is_spent() => Err(LimitReached::HostCallBytes(limit).into()),
        lifted => lifted.map_err(|reason| failed(import, &reason)),
    }
}

fn lower<T, R: Return>(result: R, state: &mut State<T>, import: &str) -> wasmtime::Result<R::Flat> {
    result.lower(&mut state.kept).map_err(|error| match error {
        NotReturned::Trap(reason) => failed(import, &reason),
        NotReturned::Host(failure) => failure.into(),
    })
}

fn failed(import: &str, reason: &impl ToString) -> wasmtime::Error {
    ImportFailed { import: import.into(), reason: reason.to_string() }.into()
}

/// A flat type in the notation of Rust.
pub(crate) fn signature(ty: &FuncType) -> String {
    let params: Vec<_> = ty.params().map(|ty| ty.to_string()).collect();
    let results: Vec<_> = ty.results().map(|ty| ty.to_string()).collect();
    match &results[..] {
        [] => format!("({})", params.join(", ")),
        [result] => format!("({}) -> {result}", params.join(", ")),
        several => format!("({}) -> ({})", params.join(", "), several.join(", ")),
    }
}
