//! The path of core modules: sets a module up in the order that its toolchain expects, finds
//! exports and calls them with numbers.

use wasmtime::component::Val;
use wasmtime::{
    AsContextMut, ExternType, Func, FuncType, Instance, Linker, Module, Store, TypedFunc, ValType,
};
use wasmtime_wasi::I32Exit;

use crate::error::{Error, Result};
use crate::imports::env::Exit;
use crate::store::state::State;
use crate::store::wasi::preview1;
use wit_host_binary::names::{INITIALIZE, START, WASI};
use wit_host_check::export_name::ExportName;
use wit_host_values::{lift_number, lower_number, short};

/// The function that is called before a module's other functions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SetUp {
    /// `_initialize`, which is called when the module is instantiated.
    Initialize,
    /// `_start`, which is called before the first call.
    Start,
    Nothing,
}

impl SetUp {
    pub(crate) fn of(module: &Module) -> Self {
        let has = |name| matches!(module.get_export(name), Some(ExternType::Func(_)));
        match has(INITIALIZE) {
            true => Self::Initialize,
            false if has(START) => Self::Start,
            false => Self::Nothing,
        }
    }
}

/// Offers WASI's first preview. `proc_exit` is our own, because the engine's traps on a status
/// of 126 and above, which a guest may well use.
pub(crate) fn link_wasi<T: Send + 'static>(linker: &mut Linker<State<T>>) -> wasmtime::Result<()> {
    preview1::link(linker)?;
    linker.allow_shadowing(true);
    linker.func_wrap(WASI, "proc_exit", |status: i32| -> wasmtime::Result<()> {
        Err(I32Exit(status).into())
    })?;
    linker.allow_shadowing(false);
    Ok(())
}

/// Returns the functions that a module exports.
pub(crate) fn exports(module: &Module) -> Vec<ExportName> {
    let functions = module.exports().filter(|export| matches!(export.ty(), ExternType::Func(_)));
    functions.map(|export| ExportName::of_module(export.name())).collect()
}

/// Runs the set-up of a reactor, if the module is one.
pub(crate) async fn initialize<T: Send>(
    store: &mut Store<State<T>>,
    instance: Instance,
) -> wasmtime::Result<()> {
    match set_up(store, instance, INITIALIZE) {
        Some(initialize) => call(store, &initialize).await,
        None => Ok(()),
    }
}

/// Runs `_start` before another function is called, for modules of toolchains (TinyGo) that set
/// up their runtime in it. A module with `_initialize` has been set up already, and `_start`
/// itself needs no set-up.
pub(crate) async fn start_before<T: Send>(
    store: &mut Store<State<T>>,
    instance: Instance,
    name: &str,
) -> wasmtime::Result<()> {
    if name == START || instance.get_func(&mut *store, INITIALIZE).is_some() {
        return Ok(());
    }
    let Some(start) = set_up(store, instance, START) else { return Ok(()) };
    let outcome = call(store, &start).await;
    store.data_mut().start_exited = outcome.as_ref().err().and_then(exit_status);
    match store.data().start_exited {
        // Toolchains that set up their runtime in `_start` may end it with an exit of 0. It has
        // succeeded then, and the other functions can be called.
        Some(0) => Ok(()),
        _ => outcome,
    }
}

/// A function of a module's instance, with its type.
pub(crate) struct Function {
    func: Func,
    ty: FuncType,
    params: Vec<ValType>,
    /// The number of its results, or the reason why they cannot be returned.
    results: Result<usize, String>,
}

impl Function {
    /// Finds a function by its name.
    pub(crate) fn find(
        mut store: impl AsContextMut,
        instance: Instance,
        name: &str,
    ) -> Option<Self> {
        let func = instance.get_func(&mut store, name)?;
        let ty = func.ty(&store);
        let results = check_results(&ty).map(|()| ty.results().len());
        Some(Self { func, params: ty.params().collect(), results, ty })
    }

