//! Reads the world of a component, its imports and exports as WIT, from its types. It compiles
//! nothing and does not look at function bodies.

use std::fmt;

use wit_parser::decoding::DecodedWasm;
use wit_parser::{InterfaceId, Resolve, TypeDefKind, TypeId, WorldId, WorldItem};

use super::Contract;
use super::notation::package;
use super::weight;
use wit_host_text::contain::contain;
use wit_host_text::{escaped, shown};

/// The world of a component.
#[derive(Clone, Debug)]
pub struct Decoded {
    /// The component's types, and every package that they belong to.
    pub resolve: Resolve,
    /// The world with the component's imports and exports.
    pub world: WorldId,
}

impl Decoded {
    /// Returns the names of the component's imports.
    pub fn import_names(&self) -> impl Iterator<Item = String> {
        let imports = self.resolve.worlds[self.world].imports.keys();
        imports.map(|key| self.resolve.name_world_key(key))
    }

    /// Returns the functions in the interfaces that the component imports, each after the
    /// interface's name.
    pub fn imported_functions(&self) -> impl Iterator<Item = (String, &str)> {
        let imports = self.resolve.worlds[self.world].imports.iter();
        imports.flat_map(|(key, item)| {
            let interface = self.resolve.name_world_key(key);
            let functions = match item {
                WorldItem::Interface { id, .. } => {
                    Some(self.resolve.interfaces[*id].functions.keys())
                }
                _ => None,
            };
            let functions = functions.into_iter().flatten();
            functions.map(move |function| (interface.clone(), function.as_str()))
        })
    }

    /// Writes the world as one WIT text, with every package that it needs nested in it.
    /// Characters that could steer a terminal are escaped.
    ///
    /// # Errors
    /// The reason, if the world has something that WIT cannot express.
    pub fn wit(&self) -> Result<String, String> {
        let Some(of) = self.resolve.worlds[self.world].package else {
            return Err("its world is in no package".into());
        };
        // The printer panics on components that the usual tools do not make, as the decoder
        // does.
        let printed = contained(|| package(&self.resolve, of))??;
        let wit = escaped(&printed);
        // For components that the usual tools do not make, the printer can write a text that is no
        // WIT.
        Contract::parse(&wit, None).map_err(|error| error.to_string())?;
        Ok(wit)
    }
}

/// Returns whether an interface contains types only, so that a host has nothing to provide.
pub fn has_only_types(resolve: &Resolve, id: InterfaceId) -> bool {
    let interface = &resolve.interfaces[id];
    let is_resource = |id: &TypeId| matches!(resolve.types[*id].kind, TypeDefKind::Resource);
    let has_types = !interface.types.is_empty();
    has_types && interface.functions.is_empty() && !interface.types.values().any(is_resource)
}

/// Why the world of a component cannot be read.
#[derive(Debug)]
pub enum Undecoded {
    /// The component is a WIT package in binary form, which has no code.
    Package {
        /// The package's name.
        name: String,
        /// The package's WIT, if it can be written.
        wit: Option<String>,
    },
    /// The component is invalid, or has something that WIT cannot express.
    Reason(String),
}

impl fmt::Display for Undecoded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Package { name, .. } => write!(
                f,
                "the WIT package `{}` in binary form, which describes interfaces and has no code",
                shown(name)
            ),
            Self::Reason(reason) => f.write_str(reason),
        }
    }
}

impl From<String> for Undecoded {
    fn from(reason: String) -> Self {
        Self::Reason(reason)
    }
}

/// Reads the world of a component. The component must have passed the scan, which limits what
/// reading it costs.
///
/// # Errors
/// What the component is instead, or the reason, if it has no world that can be read.
pub fn decode(binary: &[u8]) -> Result<Decoded, Undecoded> {
    match contained(|| wit_parser::decoding::decode(binary))? {
        Ok(DecodedWasm::Component(resolve, world)) => {
            // A small component can have types whose text would not end, so they are checked before
            // anything is written.
            weight::check(&resolve)?;
            Ok(Decoded { resolve, world })
        }
        Ok(DecodedWasm::WitPackage(resolve, of)) => {
            let name = resolve.packages[of].name.to_string();
            let written =
                weight::check(&resolve).and_then(|()| contained(|| package(&resolve, of))?);
            Err(Undecoded::Package { name, wit: written.ok().map(|wit| escaped(&wit)) })
        }
        Err(error) => Err(shown(&format!("{error:#}")).into()),
    }
}

/// Runs a tool that is made for the output of the usual toolchains, and panics on some other
/// valid input.
///
/// # Errors
/// The message, if the tool panicked.
pub fn contained<R>(tool: impl FnOnce() -> R) -> Result<R, String> {
    contain(tool)
        .map_err(|_| "its types are put together in a way that WIT has no words for".into())
}
