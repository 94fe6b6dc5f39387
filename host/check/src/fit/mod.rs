//! Checks whether a guest fits: which of its imports the host cannot serve, which of its exports
//! have another type than in the contract, why, and what its author can do about it. Nothing of the
//! guest is compiled or run. The engine decides what can be linked, and the contract explains the
//! decision. It does not know what happens to a guest that does not fit.

mod absent;
mod component;
mod denial;
mod importer;
mod large;
mod mismatch;
mod module;
mod module_of_contract;
pub mod names;
mod preview1;
mod probe;
mod wasi;

use std::borrow::Cow;
use std::cell::Cell;

use wasmtime::Engine;
use wasmtime::component::{Component, Linker};

pub(crate) use absent::sentences;
pub use denial::is_denied;
pub use mismatch::{Mismatch, Mismatches};
pub(crate) use module::{CORE_OF_COMPONENT, has_component_types, is_interface};
pub use module::{before_compiling, module_before_compiling, unlinkable_module};
pub use preview1::unserved_wasi;
pub(crate) use wasi::{language_of, linker_of};

use crate::deny;
use crate::engine_error::root_cause;
use crate::error::{CheckError, Result};
use crate::inspect::wasi_interface;
use crate::offer::Offer;
use crate::serving::{NotLinked, NotServed, Serving};
use crate::threads;
use component::Pair;
use names::Name;
use probe::{Probe, Unserved};
use wit_parser::{InterfaceId, WorldItem};

use wit_host_binary::error::GuestError;
use wit_host_binary::examine::examine_whole;
use wit_host_binary::kind::Kind;
use wit_host_binary::proposals;
use wit_host_binary::side::Side;
use wit_host_wit::{Contract, Decoded, Offered, Undecoded, contained, decode};

/// Whether a guest fits, and the differences that were found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Fit {
    /// The reasons why the guest does not fit. If the list is empty, it fits.
    pub mismatches: Vec<Mismatch>,
    /// The exports of the contract's world that the guest lacks. The guest still fits, because it
    /// may implement a part of the world.
    pub absent: Vec<Mismatch>,
    /// The exports that the contract's world does not have, except for those of WASI. The guest
    /// still fits, because the host does not call them.
    pub unknown: Vec<String>,
    /// The exports with other types than in the contract, of a guest that imports nothing of the
    /// shipped contract. The guest still fits, because nothing shows that it was made for the
    /// contract.
    pub differing: Vec<Mismatch>,
    /// Notes that have no effect on whether the guest fits.
    pub notes: Vec<String>,
}

impl Fit {
    /// Returns the fit of a guest that has to implement the whole world: absent and differing
    /// exports become mismatches.
    #[must_use]
    pub fn whole(mut self) -> Self {
        self.mismatches.append(&mut self.differing);
        self.mismatches.append(&mut self.absent);
        self
    }
}

/// The result of checking a guest that is not compiled.
pub enum Answer<'b> {
    /// The guest was checked.
    Fit(Fit),
    /// The guest could not be checked, because WIT cannot express its types. Only the engine can
    /// check it once it is compiled, see [`of_compiled`].
    Compile {
        /// The component.
        binary: Cow<'b, [u8]>,
        /// Why WIT cannot express its types.
        reason: String,
    },
}

/// Checks whether the guest in `bytes` fits the host that makes the offer.
pub fn fit<'b, S: 'static>(offer: &Offer<'_, S>, bytes: &'b [u8]) -> Result<Answer<'b>> {
    let (kind, binary) = examine_whole(bytes, offer.text, offer.limits)?;
    Ok(match kind {
        Kind::Component => match without_compiling(offer, &binary, offer.contract(), true)? {
            Ok(fit) => Answer::Fit(fit),
            Err(reason) => Answer::Compile { binary, reason },
        },
        Kind::Module => Answer::Fit(module::fit(offer, &binary)?),
    })
}

/// Checks whether the guest in `bytes` fits another host. That host offers `contract`, and the same
/// parts of WASI as the host that makes the offer.
pub fn fit_contract<S: 'static>(
    offer: &Offer<'_, S>,
    bytes: &[u8],
    contract: &Contract,
) -> Result<Fit> {
    let (kind, binary) = examine_whole(bytes, offer.text, offer.limits)?;
    match kind {
        Kind::Component => {
            let fit = without_compiling(offer, &binary, Some(contract), false)?;
            Ok(explain_gates(fit.unwrap_or_else(unreadable), contract))
        }
        Kind::Module => module_of_contract::fit(offer, &binary, contract),
    }
}

