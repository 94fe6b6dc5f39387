//! The same sessions for programs without an async runtime: each brings an
//! executor of its own, on the calling thread.

use std::cell::RefCell;
use std::ops::{Deref, DerefMut};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use tokio::runtime::{Builder, Handle, Runtime};
use wasmtime::Store;
use wasmtime::component::Val;

use crate::abi::Abi;
use crate::error::{Error, Result};
use crate::grants::Grants;
use crate::guest::{Guest, Outcome};
use crate::pool::Place;
use crate::runtime::Inner;
use crate::session::{self, Mode};
use crate::state::State;

/// A [`session::Session`] whose calls block. Everything of a session that does
/// not wait is reached through it. Calls of a guest that imports nothing async need no
/// async runtime, and have none.
///
/// # Panics
/// Its methods may panic where they are called from async code, as tokio's
/// `block_on` does: use the async session there.
pub struct Session<T: 'static> {
    // Before the executor, so that what the guest left open is closed in it.
    session: session::Session<T>,
    /// Made when a call first needs it.
    executor: Option<Executor>,
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

/// Runs `future` on the calling thread: without an executor where it is sync, which
/// waits for nothing.
fn run<R>(
    executor: &mut Option<Executor>,
    is_sync: bool,
    mut future: Pin<&mut impl Future<Output = Result<R>>>,
) -> Result<R> {
    let mut nobody = Context::from_waker(Waker::noop());
    if is_sync && let Poll::Ready(output) = future.as_mut().poll(&mut nobody) {
        return output;
    }
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

impl<T: Send + 'static> Guest<T> {
    /// [`Guest::session`], blocking.
    ///
    /// # Errors
    /// The same, and [`Error::Host`] where no executor is to be had.
    pub fn session_blocking(&self, data: T) -> Result<Session<T>> {
        let inner = &self.runtime.inner;
        Session::start(self, data, &inner.grants, inner.place_blocking()?)
    }

    /// [`Guest::session_with`], blocking.
    ///
    /// # Errors
    /// Those of [`Guest::session_blocking`].
    pub fn session_with_blocking(&self, data: T, grants: &Grants) -> Result<Session<T>> {
        let place = self.runtime.inner.place_blocking()?;
        Session::start(self, data, &Arc::new(grants.clone()), place)
    }

    /// [`Guest::try_session`], blocking while the session starts.
    ///
    /// # Errors
    /// The same, and [`Error::Host`] where no executor is to be had.
    pub fn try_session_blocking(&self, data: T) -> Result<Session<T>> {
        let inner = &self.runtime.inner;
        Session::start(self, data, &inner.grants, inner.try_place()?)
    }
}

impl<T> Inner<T> {
    /// [`Inner::place`], blocking.
    fn place_blocking(&self) -> Result<Option<Place>> {
        self.try_place().or_else(|_| wait(self.place()))
    }
}

impl<T: Send + 'static> Session<T> {
    pub(crate) fn start(
        guest: &Guest<T>,
        data: T,
        grants: &Arc<Grants>,
        place: Option<Place>,
    ) -> Result<Self> {
        let mut executor = None;
        let is_sync = guest.loaded.is_sync.get() == Some(&true);
        let mode = if is_sync { Mode::Sync } else { Mode::Async };
        let starting = session::Session::start(guest, data, grants, place, mode);
        let session = run(&mut executor, is_sync, pin!(starting))?;
        Ok(Self { session, executor })
    }

    /// [`session::Session::main`], blocking.
    ///
    /// # Errors
    /// The same.
    pub fn main(&mut self) -> Result<Outcome> {
        let is_sync = self.session.make_sync(true);
        run(&mut self.executor, is_sync, pin!(self.session.main()))
    }

    /// [`session::Session::call`], blocking.
    ///
    /// # Errors
    /// The same.
    pub fn call(&mut self, name: &str, args: &[Val]) -> Result<Vec<Val>> {
        let is_sync = self.session.make_sync(true);
        run(&mut self.executor, is_sync, pin!(self.session.call(name, args)))
    }

    /// [`session::Session::call_with`], blocking.
    ///
    /// # Errors
    /// The same.
    pub fn call_with(&mut self, abi: Abi, name: &str, args: &[Val]) -> Result<Vec<Val>> {
        let is_sync = self.session.make_sync(false);
        run(&mut self.executor, is_sync, pin!(self.session.call_with(abi, name, args)))
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
        let is_sync = self.session.make_sync(false);
        run(&mut self.executor, is_sync, pin!(self.session.typed(name, calls)))
    }

    /// [`Session::typed`] with bindings that are not async, which makes short calls
    /// cheaper by some hundred nanoseconds:
    /// `session.typed_sync("greet", |store| plugin.call_greet(store, "you"))`.
    ///
    /// # Errors
    /// Those of [`Session::call`]. [`Error::WrongType`] where the guest imports
    /// something that is async, as most of WASI is: use [`Session::typed`] there.
    pub fn typed_sync<R>(
        &mut self,
        name: &str,
        calls: impl FnOnce(&mut Store<State<T>>) -> wasmtime::Result<R>,
    ) -> Result<R> {
        if !self.session.make_sync(true) {
            let reason = "the guest imports functions that are async, so that calls of it \
                          have to be; use `Session::typed` with bindings that are async";
            return Err(Error::WrongType { function: name.into(), reason: reason.into() });
        }
        let calls = async |store: &mut Store<State<T>>| calls(store);
        run(&mut self.executor, true, pin!(self.session.typed(name, calls)))
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
