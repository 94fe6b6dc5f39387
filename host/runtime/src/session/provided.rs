//! What a session is asked that serves other guests, and what it tells of those that serve it.

use wasmtime::component::Val;

use super::Session;
use super::callee::Callee;
use crate::error::{Error, Result};
use crate::failure::CallSite;

impl<T: Send + 'static> Session<T> {
    /// The functions that were answered with default values so far, each once, by a
    /// [`DefaultProvider`](crate::DefaultProvider).
    pub fn defaults(&self) -> &[String] {
        &self.store.data().provisions.defaults
    }

    /// Where the session has the function of that full name, for [`Session::call_at`].
    pub(crate) fn place_of(&mut self, name: &str) -> Result<usize> {
        let live = self.live()?;
        let (callees, place) = self.callee(live, name)?;
        self.callees = Some(callees);
        Ok(place)
    }

    /// Calls the component's function at that place with arguments of its types.
    pub(crate) async fn call_at(
        &mut self,
        place: usize,
        name: &str,
        args: &[Val],
    ) -> Result<Vec<Val>> {
        self.live()?;
        let callees = self.callees.take().unwrap_or_default();
        let called = CallSite { function: name, arguments: args };
        let results = match callees.functions.get(place) {
            Some(Callee::Component(function)) => {
                self.guarded(called, async |store| function.call(store, args).await).await
            }
            _ => Err(Error::Host { action: "call a function", reason: "it is not there".into() }),
        };
        self.put_back(callees, place, results.is_ok());
        results
    }
}
