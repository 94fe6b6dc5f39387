//! The places of a pool: who gets one, and who waits. It does not know what a
//! place has room for.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::Room;
use super::error::PoolError;

/// The places of a pool. Whoever waits gets one in turn.
#[derive(Debug)]
pub(crate) struct Places {
    free: Arc<Semaphore>,
    sessions: usize,
}

/// One place, which is free again when this is dropped.
#[derive(Debug)]
pub(crate) struct Place(#[expect(dead_code, reason = "it is held")] OwnedSemaphorePermit);

impl Places {
    pub(crate) fn new(room: &Room) -> Self {
        let sessions = room.sessions;
        Self { free: Arc::new(Semaphore::new(sessions)), sessions }
    }

    /// A place, if there is one. It is nobody's who has waited before.
    pub(crate) fn try_take(&self) -> Result<Place, PoolError> {
        let permit = Arc::clone(&self.free).try_acquire_owned();
        permit.map(Place).map_err(|_| self.full(None))
    }

    /// A place, after waiting for one no longer than `longest`.
    pub(crate) async fn take(&self, longest: Option<Duration>) -> Result<Place, PoolError> {
        // Most find one at once, and need no timer.
        if let Ok(place) = self.try_take() {
            return Ok(place);
        }
        let permit = Arc::clone(&self.free).acquire_owned();
        let taken = match longest {
            Some(longest) => tokio::time::timeout(longest, permit).await.ok(),
            None => Some(permit.await),
        };
        // The semaphore is never closed.
        let permit = taken.and_then(Result::ok);
        permit.map(Place).ok_or_else(|| self.full(longest))
    }

    fn full(&self, waited: Option<Duration>) -> PoolError {
        PoolError::Full { sessions: self.sessions, waited }
    }
}
