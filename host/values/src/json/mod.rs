//! Values in JSON, read by the type that is wanted. How each type is written is
//! told where the module is public.

mod tree;
mod write;

use wasmtime::component::types::{Flags, ResultType, Variant};
use wasmtime::component::{Type, Val};

use self::tree::Tree;
use super::fault::Fault;
use super::{members, number};

pub use self::write::{escape_json, to_json, to_json_text};

/// The value of that type that the text is.
pub(crate) fn read(text: &str, ty: &Type) -> Result<Val, Fault> {
    let tree = serde_json::from_str(text);
    let tree = tree.map_err(|error| Fault::new(format!("it is no JSON: {error}")))?;
    value(&tree, ty)
}

fn value(tree: &Tree, ty: &Type) -> Result<Val, Fault> {
    let read = match (ty, tree) {
        (Type::Bool, Tree::Bool(value)) => Some(Val::Bool(*value)),
        (Type::String, Tree::Text(text)) => Some(Val::String(text.clone())),
        (Type::Char, Tree::Text(text)) => only(text.chars()).map(Val::Char),
        (Type::Float32 | Type::Float64, tree) => float(tree, ty),
        (Type::List(list), Tree::Array(items)) => {
            let ty = list.ty();
            Some(Val::List(values(items.iter().map(|item| (item, &ty)))?))
        }
        (Type::Tuple(tuple), Tree::Array(items)) => {
            let types: Vec<_> = tuple.types().collect();
            members::tuple_length(types.len(), items.len())?;
            Some(Val::Tuple(values(items.iter().zip(&types))?))
        }
        (Type::Record(ty), Tree::Object(entries)) => {
            let mut fields = members::Fields::of(ty);
            for (name, tree) in entries {
                fields.take(name, |ty| value(tree, ty))?;
            }
            Some(fields.finish()?)
        }
        (Type::Variant(ty), tree) => variant(tree, ty)?,
        (Type::Enum(ty), Tree::Text(name)) => Some(members::enum_case(ty.names(), name)?),
        (Type::Flags(ty), Tree::Array(items)) => flags(items, ty)?,
        (Type::Option(_), Tree::Null) => Some(Val::Option(None)),
        (Type::Option(ty), tree) => some(tree, &ty.ty())?.map(|value| Val::Option(Some(value))),
        (Type::Result(ty), tree) => result(tree, ty)?,
        (Type::Own(_) | Type::Borrow(_) | Type::Future(_) | Type::Stream(_), _) => {
            return Err(Fault::no_text(ty));
        }
        (_, Tree::Number(number)) => {
            let whole = number.as_i64().map(i128::from).or(number.as_u64().map(i128::from));
            whole.and_then(|whole| number::integer(ty, whole))
        }
        _ => None,
    };
    read.ok_or_else(|| Fault::expected(ty, &tree.shown()))
}

fn values<'t>(items: impl Iterator<Item = (&'t Tree, &'t Type)>) -> Result<Vec<Val>, Fault> {
    let values = items.enumerate().map(|(index, (item, ty))| {
        value(item, ty).map_err(|fault| fault.within(&format!("[{index}]")))
    });
    values.collect()
}

/// JSON has no numbers that are not finite; they are written as texts.
fn float(tree: &Tree, ty: &Type) -> Option<Val> {
    match tree {
        Tree::Number(number) => number::float(ty, &number.to_string()),
        Tree::Text(text) if matches!(&text[..], "nan" | "inf" | "-inf") => number::float(ty, text),
        _ => None,
    }
}

fn variant(tree: &Tree, ty: &Variant) -> Result<Option<Val>, Fault> {
    let Some((name, tree)) = case(tree) else { return Ok(None) };
    let payload = payload(name, members::payload(ty.cases(), name)?, tree)?;
    Ok(Some(Val::Variant(name.to_owned(), payload)))
}

fn result(tree: &Tree, ty: &ResultType) -> Result<Option<Val>, Fault> {
    let Some((name, tree)) = case(tree) else { return Ok(None) };
    Ok(Some(Val::Result(match name {
        "ok" => Ok(payload(name, ty.ok(), tree)?),
        "err" => Err(payload(name, ty.err(), tree)?),
        _ => return Err(members::unknown("case", name, &["ok", "err"])),
    })))
}

/// `"case"` or `{"case": payload}`.
fn case(tree: &Tree) -> Option<(&str, &Tree)> {
    match tree {
        Tree::Text(name) => Some((name, &Tree::Null)),
        Tree::Object(entries) => only(entries.iter()).map(|(name, tree)| (&name[..], tree)),
        _ => None,
    }
}

fn payload(case: &str, ty: Option<Type>, tree: &Tree) -> Result<Option<Box<Val>>, Fault> {
    let payload = match (ty, tree) {
        (Some(ty), tree) => value(tree, &ty).map(|value| Some(Box::new(value))),
        (None, Tree::Null) => Ok(None),
        (None, tree) => Err(Fault::new(format!("expected no payload, found `{}`", tree.shown()))),
    };
    payload.map_err(|fault| fault.within(&format!(".{case}")))
}

fn flags(items: &[Tree], ty: &Flags) -> Result<Option<Val>, Fault> {
    let names = items.iter().map(|item| match item {
        Tree::Text(name) => Some(name.clone()),
        _ => None,
    });
    names.collect::<Option<Vec<_>>>().map(|set| members::flags(ty, &set)).transpose()
}

/// An option within an option would be `null` twice, so that the outer one says
/// what it is.
fn some(tree: &Tree, ty: &Type) -> Result<Option<Box<Val>>, Fault> {
    let tree = match (ty, tree) {
        (Type::Option(_), tree) => match case(tree) {
            Some(("some", inner)) if matches!(tree, Tree::Object(_)) => inner,
            _ => return Ok(None),
        },
        _ => tree,
    };
    value(tree, ty).map(|value| Some(Box::new(value)))
}

fn only<T>(mut items: impl Iterator<Item = T>) -> Option<T> {
    let first = items.next();
    if items.next().is_some() { None } else { first }
}
