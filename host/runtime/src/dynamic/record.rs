//! Records the calls that guests make of host functions. A recorder is put before what serves a
//! function, when the function is added to a linker, so that without one nothing is different. What
//! is written, and where, is not known here.
//!
//! Of functions with types in Rust, only those of core modules are recorded: their arguments are
//! numbers and memory, which can be read, and the function can be called again with them. In a
//! linker of components, the engine turns values into types of Rust inside of the function that it
//! was given, and has no way to call that function with values, or to see them. Only a component
//! between guest and host that passes on each call could, with two more copies of all that crosses.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use wasmtime::component::{ResourceDynamic, Type, Val};
use wasmtime::{AsContextMut as _, Caller, Extern, Func, Linker, StoreContextMut};
use wasmtime_wasi::I32Exit;

use super::builder::Modules;
use super::call::Call;
use super::flat::Flat;
use super::function::{Answer, Answering};
use super::module::ModuleImport;
use super::{Serve, implementing};
use crate::guest::module::exit_status;
use crate::imports::env::{Exit, GuestFailure, HostFailure, ImportFailed, of_caller};
use crate::provider::ImportedFunction;
use crate::store::state::State;
use wit_host_binary::limits::LimitReached;
use wit_host_check::engine_error::root_cause;
use wit_host_check::serving::Typed;
use wit_host_values::{visit_handles, visit_handles_of};

/// Records calls of host functions.
pub trait Recorder: Send + Sync + 'static {
    /// Records a call that has ended.
    ///
    /// # Errors
    /// The reason why it cannot be recorded. The call then fails.
    fn record(&self, call: &RecordedCall<'_>) -> Result<(), String>;
}

impl<R: Recorder + ?Sized> Recorder for Arc<R> {
    fn record(&self, call: &RecordedCall<'_>) -> Result<(), String> {
        (**self).record(call)
    }
}

/// A call of a host function that has ended. In the places of handles, its values have labels, such as
/// `Val::Enum("$1")`. Each handle that a function returns has a label of its own. A handle that no
/// recorded function has returned is `_`.
pub struct RecordedCall<'a> {
    /// The function.
    pub function: &'a ImportedFunction,
    /// The arguments, which have the types of the function's parameters.
    pub arguments: &'a [Val],
    /// How the call has ended.
    pub ended: Ended<'a>,
}

impl<'a> RecordedCall<'a> {
    /// A call that has returned.
    pub fn returned(
        function: &'a ImportedFunction,
        arguments: &'a [Val],
        results: &'a [Val],
    ) -> Self {
        Self { function, arguments, ended: Ended::Returned(results) }
    }
}

/// How a call of a host function has ended.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Ended<'a> {
    /// It returned these results.
    Returned(&'a [Val]),
    /// It failed through no fault of the guest.
    Failed(String),
    /// It was called in a way that it does not support, and the guest trapped.
    Trapped(String),
    /// It ended the guest with this status.
    Exited(i32),
}

/// A recorder, and how many handles it has given labels.
pub(super) struct Tape {
    recorder: Box<dyn Recorder>,
    labels: AtomicU64,
}

impl Tape {
    pub(super) fn new(recorder: impl Recorder) -> Self {
        Self { recorder: Box::new(recorder), labels: AtomicU64::new(0) }
    }

    fn record(
        &self,
        function: &ImportedFunction,
        arguments: &[Val],
        ended: Option<Ended<'_>>,
    ) -> wasmtime::Result<()> {
        let Some(ended) = ended else { return Ok(()) };
        let recorded = self.recorder.record(&RecordedCall { function, arguments, ended });
        recorded.map_err(|reason| {
            let name = function.name();
            HostFailure(format!("failed to record the call of `{name}`: {reason}")).into()
        })
    }
}

/// A function whose calls are recorded.
struct Recorded<T: 'static> {
    serve: Arc<dyn Serve<T>>,
    recorder: Arc<Tape>,
}

/// Puts the recorder before a function, if there is one.
pub(super) fn recorded<T: Send + 'static>(
    serve: Arc<dyn Serve<T>>,
    recorder: Option<&Arc<Tape>>,
) -> Arc<dyn Serve<T>> {
    match recorder {
        None => serve,
        Some(recorder) => {
            let recorded = Recorded { serve, recorder: Arc::clone(recorder) };
            Arc::new(Answering(Arc::new(recorded)))
        }
    }
}

