//! The tables of a file of tests as they are written, before anything in them is checked.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::value::MapAccessDeserializer;
use serde::de::{Error, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use wit_host_config::Located;
use wit_host_config::reading::{WrittenGrants, WrittenLimits};
use wit_host_providers::WrittenCall;

/// A whole file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Document {
    /// The guest of every test that names none.
    pub(crate) guest: Option<Located<String>>,
    /// A WIT file or folder. Left out, it is the shipped contract.
    pub(crate) contract: Option<Located<String>>,
    /// The contract's world, where it has more than one.
    pub(crate) world: Option<Located<String>>,
    /// How text is handed to a core module.
    pub(crate) abi: Option<Located<String>>,
    pub(crate) deterministic: Option<bool>,
    pub(crate) seed: Option<u64>,
    #[serde(default)]
    pub(crate) limits: WrittenLimits,
    #[serde(default)]
    pub(crate) grants: WrittenGrants,
    #[serde(default)]
    pub(crate) imports: Imports,
    #[serde(default)]
    pub(crate) test: Vec<Test>,
}

/// One test, or one for each of its cases.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Test {
    pub(crate) name: Located<String>,
    pub(crate) guest: Option<Located<String>>,
    pub(crate) abi: Option<Located<String>>,
    pub(crate) deterministic: Option<bool>,
    pub(crate) seed: Option<u64>,
    #[serde(default)]
    pub(crate) limits: WrittenLimits,
    #[serde(default)]
    pub(crate) grants: WrittenGrants,
    /// What answers imports, in the place of what does so for the whole file.
    pub(crate) imports: Option<Imports>,
    /// Answers of the test alone, and the order in which they are asked for.
    #[serde(default)]
    pub(crate) call: Vec<WrittenCall>,
    pub(crate) order: Option<Located<String>>,
    /// What the guest reads from standard input.
    pub(crate) stdin: Option<String>,
    pub(crate) steps: Vec<Step>,
    /// The values of `$name` in the steps, for each time that the test is run.
    #[serde(default)]
    pub(crate) cases: Vec<BTreeMap<Located<String>, Located<Text>>>,
}

/// One call, and what is expected of it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Step {
    /// The call, as `total(["tea"])`.
    pub(crate) call: Located<String>,
    /// What it returns, in WAVE.
    pub(crate) returns: Option<Located<String>>,
    /// A part of the text with which the call fails.
    pub(crate) fails: Option<Located<String>>,
    /// The status with which the guest exits.
    pub(crate) status: Option<Located<i32>>,
    /// All that the call writes to standard output.
    pub(crate) stdout: Option<Located<String>>,
    /// All that the call writes to standard error.
    pub(crate) stderr: Option<Located<String>>,
    /// The longest time that the call takes.
    pub(crate) within: Option<Located<String>>,
    /// A name for what the call returns, which later steps have as `$name`.
    #[serde(rename = "as")]
    pub(crate) name: Option<Located<String>>,
}

/// What answers the guest's imports, the first before the others.
#[derive(Debug, Default)]
pub(crate) struct Imports(pub(crate) Vec<Import>);

/// What answers imports: all of which it has answers, or those of a name.
#[derive(Debug)]
pub(crate) struct Import {
    pub(crate) name: Option<Located<String>>,
    pub(crate) spec: Located<String>,
}

impl<'de> Deserialize<'de> for Imports {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let written = Located::<Either>::deserialize(deserializer)?;
        let range = written.range();
        let unnamed = |spec| Import { name: None, spec };
        Ok(Self(match written.value {
            Either::One(spec) => vec![unnamed(Located::new(spec, range))],
            Either::Several(specs) => specs.into_iter().map(unnamed).collect(),
            Either::Named(named) => {
                let named = named.into_iter();
                named.map(|(name, spec)| Import { name: Some(name), spec }).collect()
            }
        }))
    }
}

/// What answers imports, in each of the forms that it is written in.
enum Either {
    One(String),
    Several(Vec<Located<String>>),
    Named(BTreeMap<Located<String>, Located<String>>),
}

impl<'de> Deserialize<'de> for Either {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Forms;

        impl<'de> Visitor<'de> for Forms {
            type Value = Either;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a fixture as `\"prices.fixture.toml\"`, a list of them, or a table as `{ \"shop:prices/prices\" = \"default\" }`")
            }

            fn visit_str<E>(self, spec: &str) -> Result<Either, E> {
                Ok(Either::One(spec.to_owned()))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Either, A::Error> {
                let mut specs = Vec::new();
                while let Some(spec) = list.next_element()? {
                    specs.push(spec);
                }
                Ok(Either::Several(specs))
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Either, A::Error> {
                Ok(Either::Named(BTreeMap::deserialize(MapAccessDeserializer::new(map))?))
            }
        }

        deserializer.deserialize_any(Forms)
    }
}

/// A value of a case. A number and a `bool` need no quotes.
#[derive(Clone, Debug)]
pub(crate) struct Text(pub(crate) String);

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct AnyText;

        impl Visitor<'_> for AnyText {
            type Value = Text;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a text, a number or a `bool`")
            }

            fn visit_str<E>(self, text: &str) -> Result<Text, E> {
                Ok(Text(text.to_owned()))
            }

            fn visit_i64<E: Error>(self, number: i64) -> Result<Text, E> {
                Ok(Text(number.to_string()))
            }

            fn visit_u64<E: Error>(self, number: u64) -> Result<Text, E> {
                Ok(Text(number.to_string()))
            }

            fn visit_bool<E: Error>(self, value: bool) -> Result<Text, E> {
                Ok(Text(value.to_string()))
            }
        }

        deserializer.deserialize_any(AnyText)
    }
}
