//! Estimates the length of types when they are written out. A type without a name is written as
//! a whole wherever it is used. So a small guest can have types whose text would not fit into
//! any memory.

use std::collections::HashMap;

use wit_parser::{
    Function, Handle, InterfaceId, Resolve, Type, TypeDefKind, TypeId, TypeOwner, WorldItem,
};

/// The number of bytes that may be written out: about a hundred times as many as the largest
/// worlds of WASI take.
const MOST: usize = 16 << 20;

/// The number of bytes that a type with a short name takes, and those of the punctuation around
/// any type.
const SHORT: usize = 8;

/// Checks that all functions and types can be written out.
///
/// # Errors
/// A sentence, if they are too long.
pub(crate) fn check(resolve: &Resolve) -> Result<(), String> {
    let mut weights = Weights { resolve, known: HashMap::new() };
    let worlds = resolve.worlds.iter().flat_map(|(_, world)| world.imports.values());
    let exports = resolve.worlds.iter().flat_map(|(_, world)| world.exports.values());
    let of_worlds = worlds.chain(exports).filter_map(|item| match item {
        WorldItem::Function(function) => Some(function),
        _ => None,
    });
    let of_worlds = of_worlds.map(|function| (0, function));
    // Each function is named with its interface.
    let of_interfaces = resolve.interfaces.iter().flat_map(|(id, one)| {
        let name = full_name(resolve, id);
        one.functions.values().map(move |function| (name, function))
    });
    let functions = of_worlds.chain(of_interfaces);
    let mut sum = functions.fold(0_usize, |sum, (name, function)| {
        sum.saturating_add(name).saturating_add(weights.function(function))
    });
    let named = resolve.types.iter().filter(|(_, definition)| definition.name.is_some());
    sum = named.fold(sum, |sum, (_, named)| {
        sum.saturating_add(weights.parts(&named.kind)).saturating_add(origin(resolve, &named.kind))
    });
    match sum > MOST {
        true => Err("its types take more than 16 MiB when they are written out".into()),
        false => Ok(()),
    }
}

/// Returns the length of the name of the interface that a type is taken from.
fn origin(resolve: &Resolve, kind: &TypeDefKind) -> usize {
    let TypeDefKind::Type(Type::Id(other)) = kind else { return 0 };
    let TypeOwner::Interface(interface) = resolve.types[*other].owner else { return 0 };
    full_name(resolve, interface)
}

/// Returns the length of an interface's name with its package.
fn full_name(resolve: &Resolve, interface: InterfaceId) -> usize {
    let interface = &resolve.interfaces[interface];
    let package = interface.package.map(|package| &resolve.packages[package].name);
    let package = package.map_or(0, |package| package.namespace.len() + package.name.len());
    interface.name.as_ref().map_or(0, String::len).saturating_add(package)
}

struct Weights<'r> {
    resolve: &'r Resolve,
    known: HashMap<TypeId, usize>,
}

impl Weights<'_> {
    fn function(&mut self, function: &Function) -> usize {
        self.sum(function.parameter_and_result_types())
    }

    fn sum(&mut self, types: impl Iterator<Item = Type>) -> usize {
        types.fold(SHORT, |sum, ty| sum.saturating_add(self.ty(&ty)))
    }

    fn ty(&mut self, ty: &Type) -> usize {
        let Type::Id(id) = ty else { return SHORT };
        if let Some(known) = self.known.get(id) {
            return *known;
        }
        let resolve = self.resolve;
        let definition = &resolve.types[*id];
        let weight = match &definition.name {
            Some(name) => {
                // Where it is written for programs, it has its interface's name before it.
                let owner = match definition.owner {
                    TypeOwner::Interface(interface) => full_name(resolve, interface),
                    _ => 0,
                };
                name.len().saturating_add(owner).saturating_add(SHORT)
            }
            // This calls itself no deeper than the decoder lets types nest.
            None => self.parts(&definition.kind),
        };
        self.known.insert(*id, weight);
        weight
    }

    fn parts(&mut self, kind: &TypeDefKind) -> usize {
        match kind {
            TypeDefKind::Record(record) => self.sum(record.fields.iter().map(|field| field.ty)),
            TypeDefKind::Tuple(tuple) => self.sum(tuple.types.iter().copied()),
            TypeDefKind::Variant(variant) => {
                let cases = variant.cases.iter().map(|case| case.ty.unwrap_or(Type::Bool));
                self.sum(cases)
            }
            TypeDefKind::Result(result) => self.sum(result.ok.into_iter().chain(result.err)),
            TypeDefKind::Map(key, value) => self.sum([*key, *value].into_iter()),
            TypeDefKind::Future(item) | TypeDefKind::Stream(item) => self.sum(item.iter().copied()),
            TypeDefKind::Option(item)
            | TypeDefKind::List(item)
            | TypeDefKind::FixedLengthList(item, _)
            | TypeDefKind::Type(item) => self.sum(std::iter::once(*item)),
            TypeDefKind::Handle(Handle::Own(id) | Handle::Borrow(id)) => {
                self.sum(std::iter::once(Type::Id(*id)))
            }
            // The names in these types are written once, where they are declared.
            TypeDefKind::Enum(_)
            | TypeDefKind::Flags(_)
            | TypeDefKind::Resource
            | TypeDefKind::Unknown => SHORT,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::decode;

    /// Returns a component that imports `functions` functions on a type with a name of `length`
    /// bytes.
    fn named(length: usize, functions: usize) -> Vec<u8> {
        let name = "x".repeat(length);
        let functions: String =
            (0..functions).map(|n| format!("(export \"f{n}\" (func (param \"a\" $t)))")).collect();
        wat::parse_str(format!(
            "(component (import \"a:b/c\" (instance
                (type $e (enum \"a\")) (export \"{name}\" (type $t (eq $e))) {functions})))"
        ))
        .expect("a component")
    }

    #[test]
    fn names_that_are_written_often_are_refused() {
        for (length, functions, expected) in
            [(10, 1000, ""), (90_000, 10, ""), (90_000, 1000, "more than 16 MiB")]
        {
            let error = decode(&named(length, functions)).err();
            let error = error.map(|error| error.to_string()).unwrap_or_default();
            let as_expected = error.contains(expected) && error.is_empty() == expected.is_empty();
            assert!(as_expected, "{functions} of {length}: {error:?}");
        }
    }

    /// The decoder has a limit of its own on types within types.
    #[test]
    fn types_that_double_are_refused() {
        let types = |times: usize| -> String {
            let double = |n| format!("(type $t{n} (tuple $t{} $t{}))", n - 1, n - 1);
            (1..=times).map(double).collect()
        };
        for (times, is_refused) in [(5, false), (20, true), (60, true)] {
            let component = format!(
                "(component (type $t0 (tuple u8 u8)) {}
                    (import \"f\" (func (param \"a\" $t{times}))))",
                types(times)
            );
            let binary = wat::parse_str(component).expect("a component");
            assert_eq!(decode(&binary).is_err(), is_refused, "{times}");
        }
    }
}
