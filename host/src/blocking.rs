//! The same sessions for programs without an async runtime: each brings an
//! executor of its own, on the calling thread.

use std::cell::RefCell;
use std::ops::{Deref, DerefMut};
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};

use tokio::runtime::{Builder, Handle, Runtime};
use wasmtime::Store;
use wasmtime::component::Val;

use crate::abi::Abi;
use crate::error::{Error, Result};
use crate::grants::Grants;
use crate::guest::{Guest, Outcome};
use crate::session;
use crate::state::State;

/// A [`session::Session`] whose calls block. Everything of a session that does
/// not wait is reached through it.
///
/// # Panics
/// Its methods panic where they are called from async code, as tokio's
/// `block_on` does: use the async session there.
pub struct Session<T: 'static> {
    // Before the executor, so that what the guest left open is closed in it.
    session: session::Session<T>,
    executor: Executor,
}

/// How many executors a thread keeps for its next sessions. Making one takes longer
/// than most calls.
const IDLE: usize = 4;

thread_local! {
    static EXECUTORS: RefCell<Vec<Executor>> = const { RefCell::new(Vec::new()) };
}

/// Does not wait, when it is dropped, for a thread that a guest left behind in a
/// read or a write that never ends.
struct Executor(Option<Runtime>);

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
            let mut nobody = Context::from_waker(Waker::noop());
            if let Poll::Ready(output) = future.as_mut().poll(&mut nobody) {
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

/// Waits for `future` on the calling thread.
pub(crate) fn wait<R>(future: impl Future<Output = Result<R>>) -> Result<R> {
    Executor::new()?.block_on(pin!(future))
}

impl<T: Send + 'static> Guest<T> {
    /// [`Guest::session`], blocking.
    ///
    /// # Errors
    /// The same, and [`Error::Host`] where no executor is to be had.
    pub fn session_blocking(&self, data: T) -> Result<Session<T>> {
        Session::of(self.session(data))
    }

    /// [`Guest::session_with`], blocking.
    ///
    /// # Errors
    /// Those of [`Guest::session_blocking`].
    pub fn session_with_blocking(&self, data: T, grants: &Grants) -> Result<Session<T>> {
        Session::of(self.session_with(data, grants))
    }

    /// [`Guest::try_session`], blocking while the session starts.
    ///
    /// # Errors
    /// The same, and [`Error::Host`] where no executor is to be had.
    pub fn try_session_blocking(&self, data: T) -> Result<Session<T>> {
        Session::of(self.try_session(data))
    }
}

impl<T: Send + 'static> Session<T> {
    /// The session that is being started.
    pub(crate) fn of(starting: impl Future<Output = Result<session::Session<T>>>) -> Result<Self> {
        let executor = Executor::new()?;
        let session = executor.block_on(pin!(starting))?;
        Ok(Self { session, executor })
    }

    /// [`session::Session::main`], blocking.
    ///
    /// # Errors
    /// The same.
    pub fn main(&mut self) -> Result<Outcome> {
        self.executor.block_on(pin!(self.session.main()))
    }

    /// [`session::Session::call`], blocking.
    ///
    /// # Errors
    /// The same.
    pub fn call(&mut self, name: &str, args: &[Val]) -> Result<Vec<Val>> {
        self.executor.block_on(pin!(self.session.call(name, args)))
    }

    /// [`session::Session::call_with`], blocking.
    ///
    /// # Errors
    /// The same.
    pub fn call_with(&mut self, abi: Abi, name: &str, args: &[Val]) -> Result<Vec<Val>> {
        self.executor.block_on(pin!(self.session.call_with(abi, name, args)))
    }

    /// [`session::Session::typed`], blocking.
    ///
    /// # Errors
    /// The same.
    pub fn typed<R>(
        &mut self,
        name: &str,
        calls: impl AsyncFnOnce(&mut Store<State<T>>) -> wasmtime::Result<R>,
    ) -> Result<R> {
        self.executor.block_on(pin!(self.session.typed(name, calls)))
    }

    /// Ends the session and gives its host data back.
    pub fn into_data(self) -> T {
        self.session.into_data()
    }
}

impl<T: 'static> Deref for Session<T> {
    type Target = session::Session<T>;

    fn deref(&self) -> &Self::Target {
        &self.session
    }
}

impl<T: 'static> DerefMut for Session<T> {
    fn deref_mut(&mut self) -> &mut Self::Target {
        &mut self.session
    }
}
