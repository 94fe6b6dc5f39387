//! The one way into a guest: the clock is started, what it cost is counted, and
//! after any failure the session is over, with everything that is known of it.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;

use futures_util::FutureExt as _;
use tracing::{Instrument as _, Span};
use wasmtime::{Store, WasmCoreDump};

use super::{Live, Session};
use crate::deadline::Began;
use crate::error::{Error, Result};
use crate::failure::{Called, Ending, Failure, Verdict, of_panic};
use crate::guest::Linked;
use crate::state::State;
use crate::text::shown;

/// How many calls of a session are timed one by one. Whoever makes more of them wants
/// them quick.
const CALLS_BY_CLOCK: u8 = 100;

impl<T: Send + 'static> Session<T> {
    /// Runs `call` under the session's guards.
    pub(super) async fn guarded<R>(
        &mut self,
        called: Called<'_>,
        call: impl AsyncFnOnce(&mut Store<State<T>>) -> wasmtime::Result<R>,
    ) -> Result<R> {
        let span = self.span_of(called.function);
        let began = self.begin()?;
        // A call that is dropped half-way leaves the guest where it stood, and its name.
        self.name_last_call(called.function);
        let outcome = {
            let call = pin!(call(&mut self.store));
            // What is pinned here need not be moved into what waits for it.
            let guarded = pin!(AssertUnwindSafe(self.deadline.within(call)).catch_unwind());
            guarded.instrument(span.clone()).await
        };
        self.finish(&span, called, began, outcome)
    }

    /// The same for a call that is not async.
    pub(super) fn guarded_sync<R>(
        &mut self,
        called: Called<'_>,
        call: impl FnOnce(&mut Store<State<T>>) -> wasmtime::Result<R>,
    ) -> Result<R> {
        let span = self.span_of(called.function);
        let began = self.begin()?;
        let call = || call(&mut self.store);
        let outcome = span.in_scope(|| catch_unwind(AssertUnwindSafe(call)));
        self.finish(&span, called, began, outcome)
    }

    fn finish<R>(
        &mut self,
        span: &Span,
        called: Called<'_>,
        began: Began,
        outcome: std::thread::Result<wasmtime::Result<R>>,
    ) -> Result<R> {
        match self.end(began, outcome) {
            Ok(result) => {
                self.ended = false;
                Ok(result)
            }
            Err(failed) => Err(self.failed_in(span, called, failed)),
        }
    }

    pub(super) fn live(&self) -> Result<Live> {
        match self.live {
            Some(live) if !self.ended => Ok(live),
            _ => Err(Error::SessionEnded { function: self.last_call.clone() }),
        }
    }

    pub(super) fn no_such(&self, name: &str) -> Error {
        Error::NoSuchFunction { function: name.into(), exports: self.guest.exports() }
    }

    fn span_of(&self, function: &str) -> Span {
        let failure = tracing::field::Empty;
        tracing::debug_span!(parent: &self.span, "call", function = %shown(function), failure)
    }

    /// Begins a call: its fuel, its counts and its time, which is returned.
    fn begin(&mut self) -> Result<Began> {
        if let Some(fuel) = self.guest.runtime.inner.limits.fuel {
            self.store.set_fuel(fuel).map_err(Error::host("give the guest its fuel"))?;
        }
        self.ended = true;
        let state = self.store.data_mut();
        state.meter.begin();
        state.host_call = None;
        let by_clock = self.calls < CALLS_BY_CLOCK;
        self.calls += u8::from(by_clock);
        Ok(self.deadline.begin(by_clock))
    }

    /// No text is made for it, but the one there is is written over.
    fn name_last_call(&mut self, function: &str) {
        self.last_call.clear();
        self.last_call.push_str(function);
    }

    /// Counts what a call has cost, and judges what came of it.
    fn end<R>(
        &mut self,
        began: Began,
        outcome: std::thread::Result<wasmtime::Result<R>>,
    ) -> Result<R, Failed> {
        let (taken, late) = self.deadline.end(began);
        self.spent.wall_clock += taken;
        if let Some(given) = self.guest.runtime.inner.limits.fuel
            && let Ok(left) = self.store.get_fuel()
        {
            *self.spent.fuel.get_or_insert(0) += given - left;
        }
        match outcome {
            Ok(_) if late => Err(Failed::Guest(self.deadline.reached())),
            Ok(ended) => ended.map_err(Failed::Guest),
            Err(panic) => Err(Failed::Panic(of_panic(panic.as_ref()))),
        }
    }

    #[cold]
    fn failed_in(&mut self, span: &Span, called: Called<'_>, failed: Failed) -> Error {
        self.name_last_call(called.function);
        let error = self.failed(called, failed);
        if !span.is_disabled() {
            let text = error.to_string();
            span.record("failure", text.lines().next());
        }
        error
    }

    fn failed(&mut self, called: Called<'_>, failed: Failed) -> Error {
        let (verdict, error) = match failed {
            Failed::Guest(error) => (Verdict::of(&error, self.store.data()), Some(error)),
            Failed::Panic(verdict) => (verdict, None),
        };
        let (ending, cause) = match &verdict {
            Verdict::Exited(status) => return Error::Exited(*status),
            Verdict::OutputClosed => {
                return Error::OutputClosed { function: called.function.into() };
            }
            Verdict::Trapped(cause) => (Ending::Trapped, cause.clone()),
            Verdict::Stopped(limit) => (Ending::Stopped, limit.to_string()),
            Verdict::HostFailed(reason) => (Ending::HostFailed, reason.clone()),
        };
        let failure = self.failure(called, ending, cause, error.as_ref());
        match verdict {
            Verdict::Stopped(limit) => Error::Limit { limit, failure },
            Verdict::HostFailed(_) => Error::HostFunction(failure),
            _ => Error::Trapped(failure),
        }
    }

    fn failure(
        &mut self,
        called: Called<'_>,
        ending: Ending,
        cause: String,
        error: Option<&wasmtime::Error>,
    ) -> Box<Failure> {
        let state = self.store.data();
        let mut failure = Failure::new(called, ending, cause, self.spent(), state);
        let noted = state.host_call;
        if let Some(error) = error {
            failure.traced(error, &self.interfaces());
            let coredump = error.downcast_ref::<WasmCoreDump>();
            failure.coredump =
                coredump.map(|dump| dump.serialize(&mut self.store, called.function));
        }
        let table = &self.guest.runtime.inner.env;
        let noted = noted.and_then(|number| table.name_of(number));
        failure.host_call = noted.or(failure.host_call);
        Box::new(failure)
    }

    /// The interfaces that a component imports.
    fn interfaces(&self) -> Vec<String> {
        match &self.guest.loaded.linked {
            Linked::Component(pre) => {
                let (component, engine) = (pre.component(), pre.engine());
                let ty = component.component_type();
                ty.imports(engine).map(|(name, _)| name.to_owned()).collect()
            }
            Linked::Module(_) => Vec::new(),
        }
    }
}

/// What came out of a call instead of a result.
enum Failed {
    Guest(wasmtime::Error),
    /// A host function's panic, as it is to be told.
    Panic(Verdict),
}
