//! Whom a change breaks: one table.

use super::{Effect, Place, VersionStep};

/// What can happen to something with a name.
#[derive(Clone, Copy)]
pub(super) enum Event {
    /// A function or an interface is new.
    Added,
    Removed,
    TypeAdded,
    TypeRemoved,
    /// It has another type.
    Changed,
    /// It has another name, which is no part of a type.
    Renamed,
}

/// The effects on guests of the old contract and on hosts of it.
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

/// What a version has to do to say so.
pub(super) fn step(effects: (Effect, Effect)) -> VersionStep {
    match effects {
        (Effect::Breaking, _) | (_, Effect::Breaking) => VersionStep::OtherTrack,
        _ => VersionStep::Higher,
    }
}
