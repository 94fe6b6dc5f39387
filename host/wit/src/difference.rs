//! Finds why two functions in WIT are of different types. It names the smallest parts that
//! differ, each in a sentence: of a record that differs in one field, only the field.

use std::collections::{HashMap, HashSet};

use wit_parser::{Function, Handle, Param, Resolve, Type, TypeDefKind, TypeId};

use super::members::{self, Member};
use super::notation::{definition, is_async, ty as notation};

/// The two sides of a comparison, with their names for sentences.
#[derive(Clone, Copy)]
pub struct Sides<'r> {
    /// The types of the side that is described.
    pub ours: &'r Resolve,
    /// The types of the other side.
    pub theirs: &'r Resolve,
    /// A name such as "the guest".
    pub our_name: &'static str,
    /// A name such as "the contract".
    pub their_name: &'static str,
}

/// A difference and its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// The difference in a sentence.
    pub sentence: String,
    /// The definitions on both sides of the named type that contains it, if there is one. Only the
    /// first of several differences has them, because a type with many differences is long.
    pub definitions: Option<(String, String)>,
}

/// Returns every difference between the types of `ours` and `theirs`. The names of parameters
/// are not part of a function's type.
pub fn differences(sides: Sides<'_>, ours: &Function, theirs: &Function) -> Vec<Difference> {
    let mut walk =
        Walk { sides, seen: HashSet::new(), within: None, found: Vec::new(), told: HashSet::new() };
    if is_async(ours) != is_async(theirs) {
        let said = |is_async| if is_async { "`async`" } else { "not `async`" };
        walk.differ("it", said(is_async(ours)), said(is_async(theirs)));
    }
    walk.params(&ours.params, &theirs.params);
    walk.optional("the result", ours.result.as_ref(), theirs.result.as_ref());
    walk.found
}

/// Returns every difference between two types of the same name. The sentences call the type
/// `it`.
pub(crate) fn type_differences(sides: Sides<'_>, ours: TypeId, theirs: TypeId) -> Vec<Difference> {
    let mut walk =
        Walk { sides, seen: HashSet::new(), within: None, found: Vec::new(), told: HashSet::new() };
    walk.types("it", &Type::Id(ours), &Type::Id(theirs));
    walk.found
}

struct Walk<'r> {
    sides: Sides<'r>,
    /// The pairs of types that were compared. Each is compared once, however often it is used.
    seen: HashSet<(TypeId, TypeId)>,
    /// The innermost named types that are being compared.
    within: Option<(TypeId, TypeId)>,
    found: Vec<Difference>,
    /// The sentences of what was found.
    told: HashSet<String>,
}