/// Checks a component that is not compiled. Returns the reason as text if it cannot be checked.
///
/// `is_ours` is whether the offer's linker implements the contract.
fn without_compiling<S: 'static>(
    offer: &Offer<'_, S>,
    binary: &[u8],
    contract: Option<&Contract>,
    is_ours: bool,
) -> Result<Result<Fit, String>> {
    proposals::validate(Kind::Component, binary)?;
    // Looked for even if decoding fails below: then this is the one reason that can be named.
    let too_large = large::between_components(binary);
    let guest = match decode(binary) {
        Ok(guest) => guest,
        Err(package @ Undecoded::Package { .. }) => return Err(no_code(&package)),
        Err(_) if !too_large.is_empty() => {
            return Ok(Ok(Fit { mismatches: too_large, ..Fit::default() }));
        }
        Err(Undecoded::Reason(reason)) => return Ok(Err(reason)),
    };
    let probe = probe(offer, &guest);
    let is_wasi = |key: &_| Name::new(&guest.resolve, key).is_wasi();
    let unserved = match probe.unserved(|key| is_ours || is_wasi(key)) {
        Ok(unserved) => unserved,
        Err(reason) if is_ours => return Ok(Err(reason)),
        // The linker of another host is not available, so only the contracts are compared.
        Err(_) => Vec::new(),
    };
    let Some(contract) = contract else {
        let mut mismatches = too_large;
        for one in &unserved {
            let mismatch = unexplained(&guest, one, binary);
            if !mismatches.contains(&mismatch) {
                mismatches.push(mismatch);
            }
        }
        let mismatches = with_denials(offer, mismatches);
        return Ok(Ok(Fit { mismatches, ..Fit::default() }));
    };
    let pair = Pair { guest: &guest, contract };
    let mut mismatches = pair.imports();
    // The engine decides. What it links fits, even if the contract has it otherwise.
    if is_ours {
        mismatches.retain(|mismatch| unserved.iter().any(|one| one.is_of(&guest, &mismatch.name)));
    }
    // The contract does not have these imports, so only the provider can explain them.
    for one in unserved.iter().filter(|one| one.unserved.is_some()) {
        let name = Name::new(&guest.resolve, &one.key);
        if pair.counterpart(Side::Import, &name).is_none() {
            mismatches.retain(|mismatch| !one.is_of(&guest, &mismatch.name));
        }
    }
    for one in &unserved {
        if !mismatches.iter().any(|mismatch| one.is_of(&guest, &mismatch.name)) {
            let mut mismatch = unexplained(&guest, one, binary);
            let name = Name::new(&guest.resolve, &one.key);
            let is_known = !name.is_wasi() && pair.counterpart(Side::Import, &name).is_some();
            if is_ours && is_known && one.unserved.is_none() && is_absent(&one.reason) {
                mismatch.problem = "the contract has it, and nothing serves it here".into();
                mismatch.fix = SERVE.into();
            }
            if !mismatches.contains(&mismatch) {
                mismatches.push(mismatch);
            }
        }
    }
    mismatches.extend(too_large);
    let mut differing = pair.exports();
    // A guest that imports nothing of the contract may have been made for another host, and have
    // exports of these names by chance.
    if !is_ours || is_held(offer, pair) {
        mismatches.append(&mut differing);
    }
    // Denials are this host's, and say nothing of another one.
    if is_ours {
        mismatches = with_denials(offer, mismatches);
    }
    let (absent, unknown) = (pair.absent(), pair.unknown());
    Ok(Ok(Fit { mismatches, absent, unknown, differing, notes: Vec::new() }))
}

/// Adds to the mismatches that the contract has the import behind a feature gate that is off.
fn explain_gates(mut fit: Fit, contract: &Contract) -> Fit {
    for mismatch in &mut fit.mismatches {
        if let Some(feature) = contract.package().feature_of(&mismatch.name) {
            mismatch.cause = Some(format!("the contract has it behind `{feature}`, which is off"));
            mismatch.fix = format!("turn the feature `{feature}` on, or do without it");
        }
    }
    fit
}

