//! Compares two versions of a contract: what changed, whom it breaks, and whether their version
//! numbers announce it. It knows contracts only, and no guest.

mod compare;
mod effect;
mod show;
mod surface;
mod version;
mod words;

use std::collections::HashMap;

use super::{Contract, Package};
use crate::error::{ContractError, Result};

/// The changes from one contract to another. `Display` lists them for people.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Changes {
    /// The names of the worlds that were compared.
    pub worlds: Vec<String>,
    /// The changes in the order of the world's items, types first.
    pub changes: Vec<Change>,
    /// What the versions of the packages announce, the world's own package first.
    pub versions: Vec<PackageVersion>,
}

/// One change.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Change {
    /// The part of the contract that changed.
    pub place: Place,
    /// The worlds that contain the change. An interface can be a part of several worlds.
    pub worlds: Vec<String>,
    /// The item that changed, as `shop:prices/prices.price`, without a version.
    pub name: String,
    /// The change in a sentence.
    pub what: String,
    /// Whether a guest that was built against the old contract runs on a host of the new one.
    pub for_guests: Effect,
    /// Whether a host of the old contract runs guests that were built against the new one.
    pub for_hosts: Effect,
}

/// The part of a contract in which something changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Place {
    /// The world itself.
    World,
    /// What hosts offer to guests.
    Imports,
    /// What guests offer to hosts.
    Exports,
}

/// The effect of a change on guests or on hosts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Guests and hosts of the two contracts still fit.
    Additive,
    /// Guests and hosts still fit, unless the guest uses what is new.
    BreakingWhereUsed,
    /// Guests and hosts no longer fit.
    Breaking,
}

/// The version of a package, judged by the changes in it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct PackageVersion {
    /// The package without its version, as `shop:prices`.
    pub package: String,
    /// The package's version in the old contract.
    pub old: Option<String>,
    /// The package's version in the new contract.
    pub new: Option<String>,
    /// The version step that the changes need.
    pub needs: VersionStep,
    /// Whether the version promises no more compatibility than there is.
    pub honest: bool,
    /// The reason and what to do, in a sentence.
    pub reason: String,
}

/// The step from one version to the next that changes need. Versions are of one track as long
/// as a guest of one is linked with a host of the other: all of `1.x.y`, all of `0.1.x`, and
/// each of `0.0.x` and of the pre-releases for itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum VersionStep {
    /// No step, since nothing changed.
    None,
    /// A higher version, since there are additions.
    Higher,
    /// A version of another track, since something breaks.
    OtherTrack,
}

impl Changes {
    /// Returns whether the version of every package promises no more compatibility than there
    /// is.
    pub fn honest(&self) -> bool {
        self.versions.iter().all(|version| version.honest)
    }
}

impl Contract {
    /// Returns what changed since `old`. Packages, interfaces and functions are matched by
    /// their names without versions. Comments are not part of a contract.
    ///
    /// ```
    /// use wit_host_wit::Contract;
    /// use wit_host_wit::changes::Effect;
    ///
    /// let contract = |version, price| {
    ///     let wit = format!(
    ///         "package shop:prices@{version};
    ///         interface prices {{ price: func(article: string) -> {price}; }}
    ///         world plugin {{ import prices; }}"
    ///     );
    ///     Contract::parse(&wit, None)
    /// };
    /// let changes = contract("1.1.0", "u64")?.changes_since(&contract("1.0.0", "u32")?);
    /// assert_eq!(changes.changes[0].name, "shop:prices/prices.price");
    /// assert_eq!(changes.changes[0].for_guests, Effect::Breaking);
    /// assert!(!changes.honest(), "1.1.0 promises to run guests of 1.0.0");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn changes_since(&self, old: &Contract) -> Changes {
        let pair = (Some(old.clone()), Some(self.clone()));
        compare::compare(old.package(), self.package(), &[pair])
    }
}

impl Package {
    /// Returns what changed since `old` in all of its worlds, or only in `world`. Worlds are
    /// matched by their names. A removed world breaks the guests made for it, and an added one
    /// breaks nothing. If both packages have one world each, these are matched whatever their
    /// names.
    ///
    /// ```
    /// use wit_host_wit::changes::Effect;
    /// use wit_host_wit::{Features, Package};
    ///
    /// let package = |wit| Package::parse(wit, &Features::default());
    /// let old = package("package a:b@1.0.0; world reader {} world writer {}")?;
    /// let new = package("package a:b@1.1.0; world reader {}")?;
    /// let changes = new.changes_since(&old, None)?;
    /// assert_eq!(changes.changes[0].name, "writer");
    /// assert_eq!(changes.changes[0].for_guests, Effect::Breaking);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`ContractError`] if neither package has the world, or any world.
    pub fn changes_since(&self, old: &Package, world: Option<&str>) -> Result<Changes> {
        let pairs = match world {
            Some(world) => vec![(old.unversioned(world), self.unversioned(world))],
            None => pairs(old.contracts(), self.contracts()),
        };
        if pairs.iter().all(|(old, new)| old.is_none() && new.is_none()) {
            let name = |package: &Package| package.name().to_string();
            let reason = match world {
                Some(_) => format!("{}, and the old one no such either", self.no_world(world)),
                None => self.no_world(None),
            };
            return Err(ContractError::Unreadable { what: name(self), reason });
        }
        Ok(compare::compare(old, self, &pairs))
    }

    /// Finds a world by a name whose version may be that of the other package.
    fn unversioned(&self, world: &str) -> Option<Contract> {
        let name = world.split('@').next().unwrap_or_default();
        self.contract(Some(world)).or_else(|_| self.contract(Some(name))).ok()
    }
}

/// Pairs the worlds of both contracts in the order of the old package, followed by the new
/// ones.
fn pairs(old: Vec<Contract>, new: Vec<Contract>) -> Vec<compare::Pair> {
    if old.len() == 1 && new.len() == 1 {
        return old.into_iter().zip(new).map(|(old, new)| (Some(old), Some(new))).collect();
    }
    let order: Vec<_> = new.iter().map(|world| world.world_name().to_owned()).collect();
    let mut new: HashMap<_, _> =
        new.into_iter().map(|world| (world.world_name().to_owned(), world)).collect();
    let mut pairs: Vec<_> = old
        .into_iter()
        .map(|world| {
            let same = new.remove(world.world_name());
            (Some(world), same)
        })
        .collect();
    pairs.extend(order.iter().filter_map(|name| Some((None, Some(new.remove(name)?)))));
    pairs
}
