//! The legacy path's registrar: it serves Rust functions to core modules that
//! import them by name from `env`. It does not know what a function means, only
//! how its parameters and its result cross.

mod convert;
mod flat;
mod host_function;
mod import;
mod memory;

use std::collections::BTreeMap;
use std::sync::Arc;

use tracing::Instrument as _;
use wasmtime::{Caller, Engine, FuncType, Linker, ValType};

pub use convert::{HostFailure, NotReturned, Param, Return, TrapMessage, WasmTyOrNone};
pub use flat::{FlatList, Join, ParamList};
pub use host_function::{AsyncHostFunction, HostFunction};
pub use memory::GuestMemory;
pub(crate) use memory::{BadRange, EXPORT as MEMORY, write};

use crate::state::State;
use import::Import;

/// The module that plain `extern "C"` declarations import from.
pub(crate) const MODULE: &str = "env";

/// The imports that are served, by name.
pub(crate) type Table = BTreeMap<String, Served>;

/// One import that is served.
pub(crate) struct Served {
    pub(crate) ty: FuncType,
    /// The function of the contract that it is, as `package/interface.function`.
    pub(crate) implements: Option<String>,
    /// Which one it is, for a call of it to be noted by.
    number: u32,
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
        let (part, import) = (self.part, self.describe::<A, R>(name));
        A::Flat::define(self.linker, MODULE, name, move |mut caller, flat| {
            let _entered = import.span().entered();
            let arguments: A = import.take(&mut caller, flat)?;
            let state = caller.data_mut();
            let result = function.call(part(state.data_mut()), arguments);
            import.give(result, state)
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
        let (part, served) = (self.part, Arc::new((function, self.describe::<A, R>(name))));
        let defined = self.linker.func_wrap_async(MODULE, name, move |mut caller, flat| {
            let served = Arc::clone(&served);
            let span = served.1.span();
            let call = async move {
                let (function, import) = &*served;
                let arguments: A = import.take(&mut caller, flat)?;
                let result = function.call(part(caller.data_mut().data_mut()), arguments).await;
                import.give(result, caller.data_mut())
            };
            Box::new(call.instrument(span))
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
        let import = self.describe::<(u32,), ()>(name);
        let write = move |mut caller: Caller<'_, State<T>>, pointer: u32| -> wasmtime::Result<()> {
            let _entered = import.span().entered();
            let (pointer,) = import.take(&mut caller, (pointer,))?;
            import.write_kept(&mut caller, pointer)?;
            import.give((), caller.data_mut())
        };
        self.linker.func_wrap(MODULE, name, write).map(|_| ())
    }

    fn describe<A: ParamList, R: Return>(&mut self, name: &str) -> Import {
        let engine: &Engine = self.linker.engine();
        let result: Option<ValType> = <R::Flat as WasmTyOrNone>::TYPE;
        let ty = FuncType::new(engine, A::types(), result);
        let implements = self.contract.map(|contract| match contract.contains('.') {
            true => contract.to_owned(),
            false => format!("{contract}.{}", name.replace('_', "-")),
        });
        let number = u32::try_from(self.table.len()).unwrap_or(u32::MAX);
        self.table.insert(name.into(), Served { ty, implements, number });
        Import { name: name.into(), number }
    }
}

/// The import with that number, as `env.name`.
pub(crate) fn import_name(table: &Table, number: u32) -> Option<String> {
    let (name, _) = table.iter().find(|(_, served)| served.number == number)?;
    Some(format!("{MODULE}.{name}"))
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
