//! Compares a component with a contract. Both are worlds in WIT, and every import and export that
//! the two have in common is compared. It does not ask the engine.

use wit_parser::{Function, InterfaceId, WorldItem, WorldKey};

use super::absent;
use super::mismatch::Mismatch;
use super::names::{Name, similar, why_not};
use wit_host_binary::side::Side;
use wit_host_wit::{Contract, Decoded, Sides, differences, function as notation, has_only_types};

/// A guest, and the contract that it is compared with.
#[derive(Clone, Copy)]
pub(super) struct Pair<'a> {
    pub(super) guest: &'a Decoded,
    pub contract: &'a Contract,
}

type Items = wit_parser::IndexMap<WorldKey, WorldItem>;

impl<'a> Pair<'a> {
    /// Returns the mismatches of imports. Imports that only the engine can judge are not compared.
    pub(super) fn imports(self) -> Vec<Mismatch> {
        let world = &self.guest.resolve.worlds[self.guest.world];
        let mut mismatches = Vec::new();
        for (key, item) in &world.imports {
            let name = Name::new(&self.guest.resolve, key);
            match item {
                WorldItem::Interface { id, .. } => self.interface(&name, *id, &mut mismatches),
                WorldItem::Function(function) => {
                    mismatches.extend(self.root(Side::Import, function))
                }
                WorldItem::Type { .. } => {}
            }
        }
        mismatches
    }

    fn interface(self, name: &Name, id: InterfaceId, mismatches: &mut Vec<Mismatch>) {
        let functions = &self.guest.resolve.interfaces[id].functions;
        match self.counterpart(Side::Import, name) {
            Some((theirs, contract)) => {
                mismatches.extend(self.no_resources(name, id, contract));
                mismatches.extend(functions.values().filter_map(|function| {
                    self.function(Side::Import, name, function, &theirs, contract)
                }));
            }
            // WASI is the engine's to judge, and an interface of types only asks for nothing.
            None if name.is_wasi() || has_only_types(&self.guest.resolve, id) => {}
            None => mismatches.push(self.no_interface(name, id)),
        }
    }

    /// Returns whether the guest imports anything of the contract, which shows that it was made for
    /// it. An interface of the same package counts in every version.
    pub(super) fn is_claimed(self) -> bool {
        let world = &self.guest.resolve.worlds[self.guest.world];
        let offered: Vec<_> = self.interfaces(Side::Import).map(|(name, _)| name).collect();
        let is_offered = |name: &Name| {
            offered.iter().any(|offered| match offered.package() {
                None => offered.is_of(name),
                package => package == name.package(),
            })
        };
        world.imports.iter().any(|(key, item)| match item {
            WorldItem::Interface { .. } => is_offered(&Name::new(&self.guest.resolve, key)),
            WorldItem::Function(function) => self.root_function(Side::Import, function).is_some(),
            WorldItem::Type { .. } => false,
        })
    }

    /// Returns the mismatches of exports that the contract also has.
    pub(super) fn exports(self) -> Vec<Mismatch> {
        let world = &self.guest.resolve.worlds[self.guest.world];
        let mut mismatches = Vec::new();
        for (key, item) in &world.exports {
            let name = Name::new(&self.guest.resolve, key);
            match item {
                WorldItem::Interface { id, .. } => {
                    if let Some((theirs, contract)) = self.counterpart(Side::Export, &name) {
                        self.exported(&name, *id, &theirs, contract, &mut mismatches);
                    }
                }
                WorldItem::Function(function)
                    if self.root_function(Side::Export, function).is_some() =>
                {
                    mismatches.extend(self.root(Side::Export, function));
                }
                _ => {}
            }
        }
        mismatches
    }

    /// Compares an exported interface, in which every function has to exist.
    fn exported(
        self,
        name: &Name,
        id: InterfaceId,
        theirs: &Name,
        contract: InterfaceId,
        mismatches: &mut Vec<Mismatch>,
    ) {
        let ours = &self.guest.resolve.interfaces[id].functions;
        for (function, asked) in &self.contract.resolve.interfaces[contract].functions {
            match ours.get(function) {
                Some(ours) => {
                    mismatches.extend(self.function(Side::Export, name, ours, theirs, contract));
                }
                None => mismatches.push(
                    Mismatch::export(
                        format!("{name}.{function}"),
                        "the guest does not have it, though it exports the interface",
                        format!("implement `{function}`"),
                    )
                    .types(None, Some(notation(&self.contract.resolve, asked)))
                    .cause(slip(function, ours.keys(), "the guest")),
                ),
            }
        }
    }

