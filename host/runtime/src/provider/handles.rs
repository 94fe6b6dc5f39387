//! What a provider does with the handles of its resources that guests have. Only a provider that
//! is a guest has any.

use super::{BoxFuture, LeftOver, ProviderFailure, ProviderState, Proxy};

/// A provider with resources.
pub trait Handles: Send + Sync {
    /// Returns the position of a resource among those of the provider.
    fn place(&self, interface: &str, name: &str) -> Option<usize>;

    /// Returns whether the handles of the provider count into the caller's sum.
    fn are_callers(&self) -> bool;

    /// Returns whether a session can leave handles of the provider, or of those that serve it.
    fn can_be_left(&self) -> bool;

    /// Drops a handle that the guest has dropped. If the instance that it belongs to has ended,
    /// nothing is left to drop.
    fn drop_handle<'a>(
        &'a self,
        state: &'a mut ProviderState,
        proxy: Proxy,
    ) -> BoxFuture<'a, Result<(), ProviderFailure>>;

    /// Drops the handles that a session has left, in this order, and those that the provider's own
    /// instance leaves, if the instance ends with the session. Returns all of them.
    fn finish<'a>(
        &'a self,
        state: &'a mut ProviderState,
        left: Vec<Proxy>,
    ) -> BoxFuture<'a, Result<Vec<LeftOver>, ProviderFailure>>;

    /// Takes the handles that a session has left that was dropped without being finished.
    fn abandon(&self, left: Vec<Proxy>);
}
