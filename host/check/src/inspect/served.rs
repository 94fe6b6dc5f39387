//! Finds what serves an import: the runtime's contract, its functions in `env`, or WASI. It decides
//! by names and versions, and for core modules also by types. It does not compare the types of
//! components.

use std::collections::{HashMap, HashSet};

use wit_parser::{Resolve, WorldItem};

use super::names::compatible;
use super::{ServedBy, wasi};
use crate::fit::is_interface;
use crate::served::{Served, signature};
use wit_host_binary::names::{ENV, WASI};
use wit_host_text::list;
use wit_host_wit::Contract;

/// What a contract offers: each import's name there, and its functions.
pub(super) struct Offered<'c>(Option<HashMap<String, (String, HashSet<&'c str>)>>);

impl<'c> Offered<'c> {
    /// What a runtime with this contract offers.
    pub(super) fn new(contract: Option<&'c Contract>) -> Self {
        Self(contract.map(|contract| {
            let resolve = &contract.resolve;
            let imports = resolve.worlds[contract.world].imports.iter();
            imports
                .map(|(key, item)| {
                    let name = resolve.name_world_key(key);
                    (compatible(&name), (name, functions(resolve, item)))
                })
                .collect()
        }))
    }

    /// What serves the import of a component, of which it uses `functions`.
    pub(super) fn to_component<'g>(
        &self,
        name: &str,
        functions: impl Iterator<Item = &'g str>,
    ) -> ServedBy {
        if let Some((offered, has)) = self.0.as_ref().and_then(|all| all.get(&compatible(name))) {
            let without = functions.filter(|function| !has.contains(function)).map(str::to_owned);
            return ServedBy::Contract { name: Some(offered.clone()), without: without.collect() };
        }
        match (wasi::interface(name), &self.0) {
            (Some(Ok(grant)), _) => ServedBy::Wasi(grant),
            (Some(Err(why)), Some(_)) => ServedBy::Nothing(why),
            (None, Some(all)) => ServedBy::Nothing(otherwise(name, all.values().map(|(n, _)| n))),
            (_, None) => ServedBy::Unknown,
        }
    }
}

/// What a contract has instead of something that it does not have.
fn otherwise<'o>(name: &str, mut offered: impl Iterator<Item = &'o String>) -> String {
    let plain = name.split('@').next();
    match offered.find(|offered| offered.split('@').next() == plain) {
        Some(other) => format!("the contract has it as `{other}`, which is not compatible"),
        None => "the contract has nothing of this name".into(),
    }
}

fn functions<'r>(resolve: &'r Resolve, item: &WorldItem) -> HashSet<&'r str> {
    match item {
        WorldItem::Interface { id, .. } => {
            resolve.interfaces[*id].functions.keys().map(String::as_str).collect()
        }
        _ => HashSet::new(),
    }
}

/// What serves the import of a core module.
pub(super) fn to_module(module: &str, name: &str, ty: Option<&str>, env: &Served) -> ServedBy {
    if let Some(has) = env.export(module, name) {
        return match ty {
            Some(ty) if ty == has.to_string() => ServedBy::Module(module.into()),
            _ => ServedBy::Nothing(format!("the module has a {} of it, {has}", has.sort())),
        };
    }
    match (module, env.function(module, name)) {
        (WASI, _) => wasi::function(name).map_or_else(ServedBy::Nothing, ServedBy::Wasi),
        (_, Some(served)) => {
            let has = signature(&served.ty);
            if ty == Some(has.as_str()) {
                return ServedBy::Contract { name: served.implements.clone(), without: Vec::new() };
            }
            ServedBy::Nothing(format!("the host has it as {has}"))
        }
        (_, None) if module == ENV || env.modules().contains(&module) => {
            ServedBy::Nothing(format!("the host has none of this name in `{module}`"))
        }
        _ if is_interface(module) => ServedBy::Nothing(
            "this is the core of a component, without the component around it".into(),
        ),
        _ => {
            let others = env.modules().into_iter().filter(|module| *module != ENV);
            let modules: Vec<_> = [ENV].into_iter().chain(others).chain([WASI]).collect();
            ServedBy::Nothing(format!("the host has the modules {}, and no other", list(&modules)))
        }
    }
}
