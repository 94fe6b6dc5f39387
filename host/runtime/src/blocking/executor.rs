//! Runs calls on the calling thread, for programs without an async runtime. It does not know
//! what a call does.

use std::cell::{Cell, RefCell};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};

use tokio::runtime::{Builder, Handle, Runtime};

use crate::error::{Error, Result};
use wit_host_binary::limits::LimitReached;

/// The number of executors that a thread keeps for its next sessions. Making one takes longer
/// than most calls.
const IDLE: usize = 4;

/// The bytes of a thread's own stack that are reserved for host functions, beside the guest's
/// part. The engine stops a guest that uses more than its part, but does not know how much the
/// thread has left. So a call on a thread with less than both gets another stack.
const HOST_STACK: usize = 1 << 20;

thread_local! {
    /// Whether this thread is running a session on an executor of the session's own.
    static IS_RUNNING: Cell<bool> = const { Cell::new(false) };
    static EXECUTORS: RefCell<Vec<Executor>> = const { RefCell::new(Vec::new()) };
}

/// An async runtime for one session on its own thread. Dropping it does not wait for a thread
/// that a guest left in a read or a write that never ends.
pub(crate) struct Executor {
    runtime: Option<Runtime>,
    /// Whether one of its threads may wait forever, for example in a read that was running when
    /// the time of a call was up. Such an executor is not used again.
    may_be_stuck: Cell<bool>,
}

impl Executor {
    fn new() -> Result<Self> {
        let idle = EXECUTORS.try_with(|executors| executors.borrow_mut().pop());
        if let Ok(Some(executor)) = idle {
            return Ok(executor);
        }
        let runtime = Builder::new_current_thread().enable_all().build();
        let runtime = Some(runtime.map_err(Error::host("start an executor"))?);
        Ok(Self { runtime, may_be_stuck: Cell::new(false) })
    }

    fn block_on<F: Future>(&self, mut future: Pin<&mut F>) -> F::Output {
        let _running = Running::begin();
        // Only `drop` takes it out.
        let runtime = self.runtime.as_ref().expect("the executor lives as long as its session");
        // Most calls end at their first poll, for which no task has to be scheduled. This
        // shortcut is not taken in async code: there `block_on` panics, and a call must not
        // succeed just because it did not have to wait.
        if Handle::try_current().is_err() {
            let _entered = runtime.enter();
            if let Some(output) = at_once(future.as_mut()) {
                return output;
            }
        }
        runtime.block_on(future)
    }
}

/// Returns whether the calling code runs on a session's own executor, so that the thread
/// belongs to that session too.
pub(crate) fn is_own() -> bool {
    IS_RUNNING.try_with(Cell::get).unwrap_or_default()
}

/// Marks this thread as running a session's own executor, until it is dropped.
struct Running {
    before: bool,
}

impl Running {
    fn begin() -> Self {
        Self { before: IS_RUNNING.try_with(|running| running.replace(true)).unwrap_or_default() }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = IS_RUNNING.try_with(|running| running.set(self.before));
    }
}

impl Drop for Executor {
    fn drop(&mut self) {
        let Some(runtime) = self.runtime.take() else { return };
        // An executor with running tasks is not kept: they end with their session.
        let is_idle = !self.may_be_stuck.get() && runtime.metrics().num_alive_tasks() == 0;
        let mut left = Some(runtime);
        // While the thread ends, the list is gone already. The executor is then shut down.
        let _ = EXECUTORS.try_with(|executors| {
            let mut executors = executors.borrow_mut();
            if is_idle && executors.len() < IDLE {
                executors.push(Self { runtime: left.take(), may_be_stuck: Cell::new(false) });
            }
        });
        if let Some(runtime) = left {
            runtime.shutdown_background();
        }
    }
}

/// Calls `function` on a stack with at least `stack` bytes left for guest code: on the present
/// one or on a new one. `function` must not panic, because on a new stack a panic would be
/// taken for a lack of memory.
///
/// # Errors
/// [`Error::Host`] if the system has no memory for a new stack.
#[inline]
pub(crate) fn with_stack<R>(stack: usize, function: impl FnOnce() -> Result<R>) -> Result<R> {
    let needed = stack.saturating_add(HOST_STACK);
    match stacker::remaining_stack() {
        Some(left) if left >= needed => function(),
        _ => with_another_stack(needed, function),
    }
}

#[cold]
fn with_another_stack<R>(bytes: usize, function: impl FnOnce() -> Result<R>) -> Result<R> {
    // `stacker::grow` panics if the system has no memory for the stack.
    let outcome = catch_unwind(AssertUnwindSafe(|| stacker::grow(bytes, function)));
    outcome.unwrap_or_else(|_| {
        let reason = format!("there is no memory for its {bytes} bytes");
        Err(Error::Host { action: "get a stack for the call", reason })
    })
}

/// Polls a future once, and returns its outcome if it does not have to wait.
pub(crate) fn at_once<F: Future>(mut future: Pin<&mut F>) -> Option<F::Output> {
    let mut nobody = Context::from_waker(Waker::noop());
    match future.as_mut().poll(&mut nobody) {
        Poll::Ready(output) => Some(output),
        Poll::Pending => None,
    }
}

/// Runs `future` on the calling thread. The executor is made when it is first needed.
pub(crate) fn run<R>(
    executor: &mut Option<Executor>,
    future: Pin<&mut impl Future<Output = Result<R>>>,
) -> Result<R> {
    let executor = match executor {
        Some(executor) => executor,
        None => executor.insert(Executor::new()?),
    };
    let outcome = executor.block_on(future);
    // These two errors stop a call in the middle, where it may have a read or a write running.
    let was_left = |error: &Error| match error {
        Error::Interrupted { .. } => true,
        Error::Limit { limit, .. } => matches!(limit, LimitReached::WallClock(_)),
        _ => false,
    };
    if outcome.as_ref().is_err_and(was_left) {
        executor.may_be_stuck.set(true);
    }
    outcome
}

/// Runs `future` on the calling thread with an executor for this one call.
pub(crate) fn wait<R>(future: impl Future<Output = Result<R>>) -> Result<R> {
    Executor::new()?.block_on(pin!(future))
}
