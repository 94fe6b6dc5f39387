//! A session: one store with one instance, for one call after another. Every call into the
//! guest goes through `guard`, which starts the clock, and ends the session after any failure.

pub(crate) mod builder;
mod callee;
mod convention;
mod core;
mod failing;
mod guard;
mod limits;
mod provided;
mod start;
mod sync;
mod typed;

use std::sync::Arc;

use tracing::Span;
use wasmtime::component::{self, Val};
use wasmtime::{Instance, Store};

use crate::engine::pool::Permit;
use crate::error::{Error, Result};
use crate::failure::CallSite;
use crate::guest::{Guest, Outcome};
use crate::store::state::State;
use crate::store::usage::Usage;
use callee::{Callee, Callees};
use guard::Guards;
pub(crate) use start::Terms;
use wit_host_binary::allocator_names::AllocatorNames;
use wit_host_binary::entry_point::Main;
use wit_host_binary::limits::{LimitReached, Limits};

/// A running guest. It keeps its memory from call to call. It ends with the first call that
/// fails, since the state that a failed call leaves behind cannot be trusted.
///
/// A host function cannot call back into the guest that called it: it gets the host data, while
/// the call borrows the session. (The engine would allow it to a function that is put into a
/// linker by hand, with a store and an instance that it keeps. Do not do that.)
pub struct Session<T: 'static> {
    guest: Guest<T>,
    store: Store<State<T>>,
    /// What the session may spend as a whole.
    limits: Arc<Limits>,
    guards: Guards,
    live: Option<Live>,
    spent: Usage,
    /// The function of the last call that failed, or of an async call that is running.
    last_call: String,
    /// Whether the guest imports nothing async.
    is_sync: bool,
    /// The number of calls so far, as far as they are counted.
    calls: u8,
    /// Whether the session has ended. Every call sets this, and resets it if it succeeds.
    ended: bool,
    /// The function in which the guest exited, and its status.
    exited: Option<(String, i32)>,
    /// The command's main function, once it has returned. It is made to be called once.
    command: Option<String>,
    span: Span,
    callees: Option<Box<Callees>>,
    /// The allocator for calls by a convention, if it was named.
    allocator: Option<AllocatorNames>,
    /// Declared after the store, because fields are dropped in order: the slot must be free
    /// only when the store is gone.
    _permit: Option<Permit>,
}

#[derive(Clone, Copy)]
enum Live {
    Component(component::Instance),
    /// `started` says whether `_start` is done or not needed.
    Module {
        instance: Instance,
        started: bool,
    },
}

