//! Reads JSON as a value of the wanted type. The nesting of the value is limited by the type, which
//! the engine limits to a hundred levels. How large the text may be is decided before.

use wasmtime::component::types::{FixedLengthList, Flags, Map, ResultType, Variant};
use wasmtime::component::{Type, Val};

use super::data_url;
use super::tree::Tree;
use crate::fault::Fault;
use crate::members::Room;
use crate::signature::Signature;
use crate::{members, number};

/// Reads the arguments of a function: an object with the names of its parameters, a list in their
/// order, or null if it has no parameters.
pub(super) fn params(tree: &Tree, signature: &Signature) -> Result<Vec<Val>, Fault> {
    let (declared, room) = (&signature.params, &Room::default());
    match tree {
        Tree::Object(entries) => {
            let mut fields = members::Fields::of_params(declared);
            for (name, tree) in entries {
                fields.take(name, |ty| value(room, tree, ty))?;
            }
            fields.values(room)
        }
        Tree::Array(items) if items.len() == declared.len() => {
            values(room, items.iter().zip(declared.iter().map(|(_, ty)| ty)))
        }
        Tree::Array(items) => {
            let (takes, given) = (declared.len(), items.len());
            let reason = format!("the function has {takes} parameters, and here are {given}");
            Err(Fault::new(reason))
        }
        Tree::Null if declared.is_empty() => Ok(Vec::new()),
        _ => Err(Fault::new(format!(
            "expected the parameters as an object by their names or as a list, found `{}`",
            tree.shown()
        ))),
    }
}

/// Reads the results of a function: null for none, the value itself for one, and a list for
/// several.
pub(super) fn results(tree: &Tree, types: &[Type]) -> Result<Vec<Val>, Fault> {
    let room = &Room::default();
    match (types, tree) {
        ([], Tree::Null) => Ok(Vec::new()),
        ([], _) => Err(Fault::new(format!("expected no result, found `{}`", tree.shown()))),
        ([ty], tree) => Ok(vec![value(room, tree, ty)?]),
        (types, Tree::Array(items)) if items.len() == types.len() => {
            values(room, items.iter().zip(types))
        }
        (types, tree) => {
            let (count, found) = (types.len(), tree.shown());
            Err(Fault::new(format!("expected a list of {count} results, found `{found}`")))
        }
    }
}

/// Reads a value of this type, with as much room as one text has.
pub(super) fn one(tree: &Tree, ty: &Type) -> Result<Val, Fault> {
    value(&Room::default(), tree, ty)
}

