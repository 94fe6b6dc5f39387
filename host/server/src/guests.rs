//! The guests that are served, by their names, each with its generations and what they serve.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};

use wit_host::{Abi, Error, Generation, Live, NotReplaced, Serving, Val};

use crate::convention::Convention;
use crate::functions::{Function, Functions};

/// The guests that are served now, by their names.
pub(crate) struct Guests<T: Send + 'static>(RwLock<BTreeMap<String, Arc<Guest<T>>>>);

impl<T: Send + 'static> Default for Guests<T> {
    fn default() -> Self {
        Self(RwLock::default())
    }
}

impl<T: Send + 'static> Guests<T> {
    pub(crate) fn get(&self, name: &str) -> Option<Arc<Guest<T>>> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).get(name).cloned()
    }

    pub(crate) fn first(&self) -> Option<Arc<Guest<T>>> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).values().next().cloned()
    }

    /// Returns all of them, in the order of their names.
    pub(crate) fn all(&self) -> Vec<Arc<Guest<T>>> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).values().cloned().collect()
    }

    pub(crate) fn names(&self) -> Vec<String> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).keys().cloned().collect()
    }

    pub(crate) fn insert(&self, guest: Guest<T>) {
        let mut guests = self.0.write().unwrap_or_else(PoisonError::into_inner);
        guests.insert(guest.name.clone(), Arc::new(guest));
    }

    pub(crate) fn remove(&self, name: &str) -> bool {
        self.0.write().unwrap_or_else(PoisonError::into_inner).remove(name).is_some()
    }
}

/// One guest that is served.
pub(crate) struct Guest<T: Send + 'static> {
    pub(crate) name: String,
    pub(crate) live: Live<T>,
    /// The file that it is read from again.
    pub(crate) file: Option<PathBuf>,
    /// What the generation that serves and the one before it serve, by their numbers.
    functions: RwLock<BTreeMap<u64, Arc<Functions>>>,
    /// How it is called, if it is a core module.
    convention: Option<Convention>,
}

impl<T: Send + 'static> Guest<T> {
    pub(crate) fn new(
        name: &str,
        live: Live<T>,
        bytes: &[u8],
        file: Option<&Path>,
        convention: Option<Convention>,
    ) -> Self {
        let current = live.current();
        let abi = convention.as_ref().map(|convention| convention.abi);
        let functions = Arc::new(Functions::new(current.guest(), bytes, abi));
        let functions = RwLock::new(BTreeMap::from([(current.number(), functions)]));
        Self { name: name.to_owned(), live, file: file.map(Path::to_owned), functions, convention }
    }

    /// Calls a function with a session, by the guest's convention if the function has one.
    pub(crate) async fn call(
        &self,
        serving: &mut Serving<T>,
        function: &Function,
        arguments: &[Val],
    ) -> Result<Vec<Val>, Error> {
        let Some(abi) = function.convention else {
            return serving.call(&function.name, arguments).await;
        };
        let session = serving.session();
        if let Some(names) = self.convention.as_ref().and_then(|one| one.allocator.clone()) {
            session.set_allocator(names);
        }
        let results = session.call_with_abi(abi, &function.name, arguments).await;
        serving.note(&function.name, &results);
        results
    }

    fn abi(&self) -> Option<Abi> {
        self.convention.as_ref().map(|convention| convention.abi)
    }

    /// Returns what a generation serves.
    pub(crate) fn functions(&self, generation: &Generation<T>) -> Arc<Functions> {
        let known = self.functions.read().unwrap_or_else(PoisonError::into_inner);
        match known.get(&generation.number()) {
            Some(functions) => Arc::clone(functions),
            // It began to serve a moment ago, or has its last callers. The types are the guest's, and
            // only the comments are missing.
            None => Arc::new(Functions::new(generation.guest(), &[], self.abi())),
        }
    }

    /// Replaces the guest. It takes as long as compiling does.
    pub(crate) fn reload(&self, bytes: &[u8]) -> Result<Arc<Generation<T>>, NotReplaced> {
        let generation = self.live.reload(bytes)?;
        // Made before the lock, since it reads the guest.
        let functions = Arc::new(Functions::new(generation.guest(), bytes, self.abi()));
        let mut known = self.functions.write().unwrap_or_else(PoisonError::into_inner);
        let number = generation.number();
        known.entry(number).or_insert(functions);
        let previous = self.live.previous().map(|previous| previous.number());
        // Another change may have come in between.
        let current = self.live.current().number();
        known.retain(|other, _| [number, current].contains(other) || Some(*other) == previous);
        Ok(generation)
    }
}
