//! A guest that can be replaced while it is called. It decides which generation serves a caller,
//! and when a generation is taken back. It does not know where a new guest comes from.

mod changes;
mod error;
mod folder;
mod generation;
mod plugins;
mod used;
mod watched;

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::{Duration, Instant};

use tokio::sync::Notify;
use wasmtime::component::Val;

use crate::blocking;
use crate::error::{Error, Result};
use crate::guest::Guest;
use crate::reuse::{Lease, Sessions};
use crate::session::Session;

pub use changes::Changes;
use changes::Counter;
pub use error::NotReplaced;
pub use folder::{FolderChange, WatchedFolder};
pub use generation::Generation;
pub use plugins::{PluginChange, Plugins, Watching};
use used::Used;
pub use watched::Watched;

/// When a generation is taken back by itself: if this many of its first calls fail, and the one
/// before it failed in a smaller share of its calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rollback {
    /// The number of first calls that are looked at.
    pub first: u64,
    /// The number of failures among them.
    pub failures: u64,
}

impl Default for Rollback {
    /// Three failures among the first twenty calls.
    fn default() -> Self {
        Self { first: 20, failures: 3 }
    }
}

/// Something that happened to the generations of a [`Live`] guest.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Change {
    /// A new generation serves.
    Replaced {
        /// Its number.
        generation: u64,
    },
    /// A new guest was refused, and the current generation goes on.
    Refused {
        /// The number of the generation that goes on.
        generation: u64,
        /// The reason, in one line.
        reason: String,
    },
    /// The generation before serves again.
    RolledBack {
        /// The number of the one that was taken back.
        from: u64,
        /// The number of the one that serves again.
        to: u64,
        /// Whether this happened by itself, because of failed calls.
        by_itself: bool,
    },
}

type MakeSessions<T> = dyn Fn(Guest<T>) -> Sessions<T> + Send + Sync;
type Probe<T> = dyn Fn(&mut blocking::Session<T>) -> Result<()> + Send + Sync;
type Listener = dyn Fn(&Change) + Send + Sync;

/// A guest that can be replaced while it is called.
///
/// Each guest that has served is a [`Generation`]. A new one is loaded, compared with the exports
/// that callers have used, started and probed beside the one that serves, and then takes its place
/// at once. A call ends on the generation that it began on, so that none is lost. The generation
/// before is kept, for [`Live::rollback`].
///
/// Cloning it is cheap; clones share everything.
///
/// ```
/// use wit_host::{Live, Runtime, Sessions, Val};
///
/// let guest = |number| format!("(module (func (export \"answer\") (result i32) i32.const {number}))");
/// let runtime = Runtime::builder().allow_text_format(true).build()?;
/// let live = Live::builder(|guest| Sessions::new(guest, || ())).serve(runtime.load(guest(41))?);
/// # let executor = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
/// assert_eq!(executor.block_on(live.call("answer", &[]))?, [Val::S32(41)]);
///
/// // From a thread that may block:
/// live.reload(guest(42))?;
/// assert_eq!(executor.block_on(live.call("answer", &[]))?, [Val::S32(42)]);
/// // Callers use `answer`, so that a guest without it is refused.
/// assert!(live.reload("(module)").is_err());
/// assert_eq!(executor.block_on(live.call("answer", &[]))?, [Val::S32(42)]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Live<T: 'static>(Arc<Shared<T>>);

/// Sets how a [`Live`] guest is served and replaced.
pub struct LiveBuilder<T: 'static> {
    sessions: Box<MakeSessions<T>>,
    probe: Option<Box<Probe<T>>>,
    rollback: Option<Rollback>,
    listener: Box<Listener>,
}

/// What the clones share.
struct Shared<T: 'static> {
    options: LiveBuilder<T>,
    state: Mutex<State<T>>,
    /// Held while a guest is replaced, so that one is replaced after the other.
    replacing: Mutex<()>,
    used: Used,
    changes: Counter,
    /// The number of the next generation.
    next: AtomicU64,
    /// Told when a caller of an old generation has ended.
    ended: Notify,
}

struct State<T: 'static> {
    current: Arc<Generation<T>>,
    previous: Option<Arc<Generation<T>>>,
    /// The generations that may still have callers.
    old: Vec<Weak<Generation<T>>>,
}

