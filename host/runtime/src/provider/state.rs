//! What providers keep for one session. It is dropped with the session.

use std::any::Any;

/// What one provider keeps for one session: nothing at first.
#[derive(Default)]
pub struct ProviderState(Option<Box<dyn Any + Send>>);

impl ProviderState {
    /// What was put here, where it is of that type.
    pub fn get<S: Send + 'static>(&mut self) -> Option<&mut S> {
        self.0.as_mut()?.downcast_mut()
    }

    /// Puts something in the place of what was here.
    pub fn put<S: Send + 'static>(&mut self, state: S) {
        self.0 = Some(Box::new(state));
    }
}

/// What every provider keeps for one session.
#[derive(Default)]
pub(crate) struct Provisions {
    states: Vec<ProviderState>,
    /// The functions that were answered with default values.
    pub(crate) defaults: Vec<String>,
}

/// Notes a function once.
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

    /// The state of the provider with that number, and where defaults are noted.
    pub(super) fn at(&mut self, slot: usize) -> (&mut ProviderState, &mut Vec<String>) {
        if slot >= self.states.len() {
            self.states.resize_with(slot.saturating_add(1), ProviderState::default);
        }
        (&mut self.states[slot], &mut self.defaults)
    }
}
