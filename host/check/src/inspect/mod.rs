//! Describes a guest before anything of it is compiled: what it imports and what serves that, what
//! it exports, and what made it. It does not say whether the guest fits.

mod component;
mod contents;
mod declaration;
mod module;
mod names;
mod served;
mod show;
mod wasi;

use crate::error::Result;
use crate::fit::{language_of, linker_of};
use crate::offer::Offer;
use crate::served::Served;
use contents::Contents;
pub use declaration::Declaration;
pub(crate) use wasi::{function as wasi_function, interface as wasi_interface};
use wit_host_binary::examine::examine_whole;
use wit_host_binary::kind::Kind;
use wit_host_binary::proposals::{self, UnsupportedFeature};
use wit_host_binary::toolchains::Toolchain;
use wit_host_wit::Contract;

/// The description of a guest that is not compiled. `Display` writes a summary for people, in which
/// the guest's texts are escaped and cut. The fields have these texts in full, as they are in the
/// guest.
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Inspection {
    /// Whether the guest is a component or a core module.
    pub kind: Kind,
    /// The size of its binary form in bytes.
    pub size: usize,
    /// What made the guest, as it says itself, sorted by role and name.
    pub producers: Vec<Producer>,
    /// The language of the guest, if a tool has put that language's runtime into it. It may not be
    /// among `producers`, which then name the languages that the runtime is written in.
    pub language: Option<&'static str>,
    /// What the guest imports from the host.
    pub imports: Vec<Import>,
    /// What the guest exports.
    pub exports: Vec<Item>,
    /// The custom sections of the guest and of the modules in it, sorted by name.
    pub custom_sections: Vec<CustomSection>,
    /// A component's world as WIT, with all packages that it needs nested in it. It is `None` for a
    /// core module.
    pub wit: Option<String>,
    /// Why a component has no `wit`, and no types in its imports and exports.
    pub unreadable: Option<String>,
    /// The features of WebAssembly that the guest uses and the host does not support.
    pub unsupported: Vec<UnsupportedFeature>,
    /// The toolchain that the guest was built with, if it has left imports that nothing serves.
    pub toolchain: Option<Toolchain>,
    /// Notes about the guest, as sentences.
    pub notes: Vec<String>,
}

/// A language, a tool or a library that a guest was made with.
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub struct Producer {
    /// `language`, `processed-by` or `sdk`.
    pub role: &'static str,
    /// The name.
    pub name: String,
    /// The version, which may be empty.
    pub version: String,
}

/// The roles of producers.
const ROLES: [&str; 3] = ["language", "processed-by", "sdk"];

/// A named item that a guest imports or exports.
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Item {
    /// The name in the component, such as `wasi:cli/environment@0.2.6`. For a core module's import
    /// it is `module.name`.
    pub name: String,
    /// The sort of the item: `interface`, `function`, `type`, `memory`, `table`, `global` or `tag`.
    /// A component also has sorts that WIT cannot express: `core module`, `component`, `value`.
    pub sort: &'static str,
    /// The type. It is in WIT for a component's function, such as `func(a: u32) -> string`, and a
    /// core type for a core module's item, such as `(i32, i32) -> i32`.
    pub ty: Option<String>,
    /// The functions of an interface, such as `add: func(a: s32, b: s32) -> s32`. Functions of a
    /// resource have its name before theirs, such as `file.read: func() -> list<u8>`.
    pub functions: Vec<String>,
}

/// An import of a guest.
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Import {
    /// The imported item.
    pub item: Item,
    /// The core modules in a component that use the import: their names, escaped and cut, or their
    /// positions. The list is empty for a core module, and if the users cannot be found.
    pub asked_by: Vec<String>,
    /// What serves the import in this runtime.
    pub served_by: ServedBy,
}

/// What serves an import.
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ServedBy {
    /// The runtime's contract.
    Contract {
        /// The interface or function. For an import from `env` it is the function that the import
        /// implements, if it implements one.
        name: Option<String>,
        /// The functions that the guest imports and the contract does not have.
        without: Vec<String>,
    },
    /// Another core module, which serves the imports from the module of this name.
    Module(String),
    /// Providers, each with the functions that it serves.
    Providers(Vec<ProvidedBy>),
    /// WASI, with what it depends on.
    Wasi(&'static str),
    /// Nothing serves it, and nothing has to: it has types and no functions.
    NoOne,
    /// Nothing serves it, for this reason.
    Nothing(String),
    /// The runtime has no contract as WIT, so it may serve the import or not.
    Unknown,
}

/// A provider, and the functions of an import that it serves.
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ProvidedBy {
    /// The provider, as text for people.
    pub by: String,
    /// The functions that it serves. Empty if it serves all.
    pub functions: Vec<String>,
}

/// The custom sections of one name.
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct CustomSection {
    /// The name. All sections of debug information are `.debug_*`, and those after a thousand names
    /// are `others`.
    pub name: String,
    /// The number of sections.
    pub count: usize,
    /// The size of all these sections in bytes.
    pub size: usize,
}

/// Inspects the bytes of a guest for a runtime, or for a host with another contract.
pub fn inspect<S: 'static>(
    offer: &Offer<'_, S>,
    bytes: &[u8],
    contract: Option<&Contract>,
) -> Result<Inspection> {
    let (kind, binary) = examine_whole(bytes, offer.text, offer.limits)?;
    let contents = Contents::read(&binary);
    let mut inspection = Inspection {
        kind,
        size: binary.len(),
        language: language(&contents.producers(), &binary),
        producers: contents.producers(),
        imports: Vec::new(),
        exports: Vec::new(),
        custom_sections: contents.custom_sections(),
        wit: None,
        unreadable: None,
        unsupported: proposals::unsupported(&binary),
        toolchain: None,
        notes: Vec::new(),
    };
    match kind {
        Kind::Component => {
            let contract = contract.or(offer.contract());
            let serving = offer.serving;
            let server = |interface: Option<&str>, name: &str| serving.server(interface, name);
            component::fill(&mut inspection, &binary, &contents, (contract, &server));
        }
        Kind::Module => {
            let other =
                contract.map(|other| Served::of_contract(offer.engine, other, offer.served));
            module::fill(&mut inspection, &binary, other.as_ref().unwrap_or(offer.served));
        }
    }
    Ok(inspection)
}

/// Returns the language whose runtime a tool has put into the guest.
fn language(producers: &[Producer], binary: &[u8]) -> Option<&'static str> {
    let told = producers.iter().find_map(|producer| language_of(&producer.name));
    told.or_else(|| linker_of(binary).and_then(language_of))
}
