//! One call of an import. The steps around the host function take its arguments out of the guest's
//! memory, return its result, and trace both. It does not know what the function does.

use std::fmt;

use tracing::Span;
use tracing::span::EnteredSpan;
use wasmtime::{AsContext, Caller, Memory};
use wasmtime_wasi::I32Exit;

use super::ImportFailed;
use super::failure::{Exit, NotReturned};
use super::flat::ParamList;
use super::memory::{self, GuestMemory};
use super::result::{Return, Target};
use crate::imports::host_call::{is_traced, span, trace_arguments, trace_result};
use crate::store::state::State;
use wit_host_binary::limits::LimitReached;

/// The names of an import.
pub(super) struct Import {
    pub(super) module: String,
    pub name: String,
    /// The import's number in the table.
    pub(super) number: u32,
}

/// Marks a guest as being in an import. If the call ends in any other way than by returning,
/// such as a failure, a panic or a limit, dropping this notes the import for the error.
pub(super) struct Entered<'e, 'c, T: 'static> {
    pub(super) caller: &'e mut Caller<'c, State<T>>,
    number: u32,
}

impl<T> Entered<'_, '_, T> {
    /// Ends the call, which returns. `forget` skips the note.
    #[inline]
    pub(super) fn leave(self) {
        // There is nothing to free: it holds a reference and a number.
        std::mem::forget(self);
    }
}

impl<T> Drop for Entered<'_, '_, T> {
    fn drop(&mut self) {
        self.caller.data_mut().host_call = Some(self.number);
    }
}

impl Import {
    /// Returns the span of one call, if tracing may be on.
    #[inline]
    pub(super) fn span(&self) -> Option<Span> {
        is_traced().then(|| span(&self.module, &self.name))
    }

    // The engine needs some nanoseconds for a host call. A call of a function that is not
    // inlined would be a large part of that, and so would tracing without a listener. So this
    // function is inlined, and the traced variant stands apart.
    /// Serves a call: reads its arguments, calls the host function and returns the result.
    #[inline]
    pub(super) fn serve<T: 'static, A: ParamList, R: Return>(
        &self,
        caller: &mut Caller<'_, State<T>>,
        flat: A::Flat,
        function: impl for<'m> FnOnce(&mut T, A::Lent<'m>) -> R,
    ) -> wasmtime::Result<R::Flat> {
        if is_traced() {
            return self.serve_traced::<T, A, R>(caller, flat, function);
        }
        let entered = self.enter(caller);
        self.make_room::<T, R>(entered.caller);
        let result = self.call::<T, A, R>(entered.caller, flat, false, function)?;
        let flat = self.lower(result, entered.caller)?;
        entered.leave();
        Ok(flat)
    }

    #[cold]
    fn serve_traced<T: 'static, A: ParamList, R: Return>(
        &self,
        caller: &mut Caller<'_, State<T>>,
        flat: A::Flat,
        function: impl for<'m> FnOnce(&mut T, A::Lent<'m>) -> R,
    ) -> wasmtime::Result<R::Flat> {
        let _span = span(&self.module, &self.name).entered();
        let entered = self.enter(caller);
        self.make_room::<T, R>(entered.caller);
        let result = self.call::<T, A, R>(entered.caller, flat, true, function)?;
        let flat = self.give(result, entered.caller)?;
        entered.leave();
        Ok(flat)
    }

    /// Marks the guest as being in this import.
    #[inline]
    pub(super) fn enter<'e, 'c, T: 'static>(
        &self,
        caller: &'e mut Caller<'c, State<T>>,
    ) -> Entered<'e, 'c, T> {
        Entered { caller, number: self.number }
    }

    /// Drops the kept result if this call may replace it, so that there are never two.
    #[inline(always)]
    pub(super) fn make_room<T: 'static, R: Return>(&self, caller: &mut Caller<'_, State<T>>) {
        if R::IS_KEPT {
            caller.data_mut().kept = Vec::new();
        }
    }

    /// Calls the host function with the arguments behind the flat parameters.
    #[inline(always)]
    fn call<T: 'static, A: ParamList, R>(
        &self,
        caller: &mut Caller<'_, State<T>>,
        flat: A::Flat,
        is_traced: bool,
        function: impl for<'m> FnOnce(&mut T, A::Lent<'m>) -> R,
    ) -> wasmtime::Result<R> {
        // What needs the whole store is found first. From the next line on, the store is borrowed
        // in two parts: the guest's bytes, which arguments may borrow, and the host data, which
        // the function may change.
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
        if is_traced {
            trace_arguments(&arguments);
        }
        Ok(function(state.data_mut(), arguments))
    }

    /// Returns the arguments of a function that needs them for longer than the guest's memory
    /// can be borrowed.
    pub(super) fn take<T: 'static, A: for<'m> ParamList<Lent<'m> = A>>(
        &self,
        caller: &mut Caller<'_, State<T>>,
        flat: A::Flat,
    ) -> wasmtime::Result<A> {
        self.call::<T, A, A>(caller, flat, is_traced(), |_, arguments| arguments)
    }

    /// Returns the result to the guest, unless it ends the guest.
    pub(super) fn give<T: 'static, R: Return>(
        &self,
        result: R,
        caller: &mut Caller<'_, State<T>>,
    ) -> wasmtime::Result<R::Flat> {
        if is_traced() {
            trace_result(&fmt::from_fn(|f| result.show(f)));
        }
        self.lower(result, caller)
    }

    #[inline]
    fn lower<T: 'static, R: Return>(
        &self,
        result: R,
        caller: &mut Caller<'_, State<T>>,
    ) -> wasmtime::Result<R::Flat> {
        result.lower(&mut Target { caller }).map_err(|not_returned| self.ended(not_returned))
    }

    /// Serves a call that fetches the last result.
    #[inline]
    pub(super) fn serve_kept<T: 'static>(
        &self,
        caller: &mut Caller<'_, State<T>>,
        pointer: u32,
    ) -> wasmtime::Result<()> {
        let traced = is_traced().then(|| self.trace_kept(pointer));
        let entered = self.enter(caller);
        self.write_kept(entered.caller, pointer)?;
        entered.leave();
        if traced.is_some() {
            trace_result(&());
        }
        Ok(())
    }

    #[cold]
    fn trace_kept(&self, pointer: u32) -> EnteredSpan {
        let span = span(&self.module, &self.name).entered();
        trace_arguments(&(pointer,));
        span
    }

    /// Copies the last result to the address that the guest gave.
    #[inline]
    fn write_kept<T: 'static>(
        &self,
        caller: &mut Caller<'_, State<T>>,
        pointer: u32,
    ) -> wasmtime::Result<()> {
        // The hosts that these guests were made for write nothing then, wherever the pointer leads.
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
