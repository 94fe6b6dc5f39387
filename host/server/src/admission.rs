//! Who may call now: a number of sessions at one time, and a bounded queue before them. It does not
//! know what is called.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// What a server takes on.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Bounds {
    /// The number of calls at one time.
    pub sessions: usize,
    /// The number of calls that wait for one of those to end.
    pub queue: usize,
    /// The bytes of a request's body.
    pub body: usize,
    /// The bytes of a request's headers.
    pub headers: usize,
    /// The time in which a request's headers have to come, and then its body.
    pub request: Duration,
    /// The number of connections at one time.
    pub connections: usize,
    /// The time in which the calls that are under way have to end, once the server ends.
    pub drain: Duration,
}

impl Default for Bounds {
    /// 64 sessions, 256 that wait, bodies of a MiB, headers of 32 KiB, ten seconds for a request,
    /// 1,024 connections, and thirty seconds to end.
    fn default() -> Self {
        Self {
            sessions: 64,
            queue: 256,
            body: 1 << 20,
            headers: 32 << 10,
            request: Duration::from_secs(10),
            connections: 1024,
            drain: Duration::from_secs(30),
        }
    }
}

/// The right to make a call, until it is dropped.
pub(crate) type Slot = OwnedSemaphorePermit;

/// The slots of a server, and the number of calls that wait for one.
pub(crate) struct Admission {
    slots: Arc<Semaphore>,
    sessions: usize,
    waiting: AtomicUsize,
    queue: usize,
}

/// Counts a call that waits, until it is dropped.
struct Waiting<'a>(&'a AtomicUsize);

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::AcqRel);
    }
}

impl Admission {
    pub(crate) fn new(bounds: &Bounds) -> Self {
        let slots = Arc::new(Semaphore::new(bounds.sessions));
        Self { slots, sessions: bounds.sessions, waiting: AtomicUsize::new(0), queue: bounds.queue }
    }

    /// Returns a slot, once there is one. `None` if the queue is full.
    pub(crate) async fn enter(&self) -> Option<Slot> {
        if let Ok(slot) = Arc::clone(&self.slots).try_acquire_owned() {
            return Some(slot);
        }
        let before = self.waiting.fetch_add(1, Ordering::AcqRel);
        let _waiting = Waiting(&self.waiting);
        if before >= self.queue {
            return None;
        }
        Arc::clone(&self.slots).acquire_owned().await.ok()
    }

    /// Returns the number of slots in use, and of calls that wait.
    pub(crate) fn load(&self) -> (usize, usize) {
        let used = self.sessions.saturating_sub(self.slots.available_permits());
        (used, self.waiting.load(Ordering::Acquire))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_full_queue_refuses_at_once() {
        let bounds = Bounds { sessions: 1, queue: 1, ..Bounds::default() };
        let admission = Arc::new(Admission::new(&bounds));
        let slot = admission.enter().await.expect("a free slot");
        let waiting = tokio::spawn({
            let admission = Arc::clone(&admission);
            async move { admission.enter().await.is_some() }
        });
        while admission.load() != (1, 1) {
            tokio::task::yield_now().await;
        }
        assert!(admission.enter().await.is_none());
        drop(slot);
        assert!(waiting.await.expect("it ends"));
        assert_eq!(admission.load(), (0, 0));
    }
}
