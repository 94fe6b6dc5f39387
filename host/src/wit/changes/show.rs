//! Changes for people: grouped by where they are, then what the versions say.

use std::fmt;

use super::{Change, Changes, Effect, PackageVersion, Place};

const PLACES: [(Place, &str); 3] = [
    (Place::World, "the world"),
    (Place::Imports, "imports, which hosts offer"),
    (Place::Exports, "exports, which guests offer"),
];

impl fmt::Display for Changes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.changes.is_empty() {
            writeln!(f, "nothing changed")?;
        }
        for (place, title) in PLACES {
            let mut here = self.changes.iter().filter(|change| change.place == place).peekable();
            if here.peek().is_some() {
                writeln!(f, "{title}:")?;
                here.try_for_each(|change| write!(f, "{change}"))?;
                writeln!(f)?;
            }
        }
        writeln!(f, "versions:")?;
        self.versions.iter().try_for_each(|version| write!(f, "{version}"))
    }
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, what, for_guests, for_hosts, .. } = self;
        writeln!(f, "  `{name}`: {what}")?;
        writeln!(f, "    guests of the old contract on new hosts: {for_guests}")?;
        writeln!(f, "    guests of the new contract on old hosts: {for_hosts}")
    }
}

impl fmt::Display for Effect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Additive => "additive",
            Self::BreakingWhereUsed => "breaking only for a guest that calls it",
            Self::Breaking => "breaking",
        })
    }
}

impl fmt::Display for PackageVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let version = |version: &Option<String>| version.clone().unwrap_or("no version".into());
        let verdict = if self.honest { "right" } else { "wrong" };
        let (old, new) = (version(&self.old), version(&self.new));
        writeln!(f, "  `{}`, {old} to {new}: {verdict}, {}", self.package, self.reason)
    }
}
