//! The tables of the file as they are written, before their values are checked. The comments of
//! the tables and keys become the descriptions of the JSON Schema, so editors show them.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::value::MapAccessDeserializer;
use serde::de::{Error, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use wit_host_binary::limits;

use crate::located::Located;

/// What guests of this folder are served with, and what they may touch and spend.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[schemars(title = "wit-host.toml")]
pub(crate) struct Document {
    /// The contract. Left out, it is the one that the host is built with.
    pub(crate) contract: Option<Contract>,
    /// Parameters and fields whose values are left out of recordings, by their names.
    pub(crate) redact: Vec<Located<String>>,
    /// What serves the imports of guests: an interface (`shop:prices/prices`), one function of
    /// it, or `env` of core modules.
    pub(crate) imports: BTreeMap<Located<String>, Located<Import>>,
    /// What guests may touch. Nothing else is granted.
    pub(crate) grants: Grants,
    /// What guests may spend.
    pub(crate) limits: Limits,
    /// Guests that have a name, by which a command runs them.
    pub(crate) guests: BTreeMap<Located<String>, Guest>,
}

/// A contract.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Contract {
    /// A WIT file, or a folder with a package and what that needs in `deps`.
    pub(crate) wit: Located<String>,
    /// The world, where the package has more than one.
    pub(crate) world: Option<String>,
}

/// What guests may touch.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Grants {
    /// Network hosts that guests may fetch documents from, on one port or on every one:
    /// `example.com:443`.
    pub(crate) hosts: Option<Vec<Located<String>>>,
    /// Directories that guests see.
    pub(crate) directories: Option<Vec<Located<Directory>>>,
    /// Environment variables in guests.
    pub(crate) environment: Option<BTreeMap<Located<String>, String>>,
    /// Host functions that are withheld: a package (`wasi:sockets`), an interface or one
    /// function. A guest that imports one is refused.
    pub(crate) deny: Option<Vec<Located<String>>>,
    /// Host functions in which a guest traps; it may be one that the host does not have.
    pub(crate) deny_calls: Option<Vec<Located<String>>>,
}

/// A directory that guests see.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Directory {
    /// Where it is: in the folder of this file, or an absolute path.
    pub(crate) host: String,
    /// Its path in the guest. Left out, it is the same.
    pub(crate) guest: Option<String>,
    /// Whether guests may write to it.
    #[serde(default)]
    pub(crate) writable: bool,
}

/// A guest that has a name.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Guest {
    /// A component or a core module.
    pub(crate) file: Located<String>,
    /// What of the file's grants it has; a key that is left out is the file's.
    #[serde(default)]
    pub(crate) grants: Grants,
    /// What it may spend, which is no more than the file's.
    #[serde(default)]
    pub(crate) limits: Limits,
}

/// What serves an import, with what there is to say of it.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct ImportTable {
    /// Another guest: a component that exports the interface, or a core module.
    pub(crate) guest: Option<Located<String>>,
    /// A process, by its program and arguments, in the folder of this file.
    pub(crate) exec: Option<Located<Vec<String>>>,
    /// Written or recorded answers.
    pub(crate) fixture: Option<Located<String>>,
    /// Whether one guest or process serves all sessions in turn. Otherwise each session has
    /// one of its own.
    pub(crate) shared: Option<Located<bool>>,
    /// What the guest may touch. It has nothing of its caller's.
    pub(crate) grants: Option<Located<Grants>>,
    /// The environment of the process, which is empty otherwise.
    pub(crate) environment: Option<Located<BTreeMap<Located<String>, String>>>,
}

/// What serves an import.
#[derive(Debug, JsonSchema)]
#[schemars(untagged)]
pub(crate) enum Import {
    /// `prices.wasm`, `exec:python3 prices.py`, `prices.fixture.toml`, `trap`, `default` or
    /// `client`.
    Spec(String),
    Table(Box<ImportTable>),
}

impl<'de> Deserialize<'de> for Import {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Either;

        impl<'de> Visitor<'de> for Either {
            type Value = Import;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("what serves the import, as `\"prices.wasm\"` or `{ exec = [\"python3\", \"prices.py\"] }`")
            }

            fn visit_str<E>(self, spec: &str) -> Result<Import, E> {
                Ok(Import::Spec(spec.to_owned()))
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Import, A::Error> {
                let table = ImportTable::deserialize(MapAccessDeserializer::new(map))?;
                Ok(Import::Table(Box::new(table)))
            }
        }

        deserializer.deserialize_any(Either)
    }
}

/// Limits by their names.
#[derive(Debug, Default, Deserialize)]
#[serde(transparent)]
pub struct Limits(pub(crate) BTreeMap<Located<String>, Located<LimitValue>>);

impl JsonSchema for Limits {
    fn schema_name() -> Cow<'static, str> {
        "Limits".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let value = generator.subschema_for::<LimitValue>();
        let defaults = limits::Limits::default().shown();
        let properties = defaults.into_iter().map(|(name, default)| {
            let mut value = value.clone();
            value.insert("description".into(), format!("By itself {default}.").into());
            (name.replace('_', "-"), serde_json::Value::from(value))
        });
        let properties: serde_json::Map<_, _> = properties.collect();
        json_schema!({
            "type": "object",
            "description": "Limits by their names.",
            "properties": properties,
            "additionalProperties": false,
        })
    }
}

/// The value of a limit, as the command takes it.
#[derive(Clone, Debug)]
pub(crate) struct LimitValue(pub(crate) String);

impl<'de> Deserialize<'de> for LimitValue {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct TextOrNumber;

        impl Visitor<'_> for TextOrNumber {
            type Value = LimitValue;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a limit, as `\"64MiB\"`, `\"5s\"`, `1000` or `\"none\"`")
            }

            fn visit_str<E>(self, text: &str) -> Result<LimitValue, E> {
                Ok(LimitValue(text.to_owned()))
            }

            fn visit_i64<E: Error>(self, number: i64) -> Result<LimitValue, E> {
                Ok(LimitValue(number.to_string()))
            }

            fn visit_u64<E: Error>(self, number: u64) -> Result<LimitValue, E> {
                Ok(LimitValue(number.to_string()))
            }
        }

        deserializer.deserialize_any(TextOrNumber)
    }
}

impl JsonSchema for LimitValue {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "LimitValue".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": ["string", "integer"], "minimum": 0 })
    }
}
