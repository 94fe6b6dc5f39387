//! Keeps the state of providers for one session, and drops it with the session. It does not know
//! what the state means.

use std::any::Any;
use std::collections::BTreeMap;

use wasmtime::Func;

use super::Proxies;

/// The state that one provider keeps for one session. It is empty at first.
#[derive(Default)]
pub struct ProviderState(Option<Box<dyn Any + Send>>);

impl ProviderState {
    /// Returns the state, if there is any and it has this type.
    pub fn get<S: Send + 'static>(&mut self) -> Option<&mut S> {
        self.0.as_mut()?.downcast_mut()
    }

    /// Replaces the state.
    pub fn put<S: Send + 'static>(&mut self, state: S) {
        self.0 = Some(Box::new(state));
    }
}

/// The states of all providers for one session.
#[derive(Default)]
pub(crate) struct States(Vec<ProviderState>);

impl States {
    /// Returns the state of the provider with this slot.
    pub(crate) fn of(&mut self, slot: usize) -> &mut ProviderState {
        // Made when it is first used, because most sessions call few of the providers.
        if slot >= self.0.len() {
            self.0.resize_with(slot.saturating_add(1), ProviderState::default);
        }
        &mut self.0[slot]
    }
}

/// What is kept of providers for one session.
#[derive(Default)]
pub(crate) struct Provisions {
    pub(crate) states: States,
    /// The handles of the providers that the guest has.
    pub(crate) proxies: Proxies,
    /// The functions that were answered with default values, each once.
    pub(crate) defaults: Vec<String>,
    /// The functions that a recording calls in the place of a guest, by their numbers.
    pub(crate) originals: BTreeMap<u32, Func>,
    /// The numbers of the labels that a recording has given to handles, by the kind of the resource
    /// and what the handle stands for.
    pub(crate) recorded: BTreeMap<(u32, u32), u64>,
}

/// Adds a function to the list, unless it is there.
pub(crate) fn note(defaults: &mut Vec<String>, function: &str) {
    if !defaults.iter().any(|name| name == function) {
        defaults.push(function.to_owned());
    }
}

impl Provisions {
    /// Notes that a function was answered with a default value.
    pub(crate) fn note_default(&mut self, function: &str) {
        note(&mut self.defaults, function);
    }
}
