//! How long types are when they are written out. A type without a name is
//! written again wherever it is used, so a small guest can have types that no
//! memory would hold as text.

use std::collections::HashMap;

use wit_parser::{Function, Resolve, Type, TypeDefKind, TypeId, WorldItem};

/// How many parts are written out at most: a thousand times as many as the
/// largest worlds of WASI have.
const MOST: usize = 1_000_000;

/// Checks that all functions and types can be written out.
///
/// # Errors
/// Where they are too long; a sentence.
pub(super) fn check(resolve: &Resolve) -> Result<(), String> {
    let mut weights = Weights { resolve, known: HashMap::new() };
    let worlds = resolve.worlds.iter().flat_map(|(_, world)| world.imports.values());
    let exports = resolve.worlds.iter().flat_map(|(_, world)| world.exports.values());
    let of_worlds = worlds.chain(exports).filter_map(|item| match item {
        WorldItem::Function(function) => Some(function),
        _ => None,
    });
    let of_interfaces = resolve.interfaces.iter().flat_map(|(_, one)| one.functions.values());
    let functions = of_worlds.chain(of_interfaces);
    let mut sum = functions.fold(0_usize, |sum, one| sum.saturating_add(weights.function(one)));
    let named = resolve.types.iter().filter(|(_, definition)| definition.name.is_some());
    sum = named.fold(sum, |sum, (_, named)| sum.saturating_add(weights.parts(&named.kind)));
    match sum > MOST {
        true => Err(format!("its types have more than {MOST} parts when they are written out")),
        false => Ok(()),
    }
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
        types.fold(1, |sum, ty| sum.saturating_add(self.ty(&ty)))
    }

    fn ty(&mut self, ty: &Type) -> usize {
        let Type::Id(id) = ty else { return 1 };
        if let Some(known) = self.known.get(id) {
            return *known;
        }
        let resolve = self.resolve;
        let definition = &resolve.types[*id];
        let weight = match definition.name {
            Some(_) => 1,
            // The decoder bounds how deep such types are.
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
            TypeDefKind::Enum(cases) => cases.cases.len().saturating_add(1),
            TypeDefKind::Flags(flags) => flags.flags.len().saturating_add(1),
            TypeDefKind::Result(result) => self.sum(result.ok.into_iter().chain(result.err)),
            TypeDefKind::Map(key, value) => self.sum([*key, *value].into_iter()),
            TypeDefKind::Future(item) | TypeDefKind::Stream(item) => self.sum(item.iter().copied()),
            TypeDefKind::Option(item)
            | TypeDefKind::List(item)
            | TypeDefKind::FixedLengthList(item, _)
            | TypeDefKind::Type(item) => self.sum(std::iter::once(*item)),
            TypeDefKind::Resource | TypeDefKind::Handle(_) | TypeDefKind::Unknown => 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::decode;

    /// A component that exports a function on a type that holds the one before
    /// it twice, so many times over.
    fn doubled(times: usize) -> Vec<u8> {
        let types: String =
            (1..=times).map(|n| format!("(type $t{n} (tuple $t{} $t{}))", n - 1, n - 1)).collect();
        wat::parse_str(format!(
            "(component (type $t0 (tuple u8 u8)) {types}
                (import \"f\" (func (param \"a\" $t{times}))))"
        ))
        .expect("a component")
    }

    #[test]
    fn types_that_double_are_refused() {
        assert!(decode(&doubled(5)).is_ok());
        for times in [20, 60] {
            assert!(decode(&doubled(times)).is_err(), "{times}");
        }
        // The engine takes these, and they are refused for their length only
        // where there are several.
        let error = decode(&doubled(18)).map(drop);
        assert_eq!(error.err(), None);
    }
}
