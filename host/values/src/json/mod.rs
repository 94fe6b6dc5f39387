//! Values in JSON, read and written by their types. How each type is written is told where the
//! module is public. It knows neither who sends the text nor what a call of it is.

mod data_url;
mod read;
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

pub use self::style::JsonStyle;
pub use self::write::{escape_json, to_json, to_json_text};

/// How many values a text may be made of, where nobody says less: 512 MiB of them.
const MOST_PARTS: usize = 16 << 20;

/// JSON as it was written, to be read as values of types that are known then: an object that
/// has a name twice keeps both. It is a field of a message, or a text by itself.
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

/// A text that is no JSON, or JSON that is no value of a type.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("at `{}`: {reason}", short(path))]
pub struct BadJson {
    /// The way to what is wrong: `$.items[2].price`, or `$` for all of it.
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
    /// Reads a text.
    ///
    /// # Errors
    /// Where it is no JSON, is deeper than 128 levels, or has more than 16 Mi values.
    pub fn parse(text: &str) -> Result<Self, BadJson> {
        Self::parse_within(text, MOST_PARTS)
    }

    /// Reads a text of which there are at most so many values, those within others counted
    /// with them. Each takes 32 bytes, and a text may have one in two of its bytes.
    ///
    /// # Errors
    /// Those of [`Json::parse`].
    pub fn parse_within(text: &str, most: usize) -> Result<Self, BadJson> {
        parse(text, most).map(Self).map_err(BadJson::from)
    }

    /// The value of that type that it is.
    ///
    /// # Errors
    /// Where it is none.
    pub fn value(&self, ty: &Type) -> Result<Val, BadJson> {
        read::value(&self.0, ty).map_err(BadJson::from)
    }

    /// The arguments of a function, of which this is an object by the names of its parameters,
    /// in any order, or a list. In an object a parameter that is an option may be missing. A
    /// function without parameters takes null as well.
    ///
    /// # Errors
    /// Where it is neither, or a value is none of its parameter's type.
    pub fn params(&self, signature: &Signature) -> Result<Vec<Val>, BadJson> {
        read::params(&self.0, signature).map_err(BadJson::from)
    }

    /// What a function of these results returned: null where there is none, one as itself, and
    /// several as a list.
    ///
    /// # Errors
    /// Where it is not that.
    pub fn results(&self, types: &[Type]) -> Result<Vec<Val>, BadJson> {
        read::results(&self.0, types).map_err(BadJson::from)
    }
}

impl<'de> Deserialize<'de> for Json {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Within(&Cell::new(MOST_PARTS)).deserialize(deserializer).map(Self)
    }
}

/// The value of that type that the text is.
pub(crate) fn read(text: &str, ty: &Type) -> Result<Val, Fault> {
    read::value(&parse(text, MOST_PARTS)?, ty)
}

fn parse(text: &str, most: usize) -> Result<Tree, Fault> {
    let left = Cell::new(most);
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let tree = Within(&left).deserialize(&mut deserializer);
    let tree = tree.and_then(|tree| deserializer.end().map(|()| tree));
    tree.map_err(|error| match error.is_data() {
        true => Fault::new(tree::TOO_MANY),
        false => Fault::new(format!("it is no JSON: {error}")),
    })
}
