//! The named parts of a type, fields, cases and flags, as a text gives them:
//! what is unknown, missing or there twice is named.

use wasmtime::component::types::{Case, Field, Flags, Record};
use wasmtime::component::{Type, Val};

use super::fault::Fault;
use wit_host_text::{list, short};

/// The fields of a record, which may come in any order.
pub(super) struct Fields<'t> {
    declared: Vec<Field<'t>>,
    values: Vec<Option<Val>>,
}

impl<'t> Fields<'t> {
    pub(super) fn of(record: &'t Record) -> Self {
        let declared: Vec<_> = record.fields().collect();
        let values = declared.iter().map(|_| None).collect();
        Self { declared, values }
    }

    /// Takes in one field, whose value `read` makes of its type.
    pub(super) fn take(
        &mut self,
        name: &str,
        read: impl FnOnce(&Type) -> Result<Val, Fault>,
    ) -> Result<(), Fault> {
        let Some(index) = self.declared.iter().position(|field| field.name == name) else {
            let names: Vec<_> = self.declared.iter().map(|field| field.name).collect();
            return Err(unknown("field", name, &names));
        };
        if self.values[index].is_some() {
            return Err(twice("field", name));
        }
        let value = read(&self.declared[index].ty);
        self.values[index] = Some(value.map_err(|fault| fault.within(&format!(".{name}")))?);
        Ok(())
    }

    /// The whole record. An optional field that was not given is none.
    pub(super) fn finish(self) -> Result<Val, Fault> {
        let fields = self.declared.into_iter().zip(self.values).map(|(field, value)| {
            let value = match (value, &field.ty) {
                (Some(value), _) => value,
                (None, Type::Option(_)) => Val::Option(None),
                (None, _) => {
                    return Err(Fault::new(format!(
                        "the field `{}` is missing",
                        short(field.name)
                    )));
                }
            };
            Ok((field.name.to_owned(), value))
        });
        fields.collect::<Result<_, _>>().map(Val::Record)
    }
}

/// The payload's type of the case of that name.
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

/// A tuple has to have as many values as its type.
pub(super) fn tuple_length(takes: usize, given: usize) -> Result<(), Fault> {
    if takes == given {
        return Ok(());
    }
    Err(Fault::new(format!("the tuple has {takes} values, and here are {given}")))
}

/// A value of an enum.
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

/// A value of flags: those that are set, in the order of the type.
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
    let in_order = names.into_iter().filter(|name| set.iter().any(|other| other == name));
    Ok(Val::Flags(in_order.map(str::to_owned).collect()))
}

/// A name that the type does not have.
pub(super) fn unknown(what: &str, name: &str, names: &[&str]) -> Fault {
    Fault::new(format!("there is no {what} `{}`; the {what}s are {}", short(name), list(names)))
}

fn twice(what: &str, name: &str) -> Fault {
    Fault::new(format!("the {what} `{}` is there twice", short(name)))
}