fn value(room: &Room, tree: &Tree, ty: &Type) -> Result<Val, Fault> {
    let read = match (ty, tree) {
        (Type::Bool, Tree::Bool(value)) => Some(Val::Bool(*value)),
        (Type::String, Tree::Text(text)) => Some(Val::String(text.clone())),
        (Type::Char, Tree::Text(text)) => only(text.chars()).map(Val::Char),
        (Type::Float32 | Type::Float64, tree) => float(tree, ty),
        (Type::List(list), Tree::Array(items)) => {
            let ty = list.ty();
            Some(Val::List(values(room, items.iter().map(|item| (item, &ty)))?))
        }
        (Type::List(list), Tree::Text(text)) if list.ty() == Type::U8 => {
            Some(Val::List(bytes(text)?))
        }
        (Type::FixedLengthList(list), tree) => {
            fixed_list(room, tree, list)?.map(Val::FixedLengthList)
        }
        (Type::Map(map), tree) => entries(room, tree, map)?,
        (Type::Tuple(tuple), Tree::Array(items)) => {
            let types: Vec<_> = tuple.types().collect();
            members::tuple_length(types.len(), items.len())?;
            Some(Val::Tuple(values(room, items.iter().zip(&types))?))
        }
        (Type::Record(ty), Tree::Object(entries)) => {
            let mut fields = members::Fields::of(ty);
            for (name, tree) in entries {
                fields.take(name, |ty| value(room, tree, ty))?;
            }
            Some(fields.finish(room)?)
        }
        (Type::Variant(ty), tree) => variant(room, tree, ty)?,
        (Type::Enum(ty), Tree::Text(name)) => Some(members::enum_case(ty.names(), name)?),
        (Type::Flags(ty), Tree::Array(items)) => flags(items, ty)?,
        (Type::Option(_), Tree::Null) => Some(Val::Option(None)),
        (Type::Option(ty), tree) => {
            some(room, tree, &ty.ty())?.map(|value| Val::Option(Some(value)))
        }
        (Type::Result(ty), tree) => result(room, tree, ty)?,
        (Type::Own(_) | Type::Borrow(_) | Type::Future(_) | Type::Stream(_), _) => {
            return Err(Fault::no_text(ty));
        }
        // Programs whose numbers are all floating-point write whole numbers of 64 bits as text,
        // because they lose digits of them otherwise.
        (Type::S64 | Type::U64, Tree::Text(digits)) => {
            whole_number(digits).and_then(|whole| number::integer(ty, whole))
        }
        (_, Tree::Number(number)) => {
            let whole = number.as_i64().map(i128::from).or(number.as_u64().map(i128::from));
            let whole = whole.or_else(|| whole_float(number.as_f64()?));
            whole.and_then(|whole| number::integer(ty, whole))
        }
        _ => None,
    };
    read.ok_or_else(|| Fault::expected(ty, &tree.shown()))
}

fn values<'t>(
    room: &Room,
    items: impl Iterator<Item = (&'t Tree, &'t Type)>,
) -> Result<Vec<Val>, Fault> {
    let values = items.enumerate().map(|(index, (item, ty))| {
        value(room, item, ty).map_err(|fault| fault.within(&format!("[{index}]")))
    });
    values.collect()
}

fn bytes(text: &str) -> Result<Vec<Val>, Fault> {
    let bytes = data_url::decode(text).map_err(Fault::new)?;
    Ok(bytes.into_iter().map(Val::U8).collect())
}

fn fixed_list(room: &Room, tree: &Tree, ty: &FixedLengthList) -> Result<Option<Vec<Val>>, Fault> {
    let item = ty.ty();
    let values = match tree {
        Tree::Array(items) => values(room, items.iter().map(|tree| (tree, &item)))?,
        Tree::Text(text) if item == Type::U8 => bytes(text)?,
        _ => return Ok(None),
    };
    members::list_length(ty.len(), values.len())?;
    Ok(Some(values))
}

/// Reads a map: a list of pairs of key and value, or an object if the keys are texts.
fn entries(room: &Room, tree: &Tree, ty: &Map) -> Result<Option<Val>, Fault> {
    let (key_ty, value_ty) = (ty.key(), ty.value());
    let mut entries = members::Entries::default();
    match tree {
        Tree::Object(pairs) if key_ty == Type::String => {
            for (key, tree) in pairs {
                let within = |fault: Fault| fault.within(&format!("[{}]", quoted(key)));
                let value = value(room, tree, &value_ty).map_err(within)?;
                entries.push(Val::String(key.clone()), value)?;
            }
        }
        Tree::Array(pairs) => {
            for (index, pair) in pairs.iter().enumerate() {
                let within = |fault: Fault| fault.within(&format!("[{index}]"));
                let (key, value) = key_and_value(room, pair, &key_ty, &value_ty).map_err(within)?;
                entries.push(key, value).map_err(within)?;
            }
        }
        _ => return Ok(None),
    }
    Ok(Some(entries.finish()))
}

fn key_and_value(
    room: &Room,
    tree: &Tree,
    key_ty: &Type,
    value_ty: &Type,
) -> Result<(Val, Val), Fault> {
    let pair = match tree {
        Tree::Array(pair) => <&[Tree; 2]>::try_from(&pair[..]).ok(),
        _ => None,
    };
    let Some([key, tree]) = pair else {
        let found = tree.shown();
        return Err(Fault::new(format!("expected a list of a key and its value, found `{found}`")));
    };
    let key = value(room, key, key_ty).map_err(|fault| fault.within("[0]"))?;
    Ok((key, value(room, tree, value_ty).map_err(|fault| fault.within("[1]"))?))
}

