//! Reads and writes values as JSON, by their types. The documentation of the crate says how each
//! type is written. It does not know who sends the text, or what it is for.

mod data_url;
mod read;
mod schema;
mod style;
mod tree;
mod write;

use std::cell::Cell;

use serde::de::{Deserialize, DeserializeSeed as _, Deserializer};
use wasmtime::component::{Type, Val};

use self::tree::{Tree, Within};
use super::fault::Fault;
use super::signature::Signature;
use wit_host_text::short;

pub use self::schema::schema;
pub use self::style::JsonStyle;
pub use self::write::{escape_json, to_json, to_json_text};

/// The number of values that a text may have unless the caller sets a limit. They take 512 MiB.
const MOST_PARTS: usize = 16 << 20;

/// JSON as it was written. It is read as values later, once their types are known. An object
/// that has a name twice keeps both. `Json` can be a field of a message, or a whole text.
///
/// ```
/// use wit_host_values::Json;
/// use wasmtime::component::{Type, Val};
///
/// let json = Json::parse(r#""18446744073709551615""#)?;
/// assert_eq!(json.value(&Type::U64)?, Val::U64(u64::MAX));
/// let error = json.value(&Type::U8).unwrap_err();
/// assert_eq!(error.path, "$");
/// # Ok::<(), wit_host_values::BadJson>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Json(Tree);

/// The error for a text that is not JSON, or JSON that is not a value of a type.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("at `{}`: {reason}", short(path))]
pub struct BadJson {
    /// The path to what is wrong: `$.items[2].price`, or `$` for the whole text.
    pub path: String,
    /// What was expected there, and what was found.
    pub reason: String,
}

impl From<Fault> for BadJson {
    fn from(fault: Fault) -> Self {
        let (path, reason) = fault.into_parts();
        Self { path, reason }
    }
}

impl Json {
    /// Parses a text.
    ///
    /// # Errors
    /// If the text is not JSON, is nested deeper than 128 levels, or has more than 16 Mi values.
    pub fn parse(text: &str) -> Result<Self, BadJson> {
        Self::parse_within(text, MOST_PARTS)
    }

    /// Parses a text that may have `most` values, including values inside of others. Each value
    /// takes 32 bytes of memory, and may take as few as two bytes of the text.
    ///
    /// # Errors
    /// Those of [`Json::parse`].
    pub fn parse_within(text: &str, most: usize) -> Result<Self, BadJson> {
        parse(text, most).map(Self).map_err(BadJson::from)
    }

    /// Returns the JSON as a value of this type.
    ///
    /// # Errors
    /// If it is not a value of the type.
    pub fn value(&self, ty: &Type) -> Result<Val, BadJson> {
        read::one(&self.0, ty).map_err(BadJson::from)
    }

    /// Returns the JSON as the arguments of a function. It is an object with the names of the
    /// parameters in any order, or a list. An object may leave out parameters that are options. For
    /// a function without parameters it may also be null.
    ///
    /// # Errors
    /// If it is neither an object nor a list, or a value is not of its parameter's type.
    pub fn params(&self, signature: &Signature) -> Result<Vec<Val>, BadJson> {
        read::params(&self.0, signature).map_err(BadJson::from)
    }

    /// Returns the JSON as the results of a function of these types: null for no result, the value
    /// itself for one, and a list for several.
    ///
    /// # Errors
    /// If it is not the results of such a function.
    pub fn results(&self, types: &[Type]) -> Result<Vec<Val>, BadJson> {
        read::results(&self.0, types).map_err(BadJson::from)
    }
}

impl<'de> Deserialize<'de> for Json {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Within(&Cell::new(MOST_PARTS)).deserialize(deserializer).map(Self)
    }
}

/// Reads a text as a value of this type.
pub(crate) fn read(text: &str, ty: &Type) -> Result<Val, Fault> {
    read::one(&parse(text, MOST_PARTS)?, ty)
}

fn parse(text: &str, most: usize) -> Result<Tree, Fault> {
    let left = Cell::new(most);
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let tree = Within(&left).deserialize(&mut deserializer);
    let tree = tree.and_then(|tree| deserializer.end().map(|()| tree));
    // The limit is the only error of this kind, since a tree takes every sort of value.
    tree.map_err(|error| match error.is_data() {
        true => Fault::new(tree::TOO_MANY),
        false => Fault::new(format!("it is no JSON: {error}")),
    })
}