    /// Converts the arguments and puts them into `numbers`, followed by room for the results.
    pub(crate) fn lower(
        &self,
        name: &str,
        args: &[Val],
        numbers: &mut Vec<wasmtime::Val>,
    ) -> Result<()> {
        let wrong = |reason| Error::InvalidCall { function: name.into(), reason };
        let results = self.results.as_ref().map_err(|reason| wrong(reason.clone()))?;
        numbers.clear();
        // Stops at the first argument that does not fit, so the one comparison of lengths below
        // finds both a wrong type and a wrong number of arguments.
        numbers.extend(self.params.iter().zip(args).map_while(|(ty, arg)| lower_number(ty, arg)));
        if numbers.len() != args.len() || args.len() != self.params.len() {
            return Err(wrong(mismatch(&self.ty, args)));
        }
        numbers.resize(args.len() + results, wasmtime::Val::I32(0));
        Ok(())
    }

    /// Calls the function with the numbers of [`Function::lower`].
    pub(crate) async fn call<T: Send>(
        &self,
        store: &mut Store<State<T>>,
        numbers: &mut [wasmtime::Val],
    ) -> wasmtime::Result<Vec<Val>> {
        let (args, results) = numbers.split_at_mut(self.params.len());
        self.func.call_async(store, args, results).await?;
        lifted(results)
    }

    /// Calls the function without async, with the numbers of [`Function::lower`].
    pub(crate) fn call_sync<T>(
        &self,
        store: &mut Store<State<T>>,
        numbers: &mut [wasmtime::Val],
    ) -> wasmtime::Result<Vec<Val>> {
        let (args, results) = numbers.split_at_mut(self.params.len());
        self.func.call(store, args, results)?;
        lifted(results)
    }
}

/// Checks that all results are numbers, since nothing else can be returned to the host.
pub(crate) fn check_results(ty: &FuncType) -> Result<(), String> {
    let is_number = |ty: &ValType| ty.is_i32() || ty.is_i64() || ty.is_f32() || ty.is_f64();
    match ty.results().find(|result| !is_number(result)) {
        Some(other) => Err(format!(
            "it returns a `{other}`, which is no number; `Session::call_core` returns \
             it"
        )),
        None => Ok(()),
    }
}

/// Returns the message that the arguments do not fit the function.
pub(crate) fn mismatch(ty: &FuncType, args: &[Val]) -> String {
    let params: Vec<_> = ty.params().map(|param| param.to_string()).collect();
    format!("it takes ({}), and was given ({})", params.join(", "), shortened(args))
}

/// Writes the first few arguments. More than a function can have are of no use to the reader.
fn shortened(args: &[Val]) -> String {
    let mut given: Vec<_> = args.iter().take(20).map(short).collect();
    if args.len() > given.len() {
        given.push("…".into());
    }
    given.join(", ")
}

/// Converts the results. The vector is allocated once, which collecting into a `Result` would
/// not do.
pub(crate) fn lifted(results: &[wasmtime::Val]) -> wasmtime::Result<Vec<Val>> {
    let mut lifted = Vec::with_capacity(results.len());
    for result in results {
        let number = lift_number(result);
        lifted.push(number.ok_or_else(|| wasmtime::format_err!("a result is no number"))?);
    }
    Ok(lifted)
}

/// Returns the status with which the guest exited, if it did.
pub(crate) fn exit_status(error: &wasmtime::Error) -> Option<i32> {
    let wasi = error.downcast_ref().map(|I32Exit(status)| *status);
    wasi.or_else(|| error.downcast_ref().map(|Exit(status)| *status))
}

/// Returns a function of the set-up. Most modules have none, and asking for a missing one by
/// its type would build an error each time.
fn set_up<T>(
    store: &mut Store<State<T>>,
    instance: Instance,
    name: &str,
) -> Option<TypedFunc<(), ()>> {
    instance.get_func(&mut *store, name)?.typed(&*store).ok()
}

async fn call<T: Send>(
    store: &mut Store<State<T>>,
    function: &TypedFunc<(), ()>,
) -> wasmtime::Result<()> {
    match store.data().is_sync {
        true => function.call(store, ()),
        false => function.call_async(store, ()).await,
    }
}
