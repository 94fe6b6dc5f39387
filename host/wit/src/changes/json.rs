//! Writes changes as JSON for programs.

use serde_json::{Value, json};

use super::{Change, Changes, Effect, PackageVersion, Place, VersionStep};

impl Changes {
    /// Returns the changes as one JSON object. Its keys stay as they are:
    ///
    /// - `honest`: whether every version announces what changed
    /// - `worlds`: the names of the worlds that were compared
    /// - `changes`: objects of `place` (`world`, `imports`, `exports`), `worlds` (that it is
    ///   in), `name`, `what`, `for_guests` and `for_hosts` (`additive`, `breaking-where-used`,
    ///   `breaking`)
    /// - `versions`: objects of `package`, `old` and `new` (a version or null), `needs`
    ///   (`none`, `higher`, `other-track`), `honest`, `reason`
    pub fn json(&self) -> Value {
        json!({
            "honest": self.honest(),
            "worlds": self.worlds,
            "changes": self.changes.iter().map(change).collect::<Value>(),
            "versions": self.versions.iter().map(version).collect::<Value>(),
        })
    }
}

fn change(change: &Change) -> Value {
    let place = match change.place {
        Place::World => "world",
        Place::Imports => "imports",
        Place::Exports => "exports",
    };
    json!({
        "place": place,
        "worlds": change.worlds,
        "name": change.name,
        "what": change.what,
        "for_guests": effect(change.for_guests),
        "for_hosts": effect(change.for_hosts),
    })
}

fn effect(effect: Effect) -> &'static str {
    match effect {
        Effect::Additive => "additive",
        Effect::BreakingWhereUsed => "breaking-where-used",
        Effect::Breaking => "breaking",
    }
}

fn version(version: &PackageVersion) -> Value {
    let needs = match version.needs {
        VersionStep::None => "none",
        VersionStep::Higher => "higher",
        VersionStep::OtherTrack => "other-track",
    };
    json!({
        "package": version.package,
        "old": version.old,
        "new": version.new,
        "needs": needs,
        "honest": version.honest,
        "reason": version.reason,
    })
}
