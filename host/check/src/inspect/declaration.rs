//! Functions as their guest declares them, with the guest's names for types, which the engine does
//! not keep. It does not know how a call is written.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use wasmtime::component::Type as EngineType;
use wit_parser::{Function, Handle, Resolve, Type, TypeDef, TypeDefKind, TypeId, WorldItem};

use super::Inspection;
use wit_host_text::limited::limited;
use wit_host_text::{short, shown};
use wit_host_values::{Signature, wit};
use wit_host_wit::{Contract, definition_without_name, type_name};

/// The length in characters of the longest definition that is kept, and the number of definitions.
const LONGEST: usize = 300;
const MOST: usize = 8;
/// The nesting of types up to which names are followed.
const DEEPEST: usize = 32;

/// The type of a component's function, with the names that the component has for types. It
/// displays as WIT: `func(at: point, by: f32) -> point`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Declaration {
    /// The parameters and their types, which may be names. A method's handle is one of them.
    pub params: Vec<(String, String)>,
    /// The type of the result.
    pub result: Option<String>,
    /// The definitions of the names in the types, such as `record { x: f32, y: f32 }`. Resources
    /// have no definition.
    pub definitions: Vec<(String, String)>,
    /// Types as the engine writes them, and the component's names for them.
    called: Vec<(String, String)>,
}

impl Declaration {
    /// Returns the text with each type in back-ticks replaced by its name, if it has one.
    pub fn with_names(&self, text: &str) -> String {
        self.called.iter().fold(text.to_owned(), |text, (spelt, name)| {
            text.replace(&format!("`{spelt}`"), &format!("`{name}`"))
        })
    }
}

impl std::fmt::Display for Declaration {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let params = self.params.iter().map(|(name, ty)| format!("{}: {ty}", short(name)));
        write!(f, "func({})", params.collect::<Vec<_>>().join(", "))?;
        self.result.as_ref().map_or(Ok(()), |result| write!(f, " -> {result}"))
    }
}

impl Inspection {
    /// Returns how the component declares an export, by its full name in `Guest::exports`. Returns
    /// `None` for an export with another signature, and for a core module.
    pub fn declaration(&self, function: &str, signature: &Signature) -> Option<Declaration> {
        let signature_of = |name: &str| (name == function).then(|| signature.clone());
        self.declarations(signature_of).remove(function)
    }

    /// Returns how the component declares those exports that `signature_of` knows, by their full
    /// names.
    pub fn declarations(
        &self,
        signature_of: impl Fn(&str) -> Option<Signature>,
    ) -> BTreeMap<String, Declaration> {
        let contract = self.wit.as_ref().and_then(|wit| Contract::parse(wit, None).ok());
        let Some(contract) = contract else { return BTreeMap::new() };
        let (resolve, world) = (&*contract.resolve, &contract.resolve.worlds[contract.world]);
        let functions = world.exports.iter().flat_map(|(key, item)| {
            let name = resolve.name_world_key(key);
            let functions: Vec<_> = match item {
                WorldItem::Function(one) => vec![(name, one)],
                WorldItem::Interface { id, .. } => {
                    let functions = resolve.interfaces[*id].functions.iter();
                    functions.map(|(one, function)| (format!("{name}.{one}"), function)).collect()
                }
                WorldItem::Type { .. } => Vec::new(),
            };
            functions
        });
        let declared = functions.filter_map(|(name, function)| {
            let signature = signature_of(&name)?;
            let params = function.params.iter().map(|param| &param.name);
            // The file may have changed since the guest was loaded from it.
            let is_same = params.eq(signature.params.iter().map(|(name, _)| name));
            is_same.then(|| (name, declaration(resolve, function, &signature)))
        });
        declared.collect()
    }
}

fn declaration(resolve: &Resolve, declared: &Function, signature: &Signature) -> Declaration {
    let mut names =
        Names { resolve, definitions: Vec::new(), called: Vec::new(), seen: HashSet::new() };
    for (param, (_, ty)) in declared.params.iter().zip(&signature.params) {
        names.define(&param.ty, 0);
        names.call(&param.ty, ty, 0);
    }
    let ty = |ty: &Type| shown(&type_name(resolve, ty));
    Declaration {
        params: declared.params.iter().map(|one| (one.name.clone(), ty(&one.ty))).collect(),
        result: declared.result.as_ref().map(ty),
        called: names.unambiguous(),
        definitions: names.definitions,
    }
}

/// Collects the names and definitions of types.
struct Names<'r> {
    resolve: &'r Resolve,
    definitions: Vec<(String, String)>,
    called: Vec<(String, String)>,
    /// The types whose names are collected. Each is looked at once: types that use another one twice
    /// on each level would otherwise take time that doubles with each of them.
    seen: HashSet<TypeId>,
}

