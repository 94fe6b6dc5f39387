//! Measures how deep types are nested. Code that reads a type calls itself for each level, so a
//! type that is nested too deep would overflow its stack.

use std::collections::HashMap;

use wit_parser::{Handle, Resolve, Type, TypeDefKind, TypeId};

/// The number of levels that are accepted, far more than contracts that people write have.
const DEEPEST: usize = 100;

/// Checks that no type is nested too deep. Names of parts do not hide their depth.
///
/// # Errors
/// A sentence, if a type is nested too deep.
pub fn check(resolve: &Resolve) -> Result<(), String> {
    let mut depths: HashMap<TypeId, usize> = HashMap::new();
    for (id, _) in resolve.types.iter() {
        // The loop has a stack of its own on the heap. It must not call itself, since the depth
        // is not known yet.
        let mut under_way = vec![id];
        while let Some(&at) = under_way.last() {
            let parts = parts(&resolve.types[at].kind);
            let open = parts.iter().filter(|part| !depths.contains_key(*part));
            let open: Vec<_> = open.copied().collect();
            if !open.is_empty() {
                under_way.extend(open);
                continue;
            }
            under_way.pop();
            let depth = 1 + parts.iter().filter_map(|part| depths.get(part)).max().unwrap_or(&0);
            if depth > DEEPEST {
                let name = resolve.types[at].name.as_deref().unwrap_or("a type");
                let name = wit_host_text::shown(name);
                return Err(format!("`{name}` has types within types, more than {DEEPEST} deep"));
            }
            depths.insert(at, depth);
        }
    }
    Ok(())
}

/// Returns the types that a type is made of.
pub(super) fn parts(kind: &TypeDefKind) -> Vec<TypeId> {
    let types: Vec<Type> = match kind {
        TypeDefKind::Record(record) => record.fields.iter().map(|field| field.ty).collect(),
        TypeDefKind::Tuple(tuple) => tuple.types.clone(),
        TypeDefKind::Variant(variant) => variant.cases.iter().filter_map(|case| case.ty).collect(),
        TypeDefKind::Result(result) => result.ok.into_iter().chain(result.err).collect(),
        TypeDefKind::Map(key, value) => vec![*key, *value],
        TypeDefKind::Future(item) | TypeDefKind::Stream(item) => item.iter().copied().collect(),
        TypeDefKind::Option(item)
        | TypeDefKind::List(item)
        | TypeDefKind::FixedLengthList(item, _)
        | TypeDefKind::Type(item) => vec![*item],
        TypeDefKind::Handle(Handle::Own(id) | Handle::Borrow(id)) => vec![Type::Id(*id)],
        TypeDefKind::Enum(_)
        | TypeDefKind::Flags(_)
        | TypeDefKind::Resource
        | TypeDefKind::Unknown => Vec::new(),
    };
    let id = |ty| if let Type::Id(id) = ty { Some(id) } else { None };
    types.into_iter().filter_map(id).collect()
}

#[cfg(test)]
mod tests {
    use crate::Contract;

    #[test]
    fn types_that_are_too_deep_are_refused() {
        for (depth, is_refused) in [(90, false), (110, true), (2_000, true)] {
            let record = |n| format!("record t{n} {{ a: t{} }}\n", n - 1);
            let records: String = (1..=depth).map(record).collect();
            let wit = format!(
                "package a:b;\ninterface c {{ record t0 {{ a: u8 }}\n{records} }}\n\
                 world w {{ import c; }}"
            );
            let parsed = Contract::parse(&wit, None);
            assert_eq!(parsed.is_err(), is_refused, "{depth}");
        }
    }
}
