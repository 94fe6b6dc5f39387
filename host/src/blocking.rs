//! The same sessions for programs without an async runtime: each brings an
//! executor of its own, on the calling thread.

use std::ops::{Deref, DerefMut};

use tokio::runtime::Builder;
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

/// Does not wait, when it is dropped, for a thread that a guest left behind in a
/// read or a write that never ends.
struct Executor(Option<tokio::runtime::Runtime>);

impl Executor {
    fn new() -> Result<Self> {
        let runtime = Builder::new_current_thread().enable_all().build();
        Ok(Self(Some(runtime.map_err(Error::host("start an executor"))?)))
    }

    fn block_on<F: Future>(&self, future: F) -> F::Output {
        // It is only taken out by `drop`.
        self.0.as_ref().expect("the executor lives as long as its session").block_on(future)
    }
}

impl Drop for Executor {
    fn drop(&mut self) {
        if let Some(runtime) = self.0.take() {
            runtime.shutdown_background();
        }
    }
}

/// Waits for `future` on the calling thread.
pub(crate) fn wait<R>(future: impl Future<Output = Result<R>>) -> Result<R> {
    Executor::new()?.block_on(future)
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
        let session = executor.block_on(starting)?;
        Ok(Self { session, executor })
    }

    /// [`session::Session::main`], blocking.
    ///
    /// # Errors
    /// The same.
    pub fn main(&mut self) -> Result<Outcome> {
        self.executor.block_on(self.session.main())
    }

    /// [`session::Session::call`], blocking.
    ///
    /// # Errors
    /// The same.
    pub fn call(&mut self, name: &str, args: &[Val]) -> Result<Vec<Val>> {
        self.executor.block_on(self.session.call(name, args))
    }

    /// [`session::Session::call_with`], blocking.
    ///
    /// # Errors
    /// The same.
    pub fn call_with(&mut self, abi: Abi, name: &str, args: &[Val]) -> Result<Vec<Val>> {
        self.executor.block_on(self.session.call_with(abi, name, args))
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
        self.executor.block_on(self.session.typed(name, calls))
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
