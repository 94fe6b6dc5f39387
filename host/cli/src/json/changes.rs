//! The JSON of `check --against`: what changed from one contract to another.

use serde::Serialize;
use wit_host::changes::{self, Effect, Place, VersionStep};

/// What changed, and whether the versions say so.
#[derive(Serialize)]
pub(crate) struct Changes<'c> {
    honest: bool,
    worlds: &'c [String],
    changes: Vec<Change<'c>>,
    versions: Vec<Version<'c>>,
}

#[derive(Serialize)]
struct Change<'c> {
    place: &'static str,
    worlds: &'c [String],
    name: &'c str,
    what: &'c str,
    for_guests: &'static str,
    for_hosts: &'static str,
}

#[derive(Serialize)]
struct Version<'c> {
    package: &'c str,
    old: Option<&'c str>,
    new: Option<&'c str>,
    needs: &'static str,
    honest: bool,
    reason: &'c str,
}

impl<'c> From<&'c changes::Changes> for Changes<'c> {
    fn from(changes: &'c changes::Changes) -> Self {
        Self {
            honest: changes.honest(),
            worlds: &changes.worlds,
            changes: changes.changes.iter().map(Change::from).collect(),
            versions: changes.versions.iter().map(Version::from).collect(),
        }
    }
}

impl<'c> From<&'c changes::Change> for Change<'c> {
    fn from(change: &'c changes::Change) -> Self {
        let place = match change.place {
            Place::World => "world",
            Place::Imports => "imports",
            Place::Exports => "exports",
        };
        Self {
            place,
            worlds: &change.worlds,
            name: &change.name,
            what: &change.what,
            for_guests: effect(change.for_guests),
            for_hosts: effect(change.for_hosts),
        }
    }
}

fn effect(effect: Effect) -> &'static str {
    match effect {
        Effect::Additive => "additive",
        Effect::BreakingWhereUsed => "breaking-where-used",
        Effect::Breaking => "breaking",
    }
}

impl<'c> From<&'c changes::PackageVersion> for Version<'c> {
    fn from(version: &'c changes::PackageVersion) -> Self {
        let needs = match version.needs {
            VersionStep::None => "none",
            VersionStep::Higher => "higher",
            VersionStep::OtherTrack => "other-track",
        };
        Self {
            package: &version.package,
            old: version.old.as_deref(),
            new: version.new.as_deref(),
            needs,
            honest: version.honest,
            reason: &version.reason,
        }
    }
}
