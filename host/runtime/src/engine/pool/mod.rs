//! A pool: memory for a number of sessions that is reserved when a runtime is built. A session
//! then starts without asking the operating system for memory, and one too many waits instead
//! of failing. The pool knows no guests; whether one fits is checked in [`fits`].

mod error;
mod fits;
mod room;
mod slots;

use std::time::Duration;

use crate::error::Result;
use crate::runtime::builder::RuntimeBuilder;
use crate::runtime::host::Host;
pub use error::PoolError;
pub(crate) use fits::{is_pooled, linked, unfit};
pub(crate) use room::Room;
pub(crate) use slots::{Permit, Slots};

/// How long a session waits for a slot by default.
const WAIT: Duration = Duration::from_secs(30);

/// Memory for a number of sessions at one time, for servers that start many of them:
/// [`RuntimeBuilder::pool`](crate::runtime::builder::RuntimeBuilder::pool).
///
/// Starting a session is several times cheaper with a pool than without. Building the runtime
/// costs some milliseconds more, so a pool does not pay for a program that starts few sessions.
///
/// Every slot has room for what the [`Limits`](wit_host_binary::limits::Limits) of the runtime
/// allow one session. It is reserved as addresses and not as memory: 4 GiB of addresses for
/// each memory that a session may have. If addresses run out, lower
/// [`Limits::memories`](wit_host_binary::limits::Limits::memories) to what guests need. The
/// memory of a session is zero when it starts, even if another session had its slot before.
/// Runtimes that share a [`Cache`](crate::code::cache::Cache), and have the same settings, limits of
/// memory and number of slots, share the slots as well.
///
/// If every slot is taken, [`SessionBuilder::start`](crate::SessionBuilder::start) waits in a
/// queue, and [`SessionBuilder::try_start`](crate::SessionBuilder::try_start) fails. A session
/// keeps its slot until it is dropped, even if it has failed. A program that waits for a
/// second session while it holds one may wait for itself.
///
/// ```
/// use wit_host::{Pool, Runtime};
///
/// let runtime = Runtime::<()>::builder().allow_text_format(true).pool(Pool::new(100)).build()?;
/// let guest = runtime.load(r#"(module (func (export "run")))"#)?;
/// let session = guest.session(()).start_blocking()?;
/// # Ok::<(), wit_host::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Pool {
    pub(crate) sessions: usize,
    pub(crate) wait: Option<Duration>,
}

impl Pool {
    /// Creates a pool for this number of sessions at one time.
    pub fn new(sessions: usize) -> Self {
        Self { sessions, wait: Some(WAIT) }
    }

    /// Sets how long a session waits if all slots are taken: 30 seconds by default, and
    /// without a limit for `None`. The time does not count as time of a call.
    #[must_use]
    pub fn wait(mut self, longest: impl Into<Option<Duration>>) -> Self {
        self.wait = longest.into();
        self
    }
}

impl<T: Send + 'static> RuntimeBuilder<T> {
    /// Reserves memory for a number of sessions at one time. By default there is no pool: any
    /// number of sessions may exist, and each gets its memory from the operating system when it
    /// starts.
    #[must_use]
    pub fn pool(mut self, pool: Pool) -> Self {
        self.pool = Some(pool);
        self
    }
}

impl<T> Host<T> {
    /// Returns a slot for a session, and waits for it as the pool says. Without a pool, no
    /// slot is needed.
    pub(crate) async fn permit(&self) -> Result<Option<Permit>> {
        let (Some(pool), Some(slots)) = (&self.pool, &self.shared.slots) else { return Ok(None) };
        Ok(Some(slots.take(pool.wait).await?))
    }

    /// Returns a slot for a session without waiting. Without a pool, no slot is needed.
    pub(crate) fn try_permit(&self) -> Result<Option<Permit>> {
        Ok(self.shared.slots.as_ref().map(Slots::try_take).transpose()?)
    }
}
