//! Checks whether a core module fits. Each import is compared with what the host and other core
//! modules serve. The types are read from the binary, and function bodies are not.

use std::cell::OnceCell;
use std::collections::HashMap;

use wasmparser::{Parser, Payload};
use wasmtime::Module;
use wit_parser::{Function, WorldItem};

use super::mismatch::About;
use super::names::similar;
use super::preview1::unserved_wasi;
use super::{Fit, Mismatch, Mismatches, of_engine, with_denials};
use crate::deny;
use crate::engine_error::root_cause;
use crate::error::Result;
use crate::inspect::wasi_function;
use crate::offer::Offer;
use crate::served::{Served, signature};
use wit_host_binary::core_type::{Import, has_host_values, imports_and_exports};
use wit_host_binary::kind::Kind;
use wit_host_binary::names::{DRAFT_OF_WASI, ENV, WASI};
use wit_host_binary::proposals;
use wit_host_binary::side::Side;
use wit_host_binary::toolchains::{Unserved, toolchain};
use wit_host_text::{list, short};
use wit_host_wit::{Contract, function as notation};

/// Checks whether a core module fits the runtime.
pub(super) fn fit<S: 'static>(offer: &Offer<'_, S>, binary: &[u8]) -> Result<Fit> {
    validate_unless_of_host_values(offer, binary)?;
    let mut mismatches = of_imports_and_exports(offer.served, binary);
    mismatches.extend(unserved_wasi(offer, binary));
    let mismatches = with_denials(offer, mismatches);
    let absent = offer.contract().into_iter().flat_map(|contract| absent_exports(contract, binary));
    let absent = absent.collect();
    let notes = Vec::from_iter(has_component_types(binary).then(|| CORE_OF_COMPONENT.to_owned()));
    Ok(Fit { mismatches, absent, notes, ..Fit::default() })
}

/// Validates a module, unless it has values of the host. The engine would refuse those without a
/// hint at what to do, and their mismatches have one.
pub(super) fn validate_unless_of_host_values<S: 'static>(
    offer: &Offer<'_, S>,
    binary: &[u8],
) -> Result<()> {
    match of_host_values(offer.served, binary).is_empty() {
        true => validate(offer, binary),
        false => Ok(()),
    }
}

/// The description of a module that carries the types of a component.
pub(crate) const CORE_OF_COMPONENT: &str = "it is the core module of a component, whose types it carries (`component-type`): \
     `wasm-tools component new` makes the component";

/// Returns the functions of the world itself that a module does not export under their names, with
/// `_` for `-`. Exports in interfaces have no form in a core module.
fn absent_exports(contract: &Contract, binary: &[u8]) -> Vec<Mismatch> {
    let (_, exports) = imports_and_exports(binary).unwrap_or_default();
    let world = &contract.resolve.worlds[contract.world];
    let functions = world.exports.values().filter_map(|item| match item {
        WorldItem::Function(function) => Some(function),
        _ => None,
    });
    let is_absent = |function: &&Function| {
        let name = function.name.replace('-', "_");
        exports.iter().all(|export| export.name != name && export.name != function.name)
    };
    let fix = || format!("export it, as the world `{}` has it", contract.name());
    let absent = functions.filter(is_absent).map(|function| {
        Mismatch::export(&function.name, "the guest does not have it", fix())
            .types(None, Some(notation(&contract.resolve, function)))
    });
    absent.collect()
}

fn validate<S: 'static>(offer: &Offer<'_, S>, binary: &[u8]) -> Result<()> {
    let refused = |error| proposals::refused(Kind::Module, binary, root_cause(&error));
    Module::validate(offer.engine, binary).map_err(refused)?;
    Ok(())
}

/// Refuses a core module that imports functions that the host does not have. WASI is not checked.
pub fn before_compiling<S: 'static>(offer: &Offer<'_, S>, binary: &[u8]) -> Result<()> {
    Ok(Mismatches::refuse(with_denials(offer, of_imports_and_exports(offer.served, binary)))?)
}

