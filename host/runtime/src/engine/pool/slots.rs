//! The slots of a pool, and the queue for them. It does not know what a slot contains.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::Room;
use super::error::PoolError;

/// The slots of a pool. Callers that wait get one in the order in which they came.
#[derive(Debug)]
pub(crate) struct Slots {
    free: Arc<Semaphore>,
    sessions: usize,
}

/// A slot, which is free again when this is dropped.
#[derive(Debug)]
pub(crate) struct Permit(#[expect(dead_code, reason = "it is held")] OwnedSemaphorePermit);

impl Slots {
    pub(crate) fn new(room: &Room) -> Self {
        let sessions = room.sessions;
        Self { free: Arc::new(Semaphore::new(sessions)), sessions }
    }

    /// Returns a free slot without waiting. It does not overtake callers that wait.
    pub(crate) fn try_take(&self) -> Result<Permit, PoolError> {
        let permit = Arc::clone(&self.free).try_acquire_owned();
        permit.map(Permit).map_err(|_| self.full(None))
    }

    /// Returns a slot, and waits for it up to `longest`.
    pub(crate) async fn take(&self, longest: Option<Duration>) -> Result<Permit, PoolError> {
        // Most callers get a slot at once, and need no timer.
        if let Ok(permit) = self.try_take() {
            return Ok(permit);
        }
        // The place in the queue belongs to this future. A caller that gives up drops it, and
        // those behind move up.
        let permit = Arc::clone(&self.free).acquire_owned();
        let taken = match longest {
            Some(longest) => tokio::time::timeout(longest, permit).await.ok(),
            None => Some(permit.await),
        };
        // The semaphore is never closed.
        let permit = taken.and_then(Result::ok);
        permit.map(Permit).ok_or_else(|| self.full(longest))
    }

    fn full(&self, waited: Option<Duration>) -> PoolError {
        PoolError::Full { sessions: self.sessions, waited }
    }
}
