//! Measures the work in the engine alone, as a careful user would do it: with wit-host's
//! settings and limits, with everything resolved ahead, with typed calls, and with no more than
//! is needed.

pub(crate) mod calls;
pub(crate) mod data;
pub(crate) mod engine;
pub(crate) mod exports;
pub(crate) mod link;
pub(crate) mod loading;
pub(crate) mod memory;
pub(crate) mod providers;
pub(crate) mod requests;
pub(crate) mod sessions;
pub(crate) mod waiting;

use anyhow::Result;
use wasmtime::{CallHook, Engine, Store};

use crate::setting::{FUEL, Setting, WALL_CLOCK};
use data::Data;
use engine::{EPOCH, start_ticker};

/// An engine, and the settings of its stores.
pub(crate) struct Plain {
    pub(crate) engine: Engine,
    pub(crate) setting: Setting,
    /// Whether stores have the same limits as wit-host's.
    limited: bool,
}

impl Plain {
    /// Creates an engine with wit-host's safety settings.
    pub(crate) fn new(setting: Setting) -> Result<Self> {
        let engine = engine::careful(setting)?;
        start_ticker(&engine);
        Ok(Self { engine, setting, limited: true })
    }

    /// Creates an engine in its default configuration.
    pub(crate) fn as_it_comes() -> Self {
        let setting = Setting { wall_clock: false, ..Setting::DEFAULT };
        Self { engine: Engine::default(), setting, limited: false }
    }

    /// Creates an engine in its default configuration, with a pool of the right size.
    pub(crate) fn as_it_comes_pooled(setting: Setting) -> Result<Self> {
        let setting = Setting { wall_clock: false, ..setting };
        Ok(Self { engine: engine::as_it_comes_pooled()?, setting, limited: false })
    }

    /// Creates a store for one session.
    pub(crate) fn store(&self) -> Result<Store<Data>> {
        let mut store = Store::new(&self.engine, Data::new());
        if self.limited {
            store.limiter(|data| &mut data.limiter);
            store.set_hostcall_fuel(16 << 20);
            store.set_max_component_handles(1_000);
        }
        if self.setting.host_calls {
            store.call_hook(|mut context, hook| match hook {
                CallHook::CallingHost => context.data_mut().count(),
                _ => Ok(()),
            });
        }
        if self.limited {
            self.begin(&mut store)?;
        }
        Ok(store)
    }

    /// Sets what has to be set for each call: the fuel, and the deadline.
    pub(crate) fn begin(&self, store: &mut Store<Data>) -> Result<()> {
        if self.setting.fuel {
            store.set_fuel(FUEL)?;
        }
        let epochs = WALL_CLOCK.as_nanos() / EPOCH.as_nanos();
        let epochs = if self.setting.wall_clock { u64::try_from(epochs)? } else { u64::MAX / 2 };
        store.set_epoch_deadline(epochs);
        Ok(())
    }
}
