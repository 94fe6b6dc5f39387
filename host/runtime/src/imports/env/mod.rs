//! Defines Rust functions as imports of core modules, in the module `env` or in one of another
//! name. It does not know what a function does, only how its parameters and its result cross.
//!
//! Core modules pass numbers only, so text and the like need a convention. The component model
//! has one, the canonical ABI, but existing modules do not follow it and must run unchanged;
//! each was built for a host with a convention of its own. So the convention is a part of a
//! function's Rust signature: its types, such as `String`, [`NulTerminated`] or [`Buffer`],
//! determine the flat type that guests declare. What a function does is written once, and can
//! be defined by several conventions.

mod abort;
mod data_part;
mod failure;
mod flat;
mod host_function;
mod host_ref;
mod import;
mod memory;
mod out_params;
mod param;
mod result;
mod text;

use std::sync::Arc;

use tracing::{Instrument as _, Span};
use wasmtime::{Caller, FuncType, Linker, ValType};

pub use failure::{Exit, GuestFailure, HostFailure, NotReturned, TrapMessage};
pub use flat::{FlatList, Join, ParamList};
pub use host_function::{AsyncHostFunction, HostFunction};
pub use host_ref::HostRef;
pub use memory::GuestMemory;
pub(crate) use memory::{BadRange, EXPORT as MEMORY, of_caller, write};
pub use out_params::{Buffer, Filled, MeasuredBuffer, Number, Out, Status, Written};
pub use param::Param;
pub use result::{Return, Target, WasmTyOrNone};
pub use text::{NulTerminated, Utf16};

use crate::store::state::State;
use data_part::Part;
use import::Import;
use wit_host_binary::names::{ENV, is_wasi};
use wit_host_check::served::Served;

/// A host function could not do what the guest called it for.
#[derive(Debug, thiserror::Error)]
#[error("`{import}`: {reason}")]
pub(crate) struct ImportFailed {
    /// The import, as `env.name`.
    pub(crate) import: String,
    pub(crate) reason: String,
}

/// Defines functions on host data `T`, or on a part `U` of it, under names in `env`. The flat
/// signature follows from the Rust types: see [`Param`] and [`Return`].
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
/// let runtime = Runtime::builder().module_imports(|env| env.func("price", Shop::price)).build()?;
/// # Ok::<(), wit_host::Error>(())
/// ```
///
/// One function can be defined by several conventions, which its parameter and result types
/// select:
///
/// ```
/// use wit_host::env::{Buffer, Filled, MeasuredBuffer, NulTerminated, Status};
/// use wit_host::Runtime;
///
/// struct Shop;
///
/// impl Shop {
///     fn label(&mut self, article: String) -> String {
///         article.to_uppercase()
///     }
/// }
///
/// fn label_c(shop: &mut Shop, article: NulTerminated<String>, room: Buffer) -> Filled {
///     room.fill(shop.label(article.0))
/// }
///
/// fn label_status(shop: &mut Shop, article: String, room: MeasuredBuffer) -> Status {
///     room.fill(shop.label(article))
/// }
///
/// let runtime = Runtime::builder()
///     .module_imports(|env| {
///         env.func("label", Shop::label)?; // (i32, i32) -> i32, and then:
///         env.define_result_writer("label_to")?; // (i32)
///         let mut c = env.module("shop");
///         c.func("label", label_c)?; // (i32, i32, i32) -> i32
///         c.func("label_status", label_status) // (i32, i32, i32, i32, i32) -> i32
///     })
///     .build()?;
/// # Ok::<(), wit_host::Error>(())
/// ```
pub struct Env<'l, T: 'static, U = T> {
    linker: &'l mut Linker<State<T>>,
    table: &'l mut Served,
    part: Part<T, U>,
    contract: Option<&'l str>,
    module: &'l str,
}

impl<'l, T: Send + 'static> Env<'l, T> {
    pub(crate) fn new(linker: &'l mut Linker<State<T>>, table: &'l mut Served) -> Self {
        Self { linker, table, part: Part::whole(), contract: None, module: ENV }
    }
}