impl<'r> Names<'r> {
    /// Returns the type behind aliases of the same name, which `use` creates.
    fn definition(&self, mut id: TypeId) -> &'r TypeDef {
        loop {
            let ty = &self.resolve.types[id];
            match ty.kind {
                // Another name would be an alias that the author chose, and it says more than the
                // type behind it.
                TypeDefKind::Type(Type::Id(other)) if self.resolve.types[other].name == ty.name => {
                    id = other;
                }
                _ => return ty,
            }
        }
    }

    /// Collects the definitions of the names in a type.
    fn define(&mut self, ty: &Type, depth: usize) {
        let Type::Id(id) = ty else { return };
        let definition = self.definition(*id);
        if matches!(definition.kind, TypeDefKind::Resource | TypeDefKind::Handle(_)) {
            return;
        }
        if let Some(name) = &definition.name {
            if self.definitions.iter().any(|(known, _)| known == name) {
                return;
            }
            if self.definitions.len() < MOST {
                let text = definition_without_name(self.resolve, definition);
                let text = limited(LONGEST, |out| std::fmt::Write::write_str(out, &text));
                self.definitions.push((name.clone(), shown(&text)));
            }
        }
        if depth < DEEPEST {
            for part in parts(definition) {
                self.define(&part, depth + 1);
            }
        }
    }

    /// Collects the names of a type and its parts. `known` is the type as the engine knows it,
    /// without names.
    fn call(&mut self, ty: &Type, known: &EngineType, depth: usize) {
        if let Type::Id(id) = ty
            && !self.seen.insert(*id)
        {
            return;
        }
        self.called.push((wit(known), shown(&type_name(self.resolve, ty))));
        let Type::Id(id) = ty else { return };
        if depth < DEEPEST {
            for (part, known) in parts(self.original(*id)).iter().zip(parts_known(known)) {
                self.call(part, &known, depth + 1);
            }
        }
    }

    /// Returns the type behind all of its aliases.
    fn original(&self, mut id: TypeId) -> &'r TypeDef {
        while let TypeDefKind::Type(Type::Id(other)) = self.resolve.types[id].kind {
            id = other;
        }
        &self.resolve.types[id]
    }

    /// Returns the types that have exactly one name. Larger types come first.
    fn unambiguous(&self) -> Vec<(String, String)> {
        let mut names: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        for (spelt, name) in &self.called {
            names.entry(spelt).or_default().insert(name);
        }
        let has_one_name = |(spelt, _): &&(String, String)| {
            names.get(&**spelt).is_some_and(|names| names.len() == 1)
        };
        let mut called: Vec<_> = self.called.iter().filter(has_one_name).cloned().collect();
        called.retain(|(spelt, name)| spelt != name);
        called.sort_by(|(a, _), (b, _)| b.len().cmp(&a.len()).then_with(|| a.cmp(b)));
        called.dedup();
        called
    }
}

/// Returns the types that a type consists of, in order.
fn parts(definition: &TypeDef) -> Vec<Type> {
    match &definition.kind {
        TypeDefKind::Record(record) => record.fields.iter().map(|field| field.ty).collect(),
        TypeDefKind::Variant(variant) => variant.cases.iter().filter_map(|case| case.ty).collect(),
        TypeDefKind::Tuple(tuple) => tuple.types.clone(),
        TypeDefKind::List(ty)
        | TypeDefKind::FixedLengthList(ty, _)
        | TypeDefKind::Option(ty)
        | TypeDefKind::Type(ty) => vec![*ty],
        TypeDefKind::Map(key, value) => vec![*key, *value],
        TypeDefKind::Result(result) => result.ok.into_iter().chain(result.err).collect(),
        TypeDefKind::Handle(Handle::Own(_) | Handle::Borrow(_)) => Vec::new(),
        _ => Vec::new(),
    }
}

/// Returns [`parts`] of a type as the engine knows it.
fn parts_known(ty: &EngineType) -> Vec<EngineType> {
    match ty {
        EngineType::Record(record) => record.fields().map(|field| field.ty).collect(),
        EngineType::Variant(variant) => variant.cases().filter_map(|case| case.ty).collect(),
        EngineType::Tuple(tuple) => tuple.types().collect(),
        EngineType::List(list) => vec![list.ty()],
        EngineType::FixedLengthList(list) => vec![list.ty()],
        EngineType::Map(map) => vec![map.key(), map.value()],
        EngineType::Option(option) => vec![option.ty()],
        EngineType::Result(result) => result.ok().into_iter().chain(result.err()).collect(),
        _ => Vec::new(),
    }
}
