//! Sessions for programs without an async runtime. Each has an executor of its own, which runs
//! on the calling thread.

pub(crate) mod executor;

use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::Poll;
use std::time::Duration;

use wasmtime::component::{self, Val};
use wasmtime::{Store, TypedFunc, WasmParams, WasmResults};

use crate::engine::pool::Permit;
use crate::error::{Error, Result};
use crate::guest::abi::Abi;
use crate::guest::{Guest, Outcome};
use crate::provider::LeftOver;
use crate::session::{self, Terms};
use crate::store::state::State;
use crate::store::usage::Usage;
use executor::{Executor, at_once, run};
use wit_host_binary::allocator_names::AllocatorNames;
use wit_host_binary::entry_point::Main;
use wit_host_binary::limits::{LimitReached, Limits};

/// A [`session::Session`] whose calls block. Calls of a guest that imports nothing async use no
/// async runtime at all.
///
/// # Panics
/// Its methods may panic if they are called from async code, as tokio's `block_on` does. Use
/// the async session there.
pub struct Session<T: 'static> {
    // Dropped before the executor, since closing what the guest left open needs the executor.
    session: session::Session<T>,
    /// Made when a call first needs it.
    executor: Option<Executor>,
    interrupt: Option<Interrupt>,
}

/// Ends the calls of blocking sessions from elsewhere, such as another thread or a signal
/// handler. A call that is running when it is set to `true` ends with [`Error::Interrupted`]
/// within some 20 milliseconds, in guest code and where a host function waits. It stays `true`
/// until the program resets it.
pub type Interrupt = Arc<AtomicBool>;

/// The interval at which a call checks whether it is interrupted.
const LOOK: Duration = Duration::from_millis(20);

