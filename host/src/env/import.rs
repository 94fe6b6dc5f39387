//! One call of an import: the steps before and after the host function, which
//! take its arguments out of the guest's memory, hand its result back, and leave
//! a trace of both.

use std::fmt;

use tracing::Span;
use wasmtime::{AsContext, Caller, Memory};
use wasmtime_wasi::I32Exit;

use super::ImportFailed;
use super::failure::{Exit, NotReturned};
use super::flat::ParamList;
use super::memory::{self, GuestMemory};
use super::result::{Return, Target};
use crate::host_call::{is_traced, span, trace_arguments, trace_result};
use crate::limits::LimitReached;
use crate::state::State;

/// What a call of an import is known by.
pub(super) struct Import {
    pub(super) module: String,
    pub(super) name: String,
    /// The import's number in the table.
    pub(super) number: u32,
}

impl Import {
    /// The span of one call, where somebody listens.
    #[inline]
    pub(super) fn span(&self) -> Option<Span> {
        is_traced().then(|| span(&self.module, &self.name))
    }

    // The engine's own code for a host call is some nanoseconds, of which a call of
    // a function that was not inlined would be a good part.
    /// Calls the host function with the arguments behind the flat parameters. From
    /// here on the guest is in this import.
    #[inline]
    pub(super) fn call<T: 'static, A: ParamList, R>(
        &self,
        caller: &mut Caller<'_, State<T>>,
        flat: A::Flat,
        function: impl for<'m> FnOnce(&mut T, A::Lent<'m>) -> R,
    ) -> wasmtime::Result<R> {
        caller.data_mut().host_call = Some(self.number);
        let found = A::find(flat, &caller.as_context()).map_err(|bad| self.failed(&bad))?;
        let (bytes, state) = match A::IN_MEMORY {
            true => self.memory(caller)?.data_and_store_mut(caller),
            false => (&mut [][..], caller.data_mut()),
        };
        let limit = state.meter.limits().host_call_bytes;
        let memory = GuestMemory::new(bytes, limit);
        let arguments = match A::lift(found, &memory) {
            Err(_) if memory.is_spent() => return Err(LimitReached::HostCallBytes(limit).into()),
            lifted => lifted.map_err(|bad| self.failed(&bad))?,
        };
        if is_traced() {
            trace_arguments(&arguments);
        }
        Ok(function(state.data_mut(), arguments))
    }

    /// The arguments of a function that keeps them for longer than the guest's memory
    /// is lent.
    pub(super) fn take<T: 'static, A: for<'m> ParamList<Lent<'m> = A>>(
        &self,
        caller: &mut Caller<'_, State<T>>,
        flat: A::Flat,
    ) -> wasmtime::Result<A> {
        self.call::<T, A, A>(caller, flat, |_, arguments| arguments)
    }

    /// Hands the result to the guest, which goes on unless that is a failure.
    #[inline]
    pub(super) fn give<T: 'static, R: Return>(
        &self,
        result: R,
        caller: &mut Caller<'_, State<T>>,
    ) -> wasmtime::Result<R::Flat> {
        if is_traced() {
            trace_result(&fmt::from_fn(|f| result.show(f)));
        }
        match result.lower(&mut Target { caller }) {
            Ok(flat) => {
                caller.data_mut().host_call = None;
                Ok(flat)
            }
            Err(not_returned) => Err(self.ended(not_returned)),
        }
    }

    /// Copies the last result to where the guest made room for it.
    pub(super) fn write_kept<T: 'static>(
        &self,
        caller: &mut Caller<'_, State<T>>,
        pointer: u32,
    ) -> wasmtime::Result<()> {
        if caller.data().kept.is_empty() {
            return Ok(());
        }
        let memory = self.memory(caller)?;
        let (bytes, state) = memory.data_and_store_mut(caller);
        memory::write(bytes, pointer, &state.kept).map_err(|bad| self.failed(&bad))
    }

    #[inline]
    fn memory<T: 'static>(&self, caller: &mut Caller<'_, State<T>>) -> wasmtime::Result<Memory> {
        memory::of_caller(caller).map_err(|bad| self.failed(&bad))
    }

    #[cold]
    fn ended(&self, not_returned: NotReturned) -> wasmtime::Error {
        match not_returned {
            NotReturned::Trap(reason) => self.failed(&reason),
            NotReturned::Host(failure) => failure.into(),
            NotReturned::Exit(Exit(status)) => I32Exit(status).into(),
            NotReturned::Engine(error) => error,
        }
    }

    #[cold]
    fn failed(&self, reason: &impl ToString) -> wasmtime::Error {
        let import = format!("{}.{}", self.module, self.name);
        ImportFailed { import, reason: reason.to_string() }.into()
    }
}
