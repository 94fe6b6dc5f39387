//! The contract of a host: a world in WIT. Its imports are the functions that guests may call, and
//! its exports are the functions that guests must have. It does not know what implements them.

use std::path::Path;
use std::sync::Arc;

use wit_parser::{Resolve, WorldId, WorldItem};

use super::error::{ContractError, Result};
use super::notation::quoted;
use super::{Features, Package};

/// A world in WIT. Guests are checked against it before they run, so that errors can use the
/// contract's own names.
///
/// ```
/// let contract = wit_host_wit::Contract::parse("
///     package shop:prices@1.0.0;
///     interface prices { price: func(article: string) -> u32; }
///     world plugin { import prices; }
/// ", None)?;
/// assert!(contract.wit().contains("price: func(article: string) -> u32;"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Contract {
    /// The world's package and those that it needs, resolved.
    pub resolve: Arc<Resolve>,
    /// The world in `resolve`.
    pub world: WorldId,
    package: Package,
}

impl Contract {
    /// Reads a contract from WIT text, in which other packages may be nested. `world` may be
    /// `None` if there is one world. Items behind a gate are left out; [`Package::parse`] can
    /// turn features on.
    ///
    /// # Errors
    /// [`ContractError`] if the text is not WIT, or does not have the world.
    pub fn parse(wit: &str, world: Option<&str>) -> Result<Self> {
        Package::parse(wit, &Features::default())?.contract(world)
    }

    /// Reads a contract from a WIT file, or from a folder with a package and the packages that
    /// it needs in `deps`. `world` may be `None` if there is one world. Items behind a gate are
    /// left out; [`Package::read`] can turn features on.
    ///
    /// # Errors
    /// [`ContractError`] if the path cannot be read or is not WIT, or does not have the world.
    pub fn read(path: &Path, world: Option<&str>) -> Result<Self> {
        Package::read(path, &Features::default())?.contract(world)
    }

    pub(super) fn new(package: Package, world: WorldId) -> Self {
        Self { resolve: package.resolve.clone(), world, package }
    }

    /// Returns the package that contains the world.
    pub fn package(&self) -> &Package {
        &self.package
    }

    /// Returns the packages of the contract's interfaces, as `namespace:package`.
    pub fn packages(&self) -> Vec<String> {
        let names = self.resolve.packages.iter().map(|(_, package)| &package.name);
        names.map(|name| format!("{}:{}", name.namespace, name.name)).collect()
    }

    /// Returns the versions of `namespace:package/interface` that the contract has.
    pub fn versions(&self, interface: &str) -> Vec<String> {
        let package = interface.split('/').next().unwrap_or_default();
        let names = self.resolve.packages.iter().map(|(_, package)| &package.name);
        let meant = names.filter(|name| package == format!("{}:{}", name.namespace, name.name));
        meant.filter_map(|name| Some(name.version.as_ref()?.to_string())).collect()
    }

    /// Returns the functions that guests can import, without versions:
    /// `namespace:package/interface.function`.
    pub fn functions(&self) -> Vec<String> {
        let mut functions = Vec::new();
        for (key, item) in &self.resolve.worlds[self.world].imports {
            let name = self.resolve.name_world_key(key);
            let plain = name.split('@').next().unwrap_or_default();
            match item {
                WorldItem::Interface { id, .. } => {
                    let names = self.resolve.interfaces[*id].functions.keys();
                    functions.extend(names.map(|function| format!("{plain}.{function}")));
                }
                WorldItem::Function(_) => functions.push(plain.to_owned()),
                WorldItem::Type { .. } => {}
            }
        }
        functions
    }

    /// Replaces the world by another one of the package.
    ///
    /// # Errors
    /// [`ContractError`] if the package does not have the world.
    pub fn with_world(self, world: &str) -> Result<Self> {
        self.package.contract(Some(world)).map_err(|error| match error {
            // Here the caller names no path, so the error names the package.
            ContractError::Unreadable { reason, .. } => {
                ContractError::Unreadable { what: self.name(), reason }
            }
            other => other,
        })
    }

    /// Writes the contract as one WIT text, with every package that it needs nested in it.
    pub fn wit(&self) -> String {
        self.package.wit()
    }

    /// Returns the world's name without its package.
    pub(crate) fn world_name(&self) -> &str {
        &self.resolve.worlds[self.world].name
    }

    /// Returns the name that selects the world in every tool: its name alone, or with its
    /// package if that is not the main package.
    pub fn selector(&self) -> String {
        let world = &self.resolve.worlds[self.world];
        let own = quoted(&world.name);
        let package = world.package.filter(|package| *package != self.package.id);
        let Some(package) = package.map(|id| &self.resolve.packages[id].name) else {
            return own.into_owned();
        };
        let version = package.version.as_ref().map_or(String::new(), |own| format!("@{own}"));
        let (namespace, name) = (quoted(&package.namespace), quoted(&package.name));
        format!("{namespace}:{name}/{own}{version}")
    }

    /// Returns the world's name with its package, as `wit-host:contract/plugin@0.1.0`.
    pub fn name(&self) -> String {
        let world = &self.resolve.worlds[self.world];
        match world.package {
            Some(package) => self.resolve.id_of_name(package, &world.name),
            None => world.name.clone(),
        }
    }
}
