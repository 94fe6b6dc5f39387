//! Writes changes for people, grouped by place, followed by the versions.

use std::fmt;

use super::{Change, Changes, Effect, PackageVersion, Place};
use wit_host_text::list;

impl fmt::Display for Changes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.changes.is_empty() {
            writeln!(f, "nothing changed")?;
        }
        for place in [Place::World, Place::Imports, Place::Exports] {
            let mut here: Vec<_> = self.changes.iter().filter(|one| one.place == place).collect();
            while let Some(first) = here.first() {
                let worlds = first.worlds.clone();
                // In the place `World`, the name of each change is that of its world.
                let is_same = |one: &&Change| place == Place::World || one.worlds == worlds;
                let (group, rest): (Vec<_>, Vec<_>) = here.into_iter().partition(is_same);
                writeln!(f, "{}:", self.title(place, &worlds))?;
                group.iter().try_for_each(|change| write!(f, "{change}"))?;
                writeln!(f)?;
                here = rest;
            }
        }
        writeln!(f, "versions:")?;
        self.versions.iter().try_for_each(|version| write!(f, "{version}"))
    }
}

impl Changes {
    fn title(&self, place: Place, worlds: &[String]) -> String {
        let is_one = self.worlds.len() == 1;
        let of = if is_one { String::new() } else { format!(" of {}", list(worlds)) };
        match place {
            Place::World if is_one => "the world".into(),
            Place::World => "the worlds".into(),
            Place::Imports => format!("imports{of}, which hosts offer"),
            Place::Exports => format!("exports{of}, which guests offer"),
        }
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
            Self::BreakingWhereUsed => "breaking only for a guest that uses it",
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