/// Refuses a core module that imports a denied function, or a function that WASI's first preview
/// does not have. This is not checked on every load, only before a module is compiled.
pub fn module_before_compiling<S: 'static>(offer: &Offer<'_, S>, binary: &[u8]) -> Result<()> {
    let imports = imports(binary);
    let functions = imports.iter().filter(|import| import.ty.function().is_some());
    let names = functions.map(|import| (import.module.as_str(), import.name.as_str()));
    Mismatches::refuse(deny::refusals_of_module(names.clone(), offer.served, offer.denied))?;
    // The names are compared first: to learn the types, a linker is filled with all of WASI.
    let mut of_wasi = names.filter(|(module, _)| *module == WASI);
    match of_wasi.all(|(_, name)| wasi_function(name).is_ok()) {
        true => Ok(()),
        false => Ok(Mismatches::refuse(with_denials(offer, unserved_wasi(offer, binary)))?),
    }
}

/// Explains why the engine has refused to link a module.
pub fn unlinkable_module<S: 'static>(
    offer: &Offer<'_, S>,
    binary: &[u8],
    error: &wasmtime::Error,
) -> Mismatches {
    let mismatches = with_denials(offer, unserved_wasi(offer, binary));
    if mismatches.is_empty() { Mismatches(vec![of_engine(error)]) } else { Mismatches(mismatches) }
}

/// Returns the mismatches of a module's imports and exports, as far as they show before it is
/// compiled. An import has one mismatch at most: if nothing serves it, it is not reported for
/// values of the host as well.
pub(super) fn of_imports_and_exports(served: &Served, binary: &[u8]) -> Vec<Mismatch> {
    let mut mismatches = of_env(served, binary);
    for mismatch in of_host_values(served, binary) {
        if !mismatches
            .iter()
            .any(|other| (other.side, &other.name) == (mismatch.side, &mismatch.name))
        {
            mismatches.push(mismatch);
        }
    }
    explain(&mut mismatches, binary);
    mismatches
}

/// Sets the cause of the imports that nothing serves, if they have one in common: what the module
/// was built for.
fn explain(mismatches: &mut [Mismatch], binary: &[u8]) {
    let is_open = |mismatch: &Mismatch| {
        mismatch.side == Side::Import && mismatch.cause.is_none() && mismatch.contract.is_none()
    };
    if !mismatches.iter().any(is_open) {
        return;
    }
    let imports = imports(binary);
    let types: Vec<_> = imports.iter().map(|one| one.ty.function().unwrap_or_default()).collect();
    let named: HashMap<_, _> = std::iter::zip(&imports, &types)
        .filter(|(import, _)| import.module != DRAFT_OF_WASI)
        .map(|(one, ty)| (one.full(), Unserved { module: &one.module, name: &one.name, ty }))
        .collect();
    let open = mismatches.iter().filter(|mismatch| is_open(mismatch));
    let unserved: Vec<_> = open.filter_map(|mismatch| named.get(&mismatch.name).copied()).collect();
    let modules: Vec<_> = imports.iter().map(|import| import.module.as_str()).collect();
    let Some((toolchain, accounts_for)) = toolchain(&unserved, &modules) else { return };
    for mismatch in mismatches.iter_mut().filter(|mismatch| is_open(mismatch)) {
        if named.get(&mismatch.name).is_some_and(&accounts_for) {
            mismatch.cause = Some(toolchain.cause.to_owned());
            mismatch.fix = toolchain.fix.to_owned();
        }
    }
}

/// Returns a mismatch for every import outside of WASI that nothing serves.
fn of_env(served: &Served, binary: &[u8]) -> Vec<Mismatch> {
    let imports = imports(binary);
    // Once for all imports, because it reads the whole file.
    let is_of_component = OnceCell::new();
    let carries_types = || *is_of_component.get_or_init(|| has_component_types(binary));
    let typed = |mismatch: Mismatch, import: &Import| match import.ty.function() {
        // The type shows that the import is a function, which can be denied.
        Some(ty) if mismatch.guest.is_none() => mismatch.types(Some(ty), None),
        _ => mismatch,
    };
    let mismatches = imports
        .iter()
        .filter_map(|import| Some((mismatch(import, served, &carries_types)?, import)));
    mismatches.map(|(mismatch, import)| typed(mismatch, import)).collect()
}

