//! An engine, and what runtimes have in common that share it: the thread that
//! moves its epoch on, and the compiled code of the guests that they hold. It does
//! not know where compiled code comes from.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, Once, PoisonError, Weak};

use wasmtime::{Engine, EngineWeak};

use crate::cache::Key;
use crate::compile::Compiled;
use crate::deadline::EPOCH;
use crate::engine::Settings;

/// An engine with the settings that it was made from.
pub(crate) struct SharedEngine {
    pub(crate) engine: Engine,
    pub(crate) settings: Settings,
    ticker: Once,
    code: Mutex<HashMap<Key, Held>>,
}

/// Code that others hold, and its bytes.
struct Held {
    compiled: Weak<Compiled>,
    size: usize,
}

impl SharedEngine {
    pub(crate) fn new(settings: Settings, coredump: bool) -> wasmtime::Result<Self> {
        let engine = settings.engine(coredump)?;
        Ok(Self { engine, settings, ticker: Once::new(), code: Mutex::default() })
    }

    /// Starts the thread that moves the epoch on, unless it runs already. It
    /// ends with the engine.
    pub(crate) fn start_ticker(&self) {
        if self.settings.deterministic {
            return;
        }
        self.ticker.call_once(|| {
            let engine = self.engine.weak();
            std::thread::spawn(move || tick(&engine));
        });
    }

    /// The code of a guest that somebody holds, and its bytes.
    pub(crate) fn held(&self, key: &Key) -> Option<(Arc<Compiled>, usize)> {
        let code = self.code.lock().unwrap_or_else(PoisonError::into_inner);
        let Held { compiled, size } = code.get(key)?;
        Some((compiled.upgrade()?, *size))
    }

    /// Makes code known to others, for as long as it is held.
    pub(crate) fn hold(&self, key: Key, compiled: &Arc<Compiled>, size: usize) {
        let mut code = self.code.lock().unwrap_or_else(PoisonError::into_inner);
        code.retain(|_, held| held.compiled.strong_count() > 0);
        code.insert(key, Held { compiled: Arc::downgrade(compiled), size });
    }
}

fn tick(engine: &EngineWeak) {
    while let Some(engine) = engine.upgrade() {
        engine.increment_epoch();
        drop(engine);
        std::thread::sleep(EPOCH);
    }
}
