//! Running calls on the calling thread, for programs without an async runtime.

use std::cell::RefCell;
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};

use tokio::runtime::{Builder, Handle, Runtime};

use crate::error::{Error, Result};

/// How many executors a thread keeps for its next sessions. Making one takes longer
/// than most calls.
const IDLE: usize = 4;

/// Room for host functions on a thread's own stack, beside the guest's part. A thread
/// that has less left gets another stack for the call: the engine ends a guest that
/// takes more than its part, and does not know what there is.
const HOST_STACK: usize = 1 << 20;

thread_local! {
    static EXECUTORS: RefCell<Vec<Executor>> = const { RefCell::new(Vec::new()) };
}

/// Does not wait, when it is dropped, for a thread that a guest left behind in a
/// read or a write that never ends.
pub(crate) struct Executor(Option<Runtime>);

impl Executor {
    fn new() -> Result<Self> {
        let idle = EXECUTORS.try_with(|executors| executors.borrow_mut().pop());
        if let Ok(Some(executor)) = idle {
            return Ok(executor);
        }
        let runtime = Builder::new_current_thread().enable_all().build();
        Ok(Self(Some(runtime.map_err(Error::host("start an executor"))?)))
    }

    fn block_on<F: Future>(&self, mut future: Pin<&mut F>) -> F::Output {
        // It is only taken out by `drop`.
        let runtime = self.0.as_ref().expect("the executor lives as long as its session");
        // Most calls end without waiting, for which nothing has to be scheduled. In
        // async code they are not tried, so that no call works there by chance.
        if Handle::try_current().is_err() {
            let _entered = runtime.enter();
            if let Some(output) = at_once(future.as_mut()) {
                return output;
            }
        }
        runtime.block_on(future)
    }
}

impl Drop for Executor {
    fn drop(&mut self) {
        let Some(runtime) = self.0.take() else { return };
        // What a session has left running ends with it.
        let is_idle = runtime.metrics().num_alive_tasks() == 0;
        let mut left = Some(runtime);
        // At the end of the thread there is nowhere to keep it.
        let _ = EXECUTORS.try_with(|executors| {
            let mut executors = executors.borrow_mut();
            if is_idle && executors.len() < IDLE {
                executors.push(Self(left.take()));
            }
        });
        if let Some(runtime) = left {
            runtime.shutdown_background();
        }
    }
}

/// Calls `function` where there are so many bytes of stack for guest code.
pub(crate) fn with_stack<R>(stack: usize, function: impl FnOnce() -> R) -> R {
    let needed = stack.saturating_add(HOST_STACK);
    stacker::maybe_grow(needed, needed, function)
}

/// The outcome of a future that waits for nothing.
pub(crate) fn at_once<F: Future>(mut future: Pin<&mut F>) -> Option<F::Output> {
    let mut nobody = Context::from_waker(Waker::noop());
    match future.as_mut().poll(&mut nobody) {
        Poll::Ready(output) => Some(output),
        Poll::Pending => None,
    }
}

/// Runs `future` on the calling thread, with an executor that is made when it is first
/// needed.
pub(crate) fn run<R>(
    executor: &mut Option<Executor>,
    future: Pin<&mut impl Future<Output = Result<R>>>,
) -> Result<R> {
    let executor = match executor {
        Some(executor) => executor,
        None => executor.insert(Executor::new()?),
    };
    executor.block_on(future)
}

/// Waits for `future` on the calling thread.
pub(crate) fn wait<R>(future: impl Future<Output = Result<R>>) -> Result<R> {
    Executor::new()?.block_on(pin!(future))
}
