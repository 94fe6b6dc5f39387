//! The same sessions for programs without an async runtime: each brings an
//! executor of its own, on the calling thread.

use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::Poll;
use std::time::Duration;

use wasmtime::component::{self, Val};
use wasmtime::{Store, TypedFunc, WasmParams, WasmResults};

use crate::abi::Abi;
use crate::error::{Error, Result};
use crate::executor::{Executor, run};
use crate::guest::{Guest, Outcome};
use crate::pool::Place;
use crate::session::{self, Terms};
use crate::state::State;
use crate::usage::Usage;
use wit_host_binary::allocator_names::AllocatorNames;
use wit_host_binary::entry_point::Main;
use wit_host_binary::limits::{LimitReached, Limits};

/// A [`session::Session`] whose calls block. Calls of a guest that imports nothing async need no
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

impl<T: Send + 'static> Session<T> {
    pub(crate) fn start(
        guest: &Guest<T>,
        data: T,
        terms: &Terms,
        place: Option<Place>,
        interrupt: Option<Interrupt>,
    ) -> Result<Self> {
        let mut executor = None;
        let session = match (guest.loaded.is_sync.get(), &interrupt) {
            (Some(true), None) => session::Session::start_sync(guest, data, terms, place)?,
            _ => {
                let starting = session::Session::start(guest, data, terms, place);
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

    /// [`session::Session::call_with_abi`], blocking.
    ///
    /// # Errors
    /// The same.
    pub fn call_with_abi(&mut self, abi: Abi, name: &str, args: &[Val]) -> Result<Vec<Val>> {
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

    /// [`session::Session::run`], blocking.
    ///
    /// # Errors
    /// The same.
    pub fn run<R>(
        &mut self,
        name: &str,
        calls: impl AsyncFnOnce(&mut Store<State<T>>) -> wasmtime::Result<R>,
    ) -> Result<R> {
        let (executor, interrupt) = (&mut self.executor, self.interrupt.as_ref());
        let outcome = drive(executor, interrupt, name, pin!(self.session.run(name, calls)));
        self.ended(outcome)
    }

    /// [`Session::run`] with bindings that are not async, which makes short calls
    /// cheaper by some hundred nanoseconds:
    /// `session.run_sync("greet", |store| plugin.call_greet(store, "you"))`.
    ///
    /// # Errors
    /// Those of [`Session::call`]. [`Error::InvalidCall`] where the guest imports
    /// something that is async, as most of WASI is: use [`Session::run`] there.
    pub fn run_sync<R>(
        &mut self,
        name: &str,
        calls: impl FnOnce(&mut Store<State<T>>) -> wasmtime::Result<R>,
    ) -> Result<R> {
        if self.session.can_be_sync() {
            return self.session.run_sync(name, calls);
        }
        let reason = "the guest imports functions that are async, or has its `_start` called \
                      first, so that its calls have to be async; use `Session::run` with \
                      bindings that are";
        Err(Error::InvalidCall { function: name.into(), reason: reason.into() })
    }

    /// The session whose calls are made to block.
    pub(crate) fn inner(&self) -> &session::Session<T> {
        &self.session
    }

    /// [`session::Session::bind`]. It does not block.
    ///
    /// # Errors
    /// The same.
    pub fn bind<'s, B>(
        &'s mut self,
        bind: impl FnOnce(&'s mut Store<State<T>>, &component::Instance) -> wasmtime::Result<B>,
    ) -> Result<B> {
        self.session.bind(bind)
    }

    /// [`session::Session::typed_func`].
    ///
    /// # Errors
    /// The same.
    pub fn typed_func<P: WasmParams, R: WasmResults>(
        &mut self,
        name: &str,
    ) -> Result<TypedFunc<P, R>> {
        self.session.typed_func(name)
    }

    /// [`session::Session::limit_calls`].
    ///
    /// # Errors
    /// The same.
    pub fn limit_calls(&mut self, limits: &Limits) -> Result<()> {
        self.session.limit_calls(limits)
    }

    /// [`session::Session::set_allocator`].
    pub fn set_allocator(&mut self, names: AllocatorNames) {
        self.session.set_allocator(names);
    }

    /// [`session::Session::exited`].
    pub fn exited(&self) -> Option<(&str, i32)> {
        self.session.exited()
    }

    /// [`session::Session::refused`].
    pub fn refused(&self) -> Option<LimitReached> {
        self.session.refused()
    }

    /// [`session::Session::has_ended`].
    pub fn has_ended(&self) -> bool {
        self.session.has_ended()
    }

    /// [`session::Session::guest`].
    pub fn guest(&self) -> &Guest<T> {
        self.session.guest()
    }

    /// [`session::Session::data`].
    pub fn data(&self) -> &T {
        self.session.data()
    }

    /// [`session::Session::data_mut`].
    pub fn data_mut(&mut self) -> &mut T {
        self.session.data_mut()
    }

    /// [`session::Session::into_data`].
    pub fn into_data(self) -> T {
        self.session.into_data()
    }

    /// [`session::Session::spent`].
    pub fn spent(&self) -> Usage {
        self.session.spent()
    }

    /// [`session::Session::output`].
    pub fn output(&self) -> (Vec<u8>, Vec<u8>) {
        self.session.output()
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
