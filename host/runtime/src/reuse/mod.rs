//! Sessions that serve one caller after another. It decides which callers a session may serve,
//! and which sessions are kept for the next caller. It does not know how a session is started
//! or called.

mod shelf;

use std::num::NonZeroU32;
use std::sync::Arc;

use wasmtime::component::Val;

use crate::blocking::{self, executor};
use crate::error::Result;
use crate::guest::Guest;
use crate::session::{Session, Terms};
use crate::store::grants::Grants;
pub use shelf::Lease;
use shelf::{Next, Shelf};

/// The number of idle sessions that are kept by default.
const IDLE: usize = 16;

/// Which callers one session may serve. A session is a guest's memory and the host data, and
/// the next caller may see what is left in either.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Reuse {
    /// One caller only. Each caller has a session of its own, which ends with it. Callers are
    /// isolated from one another, and what one does to a guest, even through a flaw of the
    /// guest, ends with the session. Choose this if callers do not trust each other.
    #[default]
    Never,
    /// This number of callers, one after another. They are not isolated: a guest may keep what
    /// one caller has passed to it, by intent or by mistake, and pass it on to the next ones,
    /// and a caller that breaks the guest has broken it for them. This is for callers that may
    /// see each other's data, and for guests that are slow to start. The number limits how far
    /// leaks and bad states can grow.
    Calls(NonZeroU32),
    /// Every caller, until a call fails. What is said of [`Reuse::Calls`] holds without a
    /// limit. This is for guests that keep something on purpose, such as a cache, for callers
    /// of one party.
    UntilFailure,
}

/// Sessions of one guest, for a server. It lends a session for a call, takes it back, and lends
/// it to the next caller as far as [`Reuse`] allows. A session serves one caller at a time.
///
/// A session is not used again after a failure of any kind: a trap, a limit, an exit, a call
/// that was dropped half-way, a panic of the thread that holds it.
///
/// An idle session keeps its memory, and its slot in the [`Pool`](crate::engine::pool::Pool) if there
/// is one. A caller of the same `Sessions` gets it, while callers of others wait. So all
/// `Sessions` with one pool should together keep fewer sessions than the pool has slots.
/// Clones share their idle sessions, until one of them gets other settings.
///
/// ```
/// use std::num::NonZeroU32;
/// use wit_host::{Pool, Reuse, Runtime, Sessions, Val};
///
/// let runtime = Runtime::builder().allow_text_format(true).pool(Pool::new(100)).build()?;
/// let guest = runtime.load(r#"(module (func (export "answer") (result i32) i32.const 42))"#)?;
/// let hundred = NonZeroU32::new(100).expect("not zero");
/// let sessions = Sessions::new(guest, || ()).reuse(Reuse::Calls(hundred));
///
/// // From async code: `sessions.call("answer", &[]).await?`.
/// assert_eq!(sessions.call_blocking("answer", &[])?, [Val::S32(42)]);
/// // For more than one call, or typed ones, of one caller:
/// let mut session = sessions.take_blocking()?;
/// assert_eq!(session.call("answer", &[])?, [Val::S32(42)]);
/// # Ok::<(), wit_host::Error>(())
/// ```
pub struct Sessions<T: 'static> {
    guest: Guest<T>,
    data: Arc<dyn Fn() -> T + Send + Sync>,
    terms: Terms,
    keep: Keep,
    idle: Arc<Shelf<Session<T>>>,
    idle_blocking: Arc<Shelf<blocking::Session<T>>>,
}

impl<T> Clone for Sessions<T> {
    fn clone(&self) -> Self {
        Self {
            guest: self.guest.clone(),
            data: Arc::clone(&self.data),
            terms: self.terms.clone(),
            keep: self.keep,
            idle: Arc::clone(&self.idle),
            idle_blocking: Arc::clone(&self.idle_blocking),
        }
    }
}

/// Which sessions are kept.
#[derive(Clone, Copy, Debug)]
struct Keep {
    reuse: Reuse,
    /// The number of idle sessions at most.
    idle: usize,
    /// The number of bytes that a session may have grown to.
    memory: usize,
}

