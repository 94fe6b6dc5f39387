//! Handles the unstable parts of a contract. An item behind `@unstable(feature = …)` is a part
//! of the contract if the feature is on. The parser removes the others, but fails on items
//! without a gate that make no sense without a gated one. This module gives them the same gate.
//! It reads no files.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use wit_parser::{
    FunctionKind, InterfaceId, Resolve, Stability, TypeDef, TypeId, UnresolvedPackage, WorldItem,
};

use super::depth::parts;

/// The features of a contract that are on. Items behind the `@unstable` gates of other features
/// are no part of the contract. By default, no feature is on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Features {
    all: bool,
    names: BTreeSet<String>,
}

impl Features {
    /// Turns every feature on.
    pub fn all() -> Self {
        Self { all: true, names: BTreeSet::new() }
    }

    /// Turns these features on. [`Package::features`](crate::Package::features) returns those
    /// that a package has.
    pub fn of<N: Into<String>>(names: impl IntoIterator<Item = N>) -> Self {
        Self { all: false, names: names.into_iter().map(Into::into).collect() }
    }

    pub(super) fn turn_on(&self, resolve: &mut Resolve) {
        resolve.all_features = self.all;
        resolve.features.extend(self.names.iter().cloned());
    }

    /// Returns the gate if it is closed.
    fn closed(&self, gate: &Stability) -> Option<Stability> {
        match gate {
            Stability::Unstable { feature, .. } if !self.all && !self.names.contains(feature) => {
                Some(gate.clone())
            }
            _ => None,
        }
    }
}

/// Spreads closed gates to items that make no sense without a gated item: types without a name
/// that contain a gated type, the content of a gated interface or resource, and a world's
/// imports, exports and includes of a gated item. An item with a name and without a gate that
/// uses a gated one is left as it is; the parser refuses it.
pub(super) fn spread(package: &mut UnresolvedPackage, features: &Features) {
    let interfaces: HashMap<InterfaceId, Stability> = package
        .interfaces
        .iter()
        .filter_map(|(id, interface)| Some((id, features.closed(&interface.stability)?)))
        .collect();
    // Interfaces before types, and types before functions: each step reads the gates that the one
    // before has set.
    for (id, gate) in &interfaces {
        let interface = &mut package.interfaces[*id];
        for function in interface.functions.values_mut() {
            function.stability = gate.clone();
        }
        for ty in interface.types.values() {
            package.types[*ty].stability = gate.clone();
        }
    }
    let types = types(package, features);
    let gate_of = |kind: &FunctionKind| kind.resource().and_then(|id| types.get(&id)).cloned();
    for (_, interface) in package.interfaces.iter_mut() {
        for function in interface.functions.values_mut() {
            if let Some(gate) = gate_of(&function.kind) {
                function.stability = gate;
            }
        }
    }
    let worlds: HashMap<_, _> = package
        .worlds
        .iter()
        .filter_map(|(id, world)| Some((id, features.closed(&world.stability)?)))
        .collect();
    for (_, world) in package.worlds.iter_mut() {
        // The parser does not look at the gates of types, so gated ones are removed here.
        for items in [&mut world.imports, &mut world.exports] {
            items.retain(
                |_, item| !matches!(item, WorldItem::Type { id, .. } if types.contains_key(id)),
            );
        }
        for item in world.imports.values_mut().chain(world.exports.values_mut()) {
            let (gate, stability) = match item {
                WorldItem::Interface { id, stability, .. } => {
                    (interfaces.get(id).cloned(), stability)
                }
                WorldItem::Function(function) => (gate_of(&function.kind), &mut function.stability),
                WorldItem::Type { .. } => continue,
            };
            if let Some(gate) = gate {
                *stability = gate;
            }
        }
        for include in &mut world.includes {
            if let Some(gate) = worlds.get(&include.id) {
                include.stability = gate.clone();
            }
        }
    }
}

/// Returns the types behind closed gates. The parts of a type come before it in the package, so
/// one pass is enough.
fn types(package: &mut UnresolvedPackage, features: &Features) -> HashMap<TypeId, Stability> {
    let mut closed: HashMap<TypeId, Stability> = HashMap::new();
    for (id, ty) in package.types.iter_mut() {
        let of_parts = || parts(&ty.kind).iter().find_map(|part| closed.get(part)).cloned();
        let gate = features.closed(&ty.stability);
        if let Some(gate) = gate.or_else(|| if ty.name.is_none() { of_parts() } else { None }) {
            ty.stability = gate.clone();
            closed.insert(id, gate);
        }
    }
    closed
}

/// Returns the features of all gates.
pub(super) fn named(package: &UnresolvedPackage) -> BTreeSet<String> {
    let functions = package.interfaces.iter().flat_map(|(_, one)| one.functions.values());
    let types = package.types.iter().map(|(_, ty): (_, &TypeDef)| &ty.stability);
    let interfaces = package.interfaces.iter().map(|(_, one)| &one.stability);
    let worlds = package.worlds.iter().flat_map(|(_, world)| {
        let items = world.imports.values().chain(world.exports.values());
        let items = items.filter_map(|item| match item {
            WorldItem::Interface { stability, .. } => Some(stability),
            WorldItem::Function(function) => Some(&function.stability),
            WorldItem::Type { .. } => None,
        });
        let includes = world.includes.iter().map(|include| &include.stability);
        items.chain(includes).chain([&world.stability])
    });
    let gates = functions.map(|function| &function.stability).chain(types);
    let gates = gates.chain(interfaces).chain(worlds);
    gates
        .filter_map(|gate| match gate {
            Stability::Unstable { feature, .. } => Some(feature.clone()),
            _ => None,
        })
        .collect()
}

/// Returns the items behind closed gates, each with its feature: interfaces, as
/// `shop:prices/prices@1.0.0`, and their functions, as `shop:prices/prices@1.0.0.price`.
pub(super) fn shut(package: &UnresolvedPackage, features: &Features) -> BTreeMap<String, String> {
    let mut shut = BTreeMap::new();
    let mut add = |name: String, gate: &Stability| {
        if let Some(Stability::Unstable { feature, .. }) = features.closed(gate) {
            shut.insert(name, feature);
        }
    };
    for (_, interface) in package.interfaces.iter() {
        let Some(name) = &interface.name else { continue };
        let name = package.name.interface_id(name);
        for function in interface.functions.values() {
            add(format!("{name}.{}", function.name), &function.stability);
        }
        add(name, &interface.stability);
    }
    shut
}

/// Removes the gates that are open. The printed text then means the same, whatever features its
/// reader turns on.
pub(super) fn open(resolve: &mut Resolve) {
    let settle = |gate: &mut Stability| {
        if let Stability::Unstable { .. } = gate {
            *gate = Stability::Unknown;
        }
    };
    for (_, ty) in resolve.types.iter_mut() {
        settle(&mut ty.stability);
    }
    for (_, interface) in resolve.interfaces.iter_mut() {
        settle(&mut interface.stability);
        interface.functions.values_mut().for_each(|function| settle(&mut function.stability));
    }
    for (_, world) in resolve.worlds.iter_mut() {
        settle(&mut world.stability);
        for item in world.imports.values_mut().chain(world.exports.values_mut()) {
            match item {
                WorldItem::Interface { stability, .. } => settle(stability),
                WorldItem::Function(function) => settle(&mut function.stability),
                WorldItem::Type { .. } => {}
            }
        }
    }
}
