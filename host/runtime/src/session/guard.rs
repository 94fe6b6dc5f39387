//! Runs every call into a guest. There is no other way in: this module starts the clock, counts
//! what the call cost, and ends the session after any failure. It does not know what is called.
//!
//! This is the hot path of a call, and a short call takes some tens of nanoseconds. Therefore
//! functions are inlined, work for rare cases stands in functions of its own, and the clock is
//! not read in most calls.

use std::any::Any;
use std::future::poll_fn;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::{Pin, pin};
use std::task::Poll;
use std::time::Duration;

use tracing::{Instrument as _, Level, Span};
use wasmtime::Store;

use super::{Live, Session};
use crate::error::{Error, Result};
use crate::failure::CallSite;
use crate::output::outlet::Outlets;
use crate::runtime::host::Host;
use crate::store::deadline::{Began, Deadline};
use crate::store::state::State;
use wit_host_binary::limits::Limits;
use wit_host_text::shown;

/// The number of calls of a session that are timed by the clock. A session with more calls has
/// short ones, for which reading the clock twice would take longer than the call itself. Later
/// calls are timed by epochs.
const CALLS_BY_CLOCK: u8 = 100;

/// What every call needs to know of the runtime. It is copied into the session, so that a call
/// follows no pointer to it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Guards {
    pub(super) fuel: Option<u64>,
    pub(super) wall_clock: Option<Duration>,
    pub(super) stack: usize,
    deterministic: bool,
}

impl Guards {
    pub(super) fn of<T>(inner: &Host<T>, limits: &Limits) -> Self {
        let Limits { fuel, wall_clock, .. } = *limits;
        let stack = inner.limits.stack;
        Self { fuel, wall_clock, stack, deterministic: inner.deterministic }
    }
}

