//! The contract of a host: a world in WIT, whose imports are what guests may
//! call and whose exports are what they are asked for.

use std::path::Path;
use std::sync::Arc;

use wit_parser::{Resolve, WorldId, WorldItem};

use super::error::{ContractError, Result};
use super::notation::quoted;
use super::{Features, Package};

/// A world in WIT, against which guests are checked before they run, so that
/// what does not fit is told in the contract's own words.
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
    /// Every package that it needs, resolved.
    pub resolve: Arc<Resolve>,
    /// The world among them.
    pub world: WorldId,
    package: Package,
}

impl Contract {
    /// Reads a contract from WIT text, in which other packages may be nested. The
    /// world may be left out where there is one. What is behind a gate is no part of
    /// it; [`Package::parse`] can turn features on.
    ///
    /// # Errors
    /// [`ContractError`] where the text is not WIT, or has no such world.
    pub fn parse(wit: &str, world: Option<&str>) -> Result<Self> {
        Package::parse(wit, &Features::default())?.contract(world)
    }

    /// Reads a contract from a WIT file, or from a folder with a package and
    /// what that needs in `deps`. The world may be left out where there is one. What is
    /// behind a gate is no part of it; [`Package::read`] can turn features on.
    ///
    /// # Errors
    /// [`ContractError`] where the path cannot be read or is not WIT, or where
    /// it has no such world.
    pub fn read(path: &Path, world: Option<&str>) -> Result<Self> {
        Package::read(path, &Features::default())?.contract(world)
    }

    pub(super) fn new(package: Package, world: WorldId) -> Self {
        Self { resolve: package.resolve.clone(), world, package }
    }

    /// The package in which the world was chosen.
    pub fn package(&self) -> &Package {
        &self.package
    }

    /// The packages of the interfaces that it has, as `namespace:package`.
    pub fn packages(&self) -> Vec<String> {
        let names = self.resolve.packages.iter().map(|(_, package)| &package.name);
        names.map(|name| format!("{}:{}", name.namespace, name.name)).collect()
    }

    /// The versions that it has of `namespace:package/interface`.
    pub fn versions(&self, interface: &str) -> Vec<String> {
        let package = interface.split('/').next().unwrap_or_default();
        let names = self.resolve.packages.iter().map(|(_, package)| &package.name);
        let meant = names.filter(|name| package == format!("{}:{}", name.namespace, name.name));
        meant.filter_map(|name| Some(name.version.as_ref()?.to_string())).collect()
    }

    /// The functions that guests can import, without versions:
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

    /// The same package with another of its worlds.
    ///
    /// # Errors
    /// [`ContractError`] where it has no such world.
    pub fn with_world(self, world: &str) -> Result<Self> {
        self.package.contract(Some(world)).map_err(|error| match error {
            // What was read is not known by a path here.
            ContractError::Unreadable { reason, .. } => {
                ContractError::Unreadable { what: self.name(), reason }
            }
            other => other,
        })
    }

    /// The contract as one WIT text, with every package that it needs nested in
    /// it.
    pub fn wit(&self) -> String {
        self.package.wit()
    }

    /// The world's own name.
    pub(crate) fn world_name(&self) -> &str {
        &self.resolve.worlds[self.world].name
    }

    /// The name by which every tool chooses the world among those of its files: its own, or
    /// all of it where it is of a package that they only need.
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

    /// The world's name with its package, as `wit-host:contract/plugin@0.1.0`.
    pub fn name(&self) -> String {
        let world = &self.resolve.worlds[self.world];
        match world.package {
            Some(package) => self.resolve.id_of_name(package, &world.name),
            None => world.name.clone(),
        }
    }
}
