//! Reads arguments as people write them for functions whose types are not known. An argument
//! states its type or looks like it.

use serde_json::Value;
use wasmtime::component::{Type, Val};

use super::Abi;
use wit_host_text::short;
use wit_host_values::{BadArgument, Form, from_text};

/// The types that an argument can state.
const TYPES: [(&str, Type); 17] = [
    ("string", Type::String),
    ("bool", Type::Bool),
    ("char", Type::Char),
    ("u8", Type::U8),
    ("u16", Type::U16),
    ("u32", Type::U32),
    ("u64", Type::U64),
    ("s8", Type::S8),
    ("s16", Type::S16),
    ("s32", Type::S32),
    ("s64", Type::S64),
    ("i8", Type::S8),
    ("i16", Type::S16),
    ("i32", Type::S32),
    ("i64", Type::S64),
    ("f32", Type::Float32),
    ("f64", Type::Float64),
];

/// The number of elements of `[0; 5]` at most, so that a typing error does not take all memory.
const MOST_REPEATED: usize = 1 << 20;

impl Abi {
    /// Reads an argument of a function whose types are not known.
    ///
    /// The argument may begin with its type, as WIT or Rust name it: `u8:7`, `i64:-1`,
    /// `f32:1.5`, `char:x`, `string:7`, and for arrays `[u8]:[1, 2]`. Without a type, `7` is an
    /// `s32` (or, if only the value counts, of any type that it fits into), `1.5` an `f64`,
    /// `true` a `bool`, `[1, 2]` an array of these, and everything else a text. Arrays are
    /// JSON; `[0; 5]` is one of five zeros. A text in quotes is read in the notation `form`, so
    /// that `"7"` is a text.
    ///
    /// # Errors
    /// If the text is not a value of its type. `param` is the name of the argument in the
    /// error.
    ///
    /// ```
    /// use wit_host::values::Form;
    /// use wit_host::{Abi, Val};
    ///
    /// let read = |text| Abi::Bindgen.argument("0", text, Form::Wave);
    /// assert_eq!(read("Ann")?, Val::String("Ann".into()));
    /// assert_eq!(read("7")?, Val::S32(7));
    /// assert_eq!(read("[u8]:[1, 2]")?, Val::List(vec![Val::U8(1), Val::U8(2)]));
    /// # Ok::<(), wit_host::Error>(())
    /// ```
    pub fn argument(self, param: &str, text: &str, form: Form) -> Result<Val, BadArgument> {
        if let Some((name, value)) = text.split_once(':') {
            let element = name.strip_prefix('[').and_then(|name| name.strip_suffix(']'));
            if let Some(ty) = named(name) {
                return from_text(param, &ty, value, form);
            }
            if let Some(ty) = element.and_then(named).filter(|ty| *ty != Type::String) {
                return array(param, value, Some(ty));
            }
        }
        // `inf`, `nan` and `+7` can be parsed as numbers too, and are more likely meant as texts.
        let is_number = text.trim_start_matches('-').starts_with(|c: char| c.is_ascii_digit());
        match text {
            "true" | "false" => from_text(param, &Type::Bool, text, form),
            _ if text.starts_with('[') => array(param, text, None),
            _ if text.parse::<i128>().is_ok() && is_number => self.whole(param, text, form),
            _ if text.parse::<f64>().is_ok() && is_number => {
                from_text(param, &Type::Float64, text, form)
            }
            _ => from_text(param, &Type::String, text, form),
        }
    }

    /// Reads a whole number without a type.
    fn whole(self, param: &str, text: &str, form: Form) -> Result<Val, BadArgument> {
        let first = from_text(param, &Type::S32, text, form);
        let mut wider = [Type::S64, Type::U64].iter().map(|ty| from_text(param, ty, text, form));
        match (self, first) {
            (Self::CString(_) | Self::PtrLen(_), Err(bad)) => wider.find_map(Result::ok).ok_or(bad),
            (Self::Bindgen, Err(mut bad)) => {
                bad.reason += ", which a number is that does not say its type";
                bad.example = Some(format!("s64:{text}"));
                Err(bad)
            }
            (_, first) => first,
        }
    }
}

fn named(name: &str) -> Option<Type> {
    TYPES.into_iter().find(|(known, _)| *known == name).map(|(_, ty)| ty)
}