impl<T: Send + 'static> Session<T> {
    /// Runs `call` under the session's guards.
    pub(super) fn guarded<R>(
        &mut self,
        called: CallSite<'_>,
        call: impl AsyncFnOnce(&mut Store<State<T>>) -> wasmtime::Result<R>,
    ) -> impl Future<Output = Result<R>> {
        // The name is noted first, because a call that is dropped half-way leaves no other
        // trace. It ends the session as well.
        self.name_last_call(called.function);
        let by_clock = self.count_early();
        self.timed(called, by_clock, call)
    }

    /// Runs `call`, which is not async, under the session's guards.
    #[inline]
    pub(super) fn guarded_sync<R>(
        &mut self,
        called: &CallSite<'_>,
        call: impl FnOnce(&mut Store<State<T>>) -> wasmtime::Result<R>,
    ) -> Result<R> {
        let by_clock = self.count_early();
        self.timed_sync(called, by_clock, call)
    }

    /// Runs `call`, and measures its time by the clock or by epochs.
    pub(super) async fn timed<R>(
        &mut self,
        called: CallSite<'_>,
        by_clock: bool,
        call: impl AsyncFnOnce(&mut Store<State<T>>) -> wasmtime::Result<R>,
    ) -> Result<R> {
        let span = self.span_of(called.function);
        let began = self.begin(by_clock)?;
        let outcome = {
            let inner = self.guest.inner();
            // A copy, because the store is borrowed while the call runs. The one in the store
            // is checked from within the guest.
            let mut deadline = Deadline::new(self.guards.wall_clock, began);
            let call = pin!(written(call, &mut self.store));
            let within = deadline.within(&inner.shared.epochs, call);
            // The call stays pinned here, so that it need not be moved into `caught`.
            caught(pin!(within)).instrument(span.clone()).await
        };
        // A call that was stopped has not waited for its output; this gives the output a short
        // time.
        if let Some(outlets) = self.outlets() {
            outlets.written_soon().await;
        }
        match (outcome, self.end()) {
            (Ok(Ok(result)), true) => Ok(self.succeeded(result)),
            (outcome, in_time) => {
                Err(self.failed_in(&span, called, in_time, outcome.map(Result::err)))
            }
        }
    }

    /// Runs `call`, which is not async, and measures its time by the clock or by epochs.
    #[inline]
    pub(super) fn timed_sync<R>(
        &mut self,
        called: &CallSite<'_>,
        by_clock: bool,
        call: impl FnOnce(&mut Store<State<T>>) -> wasmtime::Result<R>,
    ) -> Result<R> {
        let span = self.span_of(called.function);
        self.begin(by_clock)?;
        // The result is taken out of the outcome at once. Copying both together takes as long
        // as everything else in this function.
        let mut result = None;
        let call = || call(&mut self.store).map(|returned| result = Some(returned));
        // The call may leave the store half changed when it unwinds. `begin` has marked the session
        // as ended, so the store is not used again.
        let outcome = span.in_scope(|| catch_unwind(AssertUnwindSafe(call)));
        match (outcome, result, self.end()) {
            (Ok(Ok(())), Some(result), true) => Ok(self.succeeded(result)),
            (outcome, _, in_time) => {
                Err(self.failed_in(&span, *called, in_time, outcome.map(Result::err)))
            }
        }
    }

    /// Returns the outlets that the guest writes to, if its output is this process's own.
    pub(crate) fn outlets(&self) -> Option<Outlets> {
        self.store.data().wasi.outlets().cloned()
    }

    pub(super) fn live(&self) -> Result<Live> {
        match self.live {
            Some(live) if !self.ended => Ok(live),
            _ => Err(self.ended_error()),
        }
    }

    #[cold]
    pub(crate) fn ended_error(&self) -> Error {
        match &self.exited {
            Some((function, status)) => {
                Error::SessionEnded { function: function.clone(), exited: Some(*status) }
            }
            None => Error::SessionEnded { function: self.last_call.clone(), exited: None },
        }
    }

    pub(super) fn no_such(&self, name: &str) -> Error {
        Error::NoSuchFunction { function: name.into(), exports: self.guest.exports() }
    }

    #[inline(always)]
    fn span_of(&self, function: &str) -> Span {
        match tracing::level_enabled!(Level::DEBUG) {
            true => self.traced_span_of(function),
            false => Span::none(),
        }
    }

    #[cold]
    fn traced_span_of(&self, function: &str) -> Span {
        let failure = tracing::field::Empty;
        tracing::debug_span!(parent: &self.span, "call", function = %shown(function), failure)
    }

    /// Counts a call, and returns whether it is one of the first, which are timed by the clock.
    #[inline(always)]
    fn count_early(&mut self) -> bool {
        // The count stops at the limit, so that it fits into a byte and never wraps around.
        let is_early = self.calls < CALLS_BY_CLOCK;
        self.calls += u8::from(is_early);
        is_early
    }

    /// Begins a call: resets its fuel, its counters and its time. Returns when it began.
    #[inline(always)]
    fn begin(&mut self, by_clock: bool) -> Result<Began> {
        if let Some(fuel) = self.guards.fuel {
            self.refuel(fuel)?;
        }
        // The session counts as ended until the call succeeds. So a call that is dropped
        // half-way, or unwinds, cannot leave a session that seems to be usable.
        self.ended = true;
        let state = self.store.data_mut();
        state.meter.begin();
        state.host_call = None;
        // A deterministic engine has no epochs, so only the clock can measure its calls.
        let began = match by_clock || self.guards.deterministic {
            true => Began::at_moment(),
            false => Began::in_epoch(&state.epochs),
        };
        state.deadline.begin(began);
        Ok(began)
    }

    /// Notes the function that is called. The text is written over the last one, so that no
    /// memory is allocated.
    pub(super) fn name_last_call(&mut self, function: &str) {
        self.last_call.clear();
        self.last_call.push_str(function);
    }

    fn refuel(&mut self, fuel: u64) -> Result<()> {
        self.store.set_fuel(fuel).map_err(Error::host("give the guest its fuel"))
    }

    /// Ends a call. Counts what it cost, and returns whether it was in time.
    #[inline(always)]
    fn end(&mut self) -> bool {
        let state = self.store.data();
        let is_short = state.deadline.is_in_its_epoch(&state.epochs);
        // A call that ended in the epoch in which it began needs no count: it is in time, and
        // its cost is rounded down to nothing. Fuel has no such shortcut: it has to be the same
        // in each run.
        (is_short && self.guards.fuel.is_none()) || self.count()
    }

    fn count(&mut self) -> bool {
        let state = self.store.data_mut();
        let (taken, late) = state.deadline.end(&state.epochs);
        self.spent.wall_clock += taken;
        if let Some(given) = self.guards.fuel
            && let Ok(left) = self.store.get_fuel()
        {
            // A function of the embedder may have given the store more meanwhile.
            *self.spent.fuel.get_or_insert(0) += given.saturating_sub(left);
        }
        !late
    }

    #[inline(always)]
    fn succeeded<R>(&mut self, result: R) -> R {
        self.ended = false;
        result
    }
}

/// Runs a call, and waits until its output is written, however the call ended.
async fn written<T: 'static, R>(
    call: impl AsyncFnOnce(&mut Store<State<T>>) -> R,
    store: &mut Store<State<T>>,
) -> R {
    // This waits within the call's time: a guest that writes more than its reader takes would
    // otherwise be free of its limit as soon as it returns.
    let outcome = call(store).await;
    if let Some(outlets) = store.data().wasi.outlets().cloned() {
        outlets.written().await;
    }
    outcome
}

/// Returns what a call ended with, or the panic that unwound out of it.
async fn caught<R>(mut call: Pin<&mut impl Future<Output = R>>) -> Result<R, Box<dyn Any + Send>> {
    poll_fn(|context| {
        // A future that has panicked must not be polled again, and is not: `Ready` ends the
        // `poll_fn`.
        let poll = AssertUnwindSafe(|| call.as_mut().poll(context));
        match catch_unwind(poll) {
            Ok(poll) => poll.map(Ok),
            Err(panic) => Poll::Ready(Err(panic)),
        }
    })
    .await
}
