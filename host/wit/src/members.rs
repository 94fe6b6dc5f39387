//! Compares the named members of types: the fields of a record, the cases of a variant or an
//! enum, flags, and the parameters of a function. It finds members that are missing, have
//! another name or stand in another order.

use std::collections::HashSet;

use wit_parser::{Resolve, Type, TypeDef, TypeDefKind};

use super::difference::Sides;
use super::notation::ty as notation;

/// A member of a type, identified by its name.
#[derive(Clone, Copy, PartialEq)]
pub(crate) struct Member<'r> {
    pub name: &'r str,
    pub ty: Option<Type>,
}

/// Returns the members of a type.
pub(crate) fn of(definition: &TypeDef) -> Vec<Member<'_>> {
    fn member(name: &str, ty: Option<Type>) -> Member<'_> {
        Member { name, ty }
    }
    match &definition.kind {
        TypeDefKind::Record(record) => {
            record.fields.iter().map(|field| member(&field.name, Some(field.ty))).collect()
        }
        TypeDefKind::Variant(variant) => {
            variant.cases.iter().map(|case| member(&case.name, case.ty)).collect()
        }
        TypeDefKind::Enum(cases) => {
            cases.cases.iter().map(|case| member(&case.name, None)).collect()
        }
        TypeDefKind::Flags(flags) => {
            flags.flags.iter().map(|flag| member(&flag.name, None)).collect()
        }
        _ => Vec::new(),
    }
}

/// Describes how the members of the two sides differ in their names and their order.
pub(crate) fn differences(
    sides: Sides<'_>,
    what: &str,
    of: &str,
    ours: &[Member<'_>],
    theirs: &[Member<'_>],
) -> Vec<String> {
    let Sides { our_name, their_name, .. } = sides;
    let only_ours = without(ours, theirs);
    let only_theirs = without(theirs, ours);
    // One member is missing on each side, at the same place and of the same type: it has been
    // renamed, which says more than that two members are missing.
    if let ([our], [their]) = (&only_ours[..], &only_theirs[..])
        && place(ours, our) == place(theirs, their)
        && spelled(what, sides.ours, our) == spelled(what, sides.theirs, their)
    {
        return vec![format!(
            "the {what} `{}`{of} in {our_name} is called `{}` in {their_name}",
            our.name, their.name
        )];
    }
    let missing = |member: &Member<'_>, resolve: &Resolve, side: &str| {
        let ty = spelled(what, resolve, member);
        format!("{side} has no {what} `{}{ty}`{of}", member.name)
    };
    let mut found: Vec<_> =
        only_ours.iter().map(|our| missing(our, sides.ours, their_name)).collect();
    found.extend(only_theirs.iter().map(|their| missing(their, sides.theirs, our_name)));
    // If members are missing, the others stand at other places anyway.
    if found.is_empty()
        && !ours.iter().map(|our| our.name).eq(theirs.iter().map(|their| their.name))
    {
        found.push(format!(
            "the {what}s{of} stand in another order: {} in {our_name}, {} in {their_name}",
            names(ours),
            names(theirs)
        ));
    }
    found
}

fn without<'r>(all: &[Member<'r>], others: &[Member<'_>]) -> Vec<Member<'r>> {
    let others: HashSet<_> = others.iter().map(|other| other.name).collect();
    all.iter().filter(|one| !others.contains(one.name)).copied().collect()
}

fn place(all: &[Member<'_>], member: &Member<'_>) -> Option<usize> {
    all.iter().position(|one| one.name == member.name)
}

/// Writes a member's type as it follows the name: `: u32` for a field, `(u32)` for a case.
fn spelled(what: &str, resolve: &Resolve, member: &Member<'_>) -> String {
    match (what, member.ty) {
        (_, None) => String::new(),
        ("case", Some(ty)) => format!("({})", notation(resolve, &ty)),
        (_, Some(ty)) => format!(": {}", notation(resolve, &ty)),
    }
}

/// Lists a type's members as its definition has them between its braces.
pub(crate) fn listed(resolve: &Resolve, definition: &TypeDef) -> String {
    let what = definition.kind.as_str();
    let what = if what == "variant" { "case" } else { what };
    let members: Vec<_> = of(definition)
        .iter()
        .map(|member| format!("{}{}", member.name, spelled(what, resolve, member)))
        .collect();
    members.join(", ")
}

fn names(members: &[Member<'_>]) -> String {
    let names: Vec<_> = members.iter().map(|member| member.name).collect();
    format!("`{}`", names.join(", "))
}