impl<T: Send + 'static> Sessions<T> {
    /// Creates sessions of `guest`. Each is started with a value of `data`. They have the
    /// runtime's grants, and none of them serves two callers.
    pub fn new(guest: Guest<T>, data: impl Fn() -> T + Send + Sync + 'static) -> Self {
        let inner = guest.inner();
        let (grants, limits) = (Arc::clone(&inner.grants), Arc::clone(&inner.limits));
        let keep = Keep { reuse: Reuse::default(), idle: IDLE, memory: usize::MAX };
        let (idle, idle_blocking) = (Arc::default(), Arc::default());
        let terms = Terms { grants, limits };
        Self { guest, data: Arc::new(data), terms, keep, idle, idle_blocking }
    }

    /// Returns the guest of the sessions.
    pub fn guest(&self) -> &Guest<T> {
        &self.guest
    }

    /// Stops sharing idle sessions with existing clones, whose sessions have other settings.
    fn apart(mut self) -> Self {
        (self.idle, self.idle_blocking) = (Arc::default(), Arc::default());
        self
    }

    /// Sets which callers one session may serve.
    #[must_use]
    pub fn reuse(mut self, reuse: Reuse) -> Self {
        self.keep.reuse = reuse;
        self.apart()
    }

    /// Sets what the sessions may touch.
    #[must_use]
    pub fn grants(mut self, grants: impl Into<Arc<Grants>>) -> Self {
        self.terms.grants = grants.into();
        self.apart()
    }

    /// Sets the number of idle sessions that are kept at most, 16 by default.
    #[must_use]
    pub fn idle(mut self, most: usize) -> Self {
        self.keep.idle = most;
        self.apart()
    }

    /// Sets how many bytes of memory and tables a session may have to be kept. A guest's memory
    /// grows and never shrinks, so one large request would cost memory for as long as the
    /// session lives. By default it is all that
    /// [`Limits::memory`](wit_host_binary::limits::Limits::memory) allows.
    #[must_use]
    pub fn memory(mut self, most: usize) -> Self {
        self.keep.memory = most;
        self.apart()
    }

    /// Returns a session for one caller, which is given back when it is dropped: an idle
    /// session, or else a new one.
    ///
    /// # Errors
    /// Those of [`SessionBuilder::start`](crate::SessionBuilder::start).
    pub async fn take(&self) -> Result<Lease<Session<T>>> {
        let inner = self.guest.inner();
        let (session, served) = match self.idle.next(inner.permit()).await? {
            Next::Kept(session, served) => (session, served),
            Next::Permit(permit) => {
                let (guest, data) = (&self.guest, (self.data)());
                (Session::start(guest, data, &self.terms, permit).await?, 0)
            }
        };
        Ok(Lease::new(session, served, self.keep, &self.idle, memory))
    }

    /// Returns a session for one caller with host data of its own: an idle session whose data
    /// is replaced, or else a new one. The data stays in a session that is kept: if one caller
    /// brings data, all should. If a caller may touch what others may not, give it
    /// `Sessions` of its own: see [`Sessions::grants`].
    ///
    /// # Errors
    /// Those of [`Sessions::take`].
    pub async fn take_with(&self, data: T) -> Result<Lease<Session<T>>> {
        let inner = self.guest.inner();
        let (session, served) = match self.idle.next(inner.permit()).await? {
            Next::Kept(mut session, served) => {
                *session.data_mut() = data;
                (session, served)
            }
            Next::Permit(permit) => {
                (Session::start(&self.guest, data, &self.terms, permit).await?, 0)
            }
        };
        Ok(Lease::new(session, served, self.keep, &self.idle, memory))
    }

    /// Returns a blocking session for one caller, as [`Sessions::take`] does. Blocking and
    /// async callers do not share idle sessions.
    ///
    /// # Errors
    /// Those of [`Sessions::take`], and [`Error::Host`](crate::error::Error::Host) if no
    /// executor can be made.
    ///
    /// # Panics
    /// As the methods of [`blocking::Session`] do.
    pub fn take_blocking(&self) -> Result<Lease<blocking::Session<T>>> {
        let (session, served) = match self.next_blocking()? {
            Next::Kept(session, served) => (session, served),
            Next::Permit(permit) => {
                let (guest, data) = (&self.guest, (self.data)());
                (blocking::Session::start(guest, data, &self.terms, permit, None)?, 0)
            }
        };
        Ok(Lease::new(session, served, self.keep, &self.idle_blocking, memory_of_blocking))
    }

    /// Returns a blocking session for one caller with host data of its own, as
    /// [`Sessions::take_with`] does.
    ///
    /// # Errors
    /// Those of [`Sessions::take_blocking`].
    ///
    /// # Panics
    /// As the methods of [`blocking::Session`] do.
    pub fn take_with_blocking(&self, data: T) -> Result<Lease<blocking::Session<T>>> {
        let (session, served) = match self.next_blocking()? {
            Next::Kept(mut session, served) => {
                *session.data_mut() = data;
                (session, served)
            }
            Next::Permit(permit) => {
                (blocking::Session::start(&self.guest, data, &self.terms, permit, None)?, 0)
            }
        };
        Ok(Lease::new(session, served, self.keep, &self.idle_blocking, memory_of_blocking))
    }

    fn next_blocking(&self) -> Result<Next<blocking::Session<T>>> {
        let inner = self.guest.inner();
        if let Some((session, served)) = self.idle_blocking.take() {
            return Ok(Next::Kept(session, served));
        }
        // A free slot needs no executor, so this is tried before waiting.
        match inner.try_permit() {
            Ok(permit) => Ok(Next::Permit(permit)),
            Err(_) => executor::wait(self.idle_blocking.next(inner.permit())),
        }
    }

    /// Makes one call with a session: [`Session::call`] on a session of [`Sessions::take`].
    ///
    /// # Errors
    /// Those of [`Sessions::take`] and of [`Session::call`].
    pub async fn call(&self, name: &str, args: &[Val]) -> Result<Vec<Val>> {
        self.take().await?.call(name, args).await
    }

    /// Makes one call with a blocking session.
    ///
    /// # Errors
    /// Those of [`Sessions::call`] and of [`Sessions::take_blocking`].
    pub fn call_blocking(&self, name: &str, args: &[Val]) -> Result<Vec<Val>> {
        self.take_blocking()?.call(name, args)
    }
}

/// Returns the number of bytes of memory and tables of a session. `None` if it cannot be called
/// any more.
fn memory<T: Send + 'static>(session: &Session<T>) -> Option<usize> {
    session.is_live().then(|| session.spent().peak_memory)
}

fn memory_of_blocking<T: Send + 'static>(session: &blocking::Session<T>) -> Option<usize> {
    (!session.has_ended()).then(|| session.spent().peak_memory)
}
