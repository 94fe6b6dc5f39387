//! An inspection as JSON, for programs.

use serde_json::{Value, json};

use super::{Import, Inspection, Item, ProvidedBy, ServedBy};

impl Inspection {
    /// All of it as one JSON object, whose keys stay as they are:
    ///
    /// - `kind`: `component` or `core module`; `size`: bytes
    /// - `language`: the guest's, where that language's runtime is in it, or null
    /// - `producers`: objects of `role`, `name`, `version`
    /// - `imports`: objects of `name`, `sort`, `type` (or null), `functions`,
    ///   `asked_by`, and `served_by`, an object of `by` (`contract`, `module`,
    ///   `providers` (whose `providers` are objects of `by` and `functions`, empty for all),
    ///   `wasi`, `no-one` (where it has types alone), `nothing`, `unknown`), `name` (of the contract's item or of the core
    ///   module, or null),
    ///   `without` (functions that the contract does not have) and `note` (what
    ///   WASI depends on or why nothing serves it, or null)
    /// - `exports`: objects of `name`, `sort`, `type`, `functions`
    /// - `custom_sections`: objects of `name`, `count`, `size`
    /// - `wit`, `unreadable`: a text, or null
    /// - `unsupported`: objects of `proposal`, `what`, `offset`, `fix`
    /// - `toolchain`: null, or an object of `name`, `cause`, `fix`
    /// - `notes`: texts
    pub fn json(&self) -> Value {
        let producers = self
            .producers
            .iter()
            .map(|one| json!({ "role": one.role, "name": one.name, "version": one.version }));
        let sections = self
            .custom_sections
            .iter()
            .map(|one| json!({ "name": one.name, "count": one.count, "size": one.size }));
        let unsupported = self.unsupported.iter().map(|one| {
            json!({
                "proposal": one.proposal, "what": one.what, "offset": one.offset, "fix": one.fix,
            })
        });
        json!({
            "kind": self.kind.name(),
            "size": self.size,
            "language": self.language,
            "producers": producers.collect::<Value>(),
            "imports": self.imports.iter().map(import).collect::<Value>(),
            "exports": self.exports.iter().map(item).collect::<Value>(),
            "custom_sections": sections.collect::<Value>(),
            "wit": self.wit,
            "unreadable": self.unreadable,
            "unsupported": unsupported.collect::<Value>(),
            "toolchain": self.toolchain.map(|one| {
                json!({ "name": one.name, "cause": one.cause, "fix": one.fix })
            }),
            "notes": self.notes,
        })
    }
}

fn item(item: &Item) -> Value {
    json!({ "name": item.name, "sort": item.sort, "type": item.ty, "functions": item.functions })
}

fn import(import: &Import) -> Value {
    let mut object = item(&import.item);
    object["asked_by"] = json!(import.asked_by);
    object["served_by"] = served_by(&import.served_by);
    object
}

fn served_by(served: &ServedBy) -> Value {
    let providers = match served {
        ServedBy::Providers(all) => all.iter().map(provider).collect(),
        _ => Value::Null,
    };
    let (by, name, without, note) = match served {
        ServedBy::Contract { name, without } => ("contract", name.as_deref(), &without[..], None),
        ServedBy::Module(name) => ("module", Some(name.as_str()), &[][..], None),
        ServedBy::Providers(_) => ("providers", None, &[][..], None),
        ServedBy::Wasi(grant) => ("wasi", None, &[][..], Some(*grant)),
        ServedBy::NoOne => ("no-one", None, &[][..], None),
        ServedBy::Nothing(why) => ("nothing", None, &[][..], Some(why.as_str())),
        ServedBy::Unknown => ("unknown", None, &[][..], None),
    };
    let mut served = json!({ "by": by, "name": name, "without": without, "note": note });
    if !providers.is_null() {
        served["providers"] = providers;
    }
    served
}

fn provider(one: &ProvidedBy) -> Value {
    json!({ "by": one.by, "functions": one.functions })
}
