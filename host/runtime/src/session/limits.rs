//! Limits of the calls of a session that are below those of the session. They are applied in
//! `guard`.

use std::sync::Arc;

use super::Session;
use crate::error::{Error, Result};
use crate::store::watch_host_calls;
use wit_host_binary::limits::Limits;

impl<T: Send + 'static> Session<T> {
    /// Sets what each call may spend from now on: [`Limits::wall_clock`], [`Limits::fuel`] and
    /// [`Limits::host_calls`] of `limits`. None of them may be above the session's own. One
    /// that is `None` stays as the session has it.
    ///
    /// ```
    /// use std::time::Duration;
    /// use wit_host::{Error, Limits, Runtime};
    ///
    /// let runtime = Runtime::<()>::builder().allow_text_format(true).build()?;
    /// let guest = runtime.load(r#"(module (func (export "spin") (loop (br 0))))"#)?;
    /// let mut session = guest.session(()).start_blocking()?;
    /// session.limit_calls(&Limits::default().wall_clock(Duration::from_millis(10)))?;
    /// assert!(matches!(session.call("spin", &[]), Err(Error::Limit { .. })));
    /// # Ok::<(), wit_host::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Limits`] if one of them is above the session's, or if `fuel` is set and the
    /// runtime does not count it.
    pub fn limit_calls(&mut self, limits: &Limits) -> Result<()> {
        let own = Arc::clone(&self.limits);
        let wall_clock = limits.wall_clock.or(own.wall_clock);
        let (fuel, host_calls) = (limits.fuel.or(own.fuel), limits.host_calls.or(own.host_calls));
        let limits = Limits::clone(&own).wall_clock(wall_clock).fuel(fuel).host_calls(host_calls);
        limits.check_within(&own).map_err(|(limit, reason)| Error::Limits { limit, reason })?;
        (self.guards.fuel, self.guards.wall_clock) = (fuel, wall_clock);
        // A store has one hook, so setting it once more changes nothing.
        if host_calls.is_some() {
            watch_host_calls(&mut self.store, self.guest.inner().deterministic);
        }
        self.store.data_mut().set_limits(Arc::new(limits));
        Ok(())
    }
}
