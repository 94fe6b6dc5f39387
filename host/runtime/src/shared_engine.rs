//! An engine, and what runtimes have in common that share it: the thread that
//! moves its epoch on, the places of its pool, and the compiled code of the guests
//! that they hold. It does not know where compiled code comes from.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::thread;

use wasmtime::{Engine, EngineWeak};

use crate::cache::Key;
use crate::compile::Compiled;
use crate::deadline::EPOCH;
use crate::engine::Settings;
use crate::error::{Error, Result};
use crate::pool::{Places, Room};
use wit_host_check::engine_error::reason;

/// An engine with the settings that it was made from.
pub(crate) struct SharedEngine {
    pub(crate) engine: Engine,
    pub(crate) settings: Settings,
    /// The places of its pool, where it has one.
    pub(crate) places: Option<Places>,
    /// Whether its epoch moves on.
    ticks: AtomicBool,
    /// Held by the one that starts what moves it.
    starting: Mutex<()>,
    /// How many epochs have begun, of which a deterministic engine has none.
    pub(crate) epochs: Arc<AtomicU64>,
    code: Mutex<HashMap<Key, Held>>,
}

/// Code that others hold, and its bytes.
struct Held {
    compiled: Weak<Compiled>,
    size: usize,
}

impl SharedEngine {
    /// # Errors
    /// [`Error::Host`], and [`Error::Pool`] where there is no room for the pool.
    pub(crate) fn new(settings: Settings, coredump: bool, room: Option<&Room>) -> Result<Self> {
        let allocator = room.map(Room::allocator).transpose()?;
        let engine = settings.engine(coredump, allocator).map_err(|error| match room {
            Some(room) => room.no_room(reason(&error)).into(),
            None => Error::host("set up the engine")(error),
        })?;
        let places = room.map(|room| Places::new(room.sessions));
        let (epochs, code) = (Arc::default(), Mutex::default());
        let (ticks, starting) = (AtomicBool::new(false), Mutex::default());
        Ok(Self { engine, settings, places, ticks, starting, epochs, code })
    }

    /// Starts the thread that moves the epoch on, unless it runs already. It
    /// ends with the engine.
    ///
    /// # Errors
    /// [`Error::Host`] where the system has no thread for it; the next call tries anew.
    pub(crate) fn start_ticker(&self) -> Result<()> {
        if self.settings.deterministic || self.ticks.load(Ordering::Acquire) {
            return Ok(());
        }
        let _starting = self.starting.lock().unwrap_or_else(PoisonError::into_inner);
        if !self.ticks.load(Ordering::Acquire) {
            let (engine, epochs) = (self.engine.weak(), Arc::clone(&self.epochs));
            let ticker = thread::Builder::new().name("epochs".into());
            let started = ticker.spawn(move || tick(&engine, &epochs));
            started.map_err(Error::host("start the thread that tells the time"))?;
            self.ticks.store(true, Ordering::Release);
        }
        Ok(())
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

fn tick(engine: &EngineWeak, epochs: &AtomicU64) {
    while let Some(engine) = engine.upgrade() {
        engine.increment_epoch();
        epochs.fetch_add(1, Ordering::Relaxed);
        drop(engine);
        thread::sleep(EPOCH);
    }
}