impl<T: Send + 'static> Answer<T> for Recorded<T> {
    async fn answer<'a>(
        &'a self,
        function: &'a ImportedFunction,
        call: Call<'a, T>,
        results: &'a mut [Val],
    ) -> wasmtime::Result<()> {
        if function.has_handles() {
            // In a box, because it would make the future of each call larger.
            return Box::pin(self.answer_with_handles(function, call, results)).await;
        }
        let arguments = call.arguments;
        let outcome = self.serve.answer_boxed(function, call, results).await;
        let ended = match &outcome {
            Ok(()) => Some(Ended::Returned(results)),
            Err(error) => ended(error),
        };
        self.recorder.record(function, arguments, ended)?;
        outcome
    }
}

impl<T: Send + 'static> Recorded<T> {
    /// Records a call of a function whose type has handles in it. The function gets other handles
    /// for the same resources, since looking at a handle takes it out of the store.
    async fn answer_with_handles(
        &self,
        function: &ImportedFunction,
        call: Call<'_, T>,
        results: &mut [Val],
    ) -> wasmtime::Result<()> {
        let Call { mut store, arguments } = call;
        let (mut arguments, mut labelled) = (arguments.to_vec(), Vec::new());
        for ((_, ty), argument) in function.typed.ty.params().zip(&mut arguments) {
            labelled.push(self.label(&mut store, &ty, argument, false)?);
        }
        let call = Call { store: store.as_context_mut(), arguments: &arguments };
        let outcome = self.serve.answer_boxed(function, call, results).await;
        let mut returned = Vec::new();
        let ended = match &outcome {
            Ok(()) => {
                for (ty, result) in function.typed.ty.results().zip(results) {
                    returned.push(self.label(&mut store, &ty, result, true)?);
                }
                Some(Ended::Returned(&returned))
            }
            Err(error) => ended(error),
        };
        self.recorder.record(function, &labelled, ended)?;
        outcome
    }

    /// Replaces the handles in a value by others for the same resources. Returns the value with
    /// labels in the places of handles.
    fn label(
        &self,
        store: &mut StoreContextMut<'_, State<T>>,
        ty: &Type,
        value: &mut Val,
        is_new: bool,
    ) -> wasmtime::Result<Val> {
        let mut labels = Vec::new();
        visit_handles(value, &mut |handle| {
            let is_own = handle.owned();
            let Ok(known) = handle.try_into_resource_dynamic(&mut *store) else {
                // A handle of a resource with a type in Rust stays as it is.
                labels.push("_".to_owned());
                return Ok(());
            };
            let (rep, kind) = (known.rep(), known.ty());
            let named = &mut store.data_mut().provisions.recorded;
            if is_new {
                let number = self.recorder.labels.fetch_add(1, Ordering::Relaxed) + 1;
                named.insert((kind, rep), number);
            }
            let number = match is_own && !is_new {
                true => named.remove(&(kind, rep)),
                false => named.get(&(kind, rep)).copied(),
            };
            labels.push(number.map_or_else(|| "_".into(), |number| format!("${number}")));
            let again = match is_own {
                true => ResourceDynamic::new_own(rep, kind),
                false => ResourceDynamic::new_borrow(rep, kind),
            };
            *handle = again.try_into_resource_any(&mut *store)?;
            Ok::<_, wasmtime::Error>(())
        })?;
        let (mut labelled, mut labels) = (value.clone(), labels.into_iter());
        visit_handles_of(ty, &mut labelled, &mut |_, part| {
            *part = Val::Enum(labels.next().unwrap_or_default());
            Ok::<_, wasmtime::Error>(())
        })?;
        Ok(labelled)
    }
}

/// Returns how a call ended that did not return. `None` if that was not the function's doing, as
/// with a limit of the guest.
fn ended(error: &wasmtime::Error) -> Option<Ended<'static>> {
    if let Some(status) = exit_status(error) {
        return Some(Ended::Exited(status));
    }
    // A replay has limits of its own, and may reach them elsewhere or not at all.
    if error.is::<LimitReached>() {
        return None;
    }
    if let Some(GuestFailure(reason)) = error.downcast_ref() {
        return Some(Ended::Trapped(reason.clone()));
    }
    if let Some(failed) = error.downcast_ref::<ImportFailed>() {
        return Some(Ended::Trapped(failed.reason.clone()));
    }
    let reason = match error.downcast_ref() {
        Some(HostFailure(reason)) => reason.clone(),
        None => root_cause(error),
    };
    Some(Ended::Failed(reason))
}

