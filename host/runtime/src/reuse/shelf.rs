//! Keeps idle sessions, and gives them out as leases. A lease decides when it is dropped
//! whether its session is kept. This module does not know how a session is started or called.

use std::fmt;
use std::future::poll_fn;
use std::ops::{Deref, DerefMut};
use std::pin::pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::Poll;

use tokio::sync::Notify;

use super::{Keep, Reuse};
use crate::engine::pool::Permit;
use crate::error::Result;

/// The idle sessions, each with the number of callers that it has served. The next caller gets
/// the one that was used last, because its memory is most likely still in the processor's
/// caches.
pub(super) struct Shelf<S> {
    idle: Mutex<Vec<(S, u32)>>,
    returned: Notify,
}

/// What the next caller gets.
pub(super) enum Next<S> {
    /// An idle session, and the number of callers that it has served.
    Kept(S, u32),
    /// A slot for a new session.
    Permit(Option<Permit>),
}

/// A session that is lent to one caller. It dereferences to the session, and gives it back when
/// it is dropped.
pub struct Lease<S> {
    session: Option<S>,
    /// The number of callers that the session has served, this one included.
    served: u32,
    keep: Keep,
    shelf: Arc<Shelf<S>>,
    /// Returns the number of bytes of memory and tables of a session. `None` if it cannot be
    /// called any more.
    memory: fn(&S) -> Option<usize>,
}

impl<S> Default for Shelf<S> {
    fn default() -> Self {
        Self { idle: Mutex::default(), returned: Notify::new() }
    }
}

impl<S> Shelf<S> {
    pub(super) fn take(&self) -> Option<(S, u32)> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop()
    }

    /// Returns an idle session or the result of `permit`, whichever comes first. A caller that
    /// waits for a slot must also notice a session that comes back: that session holds its
    /// slot, so none may ever become free.
    pub(super) async fn next(
        &self,
        permit: impl Future<Output = Result<Option<Permit>>>,
    ) -> Result<Next<S>> {
        let mut permit = pin!(permit);
        loop {
            if let Some((session, served)) = self.take() {
                return Ok(Next::Kept(session, served));
            }
            // A session may come back between `take` and this line. `notify_one` then stores a
            // permit, which `notified` takes, so the wake-up is not lost.
            let mut returned = pin!(self.returned.notified());
            // `permit` is polled first and stays pinned across turns of the loop, so the caller
            // keeps its turn in the pool's queue.
            let first = poll_fn(|context| match permit.as_mut().poll(context) {
                Poll::Ready(permit) => Poll::Ready(Some(permit)),
                Poll::Pending => returned.as_mut().poll(context).map(|()| None),
            });
            if let Some(permit) = first.await {
                return permit.map(Next::Permit);
            }
        }
    }

    fn keep(&self, session: S, served: u32, most: usize) {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        if idle.len() < most {
            idle.push((session, served));
            // One session serves one caller, so one is woken. If none waits, the wake-up is
            // stored for the next one, which looks at the shelf, finds it empty and waits again.
            self.returned.notify_one();
        }
        // A session that is not kept is dropped after `idle`, since parameters are dropped last.
        // Taking an instance down takes long, and other callers need the lock meanwhile.
    }
}

impl<S> Lease<S> {
    pub(super) fn new(
        session: S,
        before: u32,
        keep: Keep,
        shelf: &Arc<Shelf<S>>,
        memory: fn(&S) -> Option<usize>,
    ) -> Self {
        let (served, shelf) = (before.saturating_add(1), Arc::clone(shelf));
        Self { session: Some(session), served, keep, shelf, memory }
    }

    /// Ends the session when this lease is dropped, instead of keeping it for the next caller.
    pub fn discard(&mut self) {
        self.keep.reuse = Reuse::Never;
    }

    fn may_serve_again(&self, session: &S) -> bool {
        let is_allowed = match self.keep.reuse {
            Reuse::Never => false,
            Reuse::Calls(most) => self.served < most.get(),
            Reuse::UntilFailure => true,
        };
        // A panic may have left the session's data half changed. A lease that is dropped while
        // an unrelated panic unwinds ends its session as well, which costs time and no safety.
        let is_whole = !std::thread::panicking();
        let fits = (self.memory)(session).is_some_and(|memory| memory <= self.keep.memory);
        is_allowed && is_whole && fits
    }
}

impl<S> Drop for Lease<S> {
    fn drop(&mut self) {
        if let Some(session) = self.session.take()
            && self.may_serve_again(&session)
        {
            self.shelf.keep(session, self.served, self.keep.idle);
        }
    }
}

impl<S> Deref for Lease<S> {
    type Target = S;

    fn deref(&self) -> &S {
        // Only `drop` takes the session out.
        self.session.as_ref().expect("a lease has its session")
    }
}

impl<S> DerefMut for Lease<S> {
    fn deref_mut(&mut self) -> &mut S {
        self.session.as_mut().expect("a lease has its session")
    }
}

impl<S> fmt::Debug for Lease<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Lease").field("served", &self.served).finish_non_exhaustive()
    }
}