impl<T: Send + 'static> Session<T> {
    pub(crate) fn start(
        guest: &Guest<T>,
        data: T,
        terms: &Terms,
        permit: Option<Permit>,
        interrupt: Option<Interrupt>,
    ) -> Result<Self> {
        let mut executor = None;
        let session = match (guest.loaded.is_sync.get(), &interrupt) {
            (Some(true), None) => session::Session::start_sync(guest, data, terms, permit)?,
            _ => {
                let starting = session::Session::start(guest, data, terms, permit);
                drive(&mut executor, interrupt.as_ref(), "instantiate", pin!(starting))?
            }
        };
        Ok(Self { session, executor, interrupt })
    }

    /// Calls the guest's main function, blocking. See [`session::Session::main`].
    ///
    /// # Errors
    /// Those of [`session::Session::main`], and [`Error::Interrupted`].
    pub fn main(&mut self) -> Result<Outcome> {
        let (executor, interrupt) = (&mut self.executor, self.interrupt.as_ref());
        let name = interrupt.and_then(|_| self.session.guest().main());
        let name = name.as_ref().map_or("run", Main::name);
        let outcome = drive(executor, interrupt, name, pin!(self.session.main()));
        self.ended(outcome)
    }

    /// Calls an export by its name, blocking. See [`session::Session::call`].
    ///
    /// # Errors
    /// Those of [`session::Session::call`], and [`Error::Interrupted`].
    pub fn call(&mut self, name: &str, args: &[Val]) -> Result<Vec<Val>> {
        let (executor, interrupt) = (&mut self.executor, self.interrupt.as_ref());
        let outcome = match interrupt.is_none() && self.session.can_be_sync() {
            true => return self.session.call_sync(name, args),
            false => drive(executor, interrupt, name, pin!(self.session.call(name, args))),
        };
        self.ended(outcome)
    }

    /// Calls an export of a core module by a convention, blocking. See
    /// [`session::Session::call_with_abi`].
    ///
    /// # Errors
    /// Those of [`session::Session::call_with_abi`], and [`Error::Interrupted`].
    pub fn call_with_abi(&mut self, abi: Abi, name: &str, args: &[Val]) -> Result<Vec<Val>> {
        let (executor, interrupt) = (&mut self.executor, self.interrupt.as_ref());
        let outcome =
            drive(executor, interrupt, name, pin!(self.session.call_with_abi(abi, name, args)));
        self.ended(outcome)
    }

    /// Calls an export of a core module with the engine's own values, blocking. See
    /// [`session::Session::call_core`].
    ///
    /// # Errors
    /// Those of [`session::Session::call_core`], and [`Error::Interrupted`].
    pub fn call_core(&mut self, name: &str, args: &[wasmtime::Val]) -> Result<Vec<wasmtime::Val>> {
        let (executor, interrupt) = (&mut self.executor, self.interrupt.as_ref());
        drive(executor, interrupt, name, pin!(self.session.call_core(name, args)))
    }

    /// Runs calls of generated bindings or typed functions as one call, blocking. See
    /// [`session::Session::run`].
    ///
    /// # Errors
    /// Those of [`session::Session::run`], and [`Error::Interrupted`].
    pub fn run<R>(
        &mut self,
        name: &str,
        calls: impl AsyncFnOnce(&mut Store<State<T>>) -> wasmtime::Result<R>,
    ) -> Result<R> {
        let (executor, interrupt) = (&mut self.executor, self.interrupt.as_ref());
        let outcome = drive(executor, interrupt, name, pin!(self.session.run(name, calls)));
        self.ended(outcome)
    }

    /// Runs calls of bindings that are not async, which makes short calls cheaper by some
    /// hundred nanoseconds: `session.run_sync("greet", |store| plugin.call_greet(store,
    /// "you"))`.
    ///
    /// # Errors
    /// Those of [`Session::call`]. [`Error::InvalidCall`] if the guest imports something async,
    /// as most of WASI is: use [`Session::run`] for it.
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

    /// Returns the session whose calls are made to block.
    pub(crate) fn inner(&self) -> &session::Session<T> {
        &self.session
    }

    /// Binds the instance to a type that `bindgen!` made, without blocking. See
    /// [`session::Session::bind`].
    ///
    /// # Errors
    /// Those of [`session::Session::bind`].
    pub fn bind<'s, B>(
        &'s mut self,
        bind: impl FnOnce(&'s mut Store<State<T>>, &component::Instance) -> wasmtime::Result<B>,
    ) -> Result<B> {
        self.session.bind(bind)
    }

    /// Returns an exported function of a core module by its Rust types. See
    /// [`session::Session::typed_func`].
    ///
    /// # Errors
    /// Those of [`session::Session::typed_func`].
    pub fn typed_func<P: WasmParams, R: WasmResults>(
        &mut self,
        name: &str,
    ) -> Result<TypedFunc<P, R>> {
        self.session.typed_func(name)
    }

    /// Sets what each call may spend from now on. See [`session::Session::limit_calls`].
    ///
    /// # Errors
    /// Those of [`session::Session::limit_calls`].
    pub fn limit_calls(&mut self, limits: &Limits) -> Result<()> {
        self.session.limit_calls(limits)
    }

    /// Selects the guest's allocator for calls by a convention. See
    /// [`session::Session::set_allocator`].
    pub fn set_allocator(&mut self, names: AllocatorNames) {
        self.session.set_allocator(names);
    }

    /// Returns the function in which the guest exited, and its status. See
    /// [`session::Session::exited`].
    pub fn exited(&self) -> Option<(&str, i32)> {
        self.session.exited()
    }

    /// Returns the limit that stopped the guest from growing in the last call. See
    /// [`session::Session::refused`].
    pub fn refused(&self) -> Option<LimitReached> {
        self.session.refused()
    }

    /// Returns whether an earlier call has ended the session. See
    /// [`session::Session::has_ended`].
    pub fn has_ended(&self) -> bool {
        self.session.has_ended()
    }

    /// [`session::Session::defaults`].
    pub fn defaults(&self) -> &[String] {
        self.session.defaults()
    }

    /// Ends the session and drops the handles of providers that the guest has left, blocking. See
    /// [`session::Session::finish`].
    ///
    /// # Errors
    /// Those of [`session::Session::finish`], and [`Error::Interrupted`].
    pub fn finish(&mut self) -> Result<Vec<LeftOver>> {
        let executor = &mut self.executor;
        // Without such a provider it waits for nothing, and needs no executor.
        let interrupt = self.interrupt.as_ref();
        if !self.session.may_leave_handles() {
            return at_once(pin!(self.session.finish())).unwrap_or_else(|| Ok(Vec::new()));
        }
        drive(executor, interrupt, "finish", pin!(self.session.finish()))
    }

    /// Returns the guest that this session runs.
    pub fn guest(&self) -> &Guest<T> {
        self.session.guest()
    }

    /// Returns the host data.
    pub fn data(&self) -> &T {
        self.session.data()
    }

    /// Returns the host data, to be changed between calls.
    pub fn data_mut(&mut self) -> &mut T {
        self.session.data_mut()
    }

    /// Ends the session and returns its host data.
    pub fn into_data(self) -> T {
        self.session.into_data()
    }

    /// Returns what the session has cost so far.
    pub fn spent(&self) -> Usage {
        self.session.spent()
    }

    /// Returns what the guest has written to captured standard output and error. See
    /// [`session::Session::output`].
    pub fn output(&self) -> (Vec<u8>, Vec<u8>) {
        self.session.output()
    }

    /// Ends a call. Output of an interrupted call may still be on its way, and gets a short
    /// time to be written.
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

/// Runs a call of `function` until it ends or is interrupted.
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

/// Waits for a call until it ends or is interrupted. An interrupted call is left where it is,
/// and its session is not called again.
async fn until<R>(
    interrupt: &Interrupt,
    function: &str,
    mut call: Pin<&mut impl Future<Output = Result<R>>>,
) -> Result<R> {
    let mut look = tokio::time::interval(LOOK);
    poll_fn(|context| {
        // Polling until it is pending registers the waker for the next tick.
        while look.poll_tick(context).is_ready() {}
        if interrupt.load(Ordering::Relaxed) {
            return Poll::Ready(Err(Error::Interrupted { function: function.to_owned() }));
        }
        call.as_mut().poll(context)
    })
    .await
}
