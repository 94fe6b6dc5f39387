//! One import of a core module that is served over values: its arguments come out of the
//! guest's numbers and memory, its result goes back by the same conventions. Who serves it is
//! not known here.

use std::sync::Arc;

use tracing::Span;
use wasmtime::component::Val;
use wasmtime::{Caller, Engine, FuncType};

use super::flat::{Flat, Lowered};
use super::function::{Returned, Shown};
use crate::env::{GuestMemory, HostFailure, ImportFailed, of_caller};
use crate::host_call::{is_traced, span, trace_arguments, trace_result};
use crate::provider::ImportedFunction;
use crate::state::State;
use wit_host_binary::limits::LimitReached;

/// An import of core modules.
pub(crate) struct ModuleImport {
    pub(super) module: String,
    pub(super) name: String,
    pub(super) flat: Flat,
    pub(super) function: Arc<ImportedFunction>,
    /// Its number in the table.
    pub(super) number: u32,
}

/// A guest in an import. Whatever ends the call but its return leaves a note of the import
/// behind.
pub(super) struct Entered<'e, 'c, T: 'static> {
    caller: &'e mut Caller<'c, State<T>>,
    number: u32,
}

impl<'c, T> Entered<'_, 'c, T> {
    pub(super) fn caller(&mut self) -> &mut Caller<'c, State<T>> {
        self.caller
    }

    /// The call returns.
    pub(super) fn leave(self) {
        std::mem::forget(self);
    }
}

impl<T> Drop for Entered<'_, '_, T> {
    fn drop(&mut self) {
        self.caller.data_mut().host_call = Some(self.number);
    }
}

impl ModuleImport {
    /// Where it stands in a linker, and its flat type.
    pub(super) fn place(&self, engine: &Engine) -> (String, String, FuncType) {
        (self.module.clone(), self.name.clone(), self.flat.ty(engine))
    }

    pub(super) fn function(&self) -> &Arc<ImportedFunction> {
        &self.function
    }

    /// The span of one call, where somebody listens.
    pub(super) fn span(&self) -> Span {
        if is_traced() { span(&self.module, &self.name) } else { Span::none() }
    }

    /// From here on the guest is in this import.
    pub(super) fn enter<'e, 'c, T: 'static>(
        &self,
        caller: &'e mut Caller<'c, State<T>>,
    ) -> Entered<'e, 'c, T> {
        Entered { caller, number: self.number }
    }

    /// The arguments that the numbers stand for.
    pub(super) fn take<T: 'static>(
        &self,
        caller: &mut Caller<'_, State<T>>,
        numbers: &[wasmtime::Val],
    ) -> wasmtime::Result<Vec<Val>> {
        if self.flat.is_kept() {
            // There are never two of what is kept.
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
            Err(_) if memory.is_spent() => return Err(LimitReached::HostCallBytes(limit).into()),
            lifted => lifted.map_err(|reason| self.failed(reason))?,
        };
        if is_traced() {
            trace_arguments(&Shown(&arguments));
        }
        Ok(arguments)
    }

    /// Room for what is returned.
    pub(super) fn room(&self) -> Vec<Val> {
        vec![Val::Bool(false); self.function.results()]
    }

    /// Hands to the guest what was returned.
    pub(super) fn give<T: 'static>(
        &self,
        caller: &mut Caller<'_, State<T>>,
        mut returned: Vec<Val>,
        flat: &mut [wasmtime::Val],
    ) -> wasmtime::Result<()> {
        if is_traced() {
            trace_result(&Returned(&returned));
        }
        let number = match self.flat.lower(returned.pop()) {
            Lowered::Nothing => None,
            Lowered::Number(number) => Some(number),
            Lowered::Kept(bytes) => {
                let length = i32::try_from(bytes.len()).map_err(|_| {
                    let length = bytes.len();
                    self.failed(format!("a result of {length} bytes is longer than an i32 can say"))
                })?;
                let state = caller.data_mut();
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

    #[cold]
    fn failed(&self, reason: String) -> wasmtime::Error {
        let import = format!("{}.{}", self.module, self.name);
        ImportFailed { import, reason }.into()
    }
}
