//! The same sessions for programs without an async runtime: each brings an
//! executor of its own, on the calling thread.

use std::future::poll_fn;
use std::ops::{Deref, DerefMut};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::Poll;
use std::time::Duration;

use wasmtime::Store;
use wasmtime::component::Val;

use crate::abi::Abi;
use crate::error::{Error, Result};
use crate::executor::{Executor, run, wait};
use crate::grants::Grants;
use crate::guest::{Guest, Outcome};
use crate::host::Host;
use crate::pool::Place;
use crate::session;
use crate::state::State;
use wit_host_binary::entry_point::Main;

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
    interrupt: Option<Interrupt>,
}

/// Ends the calls of blocking sessions from elsewhere, as from another thread or from the
/// handler of a signal: a call that is under way when it is set to `true` ends with
/// [`Error::Interrupted`] within some 20 milliseconds, in guest code and where a host
/// function waits. It stays set until somebody resets it.
pub type Interrupt = Arc<AtomicBool>;

/// How often a call looks whether it is interrupted.
const LOOK: Duration = Duration::from_millis(20);

impl<T: Send + 'static> Guest<T> {
    /// [`Guest::session`], blocking.
    ///
    /// # Errors
    /// The same, and [`Error::Host`] where no executor is to be had.
    pub fn session_blocking(&self, data: T) -> Result<Session<T>> {
        let inner = self.inner();
        Session::start(self, data, &inner.grants, inner.place_blocking()?, None)
    }

    /// [`Guest::session_with`], blocking.
    ///
    /// # Errors
    /// Those of [`Guest::session_blocking`].
    pub fn session_with_blocking(&self, data: T, grants: &Grants) -> Result<Session<T>> {
        let place = self.inner().place_blocking()?;
        Session::start(self, data, &Arc::new(grants.clone()), place, None)
    }

    /// [`Guest::session_with_blocking`], whose calls, its start among them, can be ended
    /// from elsewhere. Those of [`Session::typed_sync`] cannot, nor can the wait for a place
    /// in a pool.
    ///
    /// # Errors
    /// Those of [`Guest::session_with_blocking`], and [`Error::Interrupted`].
    pub fn session_with_interrupt(
        &self,
        data: T,
        grants: &Grants,
        interrupt: &Interrupt,
    ) -> Result<Session<T>> {
        let (place, interrupt) = (self.inner().place_blocking()?, Arc::clone(interrupt));
        Session::start(self, data, &Arc::new(grants.clone()), place, Some(interrupt))
    }

    /// [`Guest::try_session`], blocking while the session starts.
    ///
    /// # Errors
    /// The same, and [`Error::Host`] where no executor is to be had.
    pub fn try_session_blocking(&self, data: T) -> Result<Session<T>> {
        let inner = self.inner();
        Session::start(self, data, &inner.grants, inner.try_place()?, None)
    }
}