/// Removes the mismatches that the guest is denied, and sets the denials of the others if all can
/// be denied.
fn with_denials<S: 'static>(offer: &Offer<'_, S>, mut mismatches: Vec<Mismatch>) -> Vec<Mismatch> {
    mismatches.retain(|mismatch| !is_denied(mismatch, offer.denied));
    let mut packages = offer.contract().map(Contract::packages).unwrap_or_default();
    packages.extend(PACKAGES_OF_WASI.map(str::to_owned));
    denial::offer(&mut mismatches, &packages);
    mismatches
}

/// The packages of WASI 0.2 that the engine implements.
const PACKAGES_OF_WASI: [&str; 6] =
    ["wasi:cli", "wasi:clocks", "wasi:filesystem", "wasi:io", "wasi:random", "wasi:sockets"];

/// Returns true for the name of a package of WASI that the engine implements, and for the name of
/// an interface or a function in one.
pub fn is_wasi(name: &str) -> bool {
    let (interface, _) = name.split_once('@').unwrap_or((name, ""));
    let dot =
        interface.find('/').and_then(|slash| interface[slash..].find('.').map(|dot| slash + dot));
    let interface = dot.map_or(interface, |dot| &interface[..dot]);
    match interface.contains('/') {
        true => wasi_interface(&format!("{interface}@0.2.0")).is_some_and(|served| served.is_ok()),
        false => PACKAGES_OF_WASI.contains(&interface),
    }
}

/// Returns true if the guest's exports have to match the runtime's contract.
fn is_held<S: 'static>(offer: &Offer<'_, S>, pair: Pair<'_>) -> bool {
    offer.contract.is_some_and(Offered::holds_for_all) || pair.is_claimed()
}

/// Returns the imports of the offer's own contract that its linker lacks, or has with another type.
pub fn unserved_by<S: 'static>(offer: &Offer<'_, S>) -> Vec<Mismatch> {
    let Some(contract) = offer.contract() else { return Vec::new() };
    let guest = Decoded { resolve: (*contract.resolve).clone(), world: contract.world };
    let probe = probe(offer, &guest);
    let unserved = probe.unserved(|_| true).unwrap_or_default();
    let mismatch = |one: &Unserved| {
        if let Some(unserved) = &one.unserved {
            return unserved.mismatch(Some(&guest));
        }
        let problem = match is_absent(&one.reason) {
            true => "it is in the contract, and not in the linker".to_owned(),
            false => format!("the linker has it with another type: {}", one.reason),
        };
        let fix = "add what `bindgen!` makes of the same WIT and world to the linker, in \
                   `RuntimeBuilder::component_imports`";
        Mismatch::import(one.name(&guest), problem, fix)
    };
    unserved.iter().map(mismatch).collect()
}

fn probe<'p, S: 'static>(offer: &Offer<'p, S>, guest: &'p Decoded) -> Probe<'p, S> {
    let Offer { engine, components: linker, serving, .. } = *offer;
    Probe { engine, linker, serving, guest, asked: Cell::default() }
}

/// Returns a component that has the imports of a contract's world and nothing else. It gives access
/// to the engine's types of these imports.
///
/// # Errors
/// The reason why there is no such component.
pub fn importing(engine: &Engine, contract: &Contract) -> Result<Component, String> {
    of_imports(engine, Decoded { resolve: (*contract.resolve).clone(), world: contract.world })
}

/// Returns a component that imports what guests of a contract export, beside what they import
/// themselves, as [`importing`] does.
///
/// # Errors
/// Those of [`importing`].
pub fn importing_exports(engine: &Engine, contract: &Contract) -> Result<Component, String> {
    let (mut resolve, world) = ((*contract.resolve).clone(), contract.world);
    let mut exports: Vec<_> = resolve.worlds[world].exports.clone().into_iter().collect();
    // An interface comes after those whose types it uses.
    while !exports.is_empty() {
        let uses_later = |item: &WorldItem| match item {
            WorldItem::Interface { id, .. } => {
                let mut used = resolve.interface_direct_deps(*id);
                used.any(|used| exports.iter().any(|(_, other)| has_interface(other, used)))
            }
            _ => false,
        };
        let next = exports.iter().position(|(_, item)| !uses_later(item)).unwrap_or_default();
        let (key, item) = exports.remove(next);
        resolve.worlds[world].imports.entry(key).or_insert(item);
    }
    of_imports(engine, Decoded { resolve, world })
}

