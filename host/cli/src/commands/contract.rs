//! `wit-host contract`: prints what this host offers to guests, for their authors.

use std::path::PathBuf;

use anyhow::Result;
use clap::Args;
use serde_json::{Value, json};
use wit_host::values::tied;
use wit_host::{ImportedFunction, Runtime};
use wit_host_contract::Functions;

use crate::json as format;
use crate::output::{Format, print, print_json};
use crate::status::Status;

/// Print the WIT that this host offers, or its `env` imports
///
/// The WIT is one file with the whole package, to be put into a guest's `wit`
/// folder. As JSON, it is the types and functions of the world with their comments, for
/// programs: `world`, `docs`, `wit`, `imports` and `exports` (objects of `kind` and `name`),
/// `interfaces` (of `name`, `docs`, `types` and `functions`) and `types`; the documentation of
/// `Contract::json` has all keys. `schemas` has the JSON Schema of each function's values by its
/// full name: `params`, `result`, and `error` for the `err` of a result.
#[derive(Args)]
#[command(after_help = "\
Examples:
  wit-host contract > wit/contract.wit
  wit-host contract --env
  wit-host contract --wit wit --world plugin --format json")]
pub(crate) struct Contract {
    /// Print the imports of core modules, with their flat types and the functions
    /// of the contract that they are, instead
    #[arg(long)]
    env: bool,

    /// The contract in this WIT file or folder, instead of this host's
    #[arg(long, value_name = "PATH", conflicts_with = "env")]
    wit: Option<PathBuf>,

    /// The contract's world, where it has more than one
    #[arg(long, value_name = "NAME", requires = "wit")]
    world: Option<String>,

    /// What to print: a text, or a JSON object; of `--env` it is `env` with objects of
    /// `import`, `type` and `implements`
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: Format,
}

impl Contract {
    pub(crate) fn execute(&self) -> Result<Status> {
        match (self.env, self.format) {
            (false, Format::Text) => match &self.wit {
                Some(_) => print(&self.read()?.wit())?,
                None => print(wit_host_contract::WIT)?,
            },
            (false, Format::Json) => {
                let contract = self.read()?;
                let mut json = contract.json();
                if self.wit.is_none() {
                    // The WIT as it was written.
                    json["wit"] = wit_host_contract::WIT.into();
                }
                json["schemas"] = schemas(&contract)?;
                print_json(&json)?;
            }
            (true, Format::Text) => print(&table(&wit_host_contract::builder().build()?))?,
            (true, Format::Json) => {
                let runtime = wit_host_contract::builder().build()?;
                let rows = runtime.env_imports().map(|(module, name, ty)| {
                    let implements = runtime.env_implements(module, name);
                    format::EnvImport { import: name, ty, implements }
                });
                print_json(&format::Env { env: rows.collect() })?;
            }
        }
        Ok(Status::Guest(0))
    }

    fn read(&self) -> Result<wit_host::Contract> {
        Ok(match &self.wit {
            Some(wit) => wit_host::Contract::read(wit, self.world.as_deref())?,
            None => wit_host::Contract::parse(wit_host_contract::WIT, None)?,
        })
    }
}

/// Returns the JSON Schemas of the arguments and results of each function whose values have JSON.
fn schemas(contract: &wit_host::Contract) -> Result<Value> {
    let functions = ImportedFunction::of_contract(contract)?.into_iter();
    let functions = functions.chain(ImportedFunction::of_exports(contract)?);
    let schemas = functions.filter_map(|function| {
        let signature = function.signature();
        let mut types = signature.params.iter().map(|(_, ty)| ty).chain(&signature.results);
        if types.any(|ty| tied(ty).is_some()) {
            return None;
        }
        let mut schemas =
            json!({ "params": signature.params_schema(), "result": signature.result_schema() });
        if let Some(error) = signature.error_schema() {
            schemas["error"] = error;
        }
        let name = match function.interface() {
            Some(interface) => format!("{interface}.{}", function.function()),
            None => function.function().to_owned(),
        };
        Some((name, schemas))
    });
    Ok(Value::Object(schemas.collect()))
}

/// Returns the imports as a table, one a line, with the functions that they implement in a column.
fn table(runtime: &Runtime<Functions>) -> String {
    let rows: Vec<_> = runtime
        .env_imports()
        .map(|(module, name, ty)| {
            (format!("{module}.{name}{ty}"), runtime.env_implements(module, name))
        })
        .collect();
    let width = rows.iter().map(|(import, _)| import.len()).max().unwrap_or_default();
    rows.iter()
        .map(|(import, implements)| match implements {
            Some(function) => format!("{import:width$}  {function}\n"),
            None => format!("{import}\n"),
        })
        .collect()
}
