//! Compares two contracts and lists the changes. Whom a change breaks is decided in `effect`.

use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};

use wit_parser::{Function, InterfaceId, PackageName, Resolve, Type, TypeDefKind, TypeId};

use super::effect::{Event, effects, step};
use super::surface::{Part, Surface, function_name, package, surfaces};
use super::version::{Versions, same_track};
use super::words::{added, gone, sort};
use super::{Change, Changes, Place};
use crate::{Contract, Package};

use crate::difference::{Difference, Sides, differences, type_differences};

/// A world of both contracts, or one that only one of them has.
pub(super) type Pair = (Option<Contract>, Option<Contract>);

/// Lists every change from one package to the other in these worlds.
pub(super) fn compare(old: &Package, new: &Package, pairs: &[Pair]) -> Changes {
    let mut compare = Compare {
        sides: Sides {
            ours: &old.resolve,
            theirs: &new.resolve,
            our_name: "the old contract",
            their_name: "the new contract",
        },
        place: Place::World,
        world: String::new(),
        package: plain(old.name()),
        told: HashSet::new(),
        changes: Vec::new(),
        known: HashMap::new(),
        versions: Versions::new(old.name(), new.name()),
    };
    let mut worlds = Vec::new();
    for (old, new) in pairs {
        let Some(name) = old.iter().chain(new).next().map(Contract::world_name) else { continue };
        worlds.push(name.to_owned());
        compare.world(name, old.as_ref(), new.as_ref());
    }
    Changes { worlds, changes: compare.changes, versions: compare.versions.judged() }
}

struct Compare<'r> {
    sides: Sides<'r>,
    place: Place,
    /// The name of the world that is compared.
    world: String,
    /// The package of the world.
    package: String,
    /// The changes that were listed for a type of a package in this world. They are not
    /// repeated for items of the same package that use the type. They are for items of another
    /// package, whose version has to announce them too.
    told: HashSet<(Place, String, String)>,
    changes: Vec<Change>,
    /// The index of each change in `changes`.
    known: HashMap<(Place, String, String), usize>,
    versions: Versions<'r>,
}

impl<'r> Compare<'r> {
    fn change(&mut self, package: &str, name: &str, what: String, event: Event) {
        let (for_guests, for_hosts) = effects(self.place, event);
        self.versions.need(package, step((for_guests, for_hosts)));
        // An interface that several worlds share is listed once, with all of these worlds.
        let (place, name, world) = (self.place, name.to_owned(), self.world.clone());
        match self.known.entry((place, name.clone(), what.clone())) {
            Entry::Occupied(known) => self.changes[*known.get()].worlds.push(world),
            Entry::Vacant(unknown) => {
                unknown.insert(self.changes.len());
                let worlds = vec![world];
                self.changes.push(Change { place, worlds, name, what, for_guests, for_hosts });
            }
        }
    }

    fn world(&mut self, name: &str, old: Option<&'r Contract>, new: Option<&'r Contract>) {
        (self.place, self.world) = (Place::World, name.to_owned());
        self.told.clear();
        let package = self.package.clone();
        let (old, new) = match (old, new) {
            (Some(old), Some(new)) => (old, new),
            (Some(_), None) => {
                return self.change(&package, name, "the world is gone".into(), Event::Removed);
            }
            (None, _) => {
                return self.change(&package, name, "the world is new".into(), Event::Added);
            }
        };
        let new_name = new.world_name();
        if name != new_name {
            let what =
                format!("the world is called `{new_name}` now, which is no part of any type");
            self.change(&package, name, what, Event::Renamed);
        }
        for place in [Place::Imports, Place::Exports] {
            self.place = place;
            let (old, new) = surfaces(old, new, place);
            self.surfaces(&old, &new);
        }
    }

    fn surfaces(&mut self, old: &Surface<'r>, new: &Surface<'r>) {
        let package = self.package.clone();
        // Types come first, so that their changes are not repeated for the items that use them.
        for name in &old.names {
            if let (Some(old), Some(new)) = (old.parts.get(name), new.parts.get(name)) {
                self.types_of(&package, name, *old, *new);
            }
        }
        for name in &old.names {
            match (old.parts.get(name), new.parts.get(name)) {
                (Some(old), Some(new)) => self.parts(&package, name, *old, *new),
                (Some(old), None) => {
                    let (what, event) = gone(self.sides.ours, *old);
                    self.change(&package, name, what, event);
                }
                (None, _) => {}
            }
        }
        for name in new.names.iter().filter(|name| !old.parts.contains_key(*name)) {
            if let Some(new) = new.parts.get(name) {
                let (what, event) = added(self.sides.theirs, *new);
                self.change(&package, name, what, event);
            }
        }
    }

    fn types_of(&mut self, package: &str, name: &str, old: Part<'r>, new: Part<'r>) {
        match (old, new) {
            (Part::Type(old), Part::Type(new)) => self.type_pair(package, name, old, new),
            (Part::Interface(old), Part::Interface(new)) => self.types_in(name, old, new),
            _ => {}
        }
    }

    fn parts(&mut self, package: &str, name: &str, old: Part<'r>, new: Part<'r>) {
        match (old, new) {
            (Part::Interface(old), Part::Interface(new)) => self.interfaces(name, old, new),
            (Part::Function(old), Part::Function(new)) => {
                self.functions(package, name, old, new);
            }
            (Part::Type(_), Part::Type(_)) => {}
            (old, new) => {
                let what = format!("it was {}, and is {}", sort(old), sort(new));
                self.change(package, name, what, Event::Changed);
            }
        }
    }

