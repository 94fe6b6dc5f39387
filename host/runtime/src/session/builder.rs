//! Collects what a session works on and what it may touch and spend, and starts it. The store
//! and the instance are set up in `session`.

use std::sync::Arc;

use wit_host_binary::limits::Limits;

use crate::blocking::executor::wait;
use crate::blocking::{self, Interrupt};
use crate::error::{Error, Result};
use crate::guest::Guest;
use crate::session::{Session, Terms};
use crate::store::grants::Grants;

/// Collects what a session of a guest needs, and starts it: [`Guest::session`].
///
/// ```
/// use wit_host::{Grants, Limits, Runtime};
///
/// let runtime = Runtime::<()>::builder().allow_text_format(true).build()?;
/// let guest = runtime.load(r#"(module (func (export "run")))"#)?;
/// let mut session = guest
///     .session(())
///     .grants(Grants::default().environment("LANG", "en"))
///     .limits(runtime.limits().clone().memory(1 << 20))
///     .start_blocking()?;
/// session.call("run", &[])?;
/// # Ok::<(), wit_host::Error>(())
/// ```
#[must_use = "a session is started by one of its `start` functions"]
pub struct SessionBuilder<'g, T: 'static> {
    guest: &'g Guest<T>,
    data: T,
    grants: Option<Arc<Grants>>,
    limits: Option<Arc<Limits>>,
    interrupt: Option<Interrupt>,
}

impl<T: Send + 'static> Guest<T> {
    /// Returns a builder of a session whose host functions work on `data`. It has the
    /// runtime's grants and limits, unless it is given others.
    pub fn session(&self, data: T) -> SessionBuilder<'_, T> {
        SessionBuilder { guest: self, data, grants: None, limits: None, interrupt: None }
    }
}

impl<T: Send + 'static> SessionBuilder<'_, T> {
    /// Sets what the session may touch, instead of the runtime's grants.
    pub fn grants(mut self, grants: impl Into<Arc<Grants>>) -> Self {
        self.grants = Some(grants.into());
        self
    }

    /// Sets what the session may spend, which may not be more than the runtime's limits allow.
    /// Limits of loading, and [`Limits::stack`], have been applied already and are ignored.
    pub fn limits(mut self, limits: impl Into<Arc<Limits>>) -> Self {
        self.limits = Some(limits.into());
        self
    }

    /// Makes the calls of a blocking session, including its start, end when `interrupt` is set
    /// from elsewhere. This does not end calls of [`blocking::Session::run_sync`], or the wait
    /// for a slot in a pool. An async session does not need it: its calls end when they are
    /// dropped.
    pub fn interrupt(mut self, interrupt: &Interrupt) -> Self {
        self.interrupt = Some(Arc::clone(interrupt));
        self
    }

    /// Starts the session. Must be called in a tokio runtime with time and I/O enabled. If
    /// every slot of the runtime's pool is taken, it waits for one.
    ///
    /// # Errors
    /// [`Error::Grant`]; [`Error::Limits`] if a limit is above the runtime's;
    /// [`Error::Mismatches`] if the grants deny what the guest imports; `Error::Pool`; and those
    /// of a call, since starting may run code of the guest.
    pub async fn start(self) -> Result<Session<T>> {
        // The slot comes first: a session that waits for one has no store yet, so any number can
        // wait in little memory.
        let permit = self.guest.inner().permit().await?;
        let (guest, data, terms, _) = self.into_parts()?;
        Session::start(guest, data, &terms, permit).await
    }

    /// Starts the session as [`SessionBuilder::start`] does, but does not wait for a slot in a
    /// pool.
    ///
    /// # Errors
    /// Those of [`SessionBuilder::start`], and `PoolError::Full` without waiting.
    pub async fn try_start(self) -> Result<Session<T>> {
        let permit = self.guest.inner().try_permit()?;
        let (guest, data, terms, _) = self.into_parts()?;
        Session::start(guest, data, &terms, permit).await
    }

    /// Starts a session whose calls block, on an executor of its own.
    ///
    /// # Errors
    /// Those of [`SessionBuilder::start`]; [`Error::Interrupted`]; and [`Error::Host`] if no
    /// executor can be made.
    ///
    /// # Panics
    /// As the methods of [`blocking::Session`] do.
    pub fn start_blocking(self) -> Result<blocking::Session<T>> {
        let inner = self.guest.inner();
        let permit = inner.try_permit().or_else(|_| wait(inner.permit()))?;
        let (guest, data, terms, interrupt) = self.into_parts()?;
        blocking::Session::start(guest, data, &terms, permit, interrupt)
    }

    /// Starts a blocking session as [`SessionBuilder::start_blocking`] does, but does not wait
    /// for a slot in a pool.
    ///
    /// # Errors
    /// Those of [`SessionBuilder::start_blocking`], and `PoolError::Full` without waiting.
    ///
    /// # Panics
    /// As the methods of [`blocking::Session`] do.
    pub fn try_start_blocking(self) -> Result<blocking::Session<T>> {
        let permit = self.guest.inner().try_permit()?;
        let (guest, data, terms, interrupt) = self.into_parts()?;
        blocking::Session::start(guest, data, &terms, permit, interrupt)
    }
}

type Parts<'g, T> = (&'g Guest<T>, T, Terms, Option<Interrupt>);

impl<'g, T: Send + 'static> SessionBuilder<'g, T> {
    fn into_parts(self) -> Result<Parts<'g, T>> {
        let inner = self.guest.inner();
        let grants = self.grants.unwrap_or_else(|| Arc::clone(&inner.grants));
        let limits = match self.limits {
            Some(limits) => {
                let checked = limits.check_within(&inner.limits);
                checked.map_err(|(limit, reason)| Error::Limits { limit, reason })?;
                limits
            }
            None => Arc::clone(&inner.limits),
        };
        Ok((self.guest, self.data, Terms { grants, limits }, self.interrupt))
    }
}