/// Returns the mismatch of an import, if it has one. `carries_types` tells whether the module carries
/// the types of a component.
fn mismatch(
    import: &Import,
    served: &Served,
    carries_types: &dyn Fn() -> bool,
) -> Option<Mismatch> {
    let (module, name) = (import.module.as_str(), import.name.as_str());
    if module == WASI {
        return None;
    }
    if let Some(function) = served.function(module, name) {
        let offered = signature(&function.ty);
        return match import.ty.function() {
            Some(wanted) if wanted == offered => None,
            _ => Some(other_type(import, "host function", offered)),
        };
    }
    if let Some(export) = served.export(module, name) {
        return match export.serves(&import.ty) {
            true => None,
            false => Some(other_type(import, export.sort(), export.to_string())),
        };
    }
    let is_function = import.ty.function().is_some();
    if let Some(reason) = served.refusal(module, name) {
        let fix = "make a component of the guest, or import a function whose type a core module \
                   can have";
        return Some(Mismatch::import(import.full(), reason, fix));
    }
    if is_function && served.any(module, name).is_some() {
        return None;
    }
    Some(match module {
        DRAFT_OF_WASI => Mismatch::import(
            import.full(),
            "this is a draft of WASI from before its first preview",
            "build the guest with a toolchain that targets wasip1",
        ),
        _ if served.is_provided(module) => {
            absent(import, served, "the module exports nothing of this name")
        }
        ENV if is_function => absent(import, served, "the host has no such function"),
        ENV => Mismatch::import(
            import.full(),
            "the host provides functions, and no memory, table or global",
            "build the guest with its own (no `--import-memory`, no `--import-table`), or serve it \
             from another core module (`RuntimeBuilder::provide_module(\"env\", …)`)",
        ),
        _ if served.modules().contains(&module) => {
            absent(import, served, "the host has no such function")
        }
        interface if is_interface(interface) => Mismatch::import(
            import.full(),
            "a core module has no interfaces: this is the core of a component, without the \
             component around it",
            to_component(carries_types(), std::slice::from_ref(import)),
        ),
        other => no_such_module(import, served, &short(other)),
    })
}

/// Returns whether a module's name is one that a component's bindings use for an interface.
pub(crate) fn is_interface(module: &str) -> bool {
    let name = ["[export]", "cm32p2|"].iter().find_map(|prefix| module.strip_prefix(prefix));
    let (namespace, rest) = name.unwrap_or(module).split_once(':').unwrap_or_default();
    let is_name = |text: &str| text.starts_with(|first: char| first.is_ascii_alphabetic());
    module == "$root" || name.is_some() || is_name(namespace) && rest.contains('/')
}

pub(super) fn other_type(import: &Import, sort: &str, offered: String) -> Mismatch {
    let (wanted, problem, fix) = match (import.ty.sort(), sort) {
        ("function", "host function") => (
            import.ty.to_string(),
            "the guest calls it with another type than the host's".to_owned(),
            "declare it with the host's type",
        ),
        (wanted, has) if wanted == has => (
            import.ty.to_string(),
            format!("the guest imports the {wanted} with another type than the module's"),
            "declare it with the module's type",
        ),
        (wanted, has) => (
            format!("{wanted}, {}", import.ty),
            format!("the guest imports a {wanted}, and it is a {has}"),
            "import it as what it is, or under the name of another",
        ),
    };
    Mismatch::import(import.full(), problem, fix).types(Some(wanted), Some(offered))
}

/// Returns the mismatch of an import from a module that does not have it.
fn absent(import: &Import, served: &Served, problem: &str) -> Mismatch {
    let module = import.module.as_str();
    let names = served.names(module);
    let fix = format!("import one that `{}` has: {}", short(module), list(&names));
    let meant = similar(&import.name, names.iter().copied());
    let cause = meant.map(|meant| match served.is_provided(module) {
        true => format!("the module has `{meant}`, which looks like it"),
        false => format!("the host has `{meant}`, which looks like it"),
    });
    Mismatch::import(import.full(), problem, fix)
        .types(Some(import.ty.to_string()), None)
        .cause(cause)
}

