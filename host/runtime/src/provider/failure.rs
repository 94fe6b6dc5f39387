//! That a provider does not serve a function, and that it failed while it did.

use std::error::Error as StdError;
use std::fmt;

/// Why a provider does not serve a function.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{reason}")]
pub struct Unserved {
    /// Why: a sentence about `it`, which is the provider.
    pub reason: String,
    /// The provider's own type, where that is the reason.
    pub(crate) is_type: bool,
}

impl Unserved {
    /// The reason is a sentence about `it`, which is the provider: lower case, no full stop.
    pub fn new(reason: impl Into<String>) -> Self {
        Self { reason: reason.into(), is_type: false }
    }

    /// That it has the function with another type.
    pub(crate) fn type_differs() -> Self {
        Self { reason: "it has it with another type".into(), is_type: true }
    }
}

/// Why a provider could not do its part in a call. The call fails with
/// [`Error::HostFunction`](crate::Error::HostFunction), whose
/// [`Failure`](crate::Failure) has the provider's own error as its `source()`.
#[derive(Debug)]
pub struct ProviderFailure {
    reason: String,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

impl ProviderFailure {
    /// A failure for this reason: lower case, no full stop.
    pub fn new(reason: impl Into<String>) -> Self {
        Self { reason: reason.into(), source: None }
    }

    /// A failure that comes of another error, whose first line is the reason.
    pub fn of(error: impl StdError + Send + Sync + 'static) -> Self {
        let text = error.to_string();
        let reason = text.lines().next().unwrap_or_default().to_owned();
        Self { reason, source: Some(Box::new(error)) }
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

/// A provider that failed in a guest's call.
#[derive(Debug, thiserror::Error)]
#[error("{server}, which serves `{function}`, failed: {failure}")]
pub(crate) struct ProviderFailed {
    pub(crate) server: String,
    pub(crate) function: String,
    pub(crate) failure: ProviderFailure,
}

impl ProviderFailed {
    /// The provider's own error.
    pub(crate) fn own(&self) -> &(dyn StdError + 'static) {
        self.failure.source().unwrap_or(&self.failure)
    }

    /// All that the provider has to say, where that is more than the reason.
    pub(crate) fn report(&self) -> Option<String> {
        let source = self.failure.source()?;
        let report = match source.downcast_ref::<crate::error::Error>() {
            Some(error) => error.report(),
            None => source.to_string(),
        };
        (report != self.failure.reason).then_some(report)
    }
}
