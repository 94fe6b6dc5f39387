//! The exports that callers have used, which a guest that takes another one's place has to have.

use std::collections::BTreeSet;
use std::sync::{PoisonError, RwLock};

use crate::guest::Guest;

/// The exports that were called, by the names that callers used. A short name may stand for an
/// export in a later version of its interface as well.
#[derive(Debug, Default)]
pub(super) struct Used(RwLock<BTreeSet<String>>);

impl Used {
    pub(super) fn note(&self, name: &str) {
        // Nearly every call finds its name here, and readers do not wait for one another.
        if !self.0.read().unwrap_or_else(PoisonError::into_inner).contains(name) {
            self.0.write().unwrap_or_else(PoisonError::into_inner).insert(name.to_owned());
        }
    }

    /// Returns the exports of the old guest that the new one lacks or has with another type. What
    /// the old one lacks itself, because it serves again after a later one, is nothing to lose.
    pub(super) fn lost<T: Send + 'static>(&self, old: &Guest<T>, new: &Guest<T>) -> Vec<String> {
        let used = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let is_lost = |name: &&String| old.resolve(name).is_ok() && !old.agrees(new, name);
        used.iter().filter(is_lost).cloned().collect()
    }
}
