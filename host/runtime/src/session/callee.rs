//! The functions that were called by name. Each is looked up once in a session, because looking it
//! up takes longer than a short call. This module makes no calls of them itself.

use std::collections::BTreeMap;

use wasmtime::Store;

use super::{Live, Session};
use crate::error::Result;
use crate::failure::CallSite;
use crate::guest::component::Function as ComponentFunction;
use crate::guest::module::{self, Function as ModuleFunction};
use crate::store::state::State;
use wit_host_binary::entry_point::Main;
use wit_host_binary::names::START;

/// The functions that were called by name. A call takes this out of the session, so that it can
/// use it while it also borrows the session's store.
#[derive(Default)]
pub(super) struct Callees {
    /// The index in `functions` of each name.
    by_name: BTreeMap<String, usize>,
    pub functions: Vec<Callee>,
    /// The index of a command's main function.
    command: Option<usize>,
    /// Room for the arguments and results of calls, which is reused.
    pub(super) numbers: Vec<wasmtime::Val>,
}

/// A function of the guest.
pub(super) enum Callee {
    Component(ComponentFunction),
    Module(ModuleFunction),
}

impl<T: Send + 'static> Session<T> {
    /// Returns the functions that were called by name, which have to be put back after the
    /// call, and the index of the function `name` among them.
    pub(super) fn callee(&mut self, live: Live, name: &str) -> Result<(Box<Callees>, usize)> {
        let mut callees = self.callees.take().unwrap_or_default();
        if let Some(place) = callees.by_name.get(name) {
            let place = *place;
            return Ok((callees, place));
        }
        let callee = match self.find_by_any_name(live, name) {
            Ok(callee) => callee,
            Err(error) => {
                self.callees = Some(callees);
                return Err(error);
            }
        };
        let place = callees.functions.len();
        callees.functions.push(callee);
        if is_command(name, live) {
            callees.command = Some(place);
        }
        callees.by_name.insert(name.into(), place);
        Ok((callees, place))
    }

    /// Finds a function by its full name or by a shorter one.
    fn find_by_any_name(&mut self, live: Live, name: &str) -> Result<Callee> {
        // Resolving a name lists all exports, so the name is first tried as it is.
        if let Some(callee) = self.find(live, name) {
            return Ok(callee);
        }
        let full = self.guest.resolve(name)?;
        self.find(live, &full).ok_or_else(|| self.no_such(name))
    }

    /// Puts back what [`Session::callee`] has returned, after the function with this index was
    /// called.
    #[inline]
    pub(super) fn put_back(&mut self, callees: Box<Callees>, place: usize, succeeded: bool) {
        if succeeded && callees.command == Some(place) {
            self.command_returned(&callees);
        }
        self.callees = Some(callees);
    }

    #[cold]
    fn command_returned(&mut self, callees: &Callees) {
        let mut names = callees.by_name.iter();
        let command = names.find(|(_, place)| Some(**place) == callees.command);
        self.command = command.map(|(name, _)| name.clone());
    }

    fn find(&mut self, live: Live, name: &str) -> Option<Callee> {
        let store = &mut self.store;
        match live {
            Live::Component(instance) => {
                ComponentFunction::find(store, instance, name).map(Callee::Component)
            }
            Live::Module { instance, .. } => {
                ModuleFunction::find(store, instance, name).map(Callee::Module)
            }
        }
    }

    /// Runs `call` under the session's guards. Calls `_start` first if that has not been done.
    pub(super) async fn started<R>(
        &mut self,
        live: Live,
        called: CallSite<'_>,
        call: impl AsyncFnOnce(&mut Store<State<T>>) -> wasmtime::Result<R>,
    ) -> Result<R> {
        let Live::Module { instance, started: false } = live else {
            return self.guarded(called, call).await;
        };
        // Noted before the call: `_start` must not run twice, however this call ends.
        self.live = Some(Live::Module { instance, started: true });
        let call = async |store: &mut Store<State<T>>| {
            module::start_before(store, instance, called.function).await?;
            call(store).await
        };
        self.guarded(called, call).await
    }
}

/// Returns whether the function is a command's main function. When it returns, the program is
/// over.
fn is_command(name: &str, live: Live) -> bool {
    match live {
        Live::Component(_) => Main::is_of_wasi(name),
        Live::Module { .. } => name == START,
    }
}