fn has_interface(item: &WorldItem, interface: InterfaceId) -> bool {
    matches!(item, WorldItem::Interface { id, .. } if *id == interface)
}

fn of_imports(engine: &Engine, guest: Decoded) -> Result<Component, String> {
    let keys: Vec<_> = guest.resolve.worlds[guest.world].imports.keys().collect();
    let linker: Linker<()> = Linker::new(engine);
    let asked = Cell::default();
    let probe = Probe { engine, linker: &linker, serving: &Nobody, guest: &guest, asked };
    let binary = contained(|| probe.importing(&keys, None))?;
    let binary = binary.map_err(|error| format!("{error:#}"))?;
    let compiled = threads::within(|| Component::from_binary(engine, &binary));
    compiled.map_err(|error| error.to_string())?.map_err(|error| root_cause(&error))
}

/// A [`Serving`] without providers: it adds nothing to the linker.
struct Nobody;

impl<S: 'static> Serving<S> for Nobody {
    fn linker(&self, _: &Component, _: &Linker<S>) -> Result<Option<Linker<S>>, NotLinked> {
        Ok(None)
    }

    fn server(&self, _: Option<&str>, _: &str) -> Option<String> {
        None
    }
}

/// Explains why a component was not linked if an import has a provider that cannot serve it.
pub fn unprovided<S: 'static>(
    offer: &Offer<'_, S>,
    binary: &[u8],
    unserved: &NotServed,
) -> Mismatches {
    match without_compiling(offer, binary, offer.contract(), true) {
        Ok(Ok(fit)) if !fit.mismatches.is_empty() => Mismatches(fit.mismatches),
        _ => Mismatches(vec![unserved.mismatch(None)]),
    }
}

/// Returns true if the engine's reason is that a linker does not have the import's name.
fn is_absent(reason: &str) -> bool {
    // The engine has no type for this reason, only these texts.
    reason.contains("is missing") || reason.contains("not found")
}

/// Explains why the engine has refused to link a component.
pub fn unlinkable<S: 'static>(
    offer: &Offer<'_, S>,
    binary: &[u8],
    error: &wasmtime::Error,
) -> Mismatches {
    let fit = without_compiling(offer, binary, offer.contract(), true);
    match fit {
        Ok(Ok(fit)) if !fit.mismatches.is_empty() => Mismatches(fit.mismatches),
        Ok(Err(reason)) => Mismatches(vec![of_engine(error).cause(Some(reason))]),
        _ => Mismatches(vec![of_engine(error)]),
    }
}

/// The size in bytes from which a guest's imports are tried before it is compiled. Compiling a
/// smaller guest takes about as long as trying its imports.
const LARGE: usize = 64 << 10;

/// Refuses a component that does not fit, as far as its types show. Nothing is compiled for a guest
/// that seems to fit. Without a contract, only small guests seem to fit, and the imports of others
/// are tried.
pub fn component_before_compiling<S: 'static>(offer: &Offer<'_, S>, binary: &[u8]) -> Result<()> {
    Mismatches::refuse(large::between_components(binary))?;
    let guest = match decode(binary) {
        Ok(guest) => guest,
        Err(package @ Undecoded::Package { .. }) => return Err(no_code(&package)),
        // The engine may still be able to run it.
        Err(Undecoded::Reason(_)) => return Ok(()),
    };
    Mismatches::refuse(deny::refusals(guest.imported_functions(), offer.denied))?;
    let contract = offer.contract();
    let seems_to_fit = match contract {
        Some(contract) => {
            let pair = Pair { guest: &guest, contract };
            pair.imports().is_empty()
                && guest.import_names().all(|name| is_served_wasi(&name))
                && (pair.exports().is_empty() || !is_held(offer, pair))
        }
        None => binary.len() < LARGE,
    };
    if seems_to_fit {
        return Ok(());
    }
    // The types do not match, so the engine is asked whether it would link the imports. If that
    // cannot be tried, the engine decides when the guest is linked.
    let fit = without_compiling(offer, binary, contract, true)?;
    Ok(Mismatches::refuse(fit.map(|fit| fit.mismatches).unwrap_or_default())?)
}

