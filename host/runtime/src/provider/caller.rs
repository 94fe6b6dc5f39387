//! Calls a provider without a guest, as a test of the provider does. It does not know what the
//! answers mean.

use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use wasmtime::component::Val;

use super::{
    Handed, ImportCall, ImportedFunction, Provider, ProviderFailure, ProviderState, Proxies,
};
use crate::store::deadline::{Began, Deadline};
use crate::store::meter::Meter;
use wit_host_binary::kind::Kind;
use wit_host_binary::limits::Limits;
use wit_host_values::fits;

/// Calls a provider in the place of a guest's session. The provider keeps its state for this caller
/// until the caller is dropped.
pub struct ProviderCaller {
    limits: Arc<Limits>,
    epochs: AtomicU64,
    state: ProviderState,
    meter: Meter,
    defaults: Vec<String>,
    proxies: Proxies,
}

impl ProviderCaller {
    /// Creates a caller. Each call ends at [`Limits::wall_clock`], and the memory of a provider
    /// that is a guest counts into [`Limits::memory`].
    pub fn new(limits: &Limits) -> Self {
        let limits = Arc::new(limits.clone());
        let meter = Meter::new(&limits, Kind::Component);
        let (epochs, state) = (AtomicU64::new(0), ProviderState::default());
        let (defaults, proxies) = (Vec::new(), Proxies::default());
        Self { limits, epochs, state, meter, defaults, proxies }
    }

    /// Asks whether the provider serves the function, and calls it.
    ///
    /// # Errors
    /// [`ProviderFailure`], also for a provider that does not serve the function, for arguments of
    /// other types than the parameters, and for a call that takes too long.
    pub async fn call(
        &mut self,
        provider: &dyn Provider,
        function: &ImportedFunction,
        arguments: &[Val],
    ) -> Result<Vec<Val>, ProviderFailure> {
        provider.offer(function).map_err(|unserved| {
            let server = provider.describe();
            ProviderFailure::new(format!("{server} does not serve it: {unserved}"))
        })?;
        let types = function.signature().params;
        let is_fitting = types.iter().zip(arguments).all(|((_, ty), value)| fits(ty, value));
        // No engine has checked these arguments, and a provider may rely on their types as it does
        // in the call of a guest.
        if types.len() != arguments.len() || !is_fitting {
            let reason = format!("the arguments are not those of `{function:?}`");
            return Err(ProviderFailure::new(reason));
        }
        let (limit, mut none) = (self.limits.wall_clock, ());
        let mut deadline = Deadline::new(limit, Began::at_moment());
        let mut handed = Handed::default();
        let answer = provider.call(ImportCall {
            function,
            arguments,
            deadline: &mut deadline,
            epochs: &self.epochs,
            state: &mut self.state,
            meter: &mut self.meter,
            defaults: &mut self.defaults,
            // There is one provider, so no other can have this slot.
            slot: 0,
            proxies: &mut self.proxies,
            handed: &mut handed,
            data: &mut none,
            trace_parent: None,
        });
        // `deadline` only tells the provider when its time is over. A provider that ignores it is
        // dropped here.
        let late = || ProviderFailure::new("it gave no answer in time");
        match limit {
            None => answer.await,
            Some(limit) => tokio::time::timeout(limit, answer).await.map_err(|_| late())?,
        }
    }
}
