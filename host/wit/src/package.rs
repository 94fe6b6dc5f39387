//! A package of WIT with all of its worlds, and how one of them is found by its name. It does
//! not know what a world is used for.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use wit_parser::{PackageId, PackageName, Resolve, WorldId};

use super::error::{ContractError, Result};
use super::gates::Features;
use super::source::{self, Source};
use super::{Contract, depth, notation, weight};
use wit_host_text::contain::contained;
use wit_host_text::{list, shown};

/// Completes the message of a panic, "the host failed to …".
const READ: &str = "read the contract";

/// A package of WIT. Each of its worlds is a contract, and the package as a whole has a
/// version.
///
/// ```
/// use wit_host_wit::{Features, Package};
///
/// let wit = "
///     package shop:prices@1.0.0;
///     interface prices {
///         price: func(article: string) -> u32;
///         @unstable(feature = discounts)
///         discount: func(article: string) -> u32;
///     }
///     world plugin { import prices; }
/// ";
/// let stable = Package::parse(wit, &Features::default())?.contract(None)?;
/// assert!(!stable.wit().contains("discount"));
/// let all = Package::parse(wit, &Features::of(["discounts"]))?.contract(Some("plugin"))?;
/// assert!(all.wit().contains("discount: func(article: string) -> u32;"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Package {
    /// The package and those that it needs, resolved.
    pub resolve: Arc<Resolve>,
    pub(crate) id: PackageId,
    /// What the package was read from, for errors.
    what: String,
    path: Option<PathBuf>,
    gates: BTreeSet<String>,
    shut: BTreeMap<String, String>,
}

impl Package {
    /// Reads a package from WIT text, in which other packages may be nested.
    ///
    /// # Errors
    /// [`ContractError`] if the text is not WIT.
    pub fn parse(wit: &str, features: &Features) -> Result<Self> {
        contained(READ, || Self::of("the WIT text", None, source::of_text(wit, features)))
    }

    /// Reads a package from a WIT file, or from a folder with a package and the packages that
    /// it needs in `deps`.
    ///
    /// # Errors
    /// [`ContractError`] if the path cannot be read or is not WIT.
    pub fn read(path: &Path, features: &Features) -> Result<Self> {
        let what = shown(&path.display().to_string());
        contained(READ, || Self::of(&what, Some(path), source::of_path(path, features)))
    }

    fn of(what: &str, path: Option<&Path>, source: Result<Source, String>) -> Result<Self> {
        let checked = source.and_then(|source| {
            depth::check(&source.resolve)?;
            weight::check(&source.resolve)?;
            Ok(source)
        });
        let Source { resolve, package: id, gates, shut } =
            checked.map_err(|reason| ContractError::Unreadable { what: what.into(), reason })?;
        let (what, path) = (what.to_owned(), path.map(Path::to_owned));
        Ok(Self { resolve: resolve.into(), id, what, path, gates, shut })
    }

    /// Returns the contract of one of the package's worlds. `world` may be `None` if the
    /// package has one world. It may begin with the `%` that WIT puts before names that are
    /// keywords.
    ///
    /// # Errors
    /// [`ContractError`] if the package does not have the world.
    pub fn contract(&self, world: Option<&str>) -> Result<Contract> {
        let found = match world {
            Some(name) => self.find(name),
            None => self.only_world(),
        };
        let wrong = |()| ContractError::Unreadable {
            what: self.what.clone(),
            reason: self.no_world(world),
        };
        Ok(Contract::new(self.clone(), found.ok_or(()).map_err(wrong)?))
    }

    /// Returns the contracts of all worlds of the package, in the order of the WIT.
    pub fn contracts(&self) -> Vec<Contract> {
        let worlds = self.own().worlds.values();
        worlds.map(|world| Contract::new(self.clone(), *world)).collect()
    }

    /// Writes the package as one WIT text, with every package that it needs nested in it.
    pub fn wit(&self) -> String {
        // Only a type without a name cannot be printed, and a package that was parsed has none.
        notation::package(&self.resolve, self.id).unwrap_or_else(|error| format!("// {error}\n"))
    }

    /// Returns the package's name, with its version if it has one.
    pub fn name(&self) -> &PackageName {
        &self.own().name
    }

    /// Returns the path that the package was read from, if it was read from one.
    pub fn path(&self) -> Option<&Path> {
        self.path.as_deref()
    }

    /// Returns the features of the package's gates, whether they are on or not.
    pub fn features(&self) -> impl Iterator<Item = &str> {
        self.gates.iter().map(String::as_str)
    }

    /// Returns the feature that has to be on for the package to have the interface or function
    /// `name`. `None` if the name is not behind a closed gate.
    pub fn feature_of(&self, name: &str) -> Option<&str> {
        self.shut.get(name).map(String::as_str)
    }

    fn own(&self) -> &wit_parser::Package {
        &self.resolve.packages[self.id]
    }

    fn only_world(&self) -> Option<WorldId> {
        let mut worlds = self.own().worlds.values();
        worlds.next().copied().filter(|_| worlds.next().is_none())
    }

    /// Finds a world by its name, or by its name with its package: `shop:prices/plugin@1.0.0`.
    /// The version may be left out if it is not needed to tell packages apart.
    pub(crate) fn find(&self, name: &str) -> Option<WorldId> {
        // The sign stands for a keyword in WIT's text, and is no part of the name.
        let name = name.replace('%', "");
        if let Some(world) = self.own().worlds.get(&name) {
            return Some(*world);
        }
        let (path, version) = match name.split_once('@') {
            Some((path, version)) => (path, Some(version)),
            None => (&*name, None),
        };
        let (package, world) = path.split_once('/')?;
        let (namespace, package) = package.split_once(':')?;
        let is_named = |name: &PackageName| {
            let same =
                |version: &str| name.version.as_ref().is_some_and(|own| own.to_string() == version);
            (&*name.namespace, &*name.name) == (namespace, package) && version.is_none_or(same)
        };
        let mut packages = self.resolve.packages.iter().filter(|(_, one)| is_named(&one.name));
        let (_, package) = packages.next().filter(|_| packages.next().is_none())?;
        package.worlds.get(world).copied()
    }

    /// Explains why there is no contract.
    pub(crate) fn no_world(&self, world: Option<&str>) -> String {
        let worlds: Vec<_> = self.own().worlds.keys().collect();
        let has = format!("the package has {}", list(&worlds));
        match world {
            None if worlds.is_empty() => "it has no world, which says what a guest calls and \
                                          offers; add one, for example `world plugin { export \
                                          run: func(); }`"
                .into(),
            None => format!("a world has to be named: {has}"),
            Some(world) if worlds.is_empty() => {
                format!("there is no world `{}`: the package has none", shown(world))
            }
            Some(world) => format!("there is no world `{}`: {has}", shown(world)),
        }
    }
}
