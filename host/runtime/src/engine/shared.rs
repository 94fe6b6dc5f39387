//! An engine, and what the runtimes that share it have in common: the thread that moves its
//! epoch on, the slots of its pool, and the compiled code of their guests. It does not know
//! where compiled code comes from.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use wasmtime::{Engine, EngineWeak};

use super::pool::{Room, Slots};
use super::settings::Settings;
#[cfg(feature = "cache")]
use crate::code::cache::SharedCode;
use crate::error::{Error, Result};
use crate::store::deadline::EPOCH;
use wit_host_check::engine_error::reason;

/// Completes the message of an error, "the host failed to …".
const SET_UP: &str = "set up the engine";

/// An engine with the settings that it was made from.
pub(crate) struct SharedEngine {
    pub(crate) engine: Engine,
    pub(crate) settings: Settings,
    /// The slots of its pool, if it has one.
    pub(crate) slots: Option<Slots>,
    /// Whether its epoch moves on.
    ticks: AtomicBool,
    /// Held while the thread that moves the epoch is started, so that only one is.
    starting: Mutex<()>,
    /// The number of epochs that have begun. A deterministic engine has none.
    pub(crate) epochs: Arc<AtomicU64>,
    /// The compiled code of the guests that its runtimes hold.
    #[cfg(feature = "cache")]
    pub(crate) code: SharedCode,
}

impl SharedEngine {
    /// Creates an engine.
    ///
    /// # Errors
    /// [`Error::Host`], and [`Error::Pool`] if there is no room for the pool.
    pub(crate) fn new(settings: Settings, coredump: bool, room: Option<&Room>) -> Result<Self> {
        let mut config = settings.session_config(coredump).map_err(Error::host(SET_UP))?;
        room.map_or(Ok(()), |room| room.configure(&mut config))?;
        let engine = Engine::new(&config).map_err(|error| match room {
            Some(room) => room.no_room(reason(&error)),
            None => Error::host(SET_UP)(error),
        })?;
        let slots = room.map(Slots::new);
        Ok(Self {
            engine,
            settings,
            slots,
            ticks: AtomicBool::new(false),
            starting: Mutex::default(),
            epochs: Arc::default(),
            #[cfg(feature = "cache")]
            code: SharedCode::default(),
        })
    }

    /// Starts the thread that moves the epoch on, unless it is running. The thread ends with
    /// the engine.
    ///
    /// # Errors
    /// [`Error::Host`] if the system has no thread for it. The next call tries again.
    pub(crate) fn start_ticker(&self) -> Result<()> {
        // Sessions start the thread, because a runtime that only checks or compiles guests needs
        // none.
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
}

fn tick(engine: &EngineWeak, epochs: &AtomicU64) {
    // The thread holds the engine weakly, and not at all while it sleeps, so that it does not
    // keep the engine alive.
    while let Some(engine) = engine.upgrade() {
        // Counted first, so that code which the engine calls at an epoch finds it counted.
        epochs.fetch_add(1, Ordering::Relaxed);
        engine.increment_epoch();
        drop(engine);
        thread::sleep(EPOCH);
    }
}
