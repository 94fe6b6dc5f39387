//! In which of several forms, all of which are read, values are written, for whom.

use serde_json::Value;
use wasmtime::component::{Type, Val};

use super::{BadJson, write};
use crate::signature::Signature;

/// How values are written as JSON. The default is what people read: bytes are a list of
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
    /// Whether a `list<u8>` is a data URL, which programs want: it is shorter, and one value.
    #[must_use]
    pub fn data_urls(mut self, wanted: bool) -> Self {
        self.data_urls = wanted;
        self
    }

    /// Whether integers from 2^53 on, and to -2^53, are texts: a browser has no such numbers,
    /// and takes others for them.
    #[must_use]
    pub fn wide_as_text(mut self, wanted: bool) -> Self {
        self.wide_as_text = wanted;
        self
    }

    /// The value of the type as JSON.
    ///
    /// # Errors
    /// Where it is no value of the type, or has a handle in it, which JSON has nothing for.
    pub fn value(self, ty: &Type, value: &Val) -> Result<Value, BadJson> {
        write::typed(self, ty, value).map_err(BadJson::from)
    }

    /// Arguments of a function as an object by the names of its parameters.
    ///
    /// # Errors
    /// Those of [`JsonStyle::value`], and where there are more or fewer than it takes.
    pub fn params(self, signature: &Signature, arguments: &[Val]) -> Result<Value, BadJson> {
        write::params(self, signature, arguments).map_err(BadJson::from)
    }

    /// What a function returned: null for nothing, one value as itself, several as a list.
    ///
    /// # Errors
    /// Those of [`JsonStyle::value`], and where there are more or fewer than it returns.
    pub fn results(self, types: &[Type], results: &[Val]) -> Result<Value, BadJson> {
        write::results(self, types, results).map_err(BadJson::from)
    }

    /// The value as JSON, where its type is not at hand: an empty `list<u8>` is an empty list,
    /// and handles are texts such as `<resource>`.
    pub fn untyped(self, value: &Val) -> Value {
        write::untyped(self, value)
    }
}
