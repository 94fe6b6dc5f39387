//! The compiled code of guests in memory, for as long as a runtime holds it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use super::Key;
use crate::compile::Compiled;

/// Code that runtimes with one engine share.
#[derive(Default)]
pub(crate) struct SharedCode(Mutex<HashMap<Key, Held>>);

/// Code that others hold, and its bytes.
struct Held {
    compiled: Weak<Compiled>,
    size: usize,
}

impl SharedCode {
    /// The code of a guest that somebody holds, and its bytes.
    pub(super) fn get(&self, key: &Key) -> Option<(Arc<Compiled>, usize)> {
        let code = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Held { compiled, size } = code.get(key)?;
        Some((compiled.upgrade()?, *size))
    }

    /// Makes code known to others, for as long as it is held.
    pub(super) fn insert(&self, key: Key, compiled: &Arc<Compiled>, size: usize) {
        let mut code = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        code.retain(|_, held| held.compiled.strong_count() > 0);
        code.insert(key, Held { compiled: Arc::downgrade(compiled), size });
    }
}