impl<T: Send + 'static> LiveBuilder<T> {
    /// Sets a call or more that a new guest has to pass before it serves.
    #[must_use]
    pub fn probe(
        mut self,
        probe: impl Fn(&mut blocking::Session<T>) -> Result<()> + Send + Sync + 'static,
    ) -> Self {
        self.probe = Some(Box::new(probe));
        self
    }

    /// Sets when a generation is taken back by itself; `None` is never. The default is
    /// [`Rollback::default`].
    #[must_use]
    pub fn rollback(mut self, rollback: Option<Rollback>) -> Self {
        self.rollback = rollback;
        self
    }

    /// Sets a function that is called after each change. It may not block, and may not replace the
    /// guest.
    #[must_use]
    pub fn on_change(mut self, listener: impl Fn(&Change) + Send + Sync + 'static) -> Self {
        self.listener = Box::new(listener);
        self
    }

    /// Serves a guest as the first generation.
    pub fn serve(self, guest: Guest<T>) -> Live<T> {
        let current = Arc::new(Generation::new(1, (self.sessions)(guest)));
        let state = State { current, previous: None, old: Vec::new() };
        Live(Arc::new(Shared {
            options: self,
            state: Mutex::new(state),
            replacing: Mutex::default(),
            used: Used::default(),
            changes: Counter::default(),
            next: AtomicU64::new(2),
            ended: Notify::new(),
        }))
    }
}

impl<T: Send + 'static> Live<T> {
    /// Returns a builder with a function that makes the sessions of each generation: what they may
    /// touch, and which callers share one.
    pub fn builder(
        sessions: impl Fn(Guest<T>) -> Sessions<T> + Send + Sync + 'static,
    ) -> LiveBuilder<T> {
        LiveBuilder {
            sessions: Box::new(sessions),
            probe: None,
            rollback: Some(Rollback::default()),
            listener: Box::new(|_| ()),
        }
    }

    /// Returns the generation that serves now.
    pub fn current(&self) -> Arc<Generation<T>> {
        Arc::clone(&self.0.state().current)
    }

    /// Returns the generation that [`Live::rollback`] goes back to.
    pub fn previous(&self) -> Option<Arc<Generation<T>>> {
        self.0.state().previous.clone()
    }

    /// Returns a session of the current generation for one caller, as [`Sessions::take`] does. It
    /// stays on that generation.
    ///
    /// # Errors
    /// Those of [`Sessions::take`].
    pub async fn take(&self) -> Result<Serving<T>> {
        self.serving(|sessions| async move { sessions.take().await }).await
    }

    /// Returns a session with host data of the caller's own, as [`Sessions::take_with`] does.
    ///
    /// # Errors
    /// Those of [`Sessions::take_with`].
    pub async fn take_with(&self, data: T) -> Result<Serving<T>> {
        self.serving(|sessions| async move { sessions.take_with(data).await }).await
    }

    /// Returns how often the guest was replaced, refused and taken back.
    pub fn changes(&self) -> Changes {
        self.0.changes.changes()
    }

    async fn serving<F>(&self, take: impl FnOnce(Sessions<T>) -> F) -> Result<Serving<T>>
    where
        F: Future<Output = Result<Lease<Session<T>>>>,
    {
        let caller = Caller::new(&self.0);
        let taken = take(caller.generation.sessions().clone()).await;
        // A session that does not start is a failed call as well, because a guest can trap in its
        // set-up.
        let session = taken.inspect_err(|error| caller.came(Some(error)))?;
        Ok(Serving { session, caller })
    }

    /// Makes one call with a session of the current generation.
    ///
    /// # Errors
    /// Those of [`Sessions::take`] and of [`Session::call`].
    pub async fn call(&self, name: &str, args: &[Val]) -> Result<Vec<Val>> {
        self.take().await?.call(name, args).await
    }

    /// Replaces the guest with that in `bytes`, which may be of any form that
    /// [`Runtime::load`](crate::Runtime::load) takes. It takes as long as compiling does: in an
    /// async program, call it where blocking is allowed. Bytes of the guest that serves change
    /// nothing.
    ///
    /// # Errors
    /// [`NotReplaced`]; the current generation then goes on.
    ///
    /// # Panics
    /// As the methods of [`blocking::Session`] do.
    pub fn reload(&self, bytes: impl AsRef<[u8]>) -> Result<Arc<Generation<T>>, NotReplaced> {
        let replacing = self.0.replacing.lock().unwrap_or_else(PoisonError::into_inner);
        let current = self.current();
        let result = self.0.replacement(&current, bytes.as_ref());
        let replaced = result.inspect_err(|refused| {
            let (generation, reason) = (current.number(), refused.to_string());
            self.0.tell(&Change::Refused { generation, reason });
        })?;
        let Some(sessions) = replaced else { return Ok(current) };
        let number = self.0.next.fetch_add(1, Ordering::Relaxed);
        let generation = Arc::new(Generation::new(number, sessions));
        self.0.state().put(Arc::clone(&generation));
        // Before the lock is released, so that the listener hears of two reloads in their order.
        self.0.tell(&Change::Replaced { generation: number });
        drop(replacing);
        Ok(generation)
    }

    /// Lets the generation before serve again. The one that served is then the one before.
    ///
    /// # Errors
    /// [`NotReplaced::NoPrevious`].
    pub fn rollback(&self) -> Result<Arc<Generation<T>>, NotReplaced> {
        let (from, to) = self.0.state().go_back().ok_or(NotReplaced::NoPrevious)?;
        let change = Change::RolledBack { from, to: to.number(), by_itself: false };
        self.0.tell(&change);
        Ok(to)
    }

    /// Waits until no caller is left on an old generation, and at most this long. Returns the
    /// number of callers that are left.
    pub async fn drain(&self, timeout: Duration) -> usize {
        let deadline = Instant::now().checked_add(timeout);
        loop {
            let ended = self.0.ended.notified();
            let mut ended = std::pin::pin!(ended);
            // Noted before it is counted, so that no end between the two is missed.
            ended.as_mut().enable();
            let left = self.0.state().old_callers();
            let rest = deadline.map(|at| at.saturating_duration_since(Instant::now()));
            match rest {
                _ if left == 0 => return 0,
                Some(rest) if rest.is_zero() => return left,
                Some(rest) => drop(tokio::time::timeout(rest, ended).await),
                None => ended.await,
            }
        }
    }
}

