//! Finds the part of a value that does not fit a type, for a caller who has made the value in code.
//! It does not know which call the value is for.

use wasmtime::component::types::Record;
use wasmtime::component::{Type, Val};

use crate::fits::fits;
use crate::notation::wit;
use crate::short;
use wit_host_text::short as short_name;

/// Returns which part of a value does not fit the type, and why, with the part's place, such as
/// `items[2].price`. Returns `None` if the value fits, and if the value as a whole is of another
/// type.
pub fn mismatch(ty: &Type, value: &Val) -> Option<String> {
    if fits(ty, value) {
        return None;
    }
    let mut place = String::new();
    let reason = innermost(ty, value, &mut place);
    let place = place.strip_prefix('.').unwrap_or(&place);
    match (place, reason) {
        ("", Reason::Type(_)) => None,
        ("", Reason::Fields(reason)) => Some(reason),
        (place, Reason::Type(reason) | Reason::Fields(reason)) => {
            Some(format!("at `{}`, {reason}", short_name(place)))
        }
    }
}

/// Why a part of a value does not fit.
enum Reason {
    /// It is a value of another type.
    Type(String),
    /// It is a record with other fields.
    Fields(String),
}

/// Returns the reason of the innermost part that does not fit. The path to that part is added to
/// `place`.
fn innermost(ty: &Type, value: &Val, place: &mut String) -> Reason {
    let within = match (ty, value) {
        (Type::List(list), Val::List(items)) => {
            let wrong = items.iter().enumerate().find(|(_, item)| !fits(&list.ty(), item));
            wrong.map(|(at, item)| (format!("[{at}]"), list.ty(), item))
        }
        (Type::Tuple(tuple), Val::Tuple(items)) if tuple.types().len() == items.len() => {
            let mut parts = tuple.types().zip(items).enumerate();
            let wrong = parts.find(|(_, (ty, item))| !fits(ty, item));
            wrong.map(|(at, (ty, item))| (format!(".{at}"), ty, item))
        }
        (Type::Record(record), Val::Record(fields)) => {
            if let Some(reason) = other_fields(record, fields) {
                return Reason::Fields(reason);
            }
            let mut parts = record.fields().zip(fields);
            let wrong = parts.find(|(field, (_, value))| !fits(&field.ty, value));
            wrong.map(|(field, (name, value))| (format!(".{name}"), field.ty, value))
        }
        (Type::Option(some), Val::Option(Some(value))) => {
            Some((".some".to_owned(), some.ty(), &**value))
        }
        _ => None,
    };
    match within {
        Some((step, ty, value)) => {
            place.push_str(&step);
            innermost(&ty, value, place)
        }
        None => {
            let (ty, value) = (wit(ty), short(value));
            Reason::Type(format!("a `{ty}` is wanted, and `{value}` is given"))
        }
    }
}

/// Returns what is wrong with the names of a record's fields, which have to be in the order of the
/// type.
fn other_fields(record: &Record, given: &[(String, Val)]) -> Option<String> {
    let names: Vec<_> = record.fields().map(|field| field.name.to_owned()).collect();
    let missing = names.iter().find(|name| !given.iter().any(|(given, _)| given == *name));
    if let Some(name) = missing {
        return Some(format!("the field `{}` is missing", short_name(name)));
    }
    if let Some((name, _)) = given.iter().find(|(name, _)| !names.contains(name)) {
        return Some(format!("there is no field `{}`", short_name(name)));
    }
    let same = names.iter().eq(given.iter().map(|(name, _)| name));
    (!same).then(|| format!("the fields have to be in this order: {}", names.join(", ")))
}
