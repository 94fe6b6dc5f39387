//! The guests that are served, by their names, each with its generations and what they serve.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};

use wit_host::{Generation, Live, NotReplaced};

use crate::functions::Functions;

/// One guest that is served.
pub(crate) struct Guest<T: Send + 'static> {
    pub(crate) name: String,
    pub(crate) live: Live<T>,
    /// The file that it is read from again.
    pub(crate) file: Option<PathBuf>,
    /// What the generation that serves and the one before it serve, by their numbers.
    functions: RwLock<BTreeMap<u64, Arc<Functions>>>,
}

impl<T: Send + 'static> Guest<T> {
    pub(crate) fn new(name: &str, live: Live<T>, bytes: &[u8], file: Option<&Path>) -> Self {
        let current = live.current();
        let functions = Arc::new(Functions::new(current.guest(), bytes));
        let functions = RwLock::new(BTreeMap::from([(current.number(), functions)]));
        Self { name: name.to_owned(), live, file: file.map(Path::to_owned), functions }
    }

    /// Returns what a generation serves.
    pub(crate) fn functions(&self, generation: &Generation<T>) -> Arc<Functions> {
        let known = self.functions.read().unwrap_or_else(PoisonError::into_inner);
        match known.get(&generation.number()) {
            Some(functions) => Arc::clone(functions),
            // It began to serve a moment ago, or has its last callers. The types are the guest's, and
            // only the comments are missing.
            None => Arc::new(Functions::new(generation.guest(), &[])),
        }
    }

    /// Replaces the guest. It takes as long as compiling does.
    pub(crate) fn reload(&self, bytes: &[u8]) -> Result<Arc<Generation<T>>, NotReplaced> {
        let generation = self.live.reload(bytes)?;
        let mut known = self.functions.write().unwrap_or_else(PoisonError::into_inner);
        let number = generation.number();
        known.entry(number).or_insert_with(|| Arc::new(Functions::new(generation.guest(), bytes)));
        let previous = self.live.previous().map(|previous| previous.number());
        known.retain(|other, _| *other == number || Some(*other) == previous);
        Ok(generation)
    }
}