impl<T: Send + 'static> Modules<'_, T> {
    /// Puts the recorder before the functions with types in Rust that implement one of the
    /// contract. Others have no values that could be recorded.
    pub(super) fn record_typed(&mut self, contract: &[Typed]) -> wasmtime::Result<()> {
        let Some(recorder) = self.recorder else { return Ok(()) };
        let originals = Arc::new(self.linker.clone());
        for typed in contract {
            for (module, name, number) in implementing(self.table, typed) {
                let Ok(flat) = Flat::of(&typed.ty) else { continue };
                let served = self.table.function(&module, &name);
                let ty = flat.ty(self.linker.engine());
                // A function that takes other numbers than the convention says cannot be read by
                // it, so its calls are not recorded.
                if !served.is_some_and(|served| served.ty.matches(&ty)) {
                    continue;
                }
                let function = Arc::new(ImportedFunction::new(typed.clone()));
                let import = ModuleImport { module, name, flat, function, number };
                let (recorder, originals) = (Arc::clone(recorder), Arc::clone(&originals));
                put_before(self.linker, Original { import, recorder, originals })?;
            }
        }
        Ok(())
    }
}

/// A function with types in Rust, before which a recorder is put.
struct Original<T: 'static> {
    import: ModuleImport,
    recorder: Arc<Tape>,
    originals: Arc<Linker<State<T>>>,
}

fn put_before<T: Send + 'static>(
    linker: &mut Linker<State<T>>,
    original: Original<T>,
) -> wasmtime::Result<()> {
    let (module, name, ty) = original.import.place(linker.engine());
    let original = Arc::new(original);
    linker.allow_shadowing(true);
    linker.func_new_async(&module, &name, ty, move |mut caller, numbers, flat| {
        let original = Arc::clone(&original);
        Box::new(async move { original.call(&mut caller, numbers, flat).await })
    })?;
    linker.allow_shadowing(false);
    Ok(())
}

impl<T: Send + 'static> Original<T> {
    /// Calls the function with the guest's own numbers, and records the values that these are.
    async fn call(
        &self,
        caller: &mut Caller<'_, State<T>>,
        numbers: &[wasmtime::Val],
        flat: &mut [wasmtime::Val],
    ) -> wasmtime::Result<()> {
        // Arguments that are no values end the call, with the function's own error.
        let arguments = self.import.take(caller, numbers).ok();
        let func = self.func(caller)?;
        let outcome = self.of_guest(caller, func, numbers, flat).await;
        let Some(arguments) = arguments else { return outcome };
        let results = match &outcome {
            Ok(()) => Some(self.import.returned(caller, flat)?),
            Err(error) => self.import.failed_with(error),
        };
        let ended = match (&results, &outcome) {
            (Some(results), _) => Some(Ended::Returned(results)),
            (None, Err(error)) => ended(error),
            (None, Ok(())) => None,
        };
        self.recorder.record(self.import.function(), &arguments, ended)?;
        outcome
    }

    /// Calls the function as the guest does: it finds the guest's memory.
    async fn of_guest(
        &self,
        caller: &mut Caller<'_, State<T>>,
        func: Func,
        numbers: &[wasmtime::Val],
        flat: &mut [wasmtime::Val],
    ) -> wasmtime::Result<()> {
        // Called from here, the function has no caller in which it could find the guest's memory,
        // so the memory is put where the host looks otherwise.
        let own = caller.data().memory;
        if let Ok(memory) = of_caller(caller) {
            caller.data_mut().memory = Some(memory);
        }
        let outcome = func.call_async(caller.as_context_mut(), numbers, flat).await;
        let state = caller.data_mut();
        state.memory = own;
        // Both this function and the original count a host call, and the guest has made one.
        state.meter.uncount_host_call();
        outcome.map_err(|error| match exit_status(&error) {
            Some(status) if error.is::<Exit>() => Exit(status).into(),
            Some(status) => I32Exit(status).into(),
            None => error,
        })
    }

    fn func(&self, caller: &mut Caller<'_, State<T>>) -> wasmtime::Result<Func> {
        let number = self.import.number;
        if let Some(func) = caller.data().provisions.originals.get(&number) {
            return Ok(*func);
        }
        let (module, name) = (&self.import.module, &self.import.name);
        let found = self.originals.get(&mut *caller, module, name);
        let Some(func) = found.ok().and_then(Extern::into_func) else {
            return Err(HostFailure(format!("`{module}.{name}` is not there")).into());
        };
        caller.data_mut().provisions.originals.insert(number, func);
        Ok(func)
    }
}
