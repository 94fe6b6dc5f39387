//! Decides which side a change breaks, guests or hosts. It is one table.

use super::{Effect, Place, VersionStep};

/// What happened to an item.
#[derive(Clone, Copy)]
pub(super) enum Event {
    /// A function or an interface was added.
    Added,
    Removed,
    TypeAdded,
    TypeRemoved,
    /// Its type changed.
    Changed,
    /// Its name changed, which is not part of a type.
    Renamed,
}

/// Returns the effects on guests of the old contract and on hosts of the old contract.
pub(super) fn effects(place: Place, event: Event) -> (Effect, Effect) {
    use Effect::{Additive, Breaking, BreakingWhereUsed};
    match (event, place) {
        (Event::Changed, _) => (Breaking, Breaking),
        (Event::Renamed | Event::TypeAdded, _) => (Additive, Additive),
        // A new host may call it, and a guest of the old contract does not have it.
        (Event::Added, Place::Exports) => (Breaking, Additive),
        // A host of the old contract does not have it, which only a guest that uses it notices.
        (Event::Added, _) => (Additive, BreakingWhereUsed),
        // A host of the old contract still calls it, and a new guest does not have it.
        (Event::Removed | Event::TypeRemoved, Place::Exports) => (Additive, Breaking),
        // A guest of the old contract still imports it.
        (Event::Removed | Event::TypeRemoved, _) => (Breaking, Additive),
    }
}

/// Returns the version step that announces these effects.
pub(super) fn step(effects: (Effect, Effect)) -> VersionStep {
    match effects {
        (Effect::Breaking, _) | (_, Effect::Breaking) => VersionStep::OtherTrack,
        _ => VersionStep::Higher,
    }
}
