//! Patterns: values in WAVE with holes in them, which are compared with values. `_` fits every
//! value. `_name` fits every value at first, and from then on the same value only. `$label` stands
//! for a handle. It does not know what is compared, or what a label's handle is.

use std::collections::BTreeMap;
use std::fmt;

use wasmtime::component::{Type, Val};

use crate::argument::{BadArgument, Form, bad_argument};
use crate::{short, to_wave, wave};

/// A value with holes.
///
/// A hole is an enum's case whose name begins with `_` or `$`. No enum has such a case, because
/// names in WIT begin with a letter.
#[derive(Clone, Debug, PartialEq)]
pub struct Pattern {
    value: Val,
    has_holes: bool,
}

/// The values of the names in patterns, and the handles of labels.
#[derive(Clone, Debug, Default)]
pub struct Bindings(BTreeMap<String, Val>);

/// Where a value differs from a pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// The path of the part that differs, such as `.items[2]`. It is empty for the whole value.
    pub path: String,
    /// The part in the pattern, shortened.
    pub expected: String,
    /// The part in the value, shortened.
    pub found: String,
}

/// The error for a name or a label that has no value yet, or for `_` where a value is needed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` has no value here")]
pub struct Unbound(pub String);

impl Pattern {
    /// Reads WAVE with holes. `param` is the parameter's name for the error.
    ///
    /// # Errors
    /// If the text is not WAVE, or not a value of the type.
    pub fn read(param: &str, ty: &Type, text: &str) -> Result<Self, BadArgument> {
        let read = wave::read_with_holes(text, ty);
        let value = read.map_err(|fault| {
            let bad = bad_argument(param, ty, text, Form::Wave, fault);
            match ty {
                // Unlike in an argument of a command, a text has quotes here.
                Type::String => BadArgument { example: Some("\"text\"".into()), ..bad },
                _ => bad,
            }
        })?;
        Ok(Self { has_holes: has_holes(&value), value })
    }

    /// Returns the pattern that fits this value alone.
    pub fn of(value: Val) -> Self {
        Self { value, has_holes: false }
    }

    /// Returns the pattern of a handle: a label, such as `$1`, or `_`. `None` for another text.
    pub fn label(text: &str) -> Option<Self> {
        let text = text.trim();
        let is_name = |name: &str| {
            let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
            !name.is_empty() && name.chars().all(is_part)
        };
        let is_label = text == "_" || text.strip_prefix('$').is_some_and(is_name);
        is_label.then(|| Self { value: Val::Enum(text.into()), has_holes: true })
    }

    /// Returns the pattern that fits every value.
    pub fn any() -> Self {
        Self { value: Val::Enum("_".into()), has_holes: true }
    }

    /// Returns the names and labels of the holes, in their order.
    pub fn holes(&self) -> Vec<&str> {
        let mut names = Vec::new();
        if self.has_holes {
            each_part(&self.value, &mut |part| names.extend(hole(part)));
        }
        names
    }

    /// Compares a value with the pattern. New names get the values that they fit.
    ///
    /// # Errors
    /// The first difference. The names may then have new values, so compare with a copy.
    pub fn matches(&self, value: &Val, bindings: &mut Bindings) -> Result<(), Difference> {
        if !self.has_holes && self.value == *value {
            return Ok(());
        }
        let mut path = String::new();
        compare(&self.value, value, bindings, &mut path).map_err(|(expected, found)| Difference {
            expected: short(&expected),
            found: short(&found),
            path,
        })
    }

    /// Returns the value, with those of its names and labels in their places.
    ///
    /// # Errors
    /// [`Unbound`].
    pub fn value(&self, bindings: &Bindings) -> Result<Val, Unbound> {
        let mut value = self.value.clone();
        if self.has_holes {
            fill(&mut value, bindings)?;
        }
        Ok(value)
    }
}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&to_wave(&self.value))
    }
}

impl Bindings {
    /// Returns the value of a name or label, which begins with `_` or `$`.
    pub fn get(&self, name: &str) -> Option<&Val> {
        self.0.get(name)
    }

    /// Sets the value of a name or label.
    pub fn set(&mut self, name: impl Into<String>, value: Val) {
        self.0.insert(name.into(), value);
    }
}

/// Returns the name of a hole.
fn hole(part: &Val) -> Option<&str> {
    match part {
        Val::Enum(name) if name.starts_with(['_', '$']) => Some(name),
        _ => None,
    }
}

fn has_holes(value: &Val) -> bool {
    let mut found = false;
    each_part(value, &mut |part| found |= hole(part).is_some());
    found
}

fn each_part<'v>(value: &'v Val, see: &mut impl FnMut(&'v Val)) {
    see(value);
    match value {
        Val::List(items) | Val::FixedLengthList(items) | Val::Tuple(items) => {
            items.iter().for_each(|item| each_part(item, see));
        }
        Val::Map(pairs) => pairs.iter().for_each(|(key, value)| {
            each_part(key, see);
            each_part(value, see);
        }),
        Val::Record(fields) => fields.iter().for_each(|(_, field)| each_part(field, see)),
        Val::Variant(_, Some(payload))
        | Val::Option(Some(payload))
        | Val::Result(Ok(Some(payload)) | Err(Some(payload))) => each_part(payload, see),
        _ => {}
    }
}

