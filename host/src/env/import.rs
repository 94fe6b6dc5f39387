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
use super::param::Source;
use super::result::{Return, Target};
use crate::limits::LimitReached;
use crate::state::State;
use crate::text::debug_text;

/// How many bytes of a call's arguments, or of its result, are in its trace.
const LONGEST: usize = 300;

/// What a call of an import is known by.
pub(super) struct Import {
    pub(super) module: String,
    pub(super) name: String,
    /// The import's number in the table.
    pub(super) number: u32,
}

impl Import {
    /// The span of one call.
    pub(super) fn span(&self) -> Span {
        tracing::trace_span!("host_call", module = &*self.module, function = &*self.name)
    }

    /// The arguments behind the flat parameters. From here on the guest is in
    /// this import.
    pub(super) fn take<T: 'static, A: ParamList>(
        &self,
        caller: &mut Caller<'_, State<T>>,
        flat: A::Flat,
    ) -> wasmtime::Result<A> {
        caller.data_mut().host_call = Some(self.number);
        let arguments = self.lift::<T, A>(caller, flat)?;
        let shown = fmt::from_fn(|f| f.write_str(&listed(&arguments)));
        tracing::trace!(arguments = tracing::field::display(shown), "call");
        Ok(arguments)
    }

    /// Hands the result to the guest, which goes on unless that is a failure.
    pub(super) fn give<T: 'static, R: Return>(
        &self,
        result: R,
        caller: &mut Caller<'_, State<T>>,
    ) -> wasmtime::Result<R::Flat> {
        let value = fmt::from_fn(|f| result.show(f));
        let shown = fmt::from_fn(|f| f.write_str(&debug_text(&value, LONGEST)));
        tracing::trace!(result = tracing::field::display(shown), "return");
        let flat = result.lower(&mut Target { caller }).map_err(|error| match error {
            NotReturned::Trap(reason) => self.failed(&reason),
            NotReturned::Host(failure) => failure.into(),
            NotReturned::Exit(Exit(status)) => I32Exit(status).into(),
            NotReturned::Engine(error) => error,
        })?;
        caller.data_mut().host_call = None;
        Ok(flat)
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

    fn lift<T: 'static, A: ParamList>(
        &self,
        caller: &mut Caller<'_, State<T>>,
        flat: A::Flat,
    ) -> wasmtime::Result<A> {
        let memory = if A::IN_MEMORY { Some(self.memory(caller)?) } else { None };
        let limit = caller.data().meter.limits().host_call_bytes;
        let caller = &*caller;
        let memory = memory.map(|memory| GuestMemory::new(memory.data(caller), limit));
        let memory = memory.unwrap_or_else(GuestMemory::none);
        let source = Source { memory, store: caller.as_context() };
        match A::lift(flat, &source) {
            Err(_) if source.memory.is_spent() => Err(LimitReached::HostCallBytes(limit).into()),
            lifted => lifted.map_err(|reason| self.failed(&reason)),
        }
    }

    fn memory<T: 'static>(&self, caller: &mut Caller<'_, State<T>>) -> wasmtime::Result<Memory> {
        memory::of_caller(caller).map_err(|bad| self.failed(&bad))
    }

    fn failed(&self, reason: &impl ToString) -> wasmtime::Error {
        let import = format!("{}.{}", self.module, self.name);
        ImportFailed { import, reason: reason.to_string() }.into()
    }
}

/// A tuple of arguments without its brackets, cut. It is called only where
/// somebody listens.
fn listed(arguments: &impl ParamList) -> String {
    let text = debug_text(arguments, LONGEST);
    let text = text.strip_prefix('(').unwrap_or(&text);
    let text = text.strip_suffix(')').unwrap_or(text);
    text.strip_suffix(',').unwrap_or(text).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::env::{NulTerminated, Utf16};

    #[test]
    fn arguments_are_listed_and_cut() {
        assert_eq!(listed(&()), "");
        assert_eq!(listed(&(1,)), "1");
        assert_eq!(listed(&(1, "a)\n".to_owned())), "1, \"a)\\n\"");
        let texts = (NulTerminated("a".to_owned()), Some(Utf16("ü".into())));
        assert_eq!(listed(&texts), "\"a\", Some(\"ü\")");
        let megabytes = listed(&(vec![7_u8; 1 << 20], true));
        assert!(megabytes.starts_with("[7, 7, ") && megabytes.ends_with('…'), "{megabytes}");
        assert!(megabytes.len() <= LONGEST + 2);
    }
}