impl<T: Send + 'static> Shared<T> {
    fn state(&self) -> MutexGuard<'_, State<T>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn tell(&self, change: &Change) {
        self.changes.note(change);
        (self.options.listener)(change);
    }

    /// Returns the sessions of a guest that may take the place of the current one. `None` if it is
    /// the same guest.
    fn replacement(
        &self,
        current: &Generation<T>,
        bytes: &[u8],
    ) -> Result<Option<Sessions<T>>, NotReplaced> {
        let old = current.guest();
        let guest = old.runtime().load(bytes).map_err(|error| NotReplaced::Guest(error.into()))?;
        if guest.hash().is_some() && guest.hash() == old.hash() {
            return Ok(None);
        }
        // First what can be compared. Starting a session runs code of the guest, and may take long.
        let lost = self.used.lost(old, &guest);
        if !lost.is_empty() {
            return Err(NotReplaced::Exports(lost));
        }
        let sessions = (self.options.sessions)(guest);
        let session = sessions.take_blocking();
        let mut session = session.map_err(|error| NotReplaced::Start(error.into()))?;
        if let Some(probe) = &self.options.probe {
            probe(&mut session).map_err(|error| NotReplaced::Probe(error.into()))?;
        }
        drop(session);
        Ok(Some(sessions))
    }

    /// Notes how a call has ended, and takes the generation back if that is one failure too many.
    fn note(&self, generation: &Generation<T>, has_failed: bool) {
        let (calls, failures) = generation.note(has_failed);
        // A call that succeeded cannot be one failure too many.
        let Some(rollback) = self.options.rollback.filter(|_| has_failed) else { return };
        if calls > rollback.first || failures < rollback.failures {
            return;
        }
        let to = {
            let mut state = self.state();
            let is_current = state.current.number() == generation.number();
            let was_better =
                state.previous.as_ref().is_some_and(|one| one.fails_less(calls, failures));
            if is_current && was_better { state.go_back() } else { None }
        };
        if let Some((from, to)) = to {
            let to = to.number();
            self.tell(&Change::RolledBack { from, to, by_itself: true });
        }
    }
}

