//! The errors of providers: a provider does not serve a function, or fails while it serves a call.
//! The module does not know what a provider does.

use std::error::Error as StdError;
use std::fmt;

use crate::imports::env::{Exit, GuestFailure, HostFailure};

/// Why a provider does not serve a function.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{reason}")]
pub struct Unserved {
    /// The reason: a sentence whose subject `it` is the provider.
    pub reason: String,
    /// Whether the reason is that the provider has the function with another type.
    pub(crate) is_type: bool,
}

impl Unserved {
    /// Creates the error. The reason is a sentence whose subject `it` is the provider: lower case,
    /// no full stop.
    pub fn new(reason: impl Into<String>) -> Self {
        Self { reason: reason.into(), is_type: false }
    }

    /// Creates the error of a provider that has the function with another type.
    pub(crate) fn type_differs() -> Self {
        Self { reason: "it has it with another type".into(), is_type: true }
    }
}

/// Why a provider failed in a call. The call fails with
/// [`Error::HostFunction`](crate::Error::HostFunction), whose [`Failure`](crate::Failure) has the
/// provider's own error as its `source()`.
#[derive(Debug)]
pub struct ProviderFailure {
    reason: String,
    source: Option<Box<dyn StdError + Send + Sync>>,
    whose: Whose,
}

/// Whose failure it is that a call does not return.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Whose {
    /// The provider could not do its work.
    Provider,
    /// The function failed, and the provider has only passed it on.
    Function,
    /// The guest called the function in a way that it does not support.
    Guest,
    /// The guest ended, with this status, which is no failure.
    Exit(i32),
}

impl ProviderFailure {
    /// Creates a failure with this reason: lower case, no full stop.
    pub fn new(reason: impl Into<String>) -> Self {
        Self { reason: reason.into(), source: None, whose: Whose::Provider }
    }

    /// Creates the failure of the function that was called, as a
    /// [`HostFailure`](crate::HostFailure) would be without a provider.
    pub fn of_function(reason: impl Into<String>) -> Self {
        Self { whose: Whose::Function, ..Self::new(reason) }
    }

    /// Creates a failure of the guest, which traps as it would with a
    /// [`GuestFailure`](crate::GuestFailure).
    pub fn of_guest(reason: impl Into<String>) -> Self {
        Self { whose: Whose::Guest, ..Self::new(reason) }
    }

    /// Ends the guest with a status, as an [`Exit`](crate::Exit) does.
    pub fn exit(status: i32) -> Self {
        Self { whose: Whose::Exit(status), ..Self::new(format!("it exited with {status}")) }
    }

    /// Creates a failure from another error. The reason is the first line of its text.
    pub fn of(error: impl StdError + Send + Sync + 'static) -> Self {
        // The reason becomes a part of a sentence, so it has to be one line. `report` has the whole
        // text.
        let text = error.to_string();
        let reason = text.lines().next().unwrap_or_default().to_owned();
        Self { reason, source: Some(Box::new(error)), whose: Whose::Provider }
    }

    /// Returns the error of a guest's call that fails with this.
    pub(crate) fn in_call(self, server: impl FnOnce() -> (String, String)) -> wasmtime::Error {
        match self.whose {
            Whose::Function => HostFailure(self.reason).into(),
            Whose::Guest => GuestFailure(self.reason).into(),
            Whose::Exit(status) => Exit(status).into(),
            Whose::Provider => {
                let (server, function) = server();
                ProviderFailed { server, function, failure: self }.into()
            }
        }
    }
}

impl fmt::Display for ProviderFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.reason)
    }
}

impl StdError for ProviderFailure {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.source.as_ref().map(|source| &**source as &(dyn StdError + 'static))
    }
}

/// The error of a guest's call in which a provider failed.
#[derive(Debug, thiserror::Error)]
#[error("{server}, which serves `{function}`, failed: {failure}")]
pub(crate) struct ProviderFailed {
    pub(crate) server: String,
    pub(crate) function: String,
    pub(crate) failure: ProviderFailure,
}

impl ProviderFailed {
    /// Returns the provider's own error.
    pub(crate) fn own(&self) -> &(dyn StdError + 'static) {
        self.failure.source().unwrap_or(&self.failure)
    }

    /// Returns the full text of the provider's error, if it says more than the reason.
    pub(crate) fn report(&self) -> Option<String> {
        let source = self.failure.source()?;
        let report = match source.downcast_ref::<crate::error::Error>() {
            Some(error) => error.report(),
            None => source.to_string(),
        };
        (report != self.failure.reason).then_some(report)
    }
}
