//! Describes a call that failed: what ended it, and what is known of the state of the guest. It
//! does not decide what happens to the session.

use tracing::Span;

use super::Session;
use crate::error::Error;
use crate::failure::coredump;
use crate::failure::{CallSite, Ending, Failure, Verdict, is_of_host_function, of_panic};
use crate::guest::Linked;
use wit_host_binary::entry_point::REACTOR;
use wit_host_binary::limits::LimitReached;
use wit_host_binary::names::START;
use wit_host_text::shown;

impl<T: Send + 'static> Session<T> {
    #[cold]
    pub(super) fn failed_in(
        &mut self,
        span: &Span,
        called: CallSite<'_>,
        in_time: bool,
        failed: std::thread::Result<Option<wasmtime::Error>>,
    ) -> Error {
        self.name_last_call(called.function);
        let failed = failed.map(|error| match error {
            // A late call is out of time, whatever it ended with. If it was stopped for that,
            // its own error is kept, because it has the frames in which the call was stopped.
            Some(error) if in_time || error.is::<LimitReached>() => error,
            _ => self.store.data().deadline.reached(),
        });
        let error = self.failed(called, failed);
        if !span.is_disabled() {
            let text = error.to_string();
            span.record("failure", text.lines().next());
        }
        error
    }

    /// Converts the engine's error or a panic into an error of this library.
    fn failed(
        &mut self,
        called: CallSite<'_>,
        failed: std::thread::Result<wasmtime::Error>,
    ) -> Error {
        let (verdict, error) = match failed {
            Ok(error) => (self.verdict(&error), Some(error)),
            Err(panic) => (of_panic(panic.as_ref()), None),
        };
        let (ending, cause) = match &verdict {
            Verdict::Exited(status) => return self.exited_with(*status, called.function),
            Verdict::OutputClosed => {
                return Error::OutputClosed { function: called.function.into() };
            }
            Verdict::Trapped(cause) | Verdict::Unknown(cause) => (Ending::Trapped, cause.clone()),
            Verdict::Stopped(limit) => (Ending::Stopped, limit.to_string()),
            Verdict::HostFailed(reason) => (Ending::HostFailed, reason.clone()),
            Verdict::HostLacked(reason) => (Ending::HostLacked, reason.clone()),
        };
        let mut failure = self.failure(called, ending, cause, error.as_ref());
        if let (Verdict::HostFailed(_), Some(error)) = (&verdict, error) {
            failure.of_host_function(error);
        }
        match verdict {
            Verdict::Stopped(limit) => Error::Limit { limit, failure },
            Verdict::HostFailed(_) | Verdict::HostLacked(_) => Error::HostFunction(failure),
            _ => Error::Trapped(failure),
        }
    }

    /// Decides whose failure it is. An error that no function of the engine makes comes from a
    /// host function, if the guest is a component that imports functions of the embedder.
    fn verdict(&self, error: &wasmtime::Error) -> Verdict {
        let verdict = Verdict::of(error, self.store.data());
        let Verdict::Unknown(reason) = verdict else { return verdict };
        let imports = match &self.guest.loaded.linked {
            Linked::Component(_) => self.guest.imports(),
            Linked::Module(_) => Vec::new(),
        };
        match is_of_host_function(error, &imports) {
            true => Verdict::HostFailed(reason),
            false => Verdict::Trapped(reason),
        }
    }

    fn exited_with(&mut self, status: i32, function: &str) -> Error {
        // If `_start` was called before the function and exited with a failure, it is the one
        // that ended.
        let function = match self.store.data().start_exited {
            Some(failed) if failed != 0 => START,
            _ => function,
        };
        self.exited = Some((function.to_owned(), status));
        Error::Exited(status)
    }

    /// Returns a note that the guest had exited before the call that failed.
    fn had_ended(&self) -> Option<String> {
        let exited = self.store.data().start_exited;
        let how = match (&self.command, exited) {
            (Some(main), _) => format!("`{}` had returned before", shown(main)),
            (None, Some(status)) => {
                format!("`{START}`, which is called first, had ended it with status {status}")
            }
            (None, None) => return None,
        };
        Some(format!("the guest is a program that was over already: {how}; {REACTOR}"))
    }

    fn failure(
        &mut self,
        called: CallSite<'_>,
        ending: Ending,
        cause: String,
        error: Option<&wasmtime::Error>,
    ) -> Box<Failure> {
        let state = self.store.data();
        let mut failure = Failure::new(called, ending, cause, self.spent(), state);
        let noted = state.host_call;
        if let Ending::Trapped = ending {
            failure.notes.extend(self.had_ended());
            let refused = state.meter.refused();
            failure.notes.extend(refused.map(|limit| {
                format!("this may follow from memory that the guest was refused: {limit}")
            }));
        }
        if let Some(error) = error {
            let linked = &self.guest.loaded.linked;
            let module = match linked {
                Linked::Module(linked) => Some(linked.module()),
                Linked::Component(_) => None,
            };
            let imports = module.map_or_else(|| self.guest.imports(), |_| Vec::new());
            failure.traced(error, &imports, module);
            failure.of_guest(self.guest.loaded.hash);
            failure.coredump = coredump::of(error, &mut self.store, called.function);
        }
        let table = &self.guest.inner().env;
        let noted = noted.and_then(|number| table.name_of(number));
        let provided = self.store.data().in_provider.name().map(str::to_owned);
        // The import of a core module was noted. That of a component is in the frames if it goes
        // through the toolchain's shim, and otherwise the function over values is known.
        failure.host_call = noted.or(failure.host_call).or(provided);
        Box::new(failure)
    }
}
