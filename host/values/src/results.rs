//! Keeps the results of a session's calls, and decides which of them a later call can use: `$1` is
//! the result of the first call. It makes no calls itself.

use wasmtime::component::{ResourceAny, Type, Val};

/// The results of a session's calls so far, in the order of the calls.
#[derive(Debug, Default)]
pub struct Results(Vec<Kept>);

#[derive(Debug)]
enum Kept {
    Nothing,
    Value(Val),
    /// The guest owns it again. It was an argument of this function.
    GivenAway(String),
}

impl Results {
    /// Keeps the result of a call, if there is one.
    pub fn push(&mut self, result: Option<Val>) {
        self.0.push(result.map_or(Kept::Nothing, Kept::Value));
    }

    /// Returns the number of the last call's result.
    pub fn last(&self) -> usize {
        self.0.len()
    }

    /// Returns the result that an argument's text names, for a parameter of the type. Returns
    /// `None` if the text does not name a result. For a `string`, that includes a text such as `$9`
    /// if there is no such result.
    ///
    /// # Errors
    /// Why there is no such result.
    pub fn get(&self, text: &str, ty: &Type) -> Result<Option<Val>, String> {
        let Some(number) = result_number(text) else { return Ok(None) };
        let reason = match number.checked_sub(1).and_then(|index| self.0.get(index)) {
            Some(Kept::Value(value)) => return Ok(Some(suited(value, ty))),
            _ if *ty == Type::String => return Ok(None),
            Some(Kept::Nothing) => "that call returned nothing".into(),
            Some(Kept::GivenAway(function)) => {
                format!("it was given away to `{}`, and is no more", function.escape_debug())
            }
            None => match self.last() {
                0 => "no call has returned anything yet".into(),
                1 => "there is only `$1` so far".into(),
                last => format!("there are only `$1` to `${last}` so far"),
            },
        };
        Err(reason)
    }

    /// Records which handles a call with these arguments has given back to the guest. They are
    /// those that a parameter takes ownership of.
    pub fn give_away(&mut self, text: &str, ty: &Type, value: &Val, function: &str) {
        let index = result_number(text).and_then(|number| number.checked_sub(1));
        if let Some(kept) = index.and_then(|index| self.0.get_mut(index))
            && is_given_away(ty, value)
        {
            *kept = Kept::GivenAway(function.to_owned());
        }
    }

    /// Forgets all results, and returns the handles among them, which have to be dropped.
    pub fn forget(&mut self) -> Vec<ResourceAny> {
        let mut handles = Vec::new();
        for kept in self.0.drain(..) {
            if let Kept::Value(value) = kept {
                collect(&value, &mut handles);
            }
        }
        handles
    }
}

/// Returns the number of a text such as `$2`. A number that is too large becomes one that no result
/// has.
pub fn result_number(text: &str) -> Option<usize> {
    let digits = text.strip_prefix('$')?;
    let is_number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| digits.parse().unwrap_or(usize::MAX))
}

/// Returns the value in the form that the parameter takes. The value inside of an `ok` or a `some`
/// is taken out if the parameter has another type, and `some` is added if the parameter is an
/// option.
fn suited(value: &Val, ty: &Type) -> Val {
    match (ty, value) {
        (Type::Result(_), Val::Result(_)) | (Type::Option(_), Val::Option(None)) => value.clone(),
        (Type::Option(some), Val::Option(Some(held))) => {
            Val::Option(Some(Box::new(suited(held, &some.ty()))))
        }
        (_, Val::Result(Ok(Some(held))) | Val::Option(Some(held))) => suited(held, ty),
        (Type::Option(some), value) => Val::Option(Some(Box::new(suited(value, &some.ty())))),
        _ => value.clone(),
    }
}

