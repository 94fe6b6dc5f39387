//! A session: one store with one live instance, for call after call. Every call
//! into the guest goes through `guard`, which starts the clock and, after any
//! failure, ends the session.

mod callee;
mod convention;
mod core;
mod failing;
mod guard;
mod limits;
mod start;
mod sync;
mod typed;

use std::sync::Arc;

use tracing::Span;
use wasmtime::component::{self, Val};
use wasmtime::{Instance, Store};

use crate::error::{Error, Result};
use crate::failure::CallSite;
use crate::guest::{Guest, Outcome};
use crate::pool::Place;
use crate::state::State;
use crate::usage::Usage;
use callee::{Callee, Callees};
use guard::Guards;
pub(crate) use start::Terms;
use wit_host_binary::allocator_names::AllocatorNames;
use wit_host_binary::entry_point::Main;
use wit_host_binary::limits::{LimitReached, Limits};

/// A running guest. It keeps its memory from call to call, and ends with the
/// first call that fails: what a failed call left behind is not to be trusted.
///
/// A host function cannot call back into the guest that called it: it gets the
/// host data, while the session is borrowed by the call. (The engine itself
/// would allow it to a function that is put into a linker by hand, with a store
/// and an instance that it keeps. Don't.)
pub struct Session<T: 'static> {
    guest: Guest<T>,
    store: Store<State<T>>,
    /// What it may spend as a whole.
    limits: Arc<Limits>,
    guards: Guards,
    live: Option<Live>,
    spent: Usage,
    /// The function of the last call that failed, or of an async one that is under way.
    last_call: String,
    /// Whether nothing that the guest imports is async.
    is_sync: bool,
    /// How many calls there have been, as far as they are counted.
    calls: u8,
    /// Whether the last call ended the session, as every call does until it succeeds.
    ended: bool,
    /// The function that the guest ended itself in, and with which status.
    exited: Option<(String, i32)>,
    /// The command's main that has returned: it is made to be called once.
    command: Option<String>,
    span: Span,
    callees: Option<Box<Callees>>,
    /// The allocator that the guest's conventions are about, where it was named.
    allocator: Option<AllocatorNames>,
    /// Behind the store, since it is somebody else's once it is dropped.
    _place: Option<Place>,
}

#[derive(Clone, Copy)]
enum Live {
    Component(component::Instance),
    /// `started` is whether `_start` is out of the way.
    Module {
        instance: Instance,
        started: bool,
    },
}

impl<T: Send + 'static> Session<T> {
    /// Calls the guest's main: the world's `run`, a `wasi:cli/run` command, a
    /// core module's `run`, or `_start`, whichever it has, in that order.
    ///
    /// # Errors
    /// Those of [`Session::call`]. An exit of the guest's own is no error.
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

    /// Calls an export by its name, as [`Guest::exports`] has it or as [`Guest::resolve`]
    /// takes it. A core
    /// module's numbers are [`Val::S32`], [`Val::S64`], [`Val::Float32`] and
    /// [`Val::Float64`].
    ///
    /// # Errors
    /// [`Error::NoSuchFunction`] and [`Error::InvalidCall`], which leave the
    /// session as it was; [`Error::Exited`], [`Error::Trapped`],
    /// [`Error::Limit`], [`Error::HostFunction`] and [`Error::OutputClosed`], which
    /// end it; [`Error::SessionEnded`] from then on.
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

    /// The function that the guest ended itself in, through WASI, and its status. It is
    /// `_start` where that was called ahead of another function, and that was not called.
    pub fn exited(&self) -> Option<(&str, i32)> {
        self.exited.as_ref().map(|(function, status)| (function.as_str(), *status))
    }

    /// The limit of memory or tables that stopped the guest from growing in the last call,
    /// if one did. Most guests end for that by themselves, each in a way of its own.
    pub fn refused(&self) -> Option<LimitReached> {
        self.store.data().meter.refused()
    }

    /// Whether it can be called: it was set up, and no call has failed.
    pub(crate) fn is_live(&self) -> bool {
        !self.ended && self.live.is_some()
    }

    /// Whether every call from now on is [`Error::SessionEnded`], since an earlier one failed.
    pub fn has_ended(&self) -> bool {
        !self.is_live()
    }

    /// The guest that this session runs.
    pub fn guest(&self) -> &Guest<T> {
        &self.guest
    }

    /// The host data.
    pub fn data(&self) -> &T {
        self.store.data().data()
    }

    /// The host data, to be changed between calls.
    pub fn data_mut(&mut self) -> &mut T {
        self.store.data_mut().data_mut()
    }

    /// Ends the session and gives its host data back.
    pub fn into_data(self) -> T {
        self.store.into_data().into_data()
    }

    /// What the session has cost so far.
    pub fn spent(&self) -> Usage {
        let meter = &self.store.data().meter;
        let host_calls = meter.limits().host_calls.map(|_| meter.host_calls);
        Usage { peak_memory: meter.peak, host_calls, ..self.spent }
    }

    /// What the guest has written to standard output and to standard error, where
    /// its grants say [`Stdio::Captured`](crate::grants::Stdio::Captured).
    pub fn output(&self) -> (Vec<u8>, Vec<u8>) {
        self.store.data().wasi.output()
    }
}