impl<T: Send + 'static> Session<T> {
    /// Calls the guest's main function. It is the first of these that the guest has: the
    /// world's `run`, the `run` of a `wasi:cli/run` command, a core module's `run`, or
    /// `_start`.
    ///
    /// # Errors
    /// Those of [`Session::call`]. An exit of the guest is not an error.
    pub async fn main(&mut self) -> Result<Outcome> {
        let Some(main) = self.guest.main() else {
            return Err(Error::NoEntryPoint { exports: self.guest.exports() });
        };
        match (self.call(main.name(), &[]).await, main) {
            (Err(Error::Exited(status)), _) => Ok(Outcome::Exited(status)),
            (Err(error), _) => Err(error),
            (Ok(results), Main::Run(_)) => Ok(Outcome::Returned(results)),
            (Ok(_), Main::Start(_)) => Ok(Outcome::Exited(0)),
            (Ok(results), Main::Command(name)) => match results[..] {
                [Val::Result(Ok(_))] => Ok(Outcome::Exited(0)),
                [Val::Result(Err(_))] => Ok(Outcome::Exited(1)),
                _ => Err(Error::InvalidCall {
                    function: name,
                    reason: "a command returns a `result`, and it does not".into(),
                }),
            },
        }
    }

    /// Calls an export by its name, as [`Guest::exports`] returns it or [`Guest::resolve`]
    /// accepts it. A core module's numbers are [`Val::S32`], [`Val::S64`], [`Val::Float32`] and
    /// [`Val::Float64`].
    ///
    /// # Errors
    /// [`Error::NoSuchFunction`] and [`Error::InvalidCall`], which leave the session as it was;
    /// [`Error::Exited`], [`Error::Trapped`], [`Error::Limit`], [`Error::HostFunction`] and
    /// [`Error::OutputClosed`], which end it; [`Error::SessionEnded`] from then on.
    pub async fn call(&mut self, name: &str, args: &[Val]) -> Result<Vec<Val>> {
        let live = self.live()?;
        let called = CallSite { function: name, arguments: args };
        let (mut callees, place) = self.callee(live, name)?;
        let Callees { functions, numbers, .. } = &mut *callees;
        let results = match &functions[place] {
            Callee::Component(function) => match function.check(name, args) {
                Ok(()) => {
                    self.guarded(called, async |store| function.call(store, args).await).await
                }
                Err(error) => Err(error),
            },
            Callee::Module(function) => match function.lower(name, args, numbers) {
                Ok(()) => {
                    let call =
                        async |store: &mut Store<State<T>>| function.call(store, numbers).await;
                    self.started(live, called, call).await
                }
                Err(error) => Err(error),
            },
        };
        self.put_back(callees, place, results.is_ok());
        results
    }

    /// Returns the function in which the guest exited through WASI, and its status. It is
    /// `_start` if that was called before another function and exited, so that the other one
    /// was not called.
    pub fn exited(&self) -> Option<(&str, i32)> {
        self.exited.as_ref().map(|(function, status)| (function.as_str(), *status))
    }

    /// Returns the limit of memory or tables that stopped the guest from growing in the last
    /// call, if one did. Most guests then end by themselves, each in its own way.
    pub fn refused(&self) -> Option<LimitReached> {
        self.store.data().meter.refused()
    }

    /// Returns whether the session can be called: it was set up, and no call has failed.
    pub(crate) fn is_live(&self) -> bool {
        !self.ended && self.live.is_some()
    }

    /// Returns whether an earlier call has failed, so that every call now returns
    /// [`Error::SessionEnded`].
    pub fn has_ended(&self) -> bool {
        !self.is_live()
    }

    /// Returns the guest that this session runs.
    pub fn guest(&self) -> &Guest<T> {
        &self.guest
    }

    /// Returns the host data.
    pub fn data(&self) -> &T {
        self.store.data().data()
    }

    /// Returns the host data, to be changed between calls.
    pub fn data_mut(&mut self) -> &mut T {
        self.store.data_mut().data_mut()
    }

    /// Sets the span of a distributed trace that the calls from now on belong to, as W3C's
    /// `traceparent` has it. Providers are told it ([`ImportCall::trace_parent`]), and guests that
    /// serve this one pass it on. It means nothing to the library.
    ///
    /// [`ImportCall::trace_parent`]: crate::ImportCall::trace_parent
    pub fn set_trace_parent(&mut self, parent: Option<Arc<str>>) {
        self.store.data_mut().trace_parent = parent;
    }

    /// Ends the session and returns its host data.
    pub fn into_data(self) -> T {
        self.store.into_data().into_data()
    }

    /// Returns what the session has cost so far.
    pub fn spent(&self) -> Usage {
        let meter = &self.store.data().meter;
        let host_calls = meter.limits().host_calls.map(|_| meter.host_calls);
        Usage { peak_memory: meter.peak, host_calls, ..self.spent }
    }

    /// Returns the last lines that the guest has written to standard error, wherever its grants
    /// connect that, since this was last called: up to 20 lines and 2 KiB, safe to print.
    pub fn take_stderr(&mut self) -> Vec<String> {
        self.store.data().wasi.take_last_lines()
    }

    /// Returns what the guest has written to standard output and to standard error, if its
    /// grants say [`Stdio::Captured`](crate::store::grants::Stdio::Captured).
    pub fn output(&self) -> (Vec<u8>, Vec<u8>) {
        self.store.data().wasi.output()
    }
}