impl Walk<'_> {
    fn differ(&mut self, place: &str, ours: &str, theirs: &str) {
        let Sides { our_name, their_name, .. } = self.sides;
        self.report(format!("{place} is {ours} in {our_name} and {theirs} in {their_name}"));
    }

    fn report(&mut self, sentence: String) {
        // Several ways can lead to one type.
        if !self.told.insert(sentence.clone()) {
            return;
        }
        let Sides { ours, theirs, .. } = self.sides;
        let within = self.within.filter(|_| self.found.is_empty());
        let definitions =
            within.map(|(our, their)| (definition(ours, our), definition(theirs, their)));
        self.found.push(Difference { sentence, definitions });
    }

    fn params(&mut self, ours: &[Param], theirs: &[Param]) {
        if ours.len() == theirs.len() {
            for (our, their) in ours.iter().zip(theirs) {
                self.types(&format!("the parameter `{}`", our.name), &our.ty, &their.ty);
            }
            return;
        }
        // The numbers of parameters differ, so one side has some too many. A parameter whose
        // name the other side lacks may only be renamed, which makes no difference to the type.
        // So from the beginning, as many unmatched parameters are passed over on each side as
        // both sides have, and the rest are reported.
        let named =
            |params: &[Param], param: &Param| params.iter().any(|other| other.name == param.name);
        let unpaired = ours.iter().filter(|our| !named(theirs, our)).count();
        let unpaired = unpaired.min(theirs.iter().filter(|their| !named(ours, their)).count());
        let keep = |params: &[Param], others: &[Param]| {
            let mut renamed = 0;
            let kept = params.iter().filter(|param| {
                renamed += usize::from(!named(others, param));
                named(others, param) || renamed > unpaired
            });
            kept.map(|param| (param.name.clone(), param.ty)).collect::<Vec<_>>()
        };
        let (ours, theirs) = (keep(ours, theirs), keep(theirs, ours));
        self.members("parameter", "", &as_members(&ours), &as_members(&theirs));
    }

    fn optional(&mut self, place: &str, ours: Option<&Type>, theirs: Option<&Type>) {
        let name = |resolve, ty: Option<&Type>| match ty {
            Some(ty) => format!("`{}`", notation(resolve, ty)),
            None => "nothing".to_owned(),
        };
        match (ours, theirs) {
            (Some(ours), Some(theirs)) => self.types(place, ours, theirs),
            (None, None) => {}
            _ => {
                let ours = name(self.sides.ours, ours);
                self.differ(place, &ours, &name(self.sides.theirs, theirs));
            }
        }
    }

    fn types(&mut self, place: &str, ours: &Type, theirs: &Type) {
        let (our_end, their_end) = (end(self.sides.ours, ours), end(self.sides.theirs, theirs));
        match (our_end, their_end) {
            (Type::Id(our), Type::Id(their)) => {
                // Each pair is compared once. Types that use another one twice on each level would
                // otherwise take time that doubles with each of them.
                if self.seen.insert((our, their)) {
                    self.definitions(place, our, their);
                }
            }
            (our, their) if our == their => {}
            _ => self.unlike(place, ours, theirs),
        }
    }

    fn unlike(&mut self, place: &str, ours: &Type, theirs: &Type) {
        let ours = spelled(self.sides.ours, ours);
        self.differ(place, &ours, &spelled(self.sides.theirs, theirs));
    }

    fn definitions(&mut self, place: &str, our: TypeId, their: TypeId) {
        use TypeDefKind as Kind;
        let Sides { ours, theirs, .. } = self.sides;
        let (our_def, their_def) = (&ours.types[our], &theirs.types[their]);
        let owner = our_def.name.as_ref().map_or(place.to_owned(), |name| format!("`{name}`"));
        match (&our_def.kind, &their_def.kind) {
            (Kind::Record(_), Kind::Record(_)) => self.named("field", &owner, our, their),
            (Kind::Variant(_), Kind::Variant(_)) | (Kind::Enum(_), Kind::Enum(_)) => {
                self.named("case", &owner, our, their);
            }
            (Kind::Flags(_), Kind::Flags(_)) => self.named("flag", &owner, our, their),
            (Kind::Tuple(our_items), Kind::Tuple(their_items))
                if our_items.types.len() == their_items.types.len() =>
            {
                let pairs = our_items.types.iter().zip(&their_items.types);
                for (index, (our, their)) in pairs.enumerate() {
                    self.types(&format!("item {index} of {owner}"), our, their);
                }
            }
            (Kind::List(our), Kind::List(their)) => {
                self.types(&format!("an item of {place}"), our, their);
            }
            (Kind::FixedLengthList(our, n), Kind::FixedLengthList(their, m)) if n == m => {
                self.types(&format!("an item of {place}"), our, their);
            }
            (Kind::Map(our, our_value), Kind::Map(their, their_value)) => {
                self.types(&format!("a key of {place}"), our, their);
                self.types(&format!("a value of {place}"), our_value, their_value);
            }
            (Kind::Future(our), Kind::Future(their)) | (Kind::Stream(our), Kind::Stream(their)) => {
                self.optional(&format!("the item of {place}"), our.as_ref(), their.as_ref());
            }
            (Kind::Option(our), Kind::Option(their)) => {
                self.types(&format!("the value in {place}"), our, their);
            }
            (Kind::Result(our), Kind::Result(their)) => {
                let (ok, err) = (format!("the ok of {place}"), format!("the err of {place}"));
                self.optional(&ok, our.ok.as_ref(), their.ok.as_ref());
                self.optional(&err, our.err.as_ref(), their.err.as_ref());
            }
            (Kind::Handle(Handle::Own(our)), Kind::Handle(Handle::Own(their)))
            | (Kind::Handle(Handle::Borrow(our)), Kind::Handle(Handle::Borrow(their)))
                if resource(ours, *our) == resource(theirs, *their) => {}
            // A resource has no content that could be compared.
            (Kind::Resource, Kind::Resource) if our_def.name == their_def.name => {}
            _ => self.unlike(place, &Type::Id(our), &Type::Id(their)),
        }
    }

    fn named(&mut self, what: &str, owner: &str, our: TypeId, their: TypeId) {
        let Sides { ours, theirs, .. } = self.sides;
        let (our_members, their_members) =
            (members::of(&ours.types[our]), members::of(&theirs.types[their]));
        let outer = self.within.replace((our, their));
        self.members(what, &format!(" of {owner}"), &our_members, &their_members);
        self.within = outer;
    }

    fn members(&mut self, what: &str, of: &str, ours: &[Member<'_>], theirs: &[Member<'_>]) {
        for sentence in members::differences(self.sides, what, of, ours, theirs) {
            self.report(sentence);
        }
        let by_name: HashMap<_, _> = theirs.iter().map(|their| (their.name, their)).collect();
        for our in ours {
            if let Some(their) = by_name.get(our.name) {
                let place = match what {
                    "case" => format!("the payload of the case `{}`{of}", our.name),
                    _ => format!("the {what} `{}`{of}", our.name),
                };
                self.optional(&place, our.ty.as_ref(), their.ty.as_ref());
            }
        }
    }
}

