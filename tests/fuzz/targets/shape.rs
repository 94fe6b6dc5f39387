//! Generates arbitrary types of WIT, and has the engine make them.

use std::fmt::Write as _;

use arbitrary::Arbitrary;
use wit_host::wasmtime::Engine;
use wit_host::wasmtime::component::types::ComponentItem;
use wit_host::wasmtime::component::{Component, Type};

#[derive(Arbitrary, Debug)]
pub(crate) enum Shape {
    Plain(u8),
    List(Box<Shape>),
    Option(Box<Shape>),
    Result(Option<Box<Shape>>, Option<Box<Shape>>),
    Tuple(Vec<Shape>),
    Record(Vec<Shape>),
    Variant(Vec<Option<Shape>>),
    Enum(u8),
    Flags(u8),
}

const PLAIN: &[&str] = &[
    "bool", "s8", "u8", "s16", "u16", "s32", "u32", "s64", "u64", "float32", "float64", "char",
    "string",
];

/// Names of fields and cases. Some of them have a meaning in WAVE.
const NAMES: &[&str] = &["a", "none", "b-c", "some", "true", "ok", "err", "inf", "nan", "d2-e"];

/// The number of types that one type consists of. The fuzz target tests texts, for which larger
/// types are not needed.
const MOST: usize = 60;

impl Shape {
    /// Returns the type, as the engine knows it from a component that imports a function with it.
    /// Returns `None` if the type has too many parts.
    pub(crate) fn ty(&self, engine: &Engine) -> Option<Type> {
        let mut types = Types::default();
        let name = types.add(self)?;
        let text =
            format!(r#"(component {} (import "f" (func (param "p" {name}))))"#, types.definitions);
        let binary = wat::parse_str(&text).unwrap_or_else(|error| panic!("{error}: {text}"));
        let component = Component::from_binary(engine, &binary);
        let component = component.unwrap_or_else(|error| panic!("{error:?}: {text}"));
        let imports = component.component_type();
        imports.imports(engine).find_map(|(_, import)| match import.ty {
            ComponentItem::ComponentFunc(function) => function.params().next().map(|(_, ty)| ty),
            _ => None,
        })
    }
}

/// Types in the text format, each with a name.
#[derive(Default)]
struct Types {
    definitions: String,
    count: usize,
}

impl Types {
    /// Adds the shape's type, and returns the name by which it is used.
    fn add(&mut self, shape: &Shape) -> Option<String> {
        self.count += 1;
        if self.count > MOST {
            return None;
        }
        let definition = match shape {
            Shape::Plain(which) => return Some(PLAIN[usize::from(*which) % PLAIN.len()].into()),
            Shape::List(item) => format!("(list {})", self.add(item)?),
            Shape::Option(some) => format!("(option {})", self.add(some)?),
            Shape::Result(ok, err) => {
                let ok = self.maybe(ok.as_deref())?;
                let err = self.maybe(err.as_deref())?;
                let err = if err.is_empty() { err } else { format!("(error {err})") };
                format!("(result {ok} {err})")
            }
            Shape::Tuple(parts) => {
                let parts = parts.iter().map(|part| self.add(part));
                let parts = parts.collect::<Option<Vec<_>>>()?;
                format!("(tuple {})", at_least_one(parts, "u8").join(" "))
            }
            Shape::Record(fields) => {
                let fields = fields.iter().zip(NAMES);
                let fields = fields
                    .map(|(shape, name)| Some(format!("(field \"{name}\" {})", self.add(shape)?)));
                let fields = fields.collect::<Option<Vec<_>>>()?;
                format!("(record {})", at_least_one(fields, "(field \"a\" u8)").join(" "))
            }
            Shape::Variant(cases) => {
                let cases = cases.iter().zip(NAMES).map(|(shape, name)| {
                    Some(format!("(case \"{name}\" {})", self.maybe(shape.as_ref())?))
                });
                let cases = cases.collect::<Option<Vec<_>>>()?;
                format!("(variant {})", at_least_one(cases, "(case \"a\")").join(" "))
            }
            Shape::Enum(count) => format!("(enum {})", names(*count)),
            Shape::Flags(count) => format!("(flags {})", names(*count)),
        };
        let number = self.count;
        write!(
            self.definitions,
            r#"(type $t{number}' {definition}) (import "t{number}" (type $t{number} (eq $t{number}')))"#
        )
        .ok()?;
        Some(format!("$t{number}"))
    }

    fn maybe(&mut self, shape: Option<&Shape>) -> Option<String> {
        shape.map_or(Some(String::new()), |shape| self.add(shape))
    }
}

/// Returns the parts, or `otherwise` as the only one: a type without parts is not valid.
fn at_least_one(mut parts: Vec<String>, otherwise: &str) -> Vec<String> {
    if parts.is_empty() {
        parts.push(otherwise.into());
    }
    parts
}

fn names(count: u8) -> String {
    let count = usize::from(count) % NAMES.len() + 1;
    NAMES[..count].iter().map(|name| format!("\"{name}\"")).collect::<Vec<_>>().join(" ")
}
