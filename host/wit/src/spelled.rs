//! Compares types of functions that are spelled without names of types, with the fields of each
//! record in its place: `func(at: record { x: u32 }) -> list<u8>`. That is how a file keeps a type
//! whose contract it does not have.

use wit_parser::{
    Case, Docs, Enum, EnumCase, Field, Flag, Flags, Function, FunctionKind, Handle, Param, Record,
    Resolve, Result_, Span, Stability, Tuple, Type, TypeDef, TypeDefKind, TypeId, TypeOwner,
    Variant,
};

use crate::difference::{Sides, differences};

/// The nesting depth of types that are read.
const DEEPEST: usize = 50;

/// Returns every difference between two types of a function, in sentences that call the sides by
/// these names. `None` if one of them cannot be read, as one that was cut.
pub fn spelled_differences(
    (ours, our_name): (&str, &'static str),
    (theirs, their_name): (&str, &'static str),
) -> Option<Vec<String>> {
    let ((our_types, ours), (their_types, theirs)) = (read(ours)?, read(theirs)?);
    let sides = Sides { ours: &our_types, theirs: &their_types, our_name, their_name };
    let found = differences(sides, &ours, &theirs);
    Some(found.into_iter().map(|one| one.sentence).collect())
}

fn read(text: &str) -> Option<(Resolve, Function)> {
    let mut reader = Reader { rest: text, resolve: Resolve::default(), depth: 0, resource: None };
    let function = reader.function()?;
    Some((reader.resolve, function))
}

struct Reader<'t> {
    rest: &'t str,
    resolve: Resolve,
    depth: usize,
    /// The one resource, since resources have no names here.
    resource: Option<TypeId>,
}

impl<'t> Reader<'t> {
    fn function(&mut self) -> Option<Function> {
        let kind = match self.accept("async") {
            true => FunctionKind::AsyncFreestanding,
            false => FunctionKind::Freestanding,
        };
        self.expect("func")?;
        let params = self.list(["(", ")"], |reader| {
            let (name, ty) = reader.named()?;
            Some(Param { name, ty, span: Span::default() })
        })?;
        let result = if self.accept("->") { Some(self.ty()?) } else { None };
        self.rest.trim().is_empty().then(|| Function {
            name: "function".into(),
            kind,
            params,
            result,
            docs: Docs::default(),
            stability: Stability::default(),
            span: Span::default(),
            external_id: None,
        })
    }

    fn ty(&mut self) -> Option<Type> {
        self.depth += 1;
        let ty = if self.depth > DEEPEST { None } else { self.within() };
        self.depth -= 1;
        ty
    }

    fn within(&mut self) -> Option<Type> {
        let kind = match self.word()? {
            "bool" => return Some(Type::Bool),
            "u8" => return Some(Type::U8),
            "u16" => return Some(Type::U16),
            "u32" => return Some(Type::U32),
            "u64" => return Some(Type::U64),
            "s8" => return Some(Type::S8),
            "s16" => return Some(Type::S16),
            "s32" => return Some(Type::S32),
            "s64" => return Some(Type::S64),
            "f32" => return Some(Type::F32),
            "f64" => return Some(Type::F64),
            "char" => return Some(Type::Char),
            "string" => return Some(Type::String),
            "own" => TypeDefKind::Handle(Handle::Own(self.resource()?)),
            "borrow" => TypeDefKind::Handle(Handle::Borrow(self.resource()?)),
            "list" => self.list_type()?,
            "option" => TypeDefKind::Option(self.argument()?),
            "map" => match self.arguments()?[..] {
                [Some(key), Some(value)] => TypeDefKind::Map(key, value),
                _ => return None,
            },
            "tuple" => {
                let types = self.arguments()?.into_iter().collect::<Option<_>>()?;
                TypeDefKind::Tuple(Tuple { types })
            }
            "result" => match self.arguments()?[..] {
                [] => TypeDefKind::Result(Result_ { ok: None, err: None }),
                [ok] => TypeDefKind::Result(Result_ { ok, err: None }),
                [ok, err] => TypeDefKind::Result(Result_ { ok, err }),
                _ => return None,
            },
            "record" => TypeDefKind::Record(Record {
                fields: self.list(["{", "}"], |reader| {
                    let (name, ty) = reader.named()?;
                    Some(Field { name, ty, docs: Docs::default(), span: Span::default() })
                })?,
            }),
            "variant" => TypeDefKind::Variant(Variant {
                cases: self.list(["{", "}"], |reader| {
                    let name = reader.word()?.to_owned();
                    let has_payload = reader.accept("(");
                    let ty = if has_payload { Some(reader.ty()?) } else { None };
                    if has_payload {
                        reader.expect(")")?;
                    }
                    Some(Case { name, ty, docs: Docs::default(), span: Span::default() })
                })?,
            }),
            "enum" => TypeDefKind::Enum(Enum {
                cases: self.list(["{", "}"], |reader| {
                    let name = reader.word()?.to_owned();
                    Some(EnumCase { name, docs: Docs::default(), span: Span::default() })
                })?,
            }),
            "flags" => TypeDefKind::Flags(Flags {
                flags: self.list(["{", "}"], |reader| {
                    let name = reader.word()?.to_owned();
                    Some(Flag { name, docs: Docs::default(), span: Span::default() })
                })?,
            }),
            _ => return None,
        };
        Some(Type::Id(self.add(None, kind)))
    }

    fn list_type(&mut self) -> Option<TypeDefKind> {
        self.expect("<")?;
        let item = self.ty()?;
        let length = if self.accept(",") { Some(self.word()?.parse().ok()?) } else { None };
        self.expect(">")?;
        Some(match length {
            Some(length) => TypeDefKind::FixedLengthList(item, length),
            None => TypeDefKind::List(item),
        })
    }

    fn resource(&mut self) -> Option<TypeId> {
        self.expect("<")?;
        self.expect("resource")?;
        self.expect(">")?;
        if self.resource.is_none() {
            self.resource = Some(self.add(Some("resource"), TypeDefKind::Resource));
        }
        self.resource
    }

    fn add(&mut self, name: Option<&str>, kind: TypeDefKind) -> TypeId {
        self.resolve.types.alloc(TypeDef {
            name: name.map(str::to_owned),
            kind,
            owner: TypeOwner::None,
            docs: Docs::default(),
            stability: Stability::default(),
            span: Span::default(),
            external_id: None,
        })
    }

    fn argument(&mut self) -> Option<Type> {
        match self.arguments()?[..] {
            [argument] => argument,
            _ => None,
        }
    }

    /// Reads the types between angle brackets, which may be left out. `_` is none.
    fn arguments(&mut self) -> Option<Vec<Option<Type>>> {
        if !self.rest.trim_start().starts_with('<') {
            return Some(Vec::new());
        }
        self.list(["<", ">"], |reader| match reader.accept("_") {
            true => Some(None),
            false => reader.ty().map(Some),
        })
    }

    /// Reads a name and its type.
    fn named(&mut self) -> Option<(String, Type)> {
        let name = self.word()?.to_owned();
        self.expect(":")?;
        Some((name, self.ty()?))
    }

    fn list<I>(
        &mut self,
        [opening, closing]: [&str; 2],
        mut item: impl FnMut(&mut Self) -> Option<I>,
    ) -> Option<Vec<I>> {
        self.expect(opening)?;
        let mut items = Vec::new();
        while !self.accept(closing) {
            if !items.is_empty() {
                self.expect(",")?;
            }
            items.push(item(self)?);
        }
        Some(items)
    }

    fn word(&mut self) -> Option<&'t str> {
        self.rest = self.rest.trim_start();
        let is_part = |c: char| c.is_ascii_alphanumeric() || c == '-';
        let end = self.rest.find(|c| !is_part(c)).unwrap_or(self.rest.len());
        let (word, rest) = self.rest.split_at(end);
        self.rest = rest;
        (!word.is_empty()).then_some(word)
    }

    fn accept(&mut self, text: &str) -> bool {
        match self.rest.trim_start().strip_prefix(text) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    fn expect(&mut self, text: &str) -> Option<()> {
        self.accept(text).then_some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(was: &str, now: &str) -> Option<Vec<String>> {
        spelled_differences((was, "the fixture"), (now, "the contract"))
    }

    #[test]
    fn parts_that_differ() {
        let of = |parts: &str| format!("func(at: {parts}) -> u32");
        for (was, now) in [
            ("record { x: u32, y: u32 }", "record { x: u32, y: string }"),
            ("variant { a(u8), b }", "variant { a(u16), b }"),
            ("list<record { x: u32 }>", "list<record { x: u64 }>"),
            ("option<enum { a, b }>", "option<enum { a, c }>"),
            ("flags { a }", "flags { a, b }"),
            ("tuple<u8, list<u8, 4>>", "tuple<u8, list<u8, 5>>"),
            ("result<_, string>", "result<u8, string>"),
            ("map<string, u8>", "map<string, u16>"),
            ("own<resource>", "borrow<resource>"),
        ] {
            assert_eq!(told(&of(was), &of(was)), Some(vec![]), "{was}");
            let found = told(&of(was), &of(now)).unwrap_or_else(|| panic!("{was}"));
            assert!(found.len() == 1 && found[0].contains("the fixture"), "{was}: {found:?}");
        }
        let found = told(&of("record { x: u32, y: u32 }"), &of("record { x: string, y: u32 }"));
        let field = "the field `x` of the parameter `at` is `u32` in the fixture and `string` in \
                     the contract";
        assert_eq!(found, Some(vec![field.to_owned()]));
    }

    #[test]
    fn what_cannot_be_read() {
        let deep = format!("func() -> {}u8{}", "list<".repeat(500), ">".repeat(500));
        for text in ["", "func", "func(", "func(a)", "func() -> …", "func(a: record {", &deep] {
            assert_eq!(told(text, text), None, "{text}");
        }
    }
}