fn fill(value: &mut Val, bindings: &Bindings) -> Result<(), Unbound> {
    if let Some(name) = hole(value) {
        let bound = bindings.get(name).cloned();
        *value = bound.ok_or_else(|| Unbound(name.to_owned()))?;
        return Ok(());
    }
    match value {
        Val::List(items) | Val::FixedLengthList(items) | Val::Tuple(items) => {
            items.iter_mut().try_for_each(|item| fill(item, bindings))
        }
        Val::Map(pairs) => pairs.iter_mut().try_for_each(|(key, value)| {
            fill(key, bindings)?;
            fill(value, bindings)
        }),
        Val::Record(fields) => fields.iter_mut().try_for_each(|(_, field)| fill(field, bindings)),
        Val::Variant(_, Some(payload))
        | Val::Option(Some(payload))
        | Val::Result(Ok(Some(payload)) | Err(Some(payload))) => fill(payload, bindings),
        _ => Ok(()),
    }
}

/// Compares two parts. On a difference, `path` leads to it, and both parts are returned.
fn compare(
    expected: &Val,
    found: &Val,
    bindings: &mut Bindings,
    path: &mut String,
) -> Result<(), (Val, Val)> {
    let differ = |expected: &Val| Err((expected.clone(), found.clone()));
    if let Some(name) = hole(expected) {
        return match bindings.get(name) {
            Some(bound) if bound != found => differ(bound),
            // Only a caller gives a label its handle. One without a handle fits nothing.
            None if name.starts_with('$') => differ(expected),
            None if name != "_" => {
                bindings.set(name, found.clone());
                Ok(())
            }
            _ => Ok(()),
        };
    }
    let mut within = |step: String, expected: &Val, found: &Val| {
        let length = path.len();
        path.push_str(&step);
        // On a difference the path stays as long as it is: it leads to the difference.
        compare(expected, found, bindings, path)?;
        path.truncate(length);
        Ok(())
    };
    let payloads = |expected: &Option<Box<Val>>, found: &Option<Box<Val>>| {
        Some((expected.as_deref()?.clone(), found.as_deref()?.clone()))
    };
    let payload = match (expected, found) {
        (Val::List(ours), Val::List(theirs))
        | (Val::FixedLengthList(ours), Val::FixedLengthList(theirs))
        | (Val::Tuple(ours), Val::Tuple(theirs))
            if ours.len() == theirs.len() =>
        {
            let mut items = ours.iter().zip(theirs).enumerate();
            return items.try_for_each(|(at, (our, their))| within(format!("[{at}]"), our, their));
        }
        (Val::Map(ours), Val::Map(theirs)) if ours.len() == theirs.len() => {
            return ours.iter().zip(theirs).enumerate().try_for_each(|(at, (our, their))| {
                within(format!("[{at}]"), &our.0, &their.0)?;
                within(format!("[{at}]"), &our.1, &their.1)
            });
        }
        (Val::Record(ours), Val::Record(theirs)) if ours.len() == theirs.len() => {
            let mut fields = ours.iter().zip(theirs);
            return fields
                .try_for_each(|((name, our), (_, their))| within(format!(".{name}"), our, their));
        }
        (Val::Variant(our, expected), Val::Variant(their, found)) if our == their => {
            payloads(expected, found).map(|both| (format!(".{our}"), both))
        }
        (Val::Option(expected), Val::Option(found)) => {
            payloads(expected, found).map(|both| (".some".into(), both))
        }
        (Val::Result(Ok(expected)), Val::Result(Ok(found))) => {
            payloads(expected, found).map(|both| (".ok".into(), both))
        }
        (Val::Result(Err(expected)), Val::Result(Err(found))) => {
            payloads(expected, found).map(|both| (".err".into(), both))
        }
        _ => None,
    };
    match payload {
        Some((step, (expected, found))) => within(step, &expected, &found),
        None if expected == found => Ok(()),
        None => differ(expected),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> Val {
        Val::String(text.into())
    }

    /// Matches lists of texts one after another with the same names.
    fn check(rows: &[(&str, &[&str])]) -> Vec<Option<String>> {
        let hole = |text_: &str| match text_.starts_with(['_', '$']) {
            true => Val::Enum(text_.into()),
            false => text(text_),
        };
        let mut bindings = Bindings::default();
        let outcomes = rows.iter().map(|(pattern, values)| {
            let value = Val::List(pattern.split(' ').map(hole).collect());
            let pattern = Pattern { has_holes: has_holes(&value), value };
            let value = Val::List(values.iter().map(|one| text(one)).collect());
            let outcome = pattern.matches(&value, &mut bindings);
            outcome.err().map(|one| format!("{}: {} {}", one.path, one.expected, one.found))
        });
        outcomes.collect()
    }

    #[test]
    fn names_keep_their_values() {
        let outcomes = check(&[
            ("a _", &["a", "b"]),
            ("_x _y", &["1", "2"]),
            ("_y _x", &["2", "1"]),
            ("_x _x", &["1", "2"]),
            ("a b", &["a", "c"]),
            ("a b", &["a"]),
            ("$1 b", &["a", "b"]),
        ]);
        assert!(outcomes[..3].iter().all(Option::is_none), "{outcomes:?}");
        assert_eq!(outcomes[3].as_deref(), Some("[1]: \"1\" \"2\""));
        assert_eq!(outcomes[4].as_deref(), Some("[1]: \"b\" \"c\""));
        assert_eq!(outcomes[5].as_deref(), Some(": [\"a\", \"b\"] [\"a\"]"));
        assert_eq!(outcomes[6].as_deref(), Some("[0]: $1 \"a\""));
    }

    #[test]
    fn names_are_filled_in() {
        let value = Val::Option(Some(Box::new(Val::Enum("_id".into()))));
        let pattern = Pattern { has_holes: true, value };
        let mut bindings = Bindings::default();
        assert_eq!(pattern.value(&bindings), Err(Unbound("_id".into())));
        bindings.set("_id", Val::U32(7));
        assert_eq!(pattern.value(&bindings), Ok(Val::Option(Some(Box::new(Val::U32(7))))));
        assert_eq!((pattern.to_string().as_str(), pattern.holes()), ("some(_id)", vec!["_id"]));
    }
}
