//! Explains imports and exports that a contract does not have, and suggests what was probably
//! meant: another version, another name, or another interface. It compares names, not types.

use wit_parser::{Function, InterfaceId, Resolve, TypeDefKind, TypeId};

use super::component::{Pair, slip};
use super::mismatch::Mismatch;
use super::names::{Name, similar, why_not};
use wit_host_binary::side::Side;
use wit_host_text::list;
use wit_host_wit::{Difference, function as notation};

impl Pair<'_> {
    /// Returns the mismatch of an interface that the contract does not have.
    pub(super) fn no_interface(self, name: &Name, id: InterfaceId) -> Mismatch {
        let has: Vec<_> =
            self.interfaces(Side::Import).map(|(theirs, _)| theirs.to_string()).collect();
        let (cause, fix) = match self.meant(name, id) {
            Some((meant, cause)) => (Some(cause), format!("import `{meant}`, with {}", self.wit())),
            None => (
                None,
                format!(
                    "serve it (`RuntimeBuilder::provide`), or import one of those that the contract \
                     has: {}",
                    list(&has)
                ),
            ),
        };
        Mismatch::import(name.to_string(), "the contract has no such interface", fix).cause(cause)
    }

    /// Returns the contract's interface that was probably meant, and why it is not the one that was
    /// named.
    fn meant(self, name: &Name, id: InterfaceId) -> Option<(Name, String)> {
        let mut theirs: Vec<_> = self.interfaces(Side::Import).collect();
        if let Some((meant, _)) = theirs.iter().find(|(theirs, _)| theirs.is_of(name)) {
            return Some((meant.clone(), why_not(name.version(), meant.version())));
        }
        theirs.retain(|(theirs, contract)| {
            theirs.interface == name.interface
                || similar(&name.interface, [&*theirs.interface].into_iter()).is_some()
                || self.same_functions(id, *contract)
        });
        let (meant, _) = theirs.into_iter().next()?;
        let cause = if meant.package() == name.package() {
            format!("the contract calls it `{}`", meant.interface)
        } else {
            format!("the contract has one in another package, `{meant}`")
        };
        Some((meant, cause))
    }

    fn same_functions(self, ours: InterfaceId, theirs: InterfaceId) -> bool {
        let ours = &self.guest.resolve.interfaces[ours].functions;
        let theirs = &self.contract.resolve.interfaces[theirs].functions;
        // An interface of types only would have the same functions as every other.
        !ours.is_empty() && ours.keys().all(|name| theirs.contains_key(name))
    }

    /// Returns the guest's exports that the contract does not have.
    pub(super) fn unknown(self) -> Vec<String> {
        let world = &self.guest.resolve.worlds[self.guest.world];
        let theirs = self.items(Side::Export).keys();
        let theirs: Vec<_> = theirs.map(|key| Name::new(&self.contract.resolve, key)).collect();
        let ours = world.exports.keys().map(|key| Name::new(&self.guest.resolve, key));
        // WASI's exports, such as `run`, are for hosts of any contract.
        ours.filter(|name| !name.is_wasi() && !theirs.iter().any(|theirs| theirs.matches(name)))
            .map(|name| name.to_string())
            .collect()
    }

    /// Returns the mismatches of resources that the contract's interface does not have.
    pub(super) fn no_resources(
        self,
        name: &Name,
        id: InterfaceId,
        contract: InterfaceId,
    ) -> Vec<Mismatch> {
        let ours = resources(&self.guest.resolve, id);
        let theirs = resources(&self.contract.resolve, contract);
        let missing = ours.iter().filter(|resource| !theirs.contains(resource));
        missing
            .map(|resource| {
                let problem = "the contract's interface has no such resource";
                let fix = format!("use one that it has: {}", list(&theirs));
                Mismatch::import(format!("{name}.{resource}"), problem, fix).cause(slip(
                    resource,
                    theirs.iter(),
                    "the contract",
                ))
            })
            .collect()
    }

    /// Returns the mismatch of a function that the contract's interface does not have.
    pub(super) fn no_function(
        self,
        full: String,
        name: &Name,
        ours: &Function,
        theirs: &Name,
        contract: InterfaceId,
    ) -> Mismatch {
        let functions = &self.contract.resolve.interfaces[contract].functions;
        let has: Vec<_> = functions.keys().collect();
        let place = self.elsewhere(&ours.name);
        let cause = slip(&ours.name, functions.keys(), "the contract")
            .or_else(|| Some(format!("the contract has it in `{}`", place.as_ref()?)))
            .or_else(|| later(name, theirs));
        let meant = similar(&ours.name, functions.keys().map(String::as_str));
        let ty = meant.and_then(|meant| functions.get(meant));
        let fix = match place {
            Some(place) => format!("import it from `{place}`"),
            None => format!("call one that it has: {}", list(&has)),
        };
        Mismatch::import(full, "the contract's interface has no such function", fix)
            .types(
                Some(notation(&self.guest.resolve, ours)),
                ty.map(|function| notation(&self.contract.resolve, function)),
            )
            .cause(cause)
    }

    /// Returns another interface of the contract that has a function of this name.
    pub(super) fn elsewhere(self, function: &str) -> Option<Name> {
        let resolve = &self.contract.resolve;
        let mut interfaces = self.interfaces(Side::Import);
        let has = |id: InterfaceId| resolve.interfaces[id].functions.contains_key(function);
        interfaces.find(|(_, id)| has(*id)).map(|(place, _)| place)
    }

    /// Returns the mismatch of a function that the contract's world does not have.
    pub(super) fn no_root(self, ours: &Function) -> Mismatch {
        let items = self.items(Side::Import).keys();
        let names: Vec<_> = items.map(|key| self.contract.resolve.name_world_key(key)).collect();
        let place = self.elsewhere(&ours.name);
        let (cause, fix) = match &place {
            Some(place) => (
                Some(format!("the contract has it in `{place}`")),
                format!("import it from `{place}`"),
            ),
            None => (
                slip(&ours.name, names.iter(), "the contract"),
                format!("import one of its interfaces: {}", list(&names)),
            ),
        };
        Mismatch::import(
            &ours.name,
            "the contract has no such function outside of its interfaces",
            fix,
        )
        .types(Some(notation(&self.guest.resolve, ours)), None)
        .cause(cause)
    }
}

fn resources(resolve: &Resolve, id: InterfaceId) -> Vec<String> {
    let types = resolve.interfaces[id].types.iter();
    let is_resource = |id: TypeId| matches!(resolve.types[id].kind, TypeDefKind::Resource);
    types.filter(|(_, id)| is_resource(**id)).map(|(name, _)| name.clone()).collect()
}

/// Returns a note if the guest was built for a later version of the interface.
fn later(ours: &Name, theirs: &Name) -> Option<String> {
    let (guest, contract) = (ours.version()?, theirs.version()?);
    (guest > contract).then(|| {
        format!(
            "the guest was built against version {guest}, and the host has {contract}, which \
             is older"
        )
    })
}

/// The number of differences that a message lists. The full types are shown as well.
const MOST: usize = 5;

/// Returns the differences as one text.
pub(crate) fn sentences(found: &[Difference]) -> String {
    let first: Vec<_> = found.iter().take(MOST).map(|one| one.sentence.as_str()).collect();
    let mut text = first.join("; ");
    if let Some(more) = found.len().checked_sub(MOST).filter(|more| *more > 0) {
        text += &format!("; and {more} more");
    }
    text
}