    /// Compares the types of an interface, beginning with those that are defined in it.
    fn types_in(&mut self, name: &str, old: InterfaceId, new: InterfaceId) {
        let Sides { ours, theirs, .. } = self.sides;
        let of = self.package_of(name, old, new);
        let (old, new) = (&ours.interfaces[old].types, &theirs.interfaces[new].types);
        let (aliases, defined): (Vec<_>, Vec<_>) =
            old.iter().partition(|(_, id)| is_alias(ours, **id));
        for (ty, old) in defined.into_iter().chain(aliases) {
            let name = format!("{name}.{ty}");
            match new.get(ty) {
                Some(new) => self.type_pair(&of, &name, *old, *new),
                None => self.change(&of, &name, "the type is gone".into(), Event::TypeRemoved),
            }
        }
        for (ty, _) in new.iter().filter(|(ty, _)| !old.contains_key(*ty)) {
            let name = format!("{name}.{ty}");
            self.change(&of, &name, "the type is new".into(), Event::TypeAdded);
        }
    }

    fn type_pair(&mut self, package: &str, name: &str, old: TypeId, new: TypeId) {
        let found = sentences(type_differences(self.sides, old, new));
        // A change of a type is listed where the type is defined, and not for its other names.
        if is_alias(self.sides.ours, old) {
            self.differ(package, name, found.clone());
        } else if !found.is_empty() {
            self.change(package, name, joined(&found), Event::Changed);
        }
        let told = found.into_iter().map(|what| (self.place, package.to_owned(), what));
        self.told.extend(told);
    }

    /// Lists the differences that were not yet listed for a type.
    fn differ(&mut self, package: &str, name: &str, mut found: Vec<String>) {
        let told = |what: &String| (self.place, package.to_owned(), what.clone());
        found.retain(|what| !self.told.contains(&told(what)));
        if !found.is_empty() {
            self.change(package, name, joined(&found), Event::Changed);
        }
    }

    fn interfaces(&mut self, name: &str, old: InterfaceId, new: InterfaceId) {
        let Sides { ours, theirs, .. } = self.sides;
        let of = self.package_of(name, old, new);
        let versions = [package(ours, old), package(theirs, new)]
            .map(|package| package.and_then(|package| package.version.as_ref()));
        if of != self.package && !same_track(versions) {
            let [old, new] = versions.map(|version| match version {
                Some(version) => format!("version {version}"),
                None => "no version".to_owned(),
            });
            let what = format!("it had {old} and has {new}, which are not compatible");
            self.change(&self.package.clone(), name, what, Event::Changed);
        }
        let (old, new) = (&ours.interfaces[old].functions, &theirs.interfaces[new].functions);
        for (key, old) in old {
            let name = format!("{name}.{}", function_name(ours, old));
            match new.get(key) {
                Some(new) => self.functions(&of, &name, old, new),
                None => {
                    let (what, event) = gone(ours, Part::Function(old));
                    self.change(&of, &name, what, event);
                }
            }
        }
        for (_, new) in new.iter().filter(|(key, _)| !old.contains_key(*key)) {
            let name = format!("{name}.{}", function_name(theirs, new));
            let (what, event) = added(theirs, Part::Function(new));
            self.change(&of, &name, what, event);
        }
    }

    fn functions(&mut self, package: &str, name: &str, old: &Function, new: &Function) {
        let found = sentences(differences(self.sides, old, new));
        if !found.is_empty() {
            return self.differ(package, name, found);
        }
        for (old, new) in old.params.iter().zip(&new.params) {
            if old.name != new.name {
                let what = format!(
                    "the parameter `{}` is called `{}` now, which is no part of its type",
                    old.name, new.name
                );
                self.change(package, name, what, Event::Renamed);
            }
        }
    }

    /// Returns the package of an interface that both contracts have, and notes its versions.
    fn package_of(&mut self, name: &str, old: InterfaceId, new: InterfaceId) -> String {
        let Sides { ours, theirs, .. } = self.sides;
        let (Some(old), Some(new), true) =
            (package(ours, old), package(theirs, new), name.contains('/'))
        else {
            return self.package.clone();
        };
        let track = name.split_once('@').map_or(String::new(), |(_, track)| format!("@{track}"));
        let of = format!("{}{track}", plain(old));
        self.versions.see(&of, old, new);
        of
    }
}

/// Returns whether a type is another name for one that is defined elsewhere.
fn is_alias(resolve: &Resolve, id: TypeId) -> bool {
    matches!(resolve.types[id].kind, TypeDefKind::Type(Type::Id(_)))
}

fn plain(package: &PackageName) -> String {
    format!("{}:{}", package.namespace, package.name)
}

/// Joins the first sentences, and says how many there are beside these.
fn joined(found: &[String]) -> String {
    const MOST: usize = 20;
    let text = found.iter().take(MOST).map(String::as_str).collect::<Vec<_>>().join("; ");
    match found.len().checked_sub(MOST) {
        Some(more) if more > 0 => format!("{text}; and {more} more"),
        _ => text,
    }
}

fn sentences(found: Vec<Difference>) -> Vec<String> {
    found.into_iter().map(|one| one.sentence).collect()
}
