//! One import of a core module that is served over values. It takes the arguments from the guest's
//! numbers and memory, and returns the result by the same conventions. What serves the import is
//! not known here.

use std::sync::Arc;

use tracing::Span;
use wasmtime::component::{Type, Val};
use wasmtime::{Caller, Engine, FuncType};

use super::flat::{Flat, Lowered};
use super::function::{Returned, Shown};
use crate::imports::env::{GuestFailure, GuestMemory, HostFailure, ImportFailed, of_caller};
use crate::imports::host_call::{is_traced, span, trace_arguments, trace_result};
use crate::provider::ImportedFunction;
use crate::store::state::State;
use wit_host_binary::limits::LimitReached;

/// An import of core modules that is served over values.
pub(crate) struct ModuleImport {
    pub(super) module: String,
    pub(super) name: String,
    pub(super) flat: Flat,
    pub(super) function: Arc<ImportedFunction>,
    /// The import's number in the table of imports.
    pub(super) number: u32,
}

/// A call of an import that is in progress. If the call does not return, the import is noted when
/// this is dropped.
pub(super) struct Entered<'e, 'c, T: 'static> {
    caller: &'e mut Caller<'c, State<T>>,
    number: u32,
}

impl<'c, T> Entered<'_, 'c, T> {
    pub(super) fn caller(&mut self) -> &mut Caller<'c, State<T>> {
        self.caller
    }

    /// Ends the call without a note, because it returns.
    pub(super) fn leave(self) {
        // It holds nothing but a reference, so nothing leaks.
        std::mem::forget(self);
    }
}

impl<T> Drop for Entered<'_, '_, T> {
    fn drop(&mut self) {
        self.caller.data_mut().host_call = Some(self.number);
    }
}

impl ModuleImport {
    /// Returns the import's module and name in a linker, and its flat type.
    pub(super) fn place(&self, engine: &Engine) -> (String, String, FuncType) {
        (self.module.clone(), self.name.clone(), self.flat.ty(engine))
    }

    pub(super) fn function(&self) -> &Arc<ImportedFunction> {
        &self.function
    }

    /// Returns the span of one call, or no span if calls are not traced.
    pub(super) fn span(&self) -> Span {
        if is_traced() { span(&self.module, &self.name) } else { Span::none() }
    }

    /// Begins a call: until it returns, the guest is in this import.
    pub(super) fn enter<'e, 'c, T: 'static>(
        &self,
        caller: &'e mut Caller<'c, State<T>>,
    ) -> Entered<'e, 'c, T> {
        Entered { caller, number: self.number }
    }

    /// Returns the values of the flat arguments.
    pub(super) fn take<T: 'static>(
        &self,
        caller: &mut Caller<'_, State<T>>,
        numbers: &[wasmtime::Val],
    ) -> wasmtime::Result<Vec<Val>> {
        if self.flat.is_kept() {
            // A result that the guest has not fetched is dropped, so that one is kept at most.
            caller.data_mut().kept = Vec::new();
        }
        let (bytes, state) = match self.flat.is_in_memory() {
            true => {
                let memory = of_caller(caller).map_err(|bad| self.failed(bad.to_string()))?;
                memory.data_and_store_mut(caller)
            }
            false => (&mut [][..], caller.data_mut()),
        };
        let limit = state.meter.limits().host_call_bytes;
        let memory = GuestMemory::new(bytes, limit);
        let arguments = match self.flat.lift(numbers, &memory) {
            // Too many bytes are a limit that was reached, and no mistake in the arguments.
            Err(_) if memory.is_spent() => return Err(LimitReached::HostCallBytes(limit).into()),
            lifted => lifted.map_err(|reason| self.failed(reason))?,
        };
        if is_traced() {
            trace_arguments(&Shown(&arguments));
        }
        Ok(arguments)
    }

    /// Returns places for the results.
    pub(super) fn room(&self) -> Vec<Val> {
        vec![Val::Bool(false); self.function.results()]
    }

    /// Writes the flat form of the result for the guest.
    pub(super) fn give<T: 'static>(
        &self,
        caller: &mut Caller<'_, State<T>>,
        mut returned: Vec<Val>,
        flat: &mut [wasmtime::Val],
    ) -> wasmtime::Result<()> {
        if is_traced() {
            trace_result(&Returned(&returned));
        }
        // A function of WIT has one result at most.
        let number = match self.flat.lower(returned.pop()) {
            Lowered::Nothing => None,
            Lowered::Number(number) => Some(number),
            Lowered::Kept(bytes) => {
                let length = i32::try_from(bytes.len()).map_err(|_| {
                    let length = bytes.len();
                    self.failed(format!("a result of {length} bytes is longer than an i32 can say"))
                })?;
                let state = caller.data_mut();
                // Counted before it is kept: the bytes stay on the host until the guest fetches
                // them, which it may never do.
                state.meter.keep(bytes.len())?;
                state.kept = bytes;
                Some(length.into())
            }
            Lowered::Failed(text) => return Err(self.failed(text)),
            Lowered::Wrong(returned) => {
                let function = &self.function;
                let reason =
                    format!("it returned {returned}, and its type is `{}`", function.signature());
                return Err(HostFailure(reason).into());
            }
        };
        match (flat, number) {
            ([], None) => Ok(()),
            ([place], Some(number)) => {
                *place = number;
                Ok(())
            }
            _ => Err(HostFailure("it returned what its type has not".into()).into()),
        }
    }

    /// Returns the results that the flat ones are, of a call that returned.
    pub(super) fn returned<T: 'static>(
        &self,
        caller: &mut Caller<'_, State<T>>,
        flat: &[wasmtime::Val],
    ) -> wasmtime::Result<Vec<Val>> {
        let returned = self.flat.raise(flat, &caller.data().kept);
        let returned = returned.map_err(|reason| self.failed(reason))?;
        Ok(returned.into_iter().collect())
    }

    /// Returns the results of a call that failed with a text, if the function returns that as its
    /// `err`.
    pub(super) fn failed_with(&self, error: &wasmtime::Error) -> Option<Vec<Val>> {
        let failed = error.downcast_ref::<ImportFailed>()?;
        let has_text = self.function.signature().results.first().is_some_and(
            |ty| matches!(ty, Type::Result(result) if result.err() == Some(Type::String)),
        );
        let text = || Box::new(Val::String(failed.reason.clone()));
        has_text.then(|| vec![Val::Result(Err(Some(text())))])
    }

    /// Adds the import's name to a failure of the guest.
    #[cold]
    pub(super) fn named(&self, error: wasmtime::Error) -> wasmtime::Error {
        match error.downcast_ref() {
            Some(GuestFailure(reason)) => self.failed(reason.clone()),
            None => error,
        }
    }

    #[cold]
    fn failed(&self, reason: String) -> wasmtime::Error {
        let import = format!("{}.{}", self.module, self.name);
        ImportFailed { import, reason }.into()
    }
}
