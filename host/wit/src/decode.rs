//! What a component says of itself: its imports and exports as WIT, read from
//! its types. It compiles nothing, and looks at no function's body.

use std::fmt;

use wit_parser::decoding::DecodedWasm;
use wit_parser::{InterfaceId, Resolve, TypeDefKind, TypeId, WorldId, WorldItem};

use super::Contract;
use super::notation::package;
use super::weight;
use wit_host_text::contain::contain;
use wit_host_text::{escaped, shown};

/// A component's world.
#[derive(Clone, Debug)]
pub struct Decoded {
    /// Its types, and every package that they are of.
    pub resolve: Resolve,
    /// The world that says what it imports and exports.
    pub world: WorldId,
}

impl Decoded {
    /// The names of what the component imports.
    pub fn import_names(&self) -> impl Iterator<Item = String> {
        let imports = self.resolve.worlds[self.world].imports.keys();
        imports.map(|key| self.resolve.name_world_key(key))
    }

    /// The functions in the interfaces that the component imports, behind the interface's
    /// name.
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

    /// The world as one WIT text, with every package that it needs nested in it.
    /// What could steer a terminal in it is escaped.
    ///
    /// # Errors
    /// Where it has something that WIT cannot say; the reason.
    pub fn wit(&self) -> Result<String, String> {
        let Some(of) = self.resolve.worlds[self.world].package else {
            return Err("its world is in no package".into());
        };
        // The printer expects what the usual tools make, as the decoder does.
        let printed = contained(|| package(&self.resolve, of))??;
        let wit = escaped(&printed);
        Contract::parse(&wit, None).map_err(|error| error.to_string())?;
        Ok(wit)
    }
}

/// Whether an interface has nothing that somebody would have to serve.
pub fn has_only_types(resolve: &Resolve, id: InterfaceId) -> bool {
    let interface = &resolve.interfaces[id];
    let is_resource = |id: &TypeId| matches!(resolve.types[*id].kind, TypeDefKind::Resource);
    let has_types = !interface.types.is_empty();
    has_types && interface.functions.is_empty() && !interface.types.values().any(is_resource)
}

/// Why a component has no world that can be read.
#[derive(Debug)]
pub enum Undecoded {
    /// It is a WIT package in binary form, which has no code.
    Package {
        /// The package's name.
        name: String,
        /// Its WIT, where that can be written.
        wit: Option<String>,
    },
    /// It is invalid, or has something that WIT cannot say.
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

/// Reads the world of a component that has passed the scan, which bounds what
/// it can cost.
///
/// # Errors
/// Where it has none that can be read; what it is instead, or the reason.
pub fn decode(binary: &[u8]) -> Result<Decoded, Undecoded> {
    match contained(|| wit_parser::decoding::decode(binary))? {
        Ok(DecodedWasm::Component(resolve, world)) => {
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

/// Runs a tool that expects what the usual toolchains make, and panics on some
/// of what others can write.
///
/// # Errors
/// Where it panicked.
pub fn contained<R>(tool: impl FnOnce() -> R) -> Result<R, String> {
    contain(tool)
        .map_err(|_| "its types are put together in a way that WIT has no words for".into())
}
