//! Sessions that are idle, and those that are out. Whether a session is kept is
//! decided when it comes back.

use std::fmt;
use std::future::poll_fn;
use std::ops::{Deref, DerefMut};
use std::pin::pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::Poll;

use tokio::sync::Notify;

use super::{Keep, Reuse};
use crate::error::Result;
use crate::pool::Place;

/// Idle sessions, with how many callers each has served. Whoever comes next gets the
/// one that was used last, whose memory is nearest.
pub(super) struct Shelf<S> {
    idle: Mutex<Vec<(S, u32)>>,
    returned: Notify,
}

/// What the next caller gets.
pub(super) enum Next<S> {
    /// A session, and how many callers it has served.
    Kept(S, u32),
    /// A place for a new one.
    Place(Option<Place>),
}

/// A session that is out for one caller, who reaches everything of a session through it. It
/// is given back when it is dropped.
pub struct Lease<S> {
    session: Option<S>,
    /// How many callers it has served, this one included.
    served: u32,
    keep: Keep,
    shelf: Arc<Shelf<S>>,
    /// Bytes of memory and tables that the session has, if it can be called.
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

    /// An idle session, or what `place` gives, whichever there is first.
    pub(super) async fn next(
        &self,
        place: impl Future<Output = Result<Option<Place>>>,
    ) -> Result<Next<S>> {
        let mut place = pin!(place);
        loop {
            if let Some((session, served)) = self.take() {
                return Ok(Next::Kept(session, served));
            }
            // One that comes back in between is remembered.
            let mut returned = pin!(self.returned.notified());
            let first = poll_fn(|context| match place.as_mut().poll(context) {
                Poll::Ready(place) => Poll::Ready(Some(place)),
                Poll::Pending => returned.as_mut().poll(context).map(|()| None),
            });
            if let Some(place) = first.await {
                return place.map(Next::Place);
            }
        }
    }

    fn keep(&self, session: S, served: u32, most: usize) {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        if idle.len() < most {
            idle.push((session, served));
            self.returned.notify_one();
        }
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

    /// Keeps the session from the next caller: it ends when this is dropped.
    pub fn discard(&mut self) {
        self.keep.reuse = Reuse::Never;
    }

    fn may_serve_again(&self, session: &S) -> bool {
        let is_allowed = match self.keep.reuse {
            Reuse::Never => false,
            Reuse::Calls(most) => self.served < most.get(),
            Reuse::UntilFailure => true,
        };
        // What a panic has left undone, nobody knows.
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
        // It is only taken out by `drop`.
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
