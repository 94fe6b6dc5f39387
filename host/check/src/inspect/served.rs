//! Finds what serves an import: the runtime's contract, its functions in `env`, or WASI. It decides
//! by names and versions, and for core modules also by types. It does not compare the types of
//! components.

use std::collections::{HashMap, HashSet};

use wit_parser::{Resolve, WorldItem};

use super::names::compatible;
use super::{ProvidedBy, ServedBy, wasi};
use crate::fit::is_interface;
use crate::served::{Served, signature};
use wit_host_binary::names::{ENV, WASI};
use wit_host_text::list;
use wit_host_wit::Contract;

/// The functions that a contract offers, by the names of its imports, and the providers beside it.
pub(super) struct Offered<'c> {
    contract: Option<HashMap<String, (String, HashSet<&'c str>)>>,
    server: Server<'c>,
}

/// Describes the provider of a function of an interface, or of the world itself, that serves it in
/// place of the contract.
pub(super) type Server<'c> = &'c dyn Fn(Option<&str>, &str) -> Option<String>;

impl<'c> Offered<'c> {
    /// Creates the list of what a runtime with this contract offers.
    pub(super) fn new(contract: Option<&'c Contract>, server: Server<'c>) -> Self {
        let contract = contract.map(|contract| {
            let resolve = &contract.resolve;
            let imports = resolve.worlds[contract.world].imports.iter();
            imports
                .map(|(key, item)| {
                    let name = resolve.name_world_key(key);
                    (compatible(&name), (name, functions(resolve, item)))
                })
                .collect()
        });
        Self { contract, server }
    }

    /// Returns what serves an import of a component that uses these functions of it.
    pub(super) fn to_component(&self, name: &str, functions: Vec<&str>) -> ServedBy {
        // An interface that is declared in the world has a plain name, as a function has. Only its
        // functions show what it is.
        let is_interface = name.contains('/') || !functions.is_empty();
        let by = |function: &str| match is_interface {
            true => (self.server)(Some(name), function),
            false => (self.server)(None, name),
        };
        let asked = if is_interface { functions.clone() } else { vec![name] };
        let (served, left) = provided(&asked, by);
        match (served.is_empty(), left.is_empty()) {
            (true, _) => self.by_host(name, functions),
            (false, true) => ServedBy::Providers(served),
            (false, false) => match self.by_host(name, left.clone()) {
                ServedBy::Contract { .. } | ServedBy::Wasi(_) => {
                    let rest = left.into_iter().map(str::to_owned).collect();
                    let host = ProvidedBy { by: "the host".into(), functions: rest };
                    ServedBy::Providers(served.into_iter().chain([host]).collect())
                }
                _ => ServedBy::Nothing(format!(
                    "{} is served, and {} is not",
                    names(&served),
                    list(&left)
                )),
            },
        }
    }

    /// Returns what of the host serves an import or a part of it that has no provider.
    fn by_host(&self, name: &str, functions: Vec<&str>) -> ServedBy {
        let offered = self.contract.as_ref().and_then(|all| all.get(&compatible(name)));
        if let Some((offered, has)) = offered {
            let functions = functions.into_iter();
            let without = functions.filter(|function| !has.contains(function)).map(str::to_owned);
            return ServedBy::Contract { name: Some(offered.clone()), without: without.collect() };
        }
        match (wasi::interface(name), &self.contract) {
            (Some(Ok(grant)), _) => ServedBy::Wasi(grant),
            (Some(Err(why)), Some(_)) => ServedBy::Nothing(why),
            (None, Some(all)) => ServedBy::Nothing(otherwise(name, all.values().map(|(n, _)| n))),
            (_, None) => ServedBy::Unknown,
        }
    }
}

/// Returns the providers of these functions, and the functions without a provider.
fn provided<'f>(
    functions: &[&'f str],
    by: impl Fn(&str) -> Option<String>,
) -> (Vec<ProvidedBy>, Vec<&'f str>) {
    let (mut served, mut left): (Vec<ProvidedBy>, _) = (Vec::new(), Vec::new());
    for function in functions {
        let Some(by) = by(function) else {
            left.push(*function);
            continue;
        };
        match served.iter_mut().find(|one| one.by == by) {
            Some(one) => one.functions.push((*function).to_owned()),
            None => served.push(ProvidedBy { by, functions: vec![(*function).to_owned()] }),
        }
    }
    // If one provider serves all of the functions, they are not listed.
    if let ([one], true) = (&mut served[..], left.is_empty()) {
        one.functions.clear();
    }
    (served, left)
}

fn names(served: &[ProvidedBy]) -> String {
    list(&served.iter().flat_map(|one| &one.functions).collect::<Vec<_>>())
}

/// Returns why the contract does not serve a name, with the name that it has instead.
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

fn all_by(by: &str) -> ProvidedBy {
    ProvidedBy { by: by.to_owned(), functions: Vec::new() }
}

/// Returns what serves an import of a core module.
pub(super) fn to_module(module: &str, name: &str, ty: Option<&str>, env: &Served) -> ServedBy {
    if let Some(has) = env.export(module, name) {
        return match ty {
            Some(ty) if ty == has.to_string() => ServedBy::Module(module.into()),
            _ => ServedBy::Nothing(format!("the module has a {} of it, {has}", has.sort())),
        };
    }
    let is_function = ty.is_some_and(|ty| ty.starts_with('('));
    match (module, env.function(module, name)) {
        (WASI, _) => wasi::function(name).map_or_else(ServedBy::Nothing, ServedBy::Wasi),
        (_, Some(served)) => {
            let has = signature(&served.ty);
            if ty == Some(has.as_str()) {
                if let Some(by) = &served.by {
                    return ServedBy::Providers(vec![all_by(by)]);
                }
                return ServedBy::Contract { name: served.implements.clone(), without: Vec::new() };
            }
            ServedBy::Nothing(format!("the host has it as {has}"))
        }
        (_, None) if env.refusal(module, name).is_some() => {
            ServedBy::Nothing(env.refusal(module, name).unwrap_or_default().to_owned())
        }
        (_, None) if is_function && env.any(module, name).is_some() => {
            ServedBy::Providers(vec![all_by(env.any(module, name).unwrap_or_default())])
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