/// Reads an array in JSON. Its elements have the type `ty`, or the one that they look like.
fn array(param: &str, text: &str, ty: Option<Type>) -> Result<Val, BadArgument> {
    let bad = |reason: String| BadArgument {
        param: param.into(),
        ty: "list".into(),
        given: short(text),
        reason,
        example: Some("[1, 2, 3]` or `string:[text]".into()),
    };
    let items = match repeated(text) {
        Some((_, count)) if count > MOST_REPEATED => {
            return Err(bad(format!("it has more than {MOST_REPEATED} elements")));
        }
        Some((item, count)) => serde_json::from_str(item).map(|item| vec![item; count]),
        None => serde_json::from_str::<Vec<Value>>(text),
    };
    let items = items.map_err(|error| bad(format!("it is no JSON: {error}")))?;
    let Some(ty) = ty.or_else(|| type_of(&items)) else {
        return Err(bad("its elements are not all numbers or all `bool`".into()));
    };
    let values = items.iter().enumerate().map(|(index, item)| {
        let value = from_text(param, &ty, &item.to_string(), Form::Json);
        value.map_err(|bad| BadArgument { param: format!("{param}[{index}]"), ..bad })
    });
    values.collect::<Result<_, _>>().map(Val::List)
}

/// Splits `[0; 5]` into the element and its number.
fn repeated(text: &str) -> Option<(&str, usize)> {
    let (item, count) = text.strip_prefix('[')?.strip_suffix(']')?.split_once(';')?;
    Some((item, count.trim().parse().ok()?))
}

/// Returns the type of elements that do not state it.
fn type_of(items: &[Value]) -> Option<Type> {
    if items.iter().all(|item| item.is_i64() || item.is_u64()) {
        return Some(Type::S32);
    }
    let all = |is: fn(&Value) -> bool| items.iter().all(is);
    all(Value::is_number)
        .then_some(Type::Float64)
        .or_else(|| all(Value::is_boolean).then_some(Type::Bool))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::guest::abi::Returns;
    use wit_host_values::to_wave;

    fn check(abi: Abi, form: Form, text: &str, expected: Result<Val, &str>) {
        match (abi.argument("0", text, form), expected) {
            (Ok(value), Ok(expected)) => assert_eq!(value, expected, "{text}"),
            (Err(error), Err(part)) => {
                assert!(error.to_string().contains(part), "{text}: {error}");
            }
            (Ok(value), Err(part)) => panic!("{text} is {}, and not {part}", to_wave(&value)),
            (Err(error), Ok(_)) => panic!("{text}: {error}"),
        }
    }

    #[test]
    fn arguments_say_what_they_are_or_look_like_it() {
        let text = |text: &str| Ok(Val::String(text.into()));
        let list = |items: &[Val]| Ok(Val::List(items.to_vec()));
        let cases = [
            ("WasmEdge", text("WasmEdge")),
            ("", text("")),
            ("7 up", text("7 up")),
            ("\"7\"", text("7")),
            ("string:7", text("7")),
            ("string:u8:7", text("u8:7")),
            ("http://a/b", text("http://a/b")),
            ("{\"x\": 1.0}", text("{\"x\": 1.0}")),
            ("-", text("-")),
            ("nan", text("nan")),
            ("7", Ok(Val::S32(7))),
            ("-7", Ok(Val::S32(-7))),
            ("1.5", Ok(Val::Float64(1.5))),
            ("true", Ok(Val::Bool(true))),
            ("u8:255", Ok(Val::U8(255))),
            ("u8:256", Err("from 0 to 255")),
            ("i64:-1", Ok(Val::S64(-1))),
            ("f32:1.5", Ok(Val::Float32(1.5))),
            ("char:x", Ok(Val::Char('x'))),
            ("[1, -2]", list(&[Val::S32(1), Val::S32(-2)])),
            ("[1, 2.5]", list(&[Val::Float64(1.0), Val::Float64(2.5)])),
            ("[true]", list(&[Val::Bool(true)])),
            ("[]", list(&[])),
            ("[0; 3]", list(&[Val::S32(0), Val::S32(0), Val::S32(0)])),
            ("[u8]:[1, 2]", list(&[Val::U8(1), Val::U8(2)])),
            ("[u8]:[7; 2]", list(&[Val::U8(7), Val::U8(7)])),
            ("[u8]:[1, 300]", Err("`0[1]` is of the type `u8`")),
            ("[0; 99999999]", Err("more than 1048576 elements")),
            ("[\"a\"]", Err("`string:[text]`")),
            ("[1", Err("no JSON")),
            ("3000000000", Err("give for example `s64:3000000000`")),
        ];
        for (given, expected) in cases {
            check(Abi::Bindgen, Form::Wave, given, expected);
        }
    }

    #[test]
    fn the_form_is_that_of_texts() {
        let cases = [
            (Form::Json, "\"a\\u0062\"", Ok(Val::String("ab".into()))),
            (Form::Json, "text", Err("no JSON")),
            (Form::Raw, "\"a\"", Ok(Val::String("\"a\"".into()))),
        ];
        for (form, given, expected) in cases {
            check(Abi::Bindgen, form, given, expected);
        }
    }

    #[test]
    fn numbers_that_are_passed_as_themselves_may_be_wider() {
        let cases =
            [("3000000000", Val::S64(3_000_000_000)), ("18446744073709551615", Val::U64(u64::MAX))];
        for (given, expected) in cases {
            check(Abi::CString(Returns::Text), Form::Wave, given, Ok(expected));
        }
    }
}