impl<T: Send + 'static, U: Send + 'static> Env<'_, T, U> {
    /// Returns a registrar for functions that work on a part of the host data.
    pub fn with_data<V>(&mut self, part: fn(&mut T) -> &mut V) -> Env<'_, T, V> {
        let (contract, module) = (self.contract, self.module);
        Env { linker: self.linker, table: self.table, part: Part::new(part), contract, module }
    }

    /// Returns a registrar for functions of an interface of a contract. A guest that is denied
    /// such a function is denied its import here as well. `interface` is
    /// `namespace:package/interface`, whose functions have the names of the imports with `-`
    /// for `_`. It can also be one function, for an import with another name.
    pub fn implementing<'e>(&'e mut self, interface: &'e str) -> Env<'e, T, U> {
        let (linker, table, part) = (&mut *self.linker, &mut *self.table, self.part);
        Env { linker, table, part, contract: Some(interface), module: self.module }
    }

    /// Returns a registrar for functions that guests import from `module`, and not from `env`.
    /// Functions in modules with the names of WASI's first preview cannot be defined.
    pub fn module<'e>(&'e mut self, module: &'e str) -> Env<'e, T, U> {
        let (linker, table, part) = (&mut *self.linker, &mut *self.table, self.part);
        Env { linker, table, part, contract: self.contract, module }
    }

    /// Defines `function` as the import `name`.
    ///
    /// # Errors
    /// If `name` is defined already, or cannot be.
    pub fn func<F, A, R>(&mut self, name: &str, function: F) -> wasmtime::Result<()>
    where
        F: HostFunction<U, A, R>,
        A: ParamList,
        R: Return,
    {
        let (part, import) = (self.part, self.describe::<A, R>(name)?);
        A::Flat::define(self.linker, self.module, name, move |mut caller, flat| {
            let call =
                |data: &mut T, arguments: A::Lent<'_>| function.call(part.of(data), arguments);
            import.serve::<T, A, R>(&mut caller, flat, call)
        })
    }

    /// Defines the async `function` as the import `name`. The guest waits for it, while other
    /// sessions of the same thread continue.
    ///
    /// # Errors
    /// If `name` is defined already, or cannot be.
    pub fn func_async<F, A, R>(&mut self, name: &str, function: F) -> wasmtime::Result<()>
    where
        F: for<'a> AsyncHostFunction<'a, U, A, Output = R> + Send + Sync + 'static,
        A: for<'m> ParamList<Lent<'m> = A>,
        R: Return,
    {
        let (part, served) = (self.part, Arc::new((function, self.describe::<A, R>(name)?)));
        let defined = self.linker.func_wrap_async(self.module, name, move |mut caller, flat| {
            let served = Arc::clone(&served);
            let span = served.1.span();
            let call = async move {
                let (function, import) = &*served;
                let entered = import.enter(&mut caller);
                import.make_room::<T, R>(entered.caller);
                // Owned, unlike those of a blocking function: guest memory cannot stay borrowed
                // while the function waits.
                let arguments = import.take::<T, A>(entered.caller, flat)?;
                let data = part.of(entered.caller.data_mut().data_mut());
                let result = function.call(data, arguments).await;
                let flat = import.give(result, entered.caller)?;
                entered.leave();
                Ok(flat)
            };
            Box::new(call.instrument(span.unwrap_or_else(Span::none)))
        });
        defined.map(|_| ())
    }

    /// Defines the second step of every function that returns text or bytes, as the import
    /// `name`: `(pointer: i32)`, which copies the last such result to the address that the
    /// guest gives. Without a result it writes nothing.
    ///
    /// # Errors
    /// If `name` is defined already, or cannot be.
    pub fn define_result_writer(&mut self, name: &str) -> wasmtime::Result<()> {
        let import = self.describe::<(u32,), ()>(name)?;
        let write = move |mut caller: Caller<'_, State<T>>, pointer: u32| {
            import.serve_kept(&mut caller, pointer)
        };
        self.linker.func_wrap(self.module, name, write).map(|_| ())
    }

    fn describe<A: ParamList, R: Return>(&mut self, name: &str) -> wasmtime::Result<Import> {
        let (module, params) = (self.module, A::types());
        if is_wasi(module) {
            wasmtime::bail!(
                "`{module}` is WASI's own; serve `{name}` from a module of another name"
            );
        }
        let result: Option<ValType> = <R::Flat as WasmTyOrNone>::TYPE;
        // Refused here and not when a guest imports it, so that the error reaches the embedder, who
        // can mend it.
        if !self.table.host_values && params.iter().chain(&result).any(ValType::is_externref) {
            wasmtime::bail!(
                "`{module}.{name}` takes or returns a host value; \
                 `RuntimeBuilder::host_values` switches them on"
            );
        }
        let ty = FuncType::new(self.linker.engine(), params, result);
        let implements = self.contract.map(|contract| match contract.contains('.') {
            true => contract.to_owned(),
            false => format!("{contract}.{}", name.replace('_', "-")),
        });
        let number = self.table.insert(module, name, ty, implements);
        Ok(Import { module: module.into(), name: name.into(), number })
    }
}