fn no_such_module(import: &Import, served: &Served, name: &str) -> Mismatch {
    let others = served.modules().into_iter().filter(|module| *module != ENV);
    let offered = [ENV].into_iter().chain(others);
    let offered = offered.map(|module| format!("`{module}` ({})", list(&served.names(module))));
    let offered: Vec<_> = offered.collect();
    Mismatch::import(
        import.full(),
        format!("the host serves no module `{name}`"),
        format!(
            "import from {} or from `{WASI}`, or serve it from another core module \
             (`RuntimeBuilder::provide_module({name:?}, …)`)",
            offered.join(", ")
        ),
    )
    .about(About::MissingModule(import.module.clone()))
}

impl Mismatches {
    /// Returns whether a core module has values of the host inside or in its exports, and does not
    /// import any. A caller that does not use these exports can then allow the values.
    pub fn are_of_own_host_values(&self) -> bool {
        let asks = |mismatch: &Mismatch| {
            mismatch.about == About::HostValue && mismatch.side == Side::Import
        };
        let is_of_type = |mismatch: &Mismatch| {
            matches!(mismatch.about, About::HostValue | About::InnerHostValue)
        };
        self.0.iter().any(is_of_type) && !self.0.iter().any(asks)
    }
}

/// Returns the mismatches of imports, exports and inner types with values of the host, if guests
/// may not hold any.
fn of_host_values(served: &Served, binary: &[u8]) -> Vec<Mismatch> {
    let Some((imports, exports)) = imports_and_exports(binary) else { return Vec::new() };
    if served.host_values || !has_host_values(binary) {
        return Vec::new();
    }
    let problem =
        "its type has `externref`, a value of the host, which this host does not hand out";
    let fix = "switch them on (`RuntimeBuilder::host_values`), or build the guest without them";
    let imports = imports.iter().filter(|import| import.ty.has_host_values()).map(|import| {
        Mismatch::import(import.full(), problem, fix)
            .types(Some(import.ty.to_string()), None)
            .about(About::HostValue)
    });
    let exports = exports.iter().filter(|export| export.ty.has_host_values()).map(|export| {
        Mismatch::export(&export.name, problem, fix)
            .types(Some(export.ty.to_string()), None)
            .about(About::HostValue)
    });
    let mismatches: Vec<_> = imports.chain(exports).collect();
    if mismatches.is_empty() {
        let problem = problem.replacen("its type has", "it has a type with", 1);
        return vec![Mismatch::import("core module", problem, fix).about(About::InnerHostValue)];
    }
    mismatches
}

/// Returns whether a module contains the types of a component that is to be made of it.
pub(crate) fn has_component_types(binary: &[u8]) -> bool {
    Parser::new(0).parse_all(binary).any(|payload| {
        matches!(payload, Ok(Payload::CustomSection(section))
            if section.name().starts_with("component-type"))
    })
}

/// Returns the advice how to make a component of a core module.
pub(super) fn to_component(carries_types: bool, imports: &[Import]) -> String {
    if carries_types {
        "make a component of it with `wasm-tools component new` (and `--adapt` where it imports \
         `wasi_snapshot_preview1`), or build it for wasm32-wasip2"
    } else if imports.iter().any(|import| import.module == ENV) {
        "make a component of it with `wit_host_adapt::Plan`, or build the guest for wasm32-wasip2 with \
         bindings of the contract"
    } else {
        "build the guest for wasm32-wasip2, with bindings of the contract"
    }
    .into()
}

/// Returns the imports of a module. The list is empty for an invalid module, which is refused with
/// a better reason when it is compiled.
pub(super) fn imports(binary: &[u8]) -> Vec<Import> {
    imports_and_exports(binary).unwrap_or_default().0
}
