//! Two versions of a contract: what changed between them, whom it breaks, and
//! whether their version numbers say so. It knows contracts only, no guest.

mod compare;
mod effect;
mod show;
mod surface;
mod version;
mod words;

use std::collections::HashMap;

use super::{Contract, Package};
use crate::error::{ContractError, Result};

/// What changed from one contract to another. `Display` lists it for people.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Changes {
    /// The worlds that were compared, by the names that they had.
    pub worlds: Vec<String>,
    /// Every change, in the order of the world's items, types first.
    pub changes: Vec<Change>,
    /// What the versions of the packages say of that, the world's own first.
    pub versions: Vec<PackageVersion>,
}

/// One change.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Change {
    /// Where it is.
    pub place: Place,
    /// The worlds that it is in: an interface can be of several.
    pub worlds: Vec<String>,
    /// What changed, as `shop:prices/prices.price`, without a version.
    pub name: String,
    /// How, in a sentence.
    pub what: String,
    /// Whether a guest that was built against the old contract runs on a host of
    /// the new one.
    pub for_guests: Effect,
    /// Whether a host of the old contract runs guests that were built against
    /// the new one.
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

/// What a change does to one side.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// The two still go together.
    Additive,
    /// They do, unless the guest uses what is new.
    BreakingWhereUsed,
    /// They do not.
    Breaking,
}

/// What the version of a package says of the changes in it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct PackageVersion {
    /// The package without its version, as `shop:prices`.
    pub package: String,
    /// Its version in the old contract.
    pub old: Option<String>,
    /// Its version in the new one.
    pub new: Option<String>,
    /// What the changes ask for.
    pub needs: VersionStep,
    /// Whether the version claims no more than what is true.
    pub honest: bool,
    /// Why, and what to do, in a sentence.
    pub reason: String,
}

/// The step from one version to the next that changes ask for. Versions are of
/// one track as long as a guest of the one is linked with a host of the other:
/// all of `1.x.y`, all of `0.1.x`, and each of `0.0.x` and of the pre-releases for
/// itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum VersionStep {
    /// None: nothing changed.
    None,
    /// A higher version: there are additions.
    Higher,
    /// A version of another track: something breaks.
    OtherTrack,
}

impl Changes {
    /// Whether every package's version says what changed, or at least claims
    /// nothing that is not so.
    pub fn honest(&self) -> bool {
        self.versions.iter().all(|version| version.honest)
    }
}

impl Contract {
    /// What changed since `old`. Packages, interfaces and functions are matched
    /// by their names, whatever their versions; what is said in comments is no
    /// part of a contract.
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
    /// What changed since `old` in all of its worlds, which are matched by their names; or
    /// in this one. A world that is gone breaks what was made for it, and one that is new
    /// breaks nothing. Where each of the two has one world, it is the same one, whatever its
    /// name.
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
    /// [`ContractError`] where neither has the world, or any.
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

    /// A world by a name whose version may be that of the other package.
    fn unversioned(&self, world: &str) -> Option<Contract> {
        let name = world.split('@').next().unwrap_or_default();
        self.contract(Some(world)).or_else(|_| self.contract(Some(name))).ok()
    }
}

/// The worlds of both in the order of the old package, with those behind that are new.
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
