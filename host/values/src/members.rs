//! Matches the fields, cases and flags in a text with those of a type, and reports names that are
//! unknown, missing or repeated. It does not know in which form the text is.

use std::cell::Cell;
use std::collections::HashSet;
use std::rc::Rc;

use wasmtime::component::types::{Case, Flags, Record};
use wasmtime::component::{Type, Val};

use super::fault::Fault;
use super::to_wave;
use wit_host_text::{list, short};

/// The number of optional fields that one text may leave out. Each takes memory in the value, and
/// nothing in the text: `{}` can stand for a thousand of them.
const MOST_LEFT_OUT: usize = 1 << 20;

/// The number of fields that a text may still leave out.
#[derive(Clone)]
pub(super) struct Room(Rc<Cell<usize>>);

impl Default for Room {
    fn default() -> Self {
        Self(Rc::new(Cell::new(MOST_LEFT_OUT)))
    }
}

impl Room {
    fn take(&self, count: usize) -> Result<(), Fault> {
        let left = self.0.get().checked_sub(count);
        let too_many = || Fault::new(format!("it leaves out more than {MOST_LEFT_OUT} fields"));
        self.0.set(left.ok_or_else(too_many)?);
        Ok(())
    }
}

/// The fields of a record, or the parameters of a function, which a text may give in any order.
pub(super) struct Fields<'t> {
    what: &'static str,
    declared: Vec<(&'t str, Type)>,
    values: Vec<Option<Val>>,
}

impl<'t> Fields<'t> {
    pub(super) fn of(record: &'t Record) -> Self {
        Self::new("field", record.fields().map(|field| (field.name, field.ty)).collect())
    }

    /// Creates the fields for the parameters of a function.
    pub(super) fn of_params(params: &'t [(String, Type)]) -> Self {
        Self::new("parameter", params.iter().map(|(name, ty)| (&**name, ty.clone())).collect())
    }

    fn new(what: &'static str, declared: Vec<(&'t str, Type)>) -> Self {
        let values = declared.iter().map(|_| None).collect();
        Self { what, declared, values }
    }

    /// Adds one field. `read` makes its value for the field's type.
    pub(super) fn take(
        &mut self,
        name: &str,
        read: impl FnOnce(&Type) -> Result<Val, Fault>,
    ) -> Result<(), Fault> {
        let Some(index) = self.declared.iter().position(|(field, _)| *field == name) else {
            let names: Vec<_> = self.declared.iter().map(|(field, _)| *field).collect();
            return Err(unknown(self.what, name, &names));
        };
        if self.values[index].is_some() {
            return Err(twice(self.what, name));
        }
        let value = read(&self.declared[index].1);
        self.values[index] = Some(value.map_err(|fault| fault.within(&format!(".{name}")))?);
        Ok(())
    }

    /// Returns the record.
    pub(super) fn finish(self, room: &Room) -> Result<Val, Fault> {
        let names: Vec<_> = self.declared.iter().map(|(name, _)| (*name).to_owned()).collect();
        Ok(Val::Record(names.into_iter().zip(self.values(room)?).collect()))
    }

    /// Returns the values in the order of the type. An optional value that was not given is `none`.
    pub(super) fn values(self, room: &Room) -> Result<Vec<Val>, Fault> {
        room.take(self.values.iter().filter(|value| value.is_none()).count())?;
        let what = self.what;
        let values = self.declared.into_iter().zip(self.values).map(|((name, ty), value)| {
            match (value, ty) {
                (Some(value), _) => Ok(value),
                (None, Type::Option(_)) => Ok(Val::Option(None)),
                (None, _) => Err(Fault::new(format!("the {what} `{}` is missing", short(name)))),
            }
        });
        values.collect()
    }
}

/// Returns the type of a case's payload.
pub(super) fn payload<'t>(
    cases: impl Iterator<Item = Case<'t>>,
    name: &str,
) -> Result<Option<Type>, Fault> {
    let mut cases: Vec<_> = cases.collect();
    match cases.iter().position(|case| case.name == name) {
        Some(index) => Ok(cases.swap_remove(index).ty),
        None => Err(unknown("case", name, &cases.iter().map(|case| case.name).collect::<Vec<_>>())),
    }
}

/// Checks that a tuple has as many values as its type.
pub(super) fn tuple_length(takes: usize, given: usize) -> Result<(), Fault> {
    if takes == given {
        return Ok(());
    }
    Err(Fault::new(format!("the tuple has {takes} values, and here are {given}")))
}

/// Checks that a list has the fixed length of its type.
pub(super) fn list_length(takes: u32, given: usize) -> Result<(), Fault> {
    if usize::try_from(takes) == Ok(given) {
        return Ok(());
    }
    Err(Fault::new(format!("the list has {takes} values, and here are {given}")))
}

/// The entries of a map, with all keys different.
#[derive(Default)]
pub(super) struct Entries {
    pairs: Vec<(Val, Val)>,
    /// The keys as texts, because values can be neither sorted nor hashed.
    keys: HashSet<String>,
}

impl Entries {
    pub(super) fn push(&mut self, key: Val, value: Val) -> Result<(), Fault> {
        let text = to_wave(&key);
        if self.keys.contains(&text) {
            return Err(twice("key", &text));
        }
        self.keys.insert(text);
        self.pairs.push((key, value));
        Ok(())
    }

    pub(super) fn finish(self) -> Val {
        Val::Map(self.pairs)
    }
}

/// Returns the value of an enum.
pub(super) fn enum_case<'t>(
    cases: impl Iterator<Item = &'t str>,
    name: &str,
) -> Result<Val, Fault> {
    let names: Vec<_> = cases.collect();
    if !names.contains(&name) {
        return Err(unknown("case", name, &names));
    }
    Ok(Val::Enum(name.to_owned()))
}

/// Returns the value of flags: the names that are set, in the order of the type.
pub(super) fn flags(ty: &Flags, set: &[String]) -> Result<Val, Fault> {
    let names: Vec<_> = ty.names().collect();
    for (index, name) in set.iter().enumerate() {
        if !names.contains(&name.as_str()) {
            return Err(unknown("flag", name, &names));
        }
        if set[..index].contains(name) {
            return Err(twice("flag", name));
        }
    }
    // The engine compares flags as lists, so one set has to have one order.
    let in_order = names.into_iter().filter(|name| set.iter().any(|other| other == name));
    Ok(Val::Flags(in_order.map(str::to_owned).collect()))
}

/// Creates the fault of a name that the type does not have.
pub(super) fn unknown(what: &str, name: &str, names: &[&str]) -> Fault {
    Fault::new(format!("there is no {what} `{}`; the {what}s are {}", short(name), list(names)))
}

fn twice(what: &str, name: &str) -> Fault {
    Fault::new(format!("the {what} `{}` is there twice", short(name)))
}