    /// Returns the exports of the contract that the guest lacks.
    pub(super) fn absent(self) -> Vec<Mismatch> {
        let guest = &self.guest.resolve.worlds[self.guest.world].exports;
        let contract = &self.contract.resolve;
        let has = |key: &WorldKey| {
            let name = Name::new(contract, key);
            guest.keys().any(|ours| Name::new(&self.guest.resolve, ours).matches(&name))
        };
        let asked = contract.worlds[self.contract.world].exports.iter();
        asked
            .filter(|(key, item)| !matches!(item, WorldItem::Type { .. }) && !has(key))
            .map(|(key, item)| self.lacks(&Name::new(contract, key), item, guest))
            .collect()
    }

    fn lacks(self, name: &Name, item: &WorldItem, guest: &Items) -> Mismatch {
        let ours: Vec<_> = guest.keys().map(|key| Name::new(&self.guest.resolve, key)).collect();
        let cause = match ours.iter().find(|ours| ours.is_of(name)) {
            Some(ours) => Some(why_not(ours.version(), name.version())),
            None => slip(&name.interface, ours.iter().map(|ours| &ours.interface), "the guest"),
        };
        let ty = match item {
            WorldItem::Function(function) => Some(notation(&self.contract.resolve, function)),
            _ => None,
        };
        let fix = format!("export it, as the world `{}` has it", self.contract.name());
        Mismatch::export(name.to_string(), "the guest does not have it", fix)
            .types(None, ty)
            .cause(cause)
    }

    fn function(
        self,
        side: Side,
        name: &Name,
        ours: &Function,
        theirs: &Name,
        contract: InterfaceId,
    ) -> Option<Mismatch> {
        let full = format!("{name}.{}", ours.name);
        let functions = &self.contract.resolve.interfaces[contract].functions;
        match functions.get(&ours.name) {
            Some(their) => self.differ(side, full, ours, their),
            // A function that the guest exports and the contract does not have is not called.
            None if side == Side::Export => None,
            None => Some(self.no_function(full, name, ours, theirs, contract)),
        }
    }

    /// Compares a function of the world itself.
    fn root(self, side: Side, ours: &Function) -> Option<Mismatch> {
        match self.root_function(side, ours) {
            Some(their) => self.differ(side, ours.name.clone(), ours, their),
            None => Some(self.no_root(ours)),
        }
    }

    fn root_function(self, side: Side, ours: &Function) -> Option<&'a Function> {
        match self.items(side).get(&WorldKey::Name(ours.name.clone())) {
            Some(WorldItem::Function(their)) => Some(their),
            _ => None,
        }
    }

    fn differ(
        self,
        side: Side,
        name: String,
        ours: &Function,
        their: &Function,
    ) -> Option<Mismatch> {
        let sides = Sides {
            ours: &self.guest.resolve,
            theirs: &self.contract.resolve,
            our_name: "the guest",
            their_name: "the contract",
        };
        let found = differences(sides, ours, their);
        if found.is_empty() {
            return None;
        }
        let definitions = found.first().and_then(|first| first.definitions.clone());
        let (ours, theirs) = definitions
            .unwrap_or_else(|| (notation(sides.ours, ours), notation(sides.theirs, their)));
        let fix = format!("build the guest against {}", self.wit());
        let mismatch = Mismatch::import(name, absent::sentences(&found), fix);
        Some(Mismatch { side, ..mismatch.types(Some(ours), Some(theirs)) })
    }

    /// Says where the WIT of the contract can be found.
    pub(super) fn wit(self) -> String {
        let name = self.contract.name();
        match name.starts_with("wit-host:contract/") {
            true => format!("the WIT of `{name}`, which is `wit_host_contract::WIT`"),
            false => format!("the WIT of `{name}`"),
        }
    }

    pub(super) fn items(self, side: Side) -> &'a Items {
        let world = &self.contract.resolve.worlds[self.contract.world];
        match side {
            Side::Import => &world.imports,
            Side::Export => &world.exports,
        }
    }

    /// Returns the contract's interfaces on one side.
    pub(super) fn interfaces(self, side: Side) -> impl Iterator<Item = (Name, InterfaceId)> + 'a {
        self.items(side).iter().filter_map(move |(key, item)| match item {
            WorldItem::Interface { id, .. } => Some((Name::new(&self.contract.resolve, key), *id)),
            _ => None,
        })
    }

    pub(super) fn counterpart(self, side: Side, name: &Name) -> Option<(Name, InterfaceId)> {
        self.interfaces(side).find(|(theirs, _)| theirs.matches(name))
    }
}

/// Says that a name is similar to another one.
pub(super) fn slip<'n>(
    name: &str,
    names: impl Iterator<Item = &'n String>,
    whose: &str,
) -> Option<String> {
    let meant = similar(name, names.map(String::as_str))?;
    Some(format!("{whose} has `{meant}`, which looks like it"))
}