fn as_members(params: &[(String, Type)]) -> Vec<Member<'_>> {
    params.iter().map(|(name, ty)| Member { name, ty: Some(*ty) }).collect()
}

/// Returns the type that a chain of names ends at.
fn end(resolve: &Resolve, ty: &Type) -> Type {
    let mut ty = *ty;
    while let Type::Id(id) = ty
        && let TypeDefKind::Type(named) = resolve.types[id].kind
    {
        ty = named;
    }
    ty
}

/// Returns the name of a resource where it was declared.
fn resource(resolve: &Resolve, id: TypeId) -> Option<&str> {
    match end(resolve, &Type::Id(id)) {
        Type::Id(id) => resolve.types[id].name.as_deref(),
        _ => None,
    }
}

/// Writes a type by its name, with its kind if the name does not show it.
fn spelled(resolve: &Resolve, ty: &Type) -> String {
    let name = notation(resolve, ty);
    match (ty, end(resolve, ty)) {
        (Type::Id(id), Type::Id(at)) if resolve.types[*id].name.is_some() => {
            format!("the {} `{name}`", resolve.types[at].kind.as_str())
        }
        (Type::Id(id), named) if resolve.types[*id].name.is_some() => {
            format!("`{name}` (`{}`)", notation(resolve, &named))
        }
        _ => format!("`{name}`"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(fields: &str) -> Resolve {
        let mut resolve = Resolve::default();
        let wit = format!("package a:b; interface i {{ record r {{ {fields} }} f: func(a: r); }}");
        resolve.push_str("a.wit", &wit).expect("it is WIT");
        resolve
    }

    fn function(resolve: &Resolve) -> &Function {
        &resolve.interfaces.iter().next().expect("an interface").1.functions["f"]
    }

    #[test]
    fn only_the_first_difference_has_definitions() {
        let fields = |letter| (0..1_000).map(|n| format!("{letter}{n}: u8,")).collect::<String>();
        let (ours, theirs) = (parsed(&fields('a')), parsed(&fields('b')));
        let sides = Sides { ours: &ours, theirs: &theirs, our_name: "ours", their_name: "theirs" };
        let found = differences(sides, function(&ours), function(&theirs));
        assert_eq!(found.len(), 2_000);
        let [first, rest @ ..] = &found[..] else { panic!("nothing was found") };
        assert!(first.definitions.is_some() && rest.iter().all(|one| one.definitions.is_none()));
    }
}
