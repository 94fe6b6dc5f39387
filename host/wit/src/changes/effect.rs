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
        (Event::Added, Place::Exports) => (Breaking, Additive),
        (Event::Added, _) => (Additive, BreakingWhereUsed),
        (Event::Removed | Event::TypeRemoved, Place::Exports) => (Additive, Breaking),
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
