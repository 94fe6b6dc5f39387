//! A pool: room for a number of sessions that is set aside when a runtime is
//! built, so that a session starts without asking the operating system for
//! memory, and so that one too many waits instead of failing. It knows nothing
//! of guests; whether one fits into its room is [`fits`].

mod error;
mod fits;
mod places;
mod room;

use std::time::Duration;

use crate::builder::RuntimeBuilder;
use crate::error::Result;
use crate::host::Host;
pub use error::PoolError;
pub(crate) use fits::{is_pooled, linked, unfit};
pub(crate) use places::{Place, Places};
pub(crate) use room::Room;

/// How long a session waits for a place unless it is told otherwise.
const WAIT: Duration = Duration::from_secs(30);

/// Room for a number of sessions at one time, for servers that start many of them:
/// [`RuntimeBuilder::pool`](crate::builder::RuntimeBuilder::pool).
///
/// Starting a session is several times cheaper with a pool than without, and
/// building the runtime is dearer, by milliseconds, so that it does not pay for a
/// program that starts a few.
///
/// Every place has room for what the [`Limits`](wit_host_binary::limits::Limits) of the runtime let one
/// session have, which is set aside as addresses and not as memory: 4 GiB of them for
/// each memory that a session may have. Where addresses run out, lower
/// [`Limits::memories`](wit_host_binary::limits::Limits::memories) to what guests need. The memory of a
/// session is zero when it starts, whoever had its place before. Runtimes that share a
/// [`Cache`](crate::cache::Cache), and have the same settings, limits on room and number of
/// places, share the places as well.
///
/// Where every place is taken, [`Guest::session`](crate::guest::Guest::session) waits, in
/// turn, and [`Guest::try_session`](crate::guest::Guest::try_session) does not. A session has
/// its place until it is dropped, also when it has failed. A program that waits for a
/// second session while it holds one can wait for itself.
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
    /// A pool for so many sessions at one time.
    pub fn new(sessions: usize) -> Self {
        Self { sessions, wait: Some(WAIT) }
    }

    /// Sets how long a session waits for a place, where all are taken: 30 seconds,
    /// unless this says otherwise, and for as long as it takes with `None`. It does not
    /// count as time of a call.
    #[must_use]
    pub fn wait(mut self, longest: impl Into<Option<Duration>>) -> Self {
        self.wait = longest.into();
        self
    }
}

impl<T: Send + 'static> RuntimeBuilder<T> {
    /// Sets room aside for a number of sessions at one time. There is none, by
    /// default: any number may live, and each gets its memory from the operating
    /// system when it starts.
    #[must_use]
    pub fn pool(mut self, pool: Pool) -> Self {
        self.pool = Some(pool);
        self
    }
}

impl<T> Host<T> {
    /// A place for a session, after waiting for it as the pool says; none is needed
    /// where there is no pool.
    pub(crate) async fn place(&self) -> Result<Option<Place>> {
        let (Some(pool), Some(places)) = (&self.pool, &self.shared.places) else { return Ok(None) };
        Ok(Some(places.take(pool.wait).await?))
    }

    /// The same without waiting.
    pub(crate) fn try_place(&self) -> Result<Option<Place>> {
        Ok(self.shared.places.as_ref().map(Places::try_take).transpose()?)
    }
}
