//! The forms in which values are written as JSON, for different readers. All forms can be read. It
//! writes nothing itself.

use serde_json::Value;
use wasmtime::component::{Type, Val};

use super::{BadJson, write};
use crate::signature::Signature;

/// How values are written as JSON. The default is meant for people: bytes are a list of
/// numbers, and every integer is a number.
///
/// ```
/// use wit_host_values::JsonStyle;
/// use wasmtime::component::Val;
///
/// let bytes = Val::List(vec![Val::U8(0), Val::U8(255)]);
/// assert_eq!(JsonStyle::default().untyped(&bytes).to_string(), "[0,255]");
/// let style = JsonStyle::default().data_urls(true).wide_as_text(true);
/// assert_eq!(style.untyped(&bytes).to_string(), r#""data:;base64,AP8=""#);
/// assert_eq!(style.untyped(&Val::U64(1 << 60)).to_string(), r#""1152921504606846976""#);
/// assert_eq!(style.untyped(&Val::U64(1)).to_string(), "1");
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct JsonStyle {
    pub(super) data_urls: bool,
    pub(super) wide_as_text: bool,
}

impl JsonStyle {
    /// Sets whether a `list<u8>` is written as a data URL. It is shorter than a list of numbers,
    /// and a single value for the program that reads it.
    #[must_use]
    pub fn data_urls(mut self, wanted: bool) -> Self {
        self.data_urls = wanted;
        self
    }

    /// Sets whether integers from 2^53 on, and from -2^53 down, are written as texts. A browser
    /// cannot represent all of these numbers, and would read others instead.
    #[must_use]
    pub fn wide_as_text(mut self, wanted: bool) -> Self {
        self.wide_as_text = wanted;
        self
    }

    /// Returns the value of the type as JSON.
    ///
    /// # Errors
    /// If it is not a value of the type, or has a handle in it, which has no form in JSON.
    pub fn value(self, ty: &Type, value: &Val) -> Result<Value, BadJson> {
        write::typed(self, ty, value).map_err(BadJson::from)
    }

    /// Returns the arguments of a function as an object with the names of its parameters.
    ///
    /// # Errors
    /// Those of [`JsonStyle::value`], and if the number of arguments is wrong.
    pub fn params(self, signature: &Signature, arguments: &[Val]) -> Result<Value, BadJson> {
        write::params(self, signature, arguments).map_err(BadJson::from)
    }

    /// Returns the results of a function as JSON: null for none, the value itself for one, and a
    /// list for several.
    ///
    /// # Errors
    /// Those of [`JsonStyle::value`], and if the number of results is wrong.
    pub fn results(self, types: &[Type], results: &[Val]) -> Result<Value, BadJson> {
        write::results(self, types, results).map_err(BadJson::from)
    }

    /// Returns a value as JSON without knowing its type. An empty `list<u8>` is then written as an
    /// empty list, and handles as texts such as `<resource>`.
    pub fn untyped(self, value: &Val) -> Value {
        write::untyped(self, value)
    }
}