impl<T: 'static> State<T> {
    fn put(&mut self, generation: Arc<Generation<T>>) {
        let before = std::mem::replace(&mut self.current, generation);
        self.retire(&before);
        self.previous = Some(before);
    }

    /// Makes the previous generation the current one. Returns the number of the one that served, and
    /// the one that serves.
    fn go_back(&mut self) -> Option<(u64, Arc<Generation<T>>)> {
        let previous = self.previous.take()?;
        let (from, number) = (self.current.number(), previous.number());
        // It serves again, so its callers are not those of an old generation.
        self.old.retain(|old| old.upgrade().is_some_and(|old| old.number() != number));
        self.put(Arc::clone(&previous));
        Some((from, previous))
    }

    fn retire(&mut self, generation: &Arc<Generation<T>>) {
        self.old.retain(|old| old.strong_count() > 0);
        self.old.push(Arc::downgrade(generation));
    }

    fn old_callers(&self) -> usize {
        self.old.iter().filter_map(Weak::upgrade).map(|old| old.callers()).sum()
    }
}

/// A caller of one generation, from before its session was there.
struct Caller<T: Send + 'static> {
    shared: Arc<Shared<T>>,
    generation: Arc<Generation<T>>,
}

impl<T: Send + 'static> Caller<T> {
    fn new(shared: &Arc<Shared<T>>) -> Self {
        let state = shared.state();
        let generation = Arc::clone(&state.current);
        // Counted under the lock: a generation that has just been replaced has no new callers.
        generation.enter();
        drop(state);
        Self { shared: Arc::clone(shared), generation }
    }

    fn came(&self, error: Option<&Error>) {
        self.shared.note(&self.generation, error.is_some_and(is_of_guest));
    }
}

impl<T: Send + 'static> Drop for Caller<T> {
    fn drop(&mut self) {
        self.generation.leave();
        self.shared.ended.notify_waiters();
    }
}

/// Returns whether an error is the guest's, and not the host's or the caller's.
fn is_of_guest(error: &Error) -> bool {
    matches!(error, Error::Trapped(_) | Error::Limit { .. } | Error::Exited(_))
}

/// A session of a [`Live`] guest for one caller. The generation counts how its calls end.
pub struct Serving<T: Send + 'static> {
    // Declared first and so dropped first: a generation without callers has no session that one of
    // them holds.
    session: Lease<Session<T>>,
    caller: Caller<T>,
}

impl<T: Send + 'static> Serving<T> {
    /// Returns the generation that serves this caller.
    pub fn generation(&self) -> &Arc<Generation<T>> {
        &self.caller.generation
    }

    /// Calls an export, as [`Session::call`] does.
    ///
    /// # Errors
    /// Those of [`Session::call`].
    pub async fn call(&mut self, name: &str, args: &[Val]) -> Result<Vec<Val>> {
        let result = self.session.call(name, args).await;
        self.note(name, &result);
        result
    }

    /// Returns the session, for a call of another sort. [`Serving::note`] then says how it ended.
    pub fn session(&mut self) -> &mut Session<T> {
        &mut self.session
    }

    /// Notes that an export was called, which a later guest has to have as well, and how that
    /// ended. [`Serving::call`] does it by itself.
    pub fn note<R>(&self, name: &str, result: &Result<R>) {
        self.caller.came(result.as_ref().err());
        if result.is_ok() {
            self.caller.shared.used.note(name);
        }
    }
}

impl<T: 'static> Clone for Live<T> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<T: Send + 'static> fmt::Debug for Live<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = self.0.state();
        let previous = state.previous.as_ref().map(|one| one.number());
        f.debug_struct("Live")
            .field("generation", &state.current.number())
            .field("previous", &previous)
            .finish_non_exhaustive()
    }
}

impl<T: Send + 'static> fmt::Debug for Serving<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let generation = self.generation().number();
        f.debug_struct("Serving").field("generation", &generation).finish_non_exhaustive()
    }
}
