//! Counts the handles of a session and of the provider guests behind it as one sum. A store that
//! stops running for another one reserves what it holds, and the store that runs may have the rest.
//! The module does not know what the handles are of.
//!
//! The engine counts the handles of a store, and does not tell how many there are. But it refuses
//! one more at a limit, which can be asked for every number.

use wasmtime::StoreContextMut;
use wasmtime::component::ResourceDynamic;

use super::state::State;

/// The kind of the handle with which the engine is asked. No guest ever has one.
const ASKING: u32 = u32::MAX;

/// Reserves the handles that the store holds, so that the others of its chain may have the rest.
pub(crate) fn reserve<T: 'static>(store: &mut StoreContextMut<'_, State<T>>) {
    let reserved = store.data().meter.reserved_handles();
    // Each question leaves its own limit behind in the store. `allow` replaces it before the guest
    // runs on.
    let is_enough = holds_at_most(store, reserved);
    let now = match is_enough {
        // The exact number matters only if others could need the difference.
        true if store.data_mut().meter.has_spare_handles() => reserved,
        true => least(store, 0, reserved),
        false => {
            let limit = store.data().meter.allowed_handles();
            least(store, reserved.saturating_add(1), limit)
        }
    };
    store.data_mut().meter.reserve_handles(now);
}

/// Lets the store have the handles that it has reserved itself, and those that are not reserved.
pub(crate) fn allow<T: 'static>(store: &mut StoreContextMut<'_, State<T>>) {
    let allowed = store.data().meter.allowed_handles();
    store.set_max_component_handles(allowed);
}

/// Returns the smallest number from `low` to `high` of which the store holds no more.
fn least<T: 'static>(
    store: &mut StoreContextMut<'_, State<T>>,
    mut low: usize,
    mut high: usize,
) -> usize {
    while low < high {
        let middle = low + (high - low) / 2;
        match holds_at_most(store, middle) {
            true => high = middle,
            false => low = middle.saturating_add(1),
        }
    }
    low
}

fn holds_at_most<T: 'static>(store: &mut StoreContextMut<'_, State<T>>, count: usize) -> bool {
    // There is room for one more up to this limit exactly if the store holds `count` or fewer.
    store.set_max_component_handles(count.saturating_add(1));
    match ResourceDynamic::new_own(0, ASKING).try_into_resource_any(&mut *store) {
        // It is a handle of the host's, and has just been made.
        Ok(handle) => handle.try_into_resource_dynamic(&mut *store).is_ok(),
        Err(_) => false,
    }
}
