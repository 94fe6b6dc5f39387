//! The JSON of `inspect`: what a guest consists of and what it imports.

use serde::Serialize;
use wit_host::inspect::{self, ProvidedBy, ServedBy};

use super::words;

/// All that is known of a guest without compiling it, with the guest's own texts.
#[derive(Serialize)]
pub(crate) struct Inspection<'i> {
    kind: &'static str,
    size: usize,
    language: Option<&'i str>,
    producers: Vec<Producer<'i>>,
    imports: Vec<Import<'i>>,
    exports: Vec<Item<'i>>,
    custom_sections: Vec<CustomSection<'i>>,
    wit: Option<&'i str>,
    unreadable: Option<&'i str>,
    unsupported: Vec<Unsupported<'i>>,
    toolchain: Option<Toolchain<'i>>,
    #[serde(serialize_with = "words::all")]
    notes: &'i [String],
}

#[derive(Serialize)]
struct Producer<'i> {
    role: &'i str,
    name: &'i str,
    version: &'i str,
}

#[derive(Serialize)]
struct Item<'i> {
    name: &'i str,
    sort: &'i str,
    #[serde(rename = "type")]
    ty: Option<&'i str>,
    functions: &'i [String],
}

#[derive(Serialize)]
struct Import<'i> {
    #[serde(flatten)]
    item: Item<'i>,
    asked_by: &'i [String],
    served_by: Server<'i>,
}

/// What serves an import.
#[derive(Default, Serialize)]
struct Server<'i> {
    by: &'static str,
    name: Option<&'i str>,
    without: &'i [String],
    #[serde(serialize_with = "words::perhaps")]
    note: Option<&'i str>,
    /// Those that serve it beside the contract.
    #[serde(skip_serializing_if = "Option::is_none")]
    providers: Option<Vec<Provider<'i>>>,
}

#[derive(Serialize)]
struct Provider<'i> {
    by: &'i str,
    /// The functions that it serves, or none where it serves all of them.
    functions: &'i [String],
}

#[derive(Serialize)]
struct CustomSection<'i> {
    name: &'i str,
    count: usize,
    size: usize,
}

#[derive(Serialize)]
struct Unsupported<'i> {
    proposal: &'i str,
    what: &'i str,
    offset: usize,
    #[serde(serialize_with = "words::one")]
    fix: &'i str,
}

#[derive(Serialize)]
struct Toolchain<'i> {
    name: &'i str,
    #[serde(serialize_with = "words::one")]
    cause: &'i str,
    #[serde(serialize_with = "words::one")]
    fix: &'i str,
}

impl<'i> From<&'i inspect::Inspection> for Inspection<'i> {
    fn from(found: &'i inspect::Inspection) -> Self {
        let producers = found.producers.iter().map(|one| Producer {
            role: one.role,
            name: &one.name,
            version: &one.version,
        });
        let sections = found.custom_sections.iter().map(|one| CustomSection {
            name: &one.name,
            count: one.count,
            size: one.size,
        });
        let unsupported = found.unsupported.iter().map(|one| Unsupported {
            proposal: one.proposal,
            what: one.what,
            offset: one.offset,
            fix: one.fix,
        });
        let toolchain = found.toolchain.as_ref().map(|one| Toolchain {
            name: one.name,
            cause: one.cause,
            fix: one.fix,
        });
        Self {
            kind: found.kind.name(),
            size: found.size,
            language: found.language,
            producers: producers.collect(),
            imports: found.imports.iter().map(Import::from).collect(),
            exports: found.exports.iter().map(Item::from).collect(),
            custom_sections: sections.collect(),
            wit: found.wit.as_deref(),
            unreadable: found.unreadable.as_deref(),
            unsupported: unsupported.collect(),
            toolchain,
            notes: &found.notes,
        }
    }
}

impl<'i> From<&'i inspect::Item> for Item<'i> {
    fn from(item: &'i inspect::Item) -> Self {
        let (name, sort, ty) = (&item.name, item.sort, item.ty.as_deref());
        Self { name, sort, ty, functions: &item.functions }
    }
}

impl<'i> From<&'i inspect::Import> for Import<'i> {
    fn from(import: &'i inspect::Import) -> Self {
        Self {
            item: Item::from(&import.item),
            asked_by: &import.asked_by,
            served_by: Server::from(&import.served_by),
        }
    }
}

impl<'i> From<&'i ServedBy> for Server<'i> {
    fn from(served: &'i ServedBy) -> Self {
        let by = |by| Self { by, ..Self::default() };
        match served {
            ServedBy::Contract { name, without } => {
                Self { name: name.as_deref(), without, ..by("contract") }
            }
            ServedBy::Module(name) => Self { name: Some(name), ..by("module") },
            ServedBy::Providers(all) => {
                let provider =
                    |one: &'i ProvidedBy| Provider { by: &one.by, functions: &one.functions };
                Self { providers: Some(all.iter().map(provider).collect()), ..by("providers") }
            }
            ServedBy::Wasi(grant) => Self { note: Some(grant), ..by("wasi") },
            ServedBy::NoOne => by("no-one"),
            ServedBy::Nothing(why) => Self { note: Some(why), ..by("nothing") },
            _ => by("unknown"),
        }
    }
}