/// Returns whether a parameter of the type takes ownership of a handle in the value.
pub fn is_given_away(ty: &Type, value: &Val) -> bool {
    let maybe = |ty: Option<Type>, value: &Option<Box<Val>>| {
        ty.zip(value.as_ref()).is_some_and(|(ty, value)| is_given_away(&ty, value))
    };
    match (ty, value) {
        (Type::Own(_), Val::Resource(_)) => true,
        (Type::List(list), Val::List(items)) => {
            let ty = list.ty();
            items.iter().any(|item| is_given_away(&ty, item))
        }
        (Type::Tuple(tuple), Val::Tuple(items)) => {
            tuple.types().zip(items).any(|(ty, item)| is_given_away(&ty, item))
        }
        (Type::Record(record), Val::Record(fields)) => {
            let fields = record.fields().zip(fields);
            fields.into_iter().any(|(field, (_, value))| is_given_away(&field.ty, value))
        }
        (Type::Variant(variant), Val::Variant(name, value)) => {
            let case = variant.cases().find(|case| case.name == name);
            maybe(case.and_then(|case| case.ty), value)
        }
        (Type::Option(some), Val::Option(value)) => maybe(Some(some.ty()), value),
        (Type::Result(result), Val::Result(Ok(value))) => maybe(result.ok(), value),
        (Type::Result(result), Val::Result(Err(value))) => maybe(result.err(), value),
        _ => false,
    }
}

/// Returns whether the value is a handle or contains one, so that only a later call can use it.
pub fn has_handle(value: &Val) -> bool {
    let mut handles = Vec::new();
    collect(value, &mut handles);
    !handles.is_empty()
}

/// Adds the value's handles to the list.
fn collect(value: &Val, handles: &mut Vec<ResourceAny>) {
    match value {
        Val::Resource(handle) => handles.push(*handle),
        Val::List(items) | Val::Tuple(items) | Val::FixedLengthList(items) => {
            items.iter().for_each(|item| collect(item, handles));
        }
        Val::Record(fields) => fields.iter().for_each(|(_, value)| collect(value, handles)),
        Val::Map(pairs) => pairs.iter().for_each(|(key, value)| {
            collect(key, handles);
            collect(value, handles);
        }),
        Val::Variant(_, Some(value))
        | Val::Option(Some(value))
        | Val::Result(Ok(Some(value)) | Err(Some(value))) => collect(value, handles),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_an_ok_or_a_some_holds() {
        let held = || Some(Box::new(Val::U8(7)));
        for value in [
            Val::U8(7),
            Val::Result(Ok(held())),
            Val::Option(held()),
            Val::Result(Ok(Some(Box::new(Val::Option(held()))))),
        ] {
            let mut results = Results::default();
            results.push(Some(value.clone()));
            assert_eq!(results.get("$1", &Type::U8), Ok(Some(Val::U8(7))), "{value:?}");
        }
        for value in [Val::Option(None), Val::Result(Ok(None)), Val::Result(Err(held()))] {
            let mut results = Results::default();
            results.push(Some(value.clone()));
            assert_eq!(results.get("$1", &Type::U8), Ok(Some(value)));
        }
    }

    #[test]
    fn what_a_text_means() {
        let mut results = Results::default();
        results.push(Some(Val::U8(7)));
        results.push(None);
        let only = "there are only `$1` to `$2` so far";
        for (text, ty, expected) in [
            ("$1", Type::U8, Ok(Some(Val::U8(7)))),
            ("$01", Type::String, Ok(Some(Val::U8(7)))),
            ("$2", Type::U8, Err("that call returned nothing")),
            ("$2", Type::String, Ok(None)),
            ("$0", Type::U8, Err(only)),
            ("$3", Type::Char, Err(only)),
            ("$99999999999999999999999", Type::Bool, Err(only)),
            ("$3", Type::String, Ok(None)),
            ("$", Type::Char, Ok(None)),
            ("$+1", Type::U8, Ok(None)),
            ("$1 ", Type::U8, Ok(None)),
            ("1", Type::U8, Ok(None)),
        ] {
            let found = results.get(text, &ty);
            assert_eq!(found, expected.map_err(str::to_owned), "{text}");
        }
        assert!(results.forget().is_empty());
        assert_eq!(results.last(), 0);
        let none = results.get("$1", &Type::U8);
        assert_eq!(none, Err("no call has returned anything yet".to_owned()));
    }
}
