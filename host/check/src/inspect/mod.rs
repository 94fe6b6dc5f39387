//! What a guest is, before anything of it is compiled: what it asks for and who
//! serves that, what it offers, and what made it. Whether it fits is not said
//! here.

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

/// What can be known of a guest without compiling it. `Display` is a summary for
/// people, in which what the guest chose is escaped and cut; the fields have all
/// of it, as the guest has it.
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Inspection {
    /// What the guest is made of.
    pub kind: Kind,
    /// The bytes of its binary form.
    pub size: usize,
    /// What made it, as it says itself, ordered by role and name.
    pub producers: Vec<Producer>,
    /// The language that it is in, where a tool has put that language's runtime into it:
    /// the runtime's own languages are among the producers as well.
    pub language: Option<&'static str>,
    /// What it asks the host for.
    pub imports: Vec<Import>,
    /// What it offers to the host.
    pub exports: Vec<Item>,
    /// Its custom sections, ordered by name, with those of the modules in it.
    pub custom_sections: Vec<CustomSection>,
    /// A component's world as WIT, with every package that it needs nested in
    /// it. A core module has none.
    pub wit: Option<String>,
    /// Why a component has no `wit`, and its imports and exports no types.
    pub unreadable: Option<String>,
    /// What of WebAssembly it uses that the host does not run.
    pub unsupported: Vec<UnsupportedFeature>,
    /// What it was built for, where nothing serves what that left in it.
    pub toolchain: Option<Toolchain>,
    /// What else is worth knowing, as sentences.
    pub notes: Vec<String>,
}

/// A language, a tool or a library that a guest was made with.
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub struct Producer {
    /// `language`, `processed-by` or `sdk`.
    pub role: &'static str,
    /// Its name.
    pub name: String,
    /// Its version, which may be empty.
    pub version: String,
}

/// What producers can be.
const ROLES: [&str; 3] = ["language", "processed-by", "sdk"];

/// Something with a name that a guest imports or exports.
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Item {
    /// As a component has it, as `wasi:cli/environment@0.2.6`; `module.name` of a
    /// core module's import.
    pub name: String,
    /// `interface`, `function`, `type`, `memory`, `table`, `global`, `tag`; of a
    /// component also what WIT has no word for: `core module`, `component`, `value`.
    pub sort: &'static str,
    /// Of a component's function its type in WIT, as `func(a: u32) -> string`;
    /// of a core module's item its core type, as `(i32, i32) -> i32`.
    pub ty: Option<String>,
    /// The functions of an interface, as `add: func(a: s32, b: s32) -> s32`. A
    /// resource's stand behind its name, as `file.read: func() -> list<u8>`.
    pub functions: Vec<String>,
}

/// An import.
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Import {
    /// What is imported.
    pub item: Item,
    /// The core modules in a component that import it, by their names, escaped
    /// and cut, or their positions. Empty where that cannot be seen, and for a
    /// core module.
    pub asked_by: Vec<String>,
    /// What serves it in this runtime.
    pub served_by: ServedBy,
}

/// What serves an import.
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ServedBy {
    /// The runtime's contract.
    Contract {
        /// Its interface or function; of an import in `env` the function that it
        /// implements, where it is one.
        name: Option<String>,
        /// The functions that the guest imports and the contract does not have.
        without: Vec<String>,
    },
    /// Another core module, which serves the imports from the module of this name.
    Module(String),
    /// Others, each with what it serves.
    Providers(Vec<ProvidedBy>),
    /// WASI, with what it depends on.
    Wasi(&'static str),
    /// No one, and no one has to: it has types and no functions.
    NoOne,
    /// Nothing, and why.
    Nothing(String),
    /// The runtime has no contract as WIT, and may serve it all the same.
    Unknown,
}

/// What one of those serves that serve an import.
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ProvidedBy {
    /// Who it is, in words.
    pub by: String,
    /// The functions that it serves; none where that is all.
    pub functions: Vec<String>,
}

/// The custom sections of one name.
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct CustomSection {
    /// Their name; all sections of debug information have `.debug_*`, and those
    /// beyond a thousand names `others`.
    pub name: String,
    /// How many there are.
    pub count: usize,
    /// The bytes of all of them.
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

/// The language whose runtime a tool has put into the guest.
fn language(producers: &[Producer], binary: &[u8]) -> Option<&'static str> {
    let told = producers.iter().find_map(|producer| language_of(&producer.name));
    told.or_else(|| linker_of(binary).and_then(language_of))
}
