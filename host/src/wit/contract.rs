//! The contract of a host: a world in WIT, whose imports are what guests may
//! call and whose exports are what they are asked for.

use std::path::Path;

use wit_parser::{PackageId, PackageName, Resolve, WorldId, WorldItem};

use super::notation::package;
use super::{depth, weight};
use crate::contain::contained;
use crate::error::{Error, Result};
use crate::text::{shown, shown_text};

/// A world in WIT, against which guests are checked before they run, so that
/// what does not fit is told in the contract's own words.
///
/// ```
/// let contract = wit_host::Contract::parse("
///     package shop:prices@1.0.0;
///     interface prices { price: func(article: string) -> u32; }
///     world plugin { import prices; }
/// ", None)?;
/// assert!(contract.wit().contains("price: func(article: string) -> u32;"));
/// # Ok::<(), wit_host::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Contract {
    pub(crate) resolve: Resolve,
    pub(crate) world: WorldId,
    package: PackageId,
}

/// What the host is about where it panics.
const READ: &str = "read the contract";

impl Contract {
    /// Reads a contract from WIT text, in which other packages may be nested. The
    /// world may be left out where there is one.
    ///
    /// # Errors
    /// [`Error::Contract`] where the text is not WIT, or has no such world.
    pub fn parse(wit: &str, world: Option<&str>) -> Result<Self> {
        let wrong = |reason| Error::Contract { what: "the WIT text".into(), reason };
        contained(READ, || {
            let mut resolve = Resolve::default();
            let package = match resolve.push_source("contract.wit", wit) {
                Ok(package) => package,
                Err(error) => return Err(wrong(shown_text(&resolve.render_error(&error)))),
            };
            Self::select(resolve, package, world).map_err(wrong)
        })
    }

    /// Reads a contract from a WIT file, or from a folder with a package and
    /// what that needs in `deps`. The world may be left out where there is one.
    ///
    /// # Errors
    /// [`Error::Contract`] where the path cannot be read or is not WIT, or where
    /// it has no such world.
    pub fn read(path: &Path, world: Option<&str>) -> Result<Self> {
        let what = || shown(&path.display().to_string());
        let wrong = |reason| Error::Contract { what: what(), reason };
        if path.is_dir() && !has_wit(path) {
            let reason = "the folder has no file that ends with `.wit`; give one that has";
            return Err(wrong(reason.into()));
        }
        contained(READ, || {
            if let Some(reason) = too_much(path) {
                return Err(wrong(reason));
            }
            let mut resolve = Resolve::default();
            let package = match resolve.push_path(path) {
                Ok((package, _)) => package,
                Err(error) => return Err(wrong(shown_text(&resolve.render_error(&error)))),
            };
            Self::select(resolve, package, world).map_err(wrong)
        })
    }

    /// The packages of the interfaces that it has, as `namespace:package`.
    pub(crate) fn packages(&self) -> Vec<String> {
        let names = self.resolve.packages.iter().map(|(_, package)| &package.name);
        names.map(|name| format!("{}:{}", name.namespace, name.name)).collect()
    }

    /// The versions that it has of `namespace:package/interface`.
    pub(crate) fn versions(&self, interface: &str) -> Vec<String> {
        let package = interface.split('/').next().unwrap_or_default();
        let names = self.resolve.packages.iter().map(|(_, package)| &package.name);
        let meant = names.filter(|name| package == format!("{}:{}", name.namespace, name.name));
        meant.filter_map(|name| Some(name.version.as_ref()?.to_string())).collect()
    }

    fn select(resolve: Resolve, package: PackageId, world: Option<&str>) -> Result<Self, String> {
        if resolve.packages[package].worlds.is_empty() && world.is_none() {
            return Err("it has no world, which says what a guest calls and offers; add one, for \
                        example `world plugin { export run: func(); }`"
                .into());
        }
        depth::check(&resolve)?;
        weight::check(&resolve)?;
        let selected = resolve.select_world(&[package], world);
        let Ok(world) = selected else {
            let worlds = resolve.packages[package].worlds.keys().collect::<Vec<_>>();
            let has = format!("the package has {}", crate::text::list(&worlds));
            return Err(match world {
                Some(world) => format!("there is no world `{world}`: {has}"),
                None => format!("a world has to be named: {has}"),
            });
        };
        Ok(Self { resolve, world, package })
    }

    /// The functions that guests can import, without versions:
    /// `namespace:package/interface.function`.
    pub(crate) fn functions(&self) -> Vec<String> {
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
    /// [`Error::Contract`] where it has no such world.
    pub fn with_world(self, world: &str) -> Result<Self> {
        let what = self.name();
        Self::select(self.resolve, self.package, Some(world))
            .map_err(|reason| Error::Contract { what, reason })
    }

    /// The contract as one WIT text, with every package that it needs nested in
    /// it.
    pub fn wit(&self) -> String {
        // What was parsed has no type without a name, the one thing that cannot
        // be printed.
        package(&self.resolve, self.package).unwrap_or_else(|error| format!("// {error}\n"))
    }

    /// The name of the package that the world is of.
    pub(crate) fn package_name(&self) -> &PackageName {
        &self.resolve.packages[self.package].name
    }

    /// The world's own name.
    pub(crate) fn world_name(&self) -> &str {
        &self.resolve.worlds[self.world].name
    }

    /// The name by which the world is chosen among those of its files: its own, or
    /// all of it where it is of a package that they only need.
    pub(crate) fn selector(&self) -> String {
        match self.resolve.worlds[self.world].package == Some(self.package) {
            true => self.world_name().to_owned(),
            false => self.name(),
        }
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

/// Why a path is not read: a device has no end, and no contract is so long.
fn too_much(path: &Path) -> Option<String> {
    /// A hundred times as much as all of WASI.
    const MOST: u64 = 16 << 20;
    let metadata = path.metadata().ok()?;
    if metadata.is_dir() {
        return None;
    }
    if !metadata.is_file() {
        return Some("it is neither a file nor a folder; give one of WIT".into());
    }
    (metadata.len() > MOST).then(|| "it is longer than 16 MiB, which no contract is".into())
}

/// Whether a folder has WIT of its own. One that cannot be read is left to whoever reads it.
fn has_wit(folder: &Path) -> bool {
    let Ok(entries) = folder.read_dir() else { return true };
    let mut paths = entries.filter_map(Result::ok).map(|entry| entry.path());
    paths.any(|path| path.extension().is_some_and(|extension| extension == "wit"))
}