impl<T> Host<T> {
    /// [`Host::place`], blocking.
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
        interrupt: Option<Interrupt>,
    ) -> Result<Self> {
        let mut executor = None;
        let session = match (guest.loaded.is_sync.get(), &interrupt) {
            (Some(true), None) => session::Session::start_sync(guest, data, grants, place)?,
            _ => {
                let starting = session::Session::start(guest, data, grants, place);
                drive(&mut executor, interrupt.as_ref(), "instantiate", pin!(starting))?
            }
        };
        Ok(Self { session, executor, interrupt })
    }

    /// [`session::Session::main`], blocking.
    ///
    /// # Errors
    /// The same.
    pub fn main(&mut self) -> Result<Outcome> {
        let (executor, interrupt) = (&mut self.executor, self.interrupt.as_ref());
        let name = interrupt.and_then(|_| self.session.guest().main());
        let name = name.as_ref().map_or("run", Main::name);
        let outcome = drive(executor, interrupt, name, pin!(self.session.main()));
        self.ended(outcome)
    }

    /// [`session::Session::call`], blocking.
    ///
    /// # Errors
    /// The same.
    pub fn call(&mut self, name: &str, args: &[Val]) -> Result<Vec<Val>> {
        let (executor, interrupt) = (&mut self.executor, self.interrupt.as_ref());
        let outcome = match interrupt.is_none() && self.session.can_be_sync() {
            true => return self.session.call_sync(name, args),
            false => drive(executor, interrupt, name, pin!(self.session.call(name, args))),
        };
        self.ended(outcome)
    }

    /// [`session::Session::call_with`], blocking.
    ///
    /// # Errors
    /// The same.
    pub fn call_with(&mut self, abi: Abi, name: &str, args: &[Val]) -> Result<Vec<Val>> {
        let (executor, interrupt) = (&mut self.executor, self.interrupt.as_ref());
        let outcome =
            drive(executor, interrupt, name, pin!(self.session.call_with_abi(abi, name, args)));
        self.ended(outcome)
    }

    /// [`session::Session::call_core`], blocking.
    ///
    /// # Errors
    /// The same.
    pub fn call_core(&mut self, name: &str, args: &[wasmtime::Val]) -> Result<Vec<wasmtime::Val>> {
        let (executor, interrupt) = (&mut self.executor, self.interrupt.as_ref());
        drive(executor, interrupt, name, pin!(self.session.call_core(name, args)))
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
        let (executor, interrupt) = (&mut self.executor, self.interrupt.as_ref());
        let outcome = drive(executor, interrupt, name, pin!(self.session.typed(name, calls)));
        self.ended(outcome)
    }

    /// [`Session::typed`] with bindings that are not async, which makes short calls
    /// cheaper by some hundred nanoseconds:
    /// `session.run_sync("greet", |store| plugin.call_greet(store, "you"))`.
    ///
    /// # Errors
    /// Those of [`Session::call`]. [`Error::InvalidCall`] where the guest imports
    /// something that is async, as most of WASI is: use [`Session::typed`] there.
    pub fn typed_sync<R>(
        &mut self,
        name: &str,
        calls: impl FnOnce(&mut Store<State<T>>) -> wasmtime::Result<R>,
    ) -> Result<R> {
        if self.session.can_be_sync() {
            return self.session.run_sync(name, calls);
        }
        let reason = "the guest imports functions that are async, or has its `_start` called \
                      first, so that its calls have to be async; use `Session::typed` with \
                      bindings that are";
        Err(Error::InvalidCall { function: name.into(), reason: reason.into() })
    }

    /// Ends the session and gives its host data back.
    pub fn into_data(self) -> T {
        self.session.into_data()
    }

    /// The outcome of a call. What the guest of an interrupted one has written is on its
    /// way still.
    fn ended<R>(&mut self, outcome: Result<R>) -> Result<R> {
        if let Err(Error::Interrupted { .. }) = &outcome
            && let Some(outlets) = self.session.outlets()
        {
            let written = async {
                outlets.written_soon().await;
                Ok(())
            };
            run(&mut self.executor, pin!(written))?;
        }
        outcome
    }
}

/// Runs a call of `function`, until it is over or interrupted.
fn drive<R>(
    executor: &mut Option<Executor>,
    interrupt: Option<&Interrupt>,
    function: &str,
    call: Pin<&mut impl Future<Output = Result<R>>>,
) -> Result<R> {
    match interrupt {
        Some(interrupt) => run(executor, pin!(until(interrupt, function, call))),
        None => run(executor, call),
    }
}

/// The outcome of a call, which is left where it is when it is interrupted: its session is
/// not called again.
async fn until<R>(
    interrupt: &Interrupt,
    function: &str,
    mut call: Pin<&mut impl Future<Output = Result<R>>>,
) -> Result<R> {
    let mut look = tokio::time::interval(LOOK);
    poll_fn(|context| {
        // To be called again for the next look.
        while look.poll_tick(context).is_ready() {}
        if interrupt.load(Ordering::Relaxed) {
            return Poll::Ready(Err(Error::Interrupted { function: function.to_owned() }));
        }
        call.as_mut().poll(context)
    })
    .await
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
