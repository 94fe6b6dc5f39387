//! Providers whose handles are labels, because no instance is behind them. Which guest has the
//! handles is not known here.

use super::{BoxFuture, ProviderFailure, ProviderState};

/// A provider that knows the handles of its resources by labels, such as `$1`.
///
/// In the arguments of a call, the label that a handle was returned with stands in the place of the
/// handle, as `Val::Enum("$1")`, and `$` alone in that of a handle of another's resource. In the
/// results of a call, a label stands in the place of each new handle. Several handles may have one
/// label.
pub trait Labels: Send + Sync {
    /// Answers the drop of a handle by the guest. `function` is the full name of the function that
    /// does so: `namespace:package/interface.[resource-drop]resource`.
    fn dropped<'a>(
        &'a self,
        state: &'a mut ProviderState,
        function: &'a str,
        label: &'a str,
    ) -> BoxFuture<'a, Result<(), ProviderFailure>>;
}