/// Returns a key in quotes, shortened, for a path.
fn quoted(key: &str) -> String {
    format!("\"{}\"", wit_host_text::short(key))
}

/// Returns a number with a point or an exponent as a whole number, as JSON Schema has it: `1.0` is
/// one. Above 2^53 it may have been rounded.
fn whole_float(number: f64) -> Option<i128> {
    const MOST: f64 = 9_007_199_254_740_992.0;
    let is_whole = number.fract() == 0.0 && number.abs() <= MOST;
    #[expect(clippy::cast_possible_truncation, reason = "it has no digits after its point")]
    is_whole.then_some(number as i128)
}

/// Reads decimal digits with an optional minus before them, and nothing else.
fn whole_number(digits: &str) -> Option<i128> {
    let unsigned = digits.strip_prefix('-').unwrap_or(digits);
    let is_plain = !unsigned.is_empty() && unsigned.bytes().all(|byte| byte.is_ascii_digit());
    is_plain.then(|| digits.parse().ok()).flatten()
}

/// Reads a floating-point number. JSON has no infinite numbers and no NaN, so these are texts.
fn float(tree: &Tree, ty: &Type) -> Option<Val> {
    match tree {
        Tree::Number(number) => number::float(ty, &number.to_string()),
        Tree::Text(text) if matches!(&text[..], "nan" | "inf" | "-inf") => number::float(ty, text),
        _ => None,
    }
}

fn variant(room: &Room, tree: &Tree, ty: &Variant) -> Result<Option<Val>, Fault> {
    let Some((name, tree)) = case(tree) else { return Ok(None) };
    let payload = payload(room, name, members::payload(ty.cases(), name)?, tree)?;
    Ok(Some(Val::Variant(name.to_owned(), payload)))
}

fn result(room: &Room, tree: &Tree, ty: &ResultType) -> Result<Option<Val>, Fault> {
    let Some((name, tree)) = case(tree) else { return Ok(None) };
    Ok(Some(Val::Result(match name {
        "ok" => Ok(payload(room, name, ty.ok(), tree)?),
        "err" => Err(payload(room, name, ty.err(), tree)?),
        _ => return Err(members::unknown("case", name, &["ok", "err"])),
    })))
}

/// Reads `"case"` or `{"case": payload}`.
fn case(tree: &Tree) -> Option<(&str, &Tree)> {
    match tree {
        Tree::Text(name) => Some((name, &Tree::Null)),
        Tree::Object(entries) => only(entries.iter()).map(|(name, tree)| (&name[..], tree)),
        _ => None,
    }
}

fn payload(
    room: &Room,
    case: &str,
    ty: Option<Type>,
    tree: &Tree,
) -> Result<Option<Box<Val>>, Fault> {
    let payload = match (ty, tree) {
        (Some(ty), tree) => value(room, tree, &ty).map(|value| Some(Box::new(value))),
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

/// Reads the value of an option that is not null. An option inside of an option has the form
/// `{"some": value}`, because `null` could mean either of them.
fn some(room: &Room, tree: &Tree, ty: &Type) -> Result<Option<Box<Val>>, Fault> {
    let tree = match (ty, tree) {
        (Type::Option(_), tree) => match case(tree) {
            Some(("some", inner)) if matches!(tree, Tree::Object(_)) => inner,
            _ => return Ok(None),
        },
        _ => tree,
    };
    value(room, tree, ty).map(|value| Some(Box::new(value)))
}

fn only<T>(mut items: impl Iterator<Item = T>) -> Option<T> {
    let first = items.next();
    if items.next().is_some() { None } else { first }
}
