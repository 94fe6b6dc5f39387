//! The shape of a function for core modules: the form of each parameter and of the result. It does
//! not know the function's name there.

use wit_parser::{Function, Resolve, Type};

use super::form::{Form, Number, cases, is_plain};
use crate::notation;

/// The limit of the numbers that a function takes. With more, the canonical ABI would pass them in
/// memory when the guest has become a component.
const MOST_NUMBERS: usize = 16;

/// The parameters and the result of a function, by the conventions of core modules.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shape {
    /// The parameters.
    pub params: Vec<Form>,
    /// The result; of a `result`, its `ok`.
    pub result: Option<Form>,
    /// Whether the function returns a `result`, whose `err` is a trap.
    pub fallible: bool,
}

impl Shape {
    /// Returns the shape of a function that guests call.
    ///
    /// # Errors
    /// The reason why no convention fits the function.
    pub fn of_import(resolve: &Resolve, function: &Function) -> Result<Self, String> {
        if function.kind.is_async() {
            return Err("it is asynchronous".into());
        }
        if !is_plain(function) {
            return Err("it is of a resource, whose handles have no form among them".into());
        }
        let params = function.params.iter();
        let params = params.map(|param| form(resolve, "parameter", &param.ty));
        let params = params.collect::<Result<Vec<_>, _>>()?;
        let fallible = function.result.and_then(|ty| cases(resolve, &ty));
        let result = match fallible {
            Some((ok, _)) => ok,
            None => function.result,
        };
        let result = result.map(|ty| form(resolve, "result", &ty)).transpose()?;
        let shape = Self { params, result, fallible: fallible.is_some() };
        match shape.called_with().len() > MOST_NUMBERS {
            true => Err(format!("it takes more than {MOST_NUMBERS} numbers")),
            false => Ok(shape),
        }
    }

    /// Returns the shape of a function that the host calls. Its texts are C strings.
    ///
    /// # Errors
    /// The reason why no convention fits the function.
    pub fn of_export(resolve: &Resolve, function: &Function) -> Result<Self, String> {
        let shape = Self::of_import(resolve, function)?;
        let bytes = |what| format!("a {what} of bytes may hold a NUL, which ends a C string");
        if shape.params.contains(&Form::Bytes) {
            return Err(bytes("parameter"));
        }
        if shape.result == Some(Form::Bytes) {
            return Err(bytes("result"));
        }
        Ok(shape)
    }

    /// Returns the flat parameters of an import. Text and bytes are a pointer and a length.
    pub fn called_with(&self) -> Vec<Number> {
        self.numbers(&[Number::I32, Number::I32])
    }

    /// Returns the flat parameters of an export. A text is a pointer.
    pub fn given(&self) -> Vec<Number> {
        self.numbers(&[Number::I32])
    }

    /// Returns the flat result of an import or an export. For text or bytes it is the length or the
    /// pointer.
    pub fn returned(&self) -> Option<Number> {
        self.result.map(|form| match form {
            Form::Number(number) => number,
            Form::Text | Form::Bytes => Number::I32,
        })
    }

    fn numbers(&self, in_memory: &[Number]) -> Vec<Number> {
        let of = |form: &Form| match form {
            Form::Number(number) => vec![*number],
            Form::Text | Form::Bytes => in_memory.to_vec(),
        };
        self.params.iter().flat_map(of).collect()
    }
}

fn form(resolve: &Resolve, what: &str, ty: &Type) -> Result<Form, String> {
    Form::of(resolve, ty).ok_or_else(|| {
        let name = notation::ty(resolve, ty);
        format!("a {what} of type `{name}` has no form among the conventions")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_conventions_carry() {
        let text = "package a:b;
            interface types {
                enum colour { red, blue } flags style { bold }
                record point { x: u8 } resource pen;
                type bytes = list<u8>;
                one: func(a: colour, b: style, c: char, d: bool, e: s64, f: f32) -> f64;
                two: func(a: string, b: bytes) -> result<string, point>;
                three: func() -> result;
                four: func(a: bytes);
                five: func(a: point);
                six: func() -> option<u8>;
                seven: func(a: borrow<pen>);
                eight: func(a: string, b: string, c: string, d: string, e: string, f: string,
                    g: string, h: string, i: u8);
                nine: async func();
            }";
        let mut resolve = Resolve::default();
        resolve.push_str("a.wit", text).expect("valid WIT");
        let (_, interface) = resolve.interfaces.iter().next().expect("one interface");
        let shapes = interface.functions.values().map(|function| {
            let written = |shape: Shape| {
                let numbers = |numbers: Vec<Number>| {
                    numbers.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
                };
                let result = shape.returned().map_or("-".into(), |number| number.to_string());
                format!(
                    "{} / {} -> {result}{}",
                    numbers(shape.called_with()),
                    numbers(shape.given()),
                    if shape.fallible { "?" } else { "" }
                )
            };
            let import = Shape::of_import(&resolve, function).map(written);
            let export = Shape::of_export(&resolve, function).map(written);
            if import == export {
                import.unwrap_or_else(|reason| reason)
            } else {
                export.expect_err("it is fit as an import alone")
            }
        });
        let nothing = |what: &str, ty: &str| {
            format!("a {what} of type `{ty}` has no form among the conventions")
        };
        let expected = [
            "i32 i32 i32 i32 i64 f32 / i32 i32 i32 i32 i64 f32 -> f64".to_owned(),
            "a parameter of bytes may hold a NUL, which ends a C string".into(),
            " /  -> -?".into(),
            "a parameter of bytes may hold a NUL, which ends a C string".into(),
            nothing("parameter", "point"),
            nothing("result", "option<u8>"),
            nothing("parameter", "borrow<pen>"),
            "it takes more than 16 numbers".into(),
            "it is asynchronous".into(),
        ];
        assert_eq!(shapes.collect::<Vec<_>>(), expected);
    }
}