fn no_code(package: &Undecoded) -> CheckError {
    GuestError::NotAGuest { found: package.to_string() }.into()
}

/// Returns whether a name is outside of WASI, or of an interface of WASI that the host has.
fn is_served_wasi(name: &str) -> bool {
    wasi_interface(name).is_none_or(|served| served.is_ok())
}

impl Unserved {
    fn name(&self, guest: &Decoded) -> String {
        let name = Name::new(&guest.resolve, &self.key).to_string();
        match &self.item {
            Some(item) => format!("{name}.{item}"),
            None => name,
        }
    }

    /// Returns whether a mismatch of this name is about this import.
    fn is_of(&self, guest: &Decoded, name: &str) -> bool {
        let own = self.name(guest);
        let rest = name.strip_prefix(own.as_str()).or_else(|| own.strip_prefix(name));
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    }
}

/// Returns the mismatch of an import about which the contract says nothing.
fn unexplained(guest: &Decoded, one: &Unserved, binary: &[u8]) -> Mismatch {
    if let Some(unserved) = &one.unserved {
        return unserved.mismatch(Some(guest));
    }
    let (full, name) = (one.name(guest), Name::new(&guest.resolve, &one.key));
    if name.is_wasi() {
        return wasi::mismatch(full, &name, one, binary);
    }
    let problem = match is_absent(&one.reason) {
        true => "the host has no such import".to_owned(),
        false => format!("it has another type here: {}", one.reason),
    };
    Mismatch::import(full, problem, CONTRACT)
}

/// What to do about an import that only has to be served.
const SERVE: &str = "serve it (`RuntimeBuilder::provide`)";

/// What to do if there is no better advice.
const CONTRACT: &str = "build the guest against the WIT of this host's contract, and WASI 0.2";

/// Checks a compiled component whose types WIT cannot express. `reason` is why it cannot.
pub fn of_compiled<S: 'static>(offer: &Offer<'_, S>, component: &Component, reason: String) -> Fit {
    let mismatches = match offer.link(component) {
        Ok(_) => Vec::new(),
        Err(NotLinked::Engine(error)) => vec![of_engine(&error).cause(Some(reason))],
        Err(NotLinked::Unserved(unserved)) => vec![unserved.mismatch(None)],
    };
    Fit { mismatches, ..Fit::default() }
}

/// Returns the fit of a component whose types WIT cannot express, compared with the contract of
/// another host. The engine cannot help, because that host's linker is not available.
fn unreadable(reason: String) -> Fit {
    let problem = "its types cannot be held against a contract";
    let fix = "make the component with the usual tools, such as wit-component";
    let mismatch = Mismatch::export("component", problem, fix).cause(Some(reason));
    Fit { mismatches: vec![mismatch], ..Fit::default() }
}

/// Returns what the engine found when it linked a guest. It stops at the first problem.
pub(crate) fn of_engine(error: &wasmtime::Error) -> Mismatch {
    let causes: Vec<_> = error.chain().map(ToString::to_string).collect();
    // The first of the causes names the import, and the second an item in it.
    let mut names = causes.iter().map(|cause| cause.split('`').nth(1).unwrap_or_default());
    let import = names.next().unwrap_or_default();
    let item = names.next().filter(|name| !name.is_empty() && causes.len() > 2);
    let root = root_cause(error);
    let problem = match (root.contains("is missing"), item) {
        (true, Some(item)) => {
            format!("the host has no `{item}` in an interface of that name and version")
        }
        (true, None) => format!("the host has no such {}", kind_of(&causes)),
        (false, Some(item)) => format!("`{item}` has another type here: {root}"),
        (false, None) => root,
    };
    Mismatch::import(import, problem, CONTRACT)
}

/// Returns the kind of an import in the engine's words: `function`, `instance`, `core module`.
fn kind_of(causes: &[String]) -> &str {
    let first = causes.first().and_then(|cause| cause.strip_prefix("component imports "));
    first.and_then(|rest| rest.split(" `").next()).unwrap_or("import")
}
