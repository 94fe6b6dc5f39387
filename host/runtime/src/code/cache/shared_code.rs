//! The compiled code of guests in memory. It is shared for as long as a runtime uses it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use super::Key;
use crate::code::compile::Compiled;

/// The code that runtimes with one engine share.
#[derive(Default)]
pub(crate) struct SharedCode(Mutex<HashMap<Key, Held>>);

/// Code that others keep alive, and its size.
struct Held {
    compiled: Weak<Compiled>,
    size: usize,
}

impl SharedCode {
    /// Returns the code of a guest that is still in use, and its size.
    pub(super) fn get(&self, key: &Key) -> Option<(Arc<Compiled>, usize)> {
        let code = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Held { compiled, size } = code.get(key)?;
        Some((compiled.upgrade()?, *size))
    }

    /// Makes code available to other runtimes, for as long as it is in use.
    pub(super) fn insert(&self, key: Key, compiled: &Arc<Compiled>, size: usize) {
        let mut code = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // Entries of code that is gone are small, but a server that loads new guests all day would
        // collect them. Loading has just taken milliseconds, which this walk does not add to.
        code.retain(|_, held| held.compiled.strong_count() > 0);
        code.insert(key, Held { compiled: Arc::downgrade(compiled), size });
    }
}
